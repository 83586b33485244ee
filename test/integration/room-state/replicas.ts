import { PassThrough } from 'node:stream';
import { connectNatsBus, createMemoryBus, type Bus } from '@plenary/bus';
import { readSettings } from '@plenary/config';
import { Direction, StateEvent } from '@plenary/proto/chat';
import {
  createContext,
  createServer,
  roomStateSettings,
  type ContextOverrides,
  type Entry,
  type RoomStateContext,
  type RoomStateServer,
} from '@plenary/room-state';
import { createTelemetry } from '@plenary/telemetry';
import type { ChatId, RoomId, ShardId } from '@plenary/wire';
import { natsOptions, startNats } from '../bus/engines.js';
import { freshDatabase } from '../setup/database.js';

export type EngineName = 'memory' | 'nats';
export const engineNames: readonly EngineName[] = ['memory', 'nats'];

export interface Replica {
  readonly context: RoomStateContext;
  readonly server: RoomStateServer;
  /** Stops it in good order. */
  stop(): Promise<void>;
}

/** A database and logs, with as many room-states on them as a test starts. */
export interface Installation {
  readonly databaseUrl: string;
  /** A connection of the test's own. */
  readonly bus: Bus;
  start(env?: Record<string, string>, overrides?: ContextOverrides): Promise<Replica>;
  /** Throws the logs away: the next bus is a new incarnation. Every replica must be stopped. */
  loseLogs(): Promise<void>;
  close(): Promise<void>;
}

export async function install(engine: EngineName): Promise<Installation> {
  const database = await freshDatabase();
  let broker = await openBroker(engine);
  const running = new Set<Replica>();
  return {
    databaseUrl: database.url,
    get bus() {
      return broker.bus;
    },
    async start(env = {}, overrides = {}) {
      const settings = readSettings(roomStateSettings, {
        DATABASE_URL: database.url,
        ROOM_STATE_GRPC_PORT: '0',
        ROOM_STATE_SHARDS: '4',
        ...env,
      });
      if (!settings.ok) throw new Error(JSON.stringify(settings.error));
      const telemetry = createTelemetry({
        service: 'room-state',
        hashKey: 'test',
        level: 'error',
        stream: new PassThrough().resume(),
      });
      const context = await createContext(settings.value, { bus: broker.bus, telemetry, ...overrides });
      const server = createServer(context);
      await server.start();
      const replica: Replica = {
        context,
        server,
        async stop() {
          running.delete(replica);
          await server.drain(1_000);
          await server.stop();
        },
      };
      running.add(replica);
      return replica;
    },
    async loseLogs() {
      await broker.close();
      broker = await openBroker(engine);
    },
    async close() {
      await Promise.all([...running].map((replica) => replica.stop()));
      await broker.close();
      await database.drop();
    },
  };
}

async function openBroker(engine: EngineName): Promise<{ bus: Bus; close(): Promise<void> }> {
  if (engine === 'memory') {
    const bus = createMemoryBus();
    return { bus, close: () => bus.close() };
  }
  const server = await startNats();
  const bus = await connectNatsBus(natsOptions(server.url));
  return {
    bus,
    async close() {
      await bus.close();
      await server.discard();
    },
  };
}

let requests = 0;

export function entry(conferenceUri: string, user: string, change: Partial<Entry> = {}): Entry {
  return {
    requestId: `r${String(++requests)}`,
    conferenceUri,
    userUri: `sip:${user}@localhost`,
    identities: [],
    displayName: user,
    capabilities: {
      acceptTypes: ['message/cpim'],
      acceptWrappedTypes: ['*'],
      maxSizeBytes: 0n,
      chatroom: true,
      nickname: true,
      privateMessages: true,
      direction: Direction.SENDRECV,
    },
    ...change,
  };
}

export interface Entered {
  readonly room: RoomId;
  readonly shard: ShardId;
  readonly chatId: ChatId;
  readonly pid: string;
}

/** Admits, or throws with the refusal. */
export async function admit({ context }: Replica, asked: Entry): Promise<Entered> {
  const answer = await context.rooms.admit(asked);
  if (answer.kind !== 'admitted') throw new Error(answer.kind === 'refused' ? `refused: ${answer.code}` : answer.kind);
  return {
    room: answer.room.room as RoomId,
    shard: answer.room.shard as ShardId,
    chatId: answer.chatId,
    pid: answer.participant.pid,
  };
}

/** Admits and joins at `edgeId`. */
export async function enter(replica: Replica, uri: string, user: string, edgeId = 'edge-1-aaaaaa'): Promise<Entered> {
  const entered = await admit(replica, entry(uri, user));
  const joined = await replica.context.rooms.join(entered.room, entered.chatId, edgeId);
  if (joined.kind === 'refused') throw new Error(`not joined: ${joined.code}`);
  return entered;
}

/** What the room's `st` subject holds, decoded, oldest first. */
export async function stateLog(bus: Bus, { shard, room }: Pick<Entered, 'shard' | 'room'>): Promise<StateEvent[]> {
  const log: StateEvent[] = [];
  for (let after = 0; ;) {
    const page = await bus.readAfter(shard, room, 'st', after, 256);
    log.push(...page.map(({ payload }) => StateEvent.decode(payload)));
    const last = page.at(-1);
    if (last === undefined) return log;
    after = last.seq;
  }
}

/** Names of the changes of one event, in order. */
export function changeNames(event: StateEvent): (string | undefined)[] {
  return event.changes.map(({ change }) => change?.$case);
}
