import { randomBytes, randomUUID } from 'node:crypto';
import { connectNatsBus, shardId, type Bus } from '@plenary/bus';
import { openDatabase, type Database } from '@plenary/db';
import { systemClock, type Clock } from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { identityEquals, type RoomId, type ShardId } from '@plenary/wire';
import type { RoomStateSettings } from './config.js';
import { createEvents, type Events } from './events.js';
import type { RandomBytes } from './ids.js';
import { createLoggers, type Loggers } from './logger.js';
import { nicknameProfile } from './nickname-profile.js';
import { StatePublisher } from './producers/state-events.js';
import { reservedNicknameKeys } from './room/nickname.js';
import { RoomQueue } from './room-queue.js';
import { Rooms } from './rooms.js';
import type { Store } from './store/interface.js';
import { postgresStore } from './store/postgres.js';
import type { RoomStateSchema } from './store/schema.js';

/** What a test, or a process that runs several services, gives instead of what the settings say. */
export interface ContextOverrides {
  /** Stays open when the service stops. */
  readonly bus?: Bus | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomBytes | undefined;
  /** For fault tests: true stops this event's publication, as a crash between commit and publish would. */
  readonly holdPublish?: ((room: RoomId, version: bigint) => boolean) | undefined;
}

/** Everything room-state needs, built once. Nothing in it runs before the server starts. */
export interface RoomStateContext {
  readonly settings: RoomStateSettings;
  readonly telemetry: Telemetry;
  readonly loggers: Loggers;
  readonly events: Events;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** Name of this replica among the others, new at every start. */
  readonly replica: string;
  readonly database: Database<RoomStateSchema>;
  readonly store: Store;
  readonly bus: Bus;
  readonly shards: readonly ShardId[];
  readonly publisher: StatePublisher;
  readonly queue: RoomQueue;
  readonly rooms: Rooms;
  /** Closes what was opened here; what was given stays open. */
  close(): Promise<void>;
}

export async function createContext(
  settings: RoomStateSettings,
  overrides: ContextOverrides = {},
): Promise<RoomStateContext> {
  const telemetry =
    overrides.telemetry ??
    createTelemetry({
      service: 'room-state',
      hashKey: settings.PLENARY_LOG_HASH_KEY ?? randomBytes(16).toString('hex'),
    });
  const loggers = createLoggers(telemetry);
  const events = createEvents(telemetry, loggers);
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? ((count: number) => randomBytes(count));
  const database = openDatabase<RoomStateSchema>(settings.DATABASE_URL, {
    max: settings.ROOM_STATE_DATABASE_CONNECTIONS_MAX,
    applicationName: 'room-state',
    onIdleError: (error) => events.taskFailed('database', error),
  });
  const store = postgresStore(database, {
    sameIdentity: identityEquals,
    cachedEndpoints: settings.ROOM_STATE_CACHED_ENDPOINTS_MAX,
  });
  const bus =
    overrides.bus ??
    (await connectNatsBus({
      servers: settings.NATS_URL,
      name: 'room-state',
      roomConnections: 0,
      logger: loggers.service,
    }));
  const publisher = new StatePublisher({
    bus,
    outbox: store,
    clock,
    events,
    timeoutMs: settings.ROOM_STATE_PUBLISH_TIMEOUT_MS,
    holdPublish: overrides.holdPublish,
  });
  const queue = new RoomQueue({ store, publisher, clock, events, joinGroupMs: settings.ROOM_STATE_JOIN_GROUP_MS });
  const rooms = new Rooms({
    store,
    publisher,
    queue,
    clock,
    random,
    events,
    nicknames: {
      profile: nicknameProfile,
      reservedKeys: reservedNicknameKeys(settings.ROOM_STATE_RESERVED_NICKNAMES, nicknameProfile),
    },
    domain: settings.PLENARY_DOMAIN,
    shards: settings.ROOM_STATE_SHARDS,
    adHoc: settings.ROOM_STATE_AD_HOC_ROOMS ? settings.ROOM_STATE_AD_HOC_BLUEPRINT : undefined,
    roomsPerUserMax: settings.ROOM_STATE_ROOMS_PER_USER_MAX,
    seatMs: settings.ROOM_STATE_SEAT_MS,
  });
  return {
    settings,
    telemetry,
    loggers,
    events,
    clock,
    random,
    replica: `room-state-${randomUUID()}`,
    database,
    store,
    bus,
    shards: Array.from({ length: settings.ROOM_STATE_SHARDS }, (_, number) => shardId(number)),
    publisher,
    queue,
    rooms,
    async close() {
      if (overrides.bus === undefined) await bus.close();
      await database.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}
