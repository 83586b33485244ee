import { afterEach, beforeEach, vi } from 'vitest';
import type { ContextOverrides, RoomDirectory } from '@plenary/history';
import { HistoryServiceClient, type ReadRequest, type ReadResponse } from '@plenary/proto/history';
import { openGrpcClient, unary } from '@plenary/service';
import { connectNatsBus, createMemoryBus, shardId, type Bus } from '@plenary/bus';
import { natsOptions, startNats } from '../bus/engines.js';
import { freshDatabase } from '../setup/database.js';
import { startReader, type Reader } from './readers.js';
import { ScriptedRoom } from './scripted-room.js';

/** Where histories run, without a room-state. */
export interface Installation {
  readonly databaseUrl: string;
  readonly bus: Bus;
  close(): Promise<void>;
}

/** A database, a bus and histories for each test of a file; the rooms are written by hand. */
export interface Histories {
  readonly installation: Installation;
  room(): ScriptedRoom;
  start(env?: Record<string, string>, overrides?: ContextOverrides): Promise<Reader>;
  /** Waits until everything of the rooms' log has been read. */
  caughtUp(reader: Reader): Promise<void>;
  read(reader: Reader, room: ScriptedRoom, request?: Partial<ReadRequest>): Promise<ReadResponse>;
  erase(reader: Reader, room: ScriptedRoom, userId: string): Promise<{ erased: number; held: boolean }>;
}

export function useHistories(engine: 'memory' | 'nats' = 'memory'): Histories {
  let installation: Installation | undefined;
  const readers: Reader[] = [];
  const rooms: ScriptedRoom[] = [];
  // All the rooms of a test, also those made after the start.
  const directory: RoomDirectory = {
    now: (id) => ScriptedRoom.directory(...rooms).now(id),
    close: () => undefined,
  };
  const there = (): Installation => {
    if (installation === undefined) throw new Error('there is no installation outside a test');
    return installation;
  };
  beforeEach(async () => {
    installation = await install(engine);
  });
  afterEach(async () => {
    rooms.length = 0;
    await Promise.all(readers.splice(0).map((reader) => reader.stop()));
    await installation?.close();
  });
  return {
    get installation() {
      return there();
    },
    room() {
      const room = new ScriptedRoom(there().bus);
      rooms.push(room);
      return room;
    },
    async start(env = {}, overrides = {}) {
      const reader = await startReader(there(), env, { directory, ...overrides });
      readers.push(reader);
      return reader;
    },
    caughtUp: (reader) =>
      vi.waitFor(
        async () => {
          const [{ lastSeq }, positions] = await Promise.all([
            there().bus.shardBounds(reader.context.shards[0]!),
            reader.context.store.positions(),
          ]);
          const readUpTo = positions.get(reader.context.shards[0]!)?.lastSeq ?? 0;
          if (readUpTo < lastSeq) throw new Error(`read up to ${String(readUpTo)} of ${String(lastSeq)}`);
        },
        { timeout: 30_000, interval: 20 },
      ),
    read: (reader, room, request = {}) =>
      call(reader, (client) => {
        const full = { sinceUs: 0n, beforeUs: 0n, count: 1_000, cursor: '', forward: false, ...request };
        return unary(client, client.read, { room: room.id, ...full }, { deadlineMs: 10_000 });
      }),
    erase: (reader, room, userId) =>
      call(reader, async (client) => {
        const { erased, held } = await unary(client, client.erase, { room: room.id, userId }, { deadlineMs: 30_000 });
        return { erased: Number(erased), held };
      }),
  };
}

async function call<T>(reader: Reader, work: (client: HistoryServiceClient) => Promise<T>): Promise<T> {
  const client = openGrpcClient(HistoryServiceClient, reader.server.address);
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

async function install(engine: 'memory' | 'nats'): Promise<Installation> {
  const database = await freshDatabase();
  const server = engine === 'nats' ? await startNats() : undefined;
  const bus = server === undefined ? createMemoryBus() : await connectNatsBus(natsOptions(server.url));
  await bus.ensureShards([shardId(0)]);
  return {
    databaseUrl: database.url,
    bus,
    async close() {
      await bus.close();
      await server?.discard();
      await database.drop();
    },
  };
}
