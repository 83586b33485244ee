import { randomBytes } from 'node:crypto';
import { connectNatsBus, shardId, type Bus } from '@plenary/bus';
import { openDatabase, type Database } from '@plenary/db';
import { systemClock, type Clock } from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import type { ShardId } from '@plenary/wire';
import type { HistorySettings } from './config.js';
import { createEvents, type Events } from './events.js';
import { createLoggers, type Loggers } from './logger.js';
import { HeadBeacons } from './producers/head-beacon.js';
import { grpcRoomDirectory, type RoomDirectory } from './room-now.js';
import type { HistoryStore } from './store/interface.js';
import { postgresHistory } from './store/postgres.js';
import type { HistorySchema } from './store/schema.js';

/** What a test, or a process that runs several services, gives instead of what the settings say. */
export interface ContextOverrides {
  /** Stays open when the service stops. */
  readonly bus?: Bus | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly directory?: RoomDirectory | undefined;
  /** For fault tests: called between commit and acknowledgement of a batch; throwing is a crash there. */
  readonly beforeAck?: (() => void) | undefined;
}

/** Everything history needs, built once. Nothing in it runs before the server starts. */
export interface HistoryContext {
  readonly settings: HistorySettings;
  readonly telemetry: Telemetry;
  readonly loggers: Loggers;
  readonly events: Events;
  readonly clock: Clock;
  readonly database: Database<HistorySchema>;
  readonly store: HistoryStore;
  readonly bus: Bus;
  readonly shards: readonly ShardId[];
  readonly beacons: HeadBeacons;
  readonly directory: RoomDirectory;
  readonly beforeAck: (() => void) | undefined;
  /** Closes what was opened here; what was given stays open. */
  close(): Promise<void>;
}

export async function createContext(
  settings: HistorySettings,
  overrides: ContextOverrides = {},
): Promise<HistoryContext> {
  const telemetry =
    overrides.telemetry ??
    createTelemetry({ service: 'history', hashKey: settings.PLENARY_LOG_HASH_KEY ?? randomBytes(16).toString('hex') });
  const loggers = createLoggers(telemetry);
  const events = createEvents(telemetry, loggers);
  const database = openDatabase<HistorySchema>(settings.DATABASE_URL, {
    max: settings.HISTORY_DATABASE_CONNECTIONS_MAX,
    applicationName: 'history',
    onIdleError: (error) => events.taskFailed('database', error),
  });
  const bus =
    overrides.bus ??
    (await connectNatsBus({
      servers: settings.NATS_URL,
      name: 'history',
      roomConnections: 0,
      streams: {
        replicas: Number(settings.NATS_REPLICAS),
        maxAgeMs: settings.NATS_STREAM_MAX_AGE_MS,
        maxBytes: settings.NATS_STREAM_MAX_BYTES,
      },
      logger: loggers.service,
    }));
  const directory =
    overrides.directory ?? grpcRoomDirectory(settings.HISTORY_ROOM_STATE_ADDRESS, settings.HISTORY_RPC_DEADLINE_MS);
  return {
    settings,
    telemetry,
    loggers,
    events,
    clock: overrides.clock ?? systemClock,
    database,
    store: postgresHistory(database, settings.HISTORY_MESSAGE_BYTES_MAX),
    bus,
    shards: Array.from({ length: settings.ROOM_STATE_SHARDS }, (_, number) => shardId(number)),
    beacons: new HeadBeacons(bus),
    directory,
    beforeAck: overrides.beforeAck,
    async close() {
      if (overrides.directory === undefined) directory.close();
      if (overrides.bus === undefined) await bus.close();
      await database.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}
