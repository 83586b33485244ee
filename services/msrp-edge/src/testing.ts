import { createMemoryBus, type Bus, type MemoryBus, type MemoryBusOptions } from '@plenary/bus';
import {
  copyOctets,
  createCollector,
  createDecoder,
  type Decoder,
  type MsrpRequest,
  type MsrpResponse,
} from '@plenary/msrp';
import {
  Direction,
  StateEvent,
  type EndpointCapabilities,
  type LeaveCause,
  type Participant,
  type RoomPolicy,
  type StateChange,
} from '@plenary/proto/chat';
import { NicknameResult, type RoomView } from '@plenary/proto/roomstate';
import { FakeClock } from '@plenary/service';
import type { RoomId, ShardId } from '@plenary/wire';
import { Edge } from './edge.js';
import { silentEvents } from './events.js';
import { DEFAULT_LIMITS, type EdgeLimits } from './limits.js';
import type { RoomState } from './room-state.interface.js';
import type { OutSocket } from './sessions/socket.interface.js';

/** For the tests of this service: a switch on the in-memory bus, with sockets and a room-state made of memory. */

export const ROOM = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
export const SHARD = '000' as ShardId;
export const ROOM_URI = 'sip:lobby@localhost';
export const TAG = 'k3v9x0qa';

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
  logged: false,
  privateMessages: true,
  nicknames: true,
  maxSizeBytes: 0n,
  wrappedTypes: [],
  copyToOwnSessions: false,
  ratePerSecond: 0,
  rateBurst: 0,
  maximumUserCount: 0,
  locked: false,
  nicknameQuarantineSeconds: 0,
  loggingNotice: '',
  ...over,
});

/** A CPIM object. */
export function cpim(from: string, to: string, text: string, type = 'text/plain'): string {
  return `From: <${from}>\r\nTo: <${to}>\r\nDateTime: 2026-01-01T00:00:00Z\r\n\r\nContent-Type: ${type}\r\n\r\n${text}`;
}

/** What the switch writes to one client, and what the client does. */
export class FakeSocket implements OutSocket {
  static #ids = 1;
  readonly id = FakeSocket.#ids++;
  queuedBytes = 0;
  writes = 0;
  ended = false;
  paused = false;
  /** While true nothing is taken from the switch's side. */
  stuck = false;
  readonly responses: MsrpResponse[] = [];
  readonly requests: MsrpRequest[] = [];
  raw = '';
  readonly #decoder: Decoder = createDecoder();
  readonly #collect = createCollector({ bodyBytes: 64 * 1024 * 1024 });
  #waiting: Buffer[] = [];

  write(data: string | Uint8Array): boolean {
    this.writes++;
    const octets = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data);
    if (!this.stuck) {
      this.#take(octets);
      return true;
    }
    this.#waiting.push(octets);
    this.queuedBytes += octets.length;
    return false;
  }

  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.ended = true;
  }

  /** The client reads what waited. */
  release(): void {
    this.stuck = false;
    this.queuedBytes = 0;
    for (const octets of this.#waiting.splice(0)) this.#take(octets);
  }

  #take(octets: Buffer): void {
    this.raw += octets.toString('latin1');
    this.#decoder.push(octets, (event) => {
      const whole = this.#collect(event);
      if (whole?.type === 'response') this.responses.push(whole.response);
      else if (whole?.type === 'request') {
        const { head, body, flag } = whole.request;
        this.requests.push({ head, flag, body: body === undefined ? undefined : copyOctets(body) });
      } else if (whole !== undefined) throw new Error(`the switch wrote something unreadable: ${whole.type}`);
    });
  }
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
  readonly bind?: boolean;
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
  readonly policy: RoomPolicy;
  #decoders = new Map<number, Decoder>();

  constructor(options: WorldOptions = {}) {
    this.bus = options.shares?.bus ?? createMemoryBus(options.bus);
    this.clock = options.shares?.clock ?? new FakeClock();
    this.roomState = options.shares?.roomState ?? new FakeRoomState(this.bus, this.clock);
    this.policy = policy(options.policy);
    let random = 1;
    this.edge = new Edge({
      edgeId: 'edge-1-abcdef',
      authority: () => '127.0.0.1:2855',
      bus: options.wrapBus?.(this.bus) ?? this.bus,
      roomState: this.roomState,
      clock: this.clock,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
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
    await this.bus.ensureShards([SHARD]);
    const chatId = name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, '')
      .padEnd(12, '0')
      .slice(0, 12);
    const pid = options.pid ?? `p-${name}`;
    const entity = options.entity ?? `sip:${pid.slice(2)}@localhost`;
    const participant = this.roomState.participant(pid, entity, options.identities);
    const capability = capabilities(options.capabilities);
    const own = `msrp://10.0.0.1:7000/${name};tcp`;
    const result = await this.edge.reserve(`reserve-${name}-${this.clock.nowMs()}`, {
      chatId,
      room: ROOM,
      shard: SHARD,
      epoch: 1,
      tag: TAG,
      conferenceUri: ROOM_URI,
      participant,
      capabilities: capability,
      policy: this.policy,
      peerPath: [own],
      cursor: BigInt(options.cursor ?? 0),
      roomVersion: this.roomState.version,
      roster: this.roomState.roster(),
    });
    if ('code' in result) throw new Error(`not reserved: ${result.code}`);
    this.roomState.reserved(chatId, participant, capability);
    const socket = options.socket ?? new FakeSocket();
    if (options.socket === undefined) this.edge.open(socket);
    const client = this.#client(socket, { chatId, pid, entity, path: result.path, own });
    if (options.join === false) this.roomState.holdJoins = true;
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

/** Room-state as the edge sees it: joins and leaves become events on the bus. */
export class FakeRoomState implements RoomState {
  version = 0n;
  holdJoins = false;
  failing = false;
  nickname: NicknameResult = NicknameResult.OK;
  readonly claims: string[] = [];
  readonly joins: string[] = [];
  readonly leaves: { chatId: string; cause: LeaveCause }[] = [];
  readonly resolves: string[] = [];
  readonly participants = new Map<string, Participant>();
  readonly endpoints = new Map<string, { participant: Participant; capabilities: EndpointCapabilities }>();
  getRoomAnswer: RoomView | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly clock: FakeClock,
  ) {}

  participant(pid: string, entity: string, identities?: readonly string[]): Participant {
    let participant = this.participants.get(pid);
    if (participant === undefined) {
      participant = {
        pid,
        userId: '',
        entity,
        identities: [...(identities ?? [entity])],
        nickname: '',
        displayName: '',
        roles: [],
        endpoints: [],
      };
      this.participants.set(pid, participant);
    }
    return participant;
  }

  roster(): Participant[] {
    return [...this.participants.values()]
      .filter(({ endpoints }) => endpoints.length > 0)
      .map((one) => structuredClone(one));
  }

  reserved(chatId: string, participant: Participant, capability: EndpointCapabilities): void {
    this.endpoints.set(chatId, { participant, capabilities: capability });
  }

  async join(_room: string, chatId: string): Promise<void> {
    if (this.failing) throw new Error('away');
    this.joins.push(chatId);
    if (!this.holdJoins) await this.confirm(chatId);
  }

  /** The join of an endpoint takes effect. */
  async confirm(chatId: string): Promise<void> {
    const { participant, capabilities: capability } = this.endpoints.get(chatId)!;
    participant.endpoints.push({ chatId, edgeId: 'edge-1-abcdef', capabilities: capability });
    await this.publish({ $case: 'joined', value: { participant: structuredClone(participant), chatId } });
  }

  async leave(_room: string, chatId: string, cause: LeaveCause): Promise<void> {
    if (this.failing) throw new Error('away');
    this.leaves.push({ chatId, cause });
    const known = this.endpoints.get(chatId);
    if (known === undefined) return;
    const { participant } = known;
    participant.endpoints = participant.endpoints.filter((endpoint) => endpoint.chatId !== chatId);
    const lastEndpoint = participant.endpoints.length === 0;
    await this.publish({ $case: 'left', value: { pid: participant.pid, chatId, cause, lastEndpoint } });
  }

  async claimNickname(_id: string, _room: string, _chatId: string, nickname: string): Promise<NicknameResult> {
    if (this.failing) throw new Error('away');
    this.claims.push(nickname);
    return this.nickname;
  }

  async resolve(_room: string, uri: string): Promise<Participant | undefined> {
    if (this.failing) throw new Error('away');
    this.resolves.push(uri);
    return [...this.participants.values()].find(({ entity }) => entity === uri);
  }

  async getRoom(): Promise<RoomView | undefined> {
    return this.getRoomAnswer;
  }

  /** Publishes one state event of the room. */
  async publish(change: NonNullable<StateChange['change']>): Promise<void> {
    this.version++;
    const { version } = this;
    const event: StateEvent = {
      room: ROOM,
      epoch: 1,
      version,
      changes: [{ change }],
      committedAtUs: BigInt(this.clock.nowMs()) * 1000n,
    };
    const payload = StateEvent.encode(event).finish();
    await this.bus.publishToLogAsync({ shard: SHARD, room: ROOM, kind: 'st', msgId: `${ROOM}/st/${version}`, payload });
  }
}
