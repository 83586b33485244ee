import { createMemoryBus, type Bus, type MemoryBus, type MemoryBusOptions } from '@plenary/bus';
import { KeptMessage, type ReadResponse } from '@plenary/proto/history';
import { createDecoder, type Decoder, type MsrpRequest } from '@plenary/msrp';
import { ChatEvent, Direction, FileAudience, Part, RoomPolicy, type EndpointCapabilities } from '@plenary/proto/chat';
import { FakeClock } from '@plenary/service';
import { Edge } from './edge.js';
import { silentEvents } from './events.js';
import type { History } from './history.interface.js';
import { DEFAULT_LIMITS, type EdgeLimits } from './limits.js';
import { FakeRoomState, LOBBY, MAIN, ROOM, ROOM_URI, SHARD, TAG, type Place } from './testing-room-state.js';
import { FakeSocket } from './testing-socket.js';

export { FakeSocket, LOBBY, MAIN, ROOM, ROOM_URI, SHARD, TAG };

/** A message as history keeps it. */
export function kept(seq: number, from: string, text: string, over: Partial<KeptMessage> = {}): KeptMessage {
  return KeptMessage.fromPartial({
    room: ROOM,
    epoch: 1,
    seq: BigInt(seq),
    senderPid: `p-${from}`,
    senderEntity: from,
    wrappedType: 'text/plain',
    messageId: `m${seq}`,
    octets: Buffer.from(cpim(from, ROOM_URI, text)),
    ...over,
  });
}

/** History as the edge sees it: what a test puts there. */
export class FakeHistory implements History {
  messages: KeptMessage[] = [];
  recordedSeq = 0n;
  recordedEpoch = 1;
  failing = false;
  readonly reads: { count: number; cursor: string }[] = [];

  async read(_room: string, count: number, cursor: string): Promise<ReadResponse> {
    this.reads.push({ count, cursor });
    if (this.failing) throw new Error('away');
    const end = cursor === '' ? this.messages.length : Number(cursor);
    const from = Math.max(0, end - count);
    const { recordedEpoch, recordedSeq } = this;
    return {
      messages: this.messages.slice(from, end),
      cursor: from === 0 ? '' : String(from),
      recordedEpoch,
      recordedSeq,
    };
  }
}

/** For the tests of this service: a switch on the in-memory bus, with sockets and a room-state made of memory. */

export const capabilities = (over: Partial<EndpointCapabilities> = {}): EndpointCapabilities => ({
  acceptTypes: ['message/cpim'],
  acceptWrappedTypes: ['*'],
  maxSizeBytes: 0n,
  chatroom: true,
  nickname: true,
  privateMessages: true,
  direction: Direction.SENDRECV,
  ...over,
});

export const policy = (over: Partial<RoomPolicy> = {}): RoomPolicy => ({
  ...RoomPolicy.fromPartial({ privateMessages: true, nicknames: true, files: FileAudience.BOTH }),
  ...over,
});

/** A CPIM object. */
export function cpim(from: string, to: string, text: string, type = 'text/plain'): string {
  return `From: <${from}>\r\nTo: <${to}>\r\nDateTime: 2026-01-01T00:00:00Z\r\n\r\nContent-Type: ${type}\r\n\r\n${text}`;
}

export interface TestClient {
  readonly socket: FakeSocket;
  readonly chatId: string;
  readonly pid: string;
  readonly entity: string;
  /** Our URI in this session. */
  readonly path: string;
  readonly own: string;
  /** Sends octets as they are. */
  raw(text: string | Uint8Array): void;
  /** Sends a SEND; returns its transaction id. */
  send(body: string | Uint8Array | undefined, options?: SendOptions): string;
  request(method: string, headers: readonly string[]): string;
  /** Texts of the messages received, as `from: text` of those in one piece. */
  texts(): string[];
  status(transactionId: string): number | undefined;
  /** Answers a copy. */
  respond(request: MsrpRequest, status: number): void;
}

export interface SendOptions {
  readonly messageId?: string;
  readonly headers?: readonly string[];
  readonly contentType?: string;
  readonly flag?: '$' | '+' | '#';
  readonly byteRange?: string;
}

export interface JoinOptions {
  readonly capabilities?: Partial<EndpointCapabilities>;
  readonly pid?: string;
  readonly identities?: readonly string[];
  readonly entity?: string;
  readonly cursor?: number;
  readonly socket?: FakeSocket;
  /** Binds but does not confirm the join. */
  readonly join?: boolean;
  /** Another room than the lobby. */
  readonly place?: Place;
  /** XCON-USERID. */
  readonly userId?: string;
  /** Of the media entry it carries. */
  readonly label?: string;
  readonly bind?: boolean;
  /** What Reserve brings; default: its own URI. */
  readonly peerPath?: readonly string[] | undefined;
  /** Over TLS: by default on a socket that is. */
  readonly secure?: boolean;
  readonly peerFingerprints?: readonly string[];
}

export interface WorldOptions {
  readonly limits?: Partial<EdgeLimits>;
  readonly bus?: MemoryBusOptions;
  readonly policy?: Partial<RoomPolicy>;
  /** Another edge of the same room. */
  readonly shares?: World;
  readonly wrapBus?: (bus: MemoryBus) => Bus;
}

/** One edge with its room. */
export class World {
  readonly bus: MemoryBus;
  readonly clock: FakeClock;
  readonly edge: Edge;
  readonly roomState: FakeRoomState;
  readonly history: FakeHistory;
  readonly policy: RoomPolicy;
  #decoders = new Map<number, Decoder>();
  #injected = 0;

  constructor(options: WorldOptions = {}) {
    this.bus = options.shares?.bus ?? createMemoryBus(options.bus);
    this.clock = options.shares?.clock ?? new FakeClock();
    this.roomState = options.shares?.roomState ?? new FakeRoomState(this.bus, this.clock);
    this.history = options.shares?.history ?? new FakeHistory();
    this.policy = policy(options.policy);
    this.roomState.policy ??= this.policy;
    let random = 1;
    this.edge = new Edge({
      edgeId: 'edge-1-abcdef',
      entrances: {
        plain: () => '127.0.0.1:2855',
        tls: () => ({ authority: '127.0.0.1:2865', fingerprint: 'sha-256 AB:CD' }),
      },
      bus: options.wrapBus?.(this.bus) ?? this.bus,
      roomState: this.roomState,
      history: this.history,
      clock: this.clock,
      limits: { ...DEFAULT_LIMITS, joinWaitMs: 0, ...options.limits },
      events: silentEvents,
      fillRandom: (octets) => {
        for (let i = 0; i < octets.length; i++)
          octets[i] = (random = (random * 1_103_515_245 + 12_345) & 0x7fffffff) >>> 16;
      },
      schedule: (fn) => void setImmediate(fn),
    });
  }

  /** Reserves, connects, binds and (unless told otherwise) joins. */
  async join(name: string, options: JoinOptions = {}): Promise<TestClient> {
    const place = options.place ?? LOBBY;
    const roomState = this.roomState.others.get(place.room) ?? this.roomState;
    await this.bus.ensureShards([place.shard]);
    const chatId = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '')
      .padEnd(12, '0')
      .slice(0, 12);
    const pid = options.pid ?? `p-${name}`;
    const entity = options.entity ?? `sip:${pid.slice(2)}@localhost`;
    const participant = roomState.participant(pid, entity, options.identities, options.userId);
    const capability = capabilities(options.capabilities);
    const own = `msrp://10.0.0.1:7000/${name};tcp`;
    const result = await this.edge.reserve(`reserve-${name}-${this.clock.nowMs()}`, {
      chatId,
      room: place.room,
      shard: place.shard,
      epoch: 1,
      tag: place.tag,
      conferenceUri: place.uri,
      participant:
        options.label === undefined
          ? participant
          : {
              ...participant,
              endpoints: [
                { chatId, edgeId: '', capabilities: capability, allowed: Direction.UNSPECIFIED, label: options.label },
              ],
            },
      capabilities: capability,
      policy: roomState.policy ?? this.policy,
      peerPath: [...(options.peerPath ?? [own])],
      secure: options.secure ?? false,
      peerFingerprints: [...(options.peerFingerprints ?? [])],
      joinTraceparent: '',
      cursor: BigInt(options.cursor ?? 0),
      roomVersion: roomState.version,
    });
    if ('code' in result) throw new Error(`not reserved: ${result.code}`);
    roomState.reserved(chatId, participant, capability);
    const socket = options.socket ?? new FakeSocket();
    if (options.socket === undefined) socket.secure = options.secure ?? false;
    if (options.socket === undefined) this.edge.open(socket);
    const client = this.#client(socket, { chatId, pid, entity, path: result.path, own });
    if (options.join === false) roomState.holdJoins = true;
    if (options.bind !== false) client.send(undefined);
    await settle();
    return client;
  }

  /** The octets of a client, as its socket would bring them. */
  receive(socket: FakeSocket, octets: Uint8Array): void {
    let decoder = this.#decoders.get(socket.id);
    if (decoder === undefined) {
      decoder = createDecoder();
      this.#decoders.set(socket.id, decoder);
    }
    decoder.push(octets, (event) => this.edge.event(socket, event));
    this.edge.readEnd(socket);
  }

  /** Puts something a client says into the log by another way than its edge, as if it had been on its way for long. Returns its sequence. */
  async inject(client: TestClient, text: string, over: Partial<ChatEvent> = {}): Promise<number> {
    const originId = `${client.pid}/injected${this.#injected++}/${over.offset ?? 1}`;
    const event = ChatEvent.fromPartial({
      room: ROOM,
      epoch: 1,
      originId,
      senderPid: client.pid,
      senderChatId: client.chatId,
      wrappedType: 'text/plain',
      part: Part.WHOLE,
      offset: 1n,
      octets: Buffer.from(cpim(client.entity, ROOM_URI, text)),
      ...over,
    });
    const payload = ChatEvent.encode(event).finish();
    const result = await this.bus.publishToLogAsync({
      shard: SHARD,
      room: ROOM,
      kind: 'all',
      msgId: `${ROOM}/${originId}`,
      payload,
    });
    if (result.kind !== 'stored') throw new Error(`not stored: ${result.kind}`);
    return result.seq;
  }

  drain(socket: FakeSocket): void {
    socket.release();
    this.edge.drained(socket);
  }

  #client(socket: FakeSocket, facts: Pick<TestClient, 'chatId' | 'pid' | 'entity' | 'path' | 'own'>): TestClient {
    let transactions = 0;
    const raw = (text: string | Uint8Array): void =>
      this.receive(socket, typeof text === 'string' ? Buffer.from(text, 'latin1') : text);
    const nextId = (): string => `${facts.chatId.slice(0, 6)}t${transactions++}x`;
    return {
      ...facts,
      socket,
      raw,
      send(body, options = {}) {
        const id = nextId();
        const lines = [
          `MSRP ${id} SEND`,
          `To-Path: ${facts.path}`,
          `From-Path: ${facts.own}`,
          `Message-ID: ${options.messageId ?? `m${id}`}`,
          ...(options.byteRange === undefined ? [] : [`Byte-Range: ${options.byteRange}`]),
          ...(options.headers ?? []),
        ];
        const end = `-------${id}${options.flag ?? '$'}\r\n`;
        if (body === undefined) raw(`${lines.join('\r\n')}\r\n${end}`);
        else {
          lines.push(`Content-Type: ${options.contentType ?? 'message/cpim'}`, '', '');
          const octets = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
          raw(Buffer.concat([Buffer.from(lines.join('\r\n')), octets, Buffer.from(`\r\n${end}`)]));
        }
        return id;
      },
      request(method, headers) {
        const id = nextId();
        const lines = [`MSRP ${id} ${method}`, `To-Path: ${facts.path}`, `From-Path: ${facts.own}`, ...headers];
        raw(`${lines.join('\r\n')}\r\n-------${id}$\r\n`);
        return id;
      },
      texts: () => socket.requests.filter(({ head }) => head.method === 'SEND').map(({ body }) => textOf(body)),
      status: (id) => socket.responses.find(({ transactionId }) => transactionId === id)?.status,
      respond({ head }, status) {
        raw(
          `MSRP ${head.transactionId} ${status} x\r\nTo-Path: ${facts.path}\r\nFrom-Path: ${facts.own}\r\n` +
            `-------${head.transactionId}$\r\n`,
        );
      },
    };
  }
}

/** The bus with some of its methods replaced. */
export function busWith(bus: MemoryBus, replaced: Partial<Bus>): Bus {
  return new Proxy<Bus>(bus, {
    get(target, name) {
      const own: unknown = Reflect.get(replaced, name);
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** The text of a CPIM body: what stands behind its last empty line. */
export function textOf(body: Uint8Array | undefined): string {
  return Buffer.from(body ?? [])
    .toString('utf8')
    .split('\r\n\r\n')
    .slice(2)
    .join('\r\n\r\n');
}

/** Lets everything that is under way on the in-memory bus come to rest. */
export async function settle(turns = 12): Promise<void> {
  for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
}
