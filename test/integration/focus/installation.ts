import { PassThrough } from 'node:stream';
import { createMemoryBus, shardId, type MemoryBus } from '@plenary/bus';
import { readSettings } from '@plenary/config';
import {
  createContext,
  createServer,
  focusSettings,
  type ContextOverrides,
  type FocusContext,
  type FocusServer,
} from '@plenary/focus';
import { StateEvent, type LeaveCause, type StateChange } from '@plenary/proto/chat';
import { systemClock, type Clock } from '@plenary/service';
import { createTelemetry } from '@plenary/telemetry';
import type { RoomId } from '@plenary/wire';
import { freshDatabase } from '../setup/database.js';
import { FakeEdges } from './fake-edges.js';
import { FakeRoomState } from './fake-room-state.js';
import { openClient, type Client, type ClientOptions } from './client.js';

/** The machine's time, moved on by what a test says; timers run as ever. */
export class ShiftedClock implements Clock {
  #shiftMs = 0;

  nowMs(): number {
    return systemClock.nowMs() + this.#shiftMs;
  }

  setTimer(ms: number, fn: () => void): ReturnType<Clock['setTimer']> {
    return systemClock.setTimer(ms, fn);
  }

  pass(ms: number): void {
    this.#shiftMs += ms;
  }
}

export interface Replica {
  readonly context: FocusContext;
  readonly server: FocusServer;
  readonly port: number;
  stop(): Promise<void>;
}

/** A database and a bus, with as many focuses on them as a test starts; room-state and edges are in its hand. */
export interface Installation {
  readonly bus: MemoryBus;
  readonly clock: ShiftedClock;
  readonly roomState: FakeRoomState;
  readonly edges: FakeEdges;
  /** What the services logged, one JSON text per line. */
  readonly log: string[];
  start(env?: Record<string, string>, overrides?: ContextOverrides): Promise<Replica>;
  client(replica: Replica, options?: Partial<ClientOptions>): Promise<Client>;
  /** Puts an event into the log by which somebody has left. */
  publishLeft(chatId: string, cause: LeaveCause): Promise<void>;
  /** Puts a change of the lobby into the log. */
  publish(change: NonNullable<StateChange['change']>): Promise<void>;
  close(): Promise<void>;
}

/** So short that 64*T1 is 1.6 s. */
export const sipTimers = { t1Ms: 25, t2Ms: 100, t4Ms: 100, tryingMs: 20 };

export async function install(): Promise<Installation> {
  const database = await freshDatabase();
  const bus = createMemoryBus();
  await bus.ensureShards([shardId(3)]);
  const clock = new ShiftedClock();
  const roomState = new FakeRoomState();
  const edges = new FakeEdges();
  const log: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  let version = 0n;
  const publish = async (change: NonNullable<StateChange['change']>): Promise<void> => {
    version += 1n;
    const event = StateEvent.fromPartial({ room: '01ROOMLOBBY', epoch: 1, version, changes: [{ change }] });
    const result = await bus.publishToLogAsync({
      shard: shardId(3),
      room: '01ROOMLOBBY' as RoomId,
      kind: 'st',
      msgId: `01ROOMLOBBY/st/${String(version)}`,
      payload: StateEvent.encode(event).finish(),
    });
    if (result.kind !== 'stored') throw new Error(result.kind);
  };
  return {
    bus,
    clock,
    roomState,
    edges,
    log,
    async start(env = {}, overrides = {}) {
      const settings = readSettings(focusSettings, {
        DATABASE_URL: database.url,
        FOCUS_SIP_PORT: '0',
        FOCUS_NONCE_KEY: 'one key for all the replicas',
        FOCUS_SWEEP_INTERVAL_MS: '50',
        FOCUS_AUTH_FAILURES_MAX: '3',
        ...env,
      });
      if (!settings.ok) throw new Error(JSON.stringify(settings.error));
      const stream = new PassThrough();
      stream.on('data', (octets: Buffer) => log.push(octets.toString('utf8')));
      const telemetry = createTelemetry({ service: 'focus', hashKey: 'test', level: 'debug', stream });
      const context = await createContext(settings.value, {
        bus,
        clock,
        telemetry,
        roomState,
        edges,
        sipTimers,
        ...overrides,
      });
      const server = createServer(context);
      await server.start();
      let stopped: Promise<void> | undefined;
      const replica: Replica = {
        context,
        server,
        port: server.sipPort,
        stop: () => (stopped ??= server.stop()),
      };
      closers.push(replica.stop);
      return replica;
    },
    async client(replica, options = {}) {
      const client = await openClient({ user: 'alice', transport: 'UDP', port: replica.port, ...options });
      closers.push(() => client.close());
      return client;
    },
    publishLeft: (chatId, cause) =>
      publish({ $case: 'left', value: { pid: `p-${chatId}`, chatId, cause, lastEndpoint: true } }),
    publish,
    async close() {
      for (const close of closers.splice(0).toReversed()) await close();
      await bus.close();
      await database.drop();
    },
  };
}
