import { randomBytes, randomUUID } from 'node:crypto';
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
import type { RoomId, ShardId } from '@plenary/wire';
import { Accounts } from './accounts.js';
import { Authentication } from './authentication.js';
import type { SystemPolicy } from './blueprints/create-policy.js';
import { buildConferenceParts } from './conference/build.js';
import type { Conferences } from './conference/conferences.js';
import { localNicknames } from './conference/nickname-allocator.js';
import type { ObjectMaker } from './conference/object-maker.js';
import type { RoomStateSettings } from './config.js';
import { DocumentReader } from './document/reader.js';
import { Entrance } from './entrance.js';
import { createEvents, type Events } from './events.js';
import type { ConferenceReads } from './grpc/conference-reads.js';
import type { RandomBytes } from './ids.js';
import { ConferenceLists } from './listing/conference-lists.js';
import { Listing } from './listing/listing.js';
import { createLoggers, type Loggers } from './logger.js';
import { nicknameProfile } from './nickname-profile.js';
import { PasswordCheck } from './password-check.js';
import { Passwords } from './password.js';
import { StatePublisher } from './producers/state-events.js';
import { reservedNicknameKeys } from './room/nickname.js';
import { RoomQueue } from './room-queue.js';
import { Rooms } from './rooms.js';
import type { Store } from './store/interface.js';
import { postgresStore } from './store/postgres.js';
import type { RoomStateSchema } from './store/schema.js';
import type { ConferenceTimes } from './tasks/conference-times.js';
import { Throttle } from './throttle.js';
import { UserDirectory } from './users/directory.js';

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
  /** Who room-state is among the services; without TLS inside, undefined. */
  readonly identity: InternalIdentity | undefined;
  /** Name of this replica among the others, new at every start. */
  readonly replica: string;
  readonly database: Database<RoomStateSchema>;
  readonly store: Store;
  readonly bus: Bus;
  readonly shards: readonly ShardId[];
  readonly publisher: StatePublisher;
  readonly queue: RoomQueue;
  readonly rooms: Rooms;
  readonly conferences: Conferences;
  readonly maker: ObjectMaker;
  readonly times: ConferenceTimes;
  readonly accounts: Accounts;
  readonly users: UserDirectory;
  readonly passwords: Passwords;
  /** Conference passwords, with the limits on guessing them. */
  readonly passwordCheck: PasswordCheck;
  readonly createPolicy: SystemPolicy;
  readonly deletePolicy: SystemPolicy;
  /** What the reading calls of conference control need. */
  readonly reads: ConferenceReads;
  /** Closes what was opened here; what was given stays open. */
  close(): Promise<void>;
}

/** Sources, users and conferences whose wrong passwords are counted. */
const guessersMax = 100_000;
/** How many times as many a conference takes from all sources together as from one. */
const guessesPerRoom = 10;
/** Wrong passwords one user may give from everywhere, for each one of a source. */
const guessesPerUser = 3;

export async function createContext(
  settings: RoomStateSettings,
  overrides: ContextOverrides = {},
): Promise<RoomStateContext> {
  const telemetry =
    overrides.telemetry ??
    createTelemetry({
      service: 'room-state',
      ...logOptions(settings),
      tracing: tracingOf(settings),
    });
  const loggers = createLoggers(telemetry);
  const events = createEvents(telemetry, loggers);
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? ((count: number) => randomBytes(count));
  refusePlainDatabase(settings);
  const identity = openInternalIdentity(settings, {
    name: 'room-state',
    addresses: {
      ROOM_STATE_GRPC_HOST: settings.ROOM_STATE_GRPC_HOST,
      ...(overrides.bus === undefined ? { NATS_URL: settings.NATS_URL } : {}),
    },
    follower: certificateFollower(telemetry, clock),
  });
  const database = openDatabase<RoomStateSchema>(settings.DATABASE_URL, {
    password: settings.DATABASE_PASSWORD,
    tlsAuthorities: settings.DATABASE_TLS_AUTHORITIES,
    max: settings.ROOM_STATE_DATABASE_CONNECTIONS_MAX,
    applicationName: 'room-state',
    onIdleError: (error) => events.taskFailed('database', error),
  });
  const store = postgresStore(database, {
    cachedEndpoints: settings.ROOM_STATE_CACHED_ENDPOINTS_MAX,
    clock,
    secretKeys: [settings.ROOM_STATE_ACCOUNTS_KEY, settings.ROOM_STATE_ACCOUNTS_KEY_BEFORE].filter(
      (key) => key !== undefined,
    ),
  });
  const bus =
    overrides.bus ??
    (await connectNatsBus({
      servers: settings.NATS_URL,
      name: 'room-state',
      security: busSecurity(identity, settings.NATS_NKEY),
      inboxPrefix: '_INBOX.room-state',
      roomConnections: 0,
      streams: {
        replicas: Number(settings.NATS_REPLICAS),
        maxAgeMs: settings.NATS_STREAM_MAX_AGE_MS,
        maxBytes: settings.NATS_STREAM_MAX_BYTES,
      },
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
  const nowMs = (): number => clock.nowMs();
  const guesses = (factor: number): Throttle =>
    new Throttle({
      attempts: settings.ROOM_STATE_GUESSES_MAX * factor,
      windowMs: settings.ROOM_STATE_GUESSES_WINDOW_MS,
      keysMax: guessersMax,
      nowMs,
    });
  const accounts = new Accounts({
    store,
    domain: settings.PLENARY_DOMAIN,
    demo: settings.PLENARY_DEMO,
    demoAdministrators: settings.ROOM_STATE_DEMO_ADMINISTRATORS,
  });
  const users = new UserDirectory({
    store,
    domain: settings.PLENARY_DOMAIN,
    demo: settings.PLENARY_DEMO,
    random,
    cachedMax: settings.ROOM_STATE_CACHED_IDENTITIES_MAX,
  });
  const passwords = new Passwords({ nowMs });
  const passwordCheck = new PasswordCheck({
    passwords,
    bySource: guesses(1),
    byUser: guesses(guessesPerUser),
    byRoom: guesses(guessesPerRoom),
    clock,
  });
  const createPolicy = { by: settings.ROOM_STATE_CREATE_BY, listed: settings.ROOM_STATE_CREATORS };
  const deletePolicy = { by: settings.ROOM_STATE_DELETE_BY, listed: settings.ROOM_STATE_DELETERS };
  const reads: ConferenceReads = {
    authentication: new Authentication({ accounts, users, throttle: guesses(1) }),
    lists: new ConferenceLists({
      listing: new Listing(store, createPolicy),
      store,
      users,
      passwords: passwordCheck,
    }),
    documents: new DocumentReader(store, users),
  };
  const queue = new RoomQueue({
    store,
    publisher,
    clock,
    events,
    joinGroupMs: settings.ROOM_STATE_JOIN_GROUP_MS,
    tracer: telemetry.tracer,
  });
  const nicknames = localNicknames({
    profile: nicknameProfile,
    reservedKeys: reservedNicknameKeys(settings.ROOM_STATE_RESERVED_NICKNAMES, nicknameProfile),
    random,
  });
  const { maker, adHoc, times, conferences } = buildConferenceParts({
    settings,
    store,
    publisher,
    queue,
    clock,
    random,
    events,
    users,
    passwords,
    passwordCheck,
    createPolicy,
    deletePolicy,
    nicknames,
  });
  const entrance = new Entrance({
    store,
    queue,
    random,
    users,
    passwords: passwordCheck,
    adHoc,
    domain: settings.PLENARY_DOMAIN,
    seatMs: settings.ROOM_STATE_SEAT_MS,
    pendingMs: settings.ROOM_STATE_PENDING_MS,
  });
  const rooms = new Rooms({
    store,
    queue,
    clock,
    events,
    entrance,
    nicknames,
    began: (room) => times.began(room),
  });
  return {
    settings,
    telemetry,
    loggers,
    events,
    clock,
    random,
    identity,
    replica: `room-state-${randomUUID()}`,
    database,
    store,
    bus,
    shards: Array.from({ length: settings.ROOM_STATE_SHARDS }, (_, number) => shardId(number)),
    publisher,
    queue,
    rooms,
    conferences,
    maker,
    times,
    accounts,
    users,
    passwords,
    passwordCheck,
    createPolicy,
    deletePolicy,
    reads,
    async close() {
      if (overrides.bus === undefined) await bus.close();
      await database.close();
      identity?.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}
