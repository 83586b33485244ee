import { connectNatsBus, shardId, type Bus } from '@plenary/bus';
import { openDatabase, type Database } from '@plenary/db';
import {
  logOptions,
  busSecurity,
  certificateFollower,
  openInternalIdentity,
  refusePlainDatabase,
  systemClock,
  type Clock,
  type InternalIdentity,
  tracingOf,
} from '@plenary/service';
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
  /** Who history is among the services; without TLS inside, undefined. */
  readonly identity: InternalIdentity | undefined;
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
    createTelemetry({
      service: 'history',
      ...logOptions(settings),
      tracing: tracingOf(settings),
      measure: settings.PLENARY_METRICS,
    });
  const loggers = createLoggers(telemetry);
  const events = createEvents(telemetry, loggers);
  const clock = overrides.clock ?? systemClock;
  refusePlainDatabase(settings);
  const identity = openInternalIdentity(settings, {
    name: 'history',
    addresses: {
      HISTORY_GRPC_HOST: settings.HISTORY_GRPC_HOST,
      ...(overrides.bus === undefined ? { NATS_URL: settings.NATS_URL } : {}),
      ...(overrides.directory === undefined ? { HISTORY_ROOM_STATE_ADDRESS: settings.HISTORY_ROOM_STATE_ADDRESS } : {}),
    },
    follower: certificateFollower(telemetry, clock),
  });
  const database = openDatabase<HistorySchema>(settings.DATABASE_URL, {
    password: settings.DATABASE_PASSWORD,
    tlsAuthorities: settings.DATABASE_TLS_AUTHORITIES,
    max: settings.HISTORY_DATABASE_CONNECTIONS_MAX,
    applicationName: 'history',
    onIdleError: (error) => events.taskFailed('database', error),
  });
  const bus =
    overrides.bus ??
    (await connectNatsBus({
      servers: settings.NATS_URL,
      name: 'history',
      security: busSecurity(identity, settings.NATS_NKEY),
      inboxPrefix: '_INBOX.history',
      roomConnections: 0,
      streams: {
        replicas: Number(settings.NATS_REPLICAS),
        maxAgeMs: settings.NATS_STREAM_MAX_AGE_MS,
        maxBytes: settings.NATS_STREAM_MAX_BYTES,
      },
      logger: loggers.service,
    }));
  const directory =
    overrides.directory ??
    grpcRoomDirectory(settings.HISTORY_ROOM_STATE_ADDRESS, settings.HISTORY_RPC_DEADLINE_MS, identity);
  return {
    settings,
    telemetry,
    loggers,
    events,
    clock,
    database,
    store: postgresHistory(database, settings.HISTORY_MESSAGE_BYTES_MAX),
    bus,
    shards: Array.from({ length: settings.ROOM_STATE_SHARDS }, (_, number) => shardId(number)),
    beacons: new HeadBeacons(bus),
    directory,
    identity,
    beforeAck: overrides.beforeAck,
    async close() {
      if (overrides.directory === undefined) directory.close();
      if (overrides.bus === undefined) await bus.close();
      await database.close();
      identity?.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}
