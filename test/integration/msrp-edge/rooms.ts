import type { Bus } from '@plenary/bus';
import { readSettings } from '@plenary/config';
import {
  createContext,
  createServer,
  msrpEdgeSettings,
  type ContextOverrides,
  type MsrpEdgeServer,
  type RoomState,
} from '@plenary/msrp-edge';
import {
  Direction,
  EndpointCapabilities,
  LeaveCause,
  Participant,
  RoomPolicy,
  StateEvent,
  type StateChange,
} from '@plenary/proto/chat';
import { EdgeServiceClient, SessionRecord } from '@plenary/proto/edge';
import { NicknameResult, RoomView } from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';
import type { RoomId, ShardId } from '@plenary/wire';
import { RawClient } from './raw-client.js';

/** A client with what its conference knows it by. */
export interface Guest {
  readonly client: RawClient;
  readonly chatId: string;
  readonly pid: string;
  readonly entity: string;
  /** Sends a public message to this room; returns its transaction id. */
  say(text: string, type?: string): string;
  /** Texts of the messages received, those of the room itself too. */
  texts(): string[];
}

/** One room with the room-state behind it, written by a test. */
export class ScriptedConference {
  version = 0n;
  policy: RoomPolicy;
  readonly roster = new Map<string, Participant>();

  constructor(
    readonly bus: Bus,
    readonly id: RoomId,
    readonly shard: ShardId,
    readonly uri: string,
    policy: Partial<RoomPolicy> = {},
  ) {
    this.policy = RoomPolicy.fromPartial({ privateMessages: true, nicknames: true, ...policy });
  }

  /** Commits one event with these changes; resolves when the log has it. */
  async change(...changes: NonNullable<StateChange['change']>[]): Promise<number> {
    this.version++;
    const { version, id, shard } = this;
    for (const change of changes) if (change.$case === 'policyChanged') this.policy = change.value.policy!;
    const event = StateEvent.fromPartial({
      room: id,
      epoch: 1,
      version,
      changes: changes.map((change) => ({ change })),
      committedAtUs: BigInt(Date.now()) * 1000n,
    });
    const payload = StateEvent.encode(event).finish();
    const result = await this.bus.publishToLogAsync({
      shard,
      room: id,
      kind: 'st',
      msgId: `${id}/st/${version}`,
      payload,
    });
    if (result.kind !== 'stored') throw new Error(`not stored: ${result.kind}`);
    return result.seq;
  }

  changePolicy(policy: Partial<RoomPolicy>): Promise<number> {
    return this.change({ $case: 'policyChanged', value: { policy: { ...this.policy, ...policy } } });
  }

  allow({ pid, chatId }: Guest, allowed: Direction): Promise<number> {
    for (const endpoint of this.roster.get(pid)?.endpoints ?? []) endpoint.allowed = allowed;
    return this.change({ $case: 'mediaChanged', value: { pid, chatId, allowed } });
  }

  kick({ pid, chatId }: Guest): Promise<number> {
    this.roster.delete(pid);
    return this.change({ $case: 'left', value: { pid, chatId, cause: LeaveCause.BOOTED, lastEndpoint: true } });
  }

  view(): RoomView {
    return RoomView.fromPartial({
      room: this.id,
      conferenceUri: this.uri,
      shard: this.shard,
      epoch: 1,
      tag: tagOf(this.id),
      version: this.version,
      policy: this.policy,
      roster: [...this.roster.values()],
    });
  }
}

const capabilities = EndpointCapabilities.fromPartial({
  acceptTypes: ['message/cpim'],
  acceptWrappedTypes: ['*'],
  chatroom: true,
  nickname: true,
  privateMessages: true,
  direction: Direction.SENDRECV,
});

/** Edges, their clients and the conferences they serve; what a test has started ends with `close`. */
export class EdgesAndRooms {
  readonly rooms = new Map<string, ScriptedConference>();
  readonly #servers: MsrpEdgeServer[] = [];
  readonly #clients: RawClient[] = [];
  readonly #joining = new Map<string, { conference: ScriptedConference; participant: Participant }>();

  constructor(readonly bus: Bus) {}

  async edge(env: Record<string, string> = {}, overrides: ContextOverrides = {}): Promise<MsrpEdgeServer> {
    const read = readSettings(msrpEdgeSettings, { MSRP_EDGE_MSRP_PORT: '0', MSRP_EDGE_GRPC_PORT: '0', ...env });
    if (!read.ok) throw new Error('settings');
    const telemetry = createTelemetry({ service: 'msrp-edge', hashKey: 'test', level: 'error' });
    const { bus } = this;
    const server = createServer(
      await createContext(read.value, { bus, roomState: this.#roomState(), telemetry, ...overrides }),
    );
    await server.start();
    this.#servers.push(server);
    return server;
  }

  async conference(name: string, shard: ShardId, policy: Partial<RoomPolicy> = {}): Promise<ScriptedConference> {
    const id = `01H${name
      .toUpperCase()
      .replaceAll(/[^A-HJKMNP-TV-Z]/g, '')
      .padEnd(23, 'Z')}` as RoomId;
    await this.bus.ensureShards([shard]);
    const conference = new ScriptedConference(this.bus, id, shard, `sip:${name}@localhost`, policy);
    this.rooms.set(id, conference);
    return conference;
  }

  async join(
    server: MsrpEdgeServer,
    conference: ScriptedConference,
    name: string,
    participantFields: Partial<Participant> = {},
    allowed: Direction = Direction.UNSPECIFIED,
  ): Promise<Guest> {
    const chatId = `${name}${conference.id.slice(3, 9).toLowerCase()}`.padEnd(12, '0');
    const entity = participantFields.entity ?? `sip:${name}@localhost`;
    const participant = Participant.fromPartial({
      pid: `p-${name}`,
      entity,
      identities: [entity],
      endpoints: [{ chatId, edgeId: server.edgeId, capabilities, allowed }],
      ...participantFields,
    });
    this.#joining.set(chatId, { conference, participant });
    const own = `msrp://127.0.0.1:9/${name};tcp`;
    const record = SessionRecord.fromPartial({
      chatId,
      room: conference.id,
      shard: conference.shard,
      epoch: 1,
      tag: tagOf(conference.id),
      conferenceUri: conference.uri,
      participant: { ...participant, endpoints: participant.endpoints.map((one) => ({ ...one, edgeId: '' })) },
      capabilities,
      policy: conference.policy,
      peerPath: [own],
      secure: false,
      peerFingerprints: [],
      roomVersion: conference.version,
    });
    const control = openGrpcClient(EdgeServiceClient, server.controlAddress);
    try {
      const answer = await unary(control, control.reserve, { requestId: `r-${chatId}`, record }, { deadlineMs: 5_000 });
      const client = await RawClient.connect(answer.path, own);
      this.#clients.push(client);
      const status = await client.status(client.send(undefined));
      if (status !== 200) throw new Error(`not joined: ${status}`);
      return guestOf(client, conference, chatId, participant);
    } finally {
      control.close();
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.socket.destroy();
    for (const server of this.#servers.splice(0)) await server.stop();
  }

  #roomState(): RoomState {
    return {
      join: async (_, chatId) => {
        const joining = this.#joining.get(chatId);
        if (joining === undefined || joining.conference.roster.has(joining.participant.pid)) return;
        const { conference, participant } = joining;
        conference.roster.set(participant.pid, participant);
        await conference.change({ $case: 'joined', value: { participant: structuredClone(participant), chatId } });
      },
      leave: async () => undefined,
      claimNickname: async () => NicknameResult.OK,
      resolve: async () => undefined,
      getRoom: async (room) => this.rooms.get(room)?.view(),
    };
  }
}

function tagOf(id: string): string {
  return id.slice(3, 11).toLowerCase();
}

function guestOf(client: RawClient, { uri }: ScriptedConference, chatId: string, { pid, entity }: Participant): Guest {
  return {
    client,
    chatId,
    pid,
    entity,
    say: (text, type = 'text/plain') =>
      client.send(`From: <${entity}>\r\nTo: <${uri}>\r\n\r\nContent-Type: ${type}\r\n\r\n${text}`),
    texts: () =>
      client.requests.map(({ body }) =>
        Buffer.from(body ?? [])
          .toString()
          .split('\r\n\r\n')
          .slice(2)
          .join('\r\n\r\n'),
      ),
  };
}
