import {
  type SettingsOf,
  bytes,
  defineSettings,
  durationMs,
  flag,
  host,
  int,
  list,
  oneOf,
  port,
  secret,
  setting,
  text,
  url,
} from '@plenary/config';
import { logSettings, internalTlsSettings, traceSettings } from '@plenary/service';

/** Every setting of room-state; `main.ts` reads them from the environment, nothing else does. */
export const roomStateSettings = defineSettings({
  PLENARY_DOMAIN: setting(text().default('localhost'), 'Host part of room and user URIs, and the digest realm.'),
  PLENARY_DEMO: setting(
    flag().default(false),
    'Demo mode: every user name with itself as password, three rooms; loopback only.',
  ),
  DATABASE_URL: setting(url('postgres', 'postgresql'), 'PostgreSQL, where rooms and accounts are kept.'),
  DATABASE_PASSWORD: setting(secret().optional(), 'Password, in place of the one in DATABASE_URL.'),
  DATABASE_TLS_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) that vouch for PostgreSQL: TLS is demanded, under the host name of DATABASE_URL. Read at each connection.',
  ),
  ...internalTlsSettings,
  ...logSettings,
  ...traceSettings,
  NATS_URL: setting(list().default(['nats://127.0.0.1:4222']), 'Servers of the bus.'),
  NATS_NKEY: setting(secret().optional(), 'Seed (SU…) of the account user of this service at the bus.'),
  NATS_REPLICAS: setting(
    oneOf(['1', '3', '5']).default('1'),
    'Copies of every stream and bucket, the same in all services: 3 or 5 in a cluster.',
  ),
  NATS_STREAM_MAX_AGE_MS: setting(durationMs().default(3_600_000), 'How long a log keeps a message.'),
  NATS_STREAM_MAX_BYTES: setting(
    bytes().default(256 * 1024 * 1024),
    'Octets a log keeps; the servers of the bus reserve them.',
  ),
  ROOM_STATE_GRPC_HOST: setting(host().default('127.0.0.1'), 'Address of the gRPC server.'),
  ROOM_STATE_GRPC_PORT: setting(port().default(7002), 'Port of the gRPC server; 0 takes any free one.'),
  ROOM_STATE_HEALTH_HOST: setting(host().default('127.0.0.1'), 'Address of the health port.'),
  ROOM_STATE_HEALTH_PORT: setting(
    port().default(9462),
    'Port of /startupz, /livez, /readyz, /metrics and /drain; 0 takes any free one.',
  ),
  ROOM_STATE_DRAIN_DEADLINE_MS: setting(durationMs().default(10_000), 'How long a drain may take.'),
  ROOM_STATE_DATABASE_CONNECTIONS_MAX: setting(
    int({ min: 2, max: 1_000 }).default(10),
    'Connections to PostgreSQL at most.',
  ),
  ROOM_STATE_SHARDS: setting(
    int({ min: 1, max: 256 }).default(16),
    'Logs that new rooms are spread over: 000 up to one less than this.',
  ),
  ROOM_STATE_AD_HOC_ROOMS: setting(flag().default(true), 'Makes a room when somebody enters a URI that has none.'),
  ROOM_STATE_AD_HOC_BLUEPRINT: setting(oneOf(['open', 'logged']).default('open'), 'Blueprint of such a room.'),
  ROOM_STATE_ACCOUNTS_KEY: setting(
    secret({ minLength: 32 }).optional(),
    'Key that seals H(A1) of accounts in the database, the same in all replicas; without one it is kept as it is.',
  ),
  ROOM_STATE_ACCOUNTS_KEY_BEFORE: setting(
    secret({ minLength: 32 }).optional(),
    'The key before it, which still opens what it sealed.',
  ),
  ROOM_STATE_ROOMS_PER_USER_MAX: setting(
    int({ min: 0 }).default(100),
    'Open rooms one user may have made; 0: any number.',
  ),
  ROOM_STATE_CREATE_BY: setting(
    oneOf(['everybody', 'listed', 'administrators']).default('everybody'),
    'Who makes conferences, of those who are authenticated; administrators always may.',
  ),
  ROOM_STATE_CREATORS: setting(
    list().default([]),
    'With `listed`: URIs, XCON-USERIDs and domains (`*@example.com`) of who makes conferences.',
  ),
  ROOM_STATE_DELETE_BY: setting(
    oneOf(['everybody', 'listed', 'administrators']).default('everybody'),
    'Who deletes conferences, of those whom the conference itself lets.',
  ),
  ROOM_STATE_DELETERS: setting(list().default([]), 'With `listed`: who deletes conferences, as above.'),
  ROOM_STATE_GUESSES_MAX: setting(
    int({ min: 0, max: 1_000_000 }).default(20),
    'Wrong passwords from one source, and for one user name, in the window; a conference takes ten times as many from all together; 0: any number.',
  ),
  ROOM_STATE_GUESSES_WINDOW_MS: setting(durationMs().default(60_000), 'The window of the wrong passwords.'),
  ROOM_STATE_CACHED_IDENTITIES_MAX: setting(
    int({ min: 0, max: 10_000_000 }).default(100_000),
    'Identities whose XCON-USERID is kept in memory.',
  ),
  ROOM_STATE_ANONYMOUS_USERS_MS: setting(
    durationMs().default(604_800_000),
    'How long a user who never proved anything, and is in no room, keeps its XCON-USERID.',
  ),
  ROOM_STATE_SEAT_MS: setting(durationMs().default(64_000), 'How long an admitted endpoint may take to join.'),
  ROOM_STATE_PENDING_MS: setting(durationMs().default(600_000), 'How long somebody may wait for a moderator.'),
  ROOM_STATE_CALL_REPEAT_MS: setting(
    durationMs().default(2_000),
    'Age at which a call into a room that no focus has taken is announced again.',
  ),
  ROOM_STATE_CALL_MS: setting(durationMs().default(180_000), 'How long a call into a room may be under way.'),
  ROOM_STATE_TOMBSTONE_MS: setting(
    durationMs().default(604_800_000),
    'How long a closed conference is remembered, to show who comes where it went.',
  ),
  ROOM_STATE_JOIN_GROUP_MS: setting(
    durationMs().default(10),
    'How long a join waits for others of its room, to share their transaction; 0: not at all.',
  ),
  ROOM_STATE_EDGE_ABSENT_MS: setting(
    durationMs().default(15_000),
    'How long an edge may be missing from the registry before its endpoints leave.',
  ),
  ROOM_STATE_EDGE_CHECK_MS: setting(durationMs().default(2_000), 'How often the registry of edges is compared.'),
  ROOM_STATE_PUBLISH_TIMEOUT_MS: setting(
    durationMs().default(5_000),
    'How long the log may take to store an event before it is left to the sweeper.',
  ),
  ROOM_STATE_SWEEP_MS: setting(
    durationMs().default(1_000),
    'How often unpublished events and lapsed things are looked for.',
  ),
  ROOM_STATE_SWEEP_AFTER_MS: setting(
    durationMs().default(2_000),
    'Age at which an unpublished event is taken over by the sweeper.',
  ),
  ROOM_STATE_REQUEST_MEMORY_MS: setting(
    durationMs().default(600_000),
    'How long the answer to a request id is remembered.',
  ),
  ROOM_STATE_CACHED_ENDPOINTS_MAX: setting(
    int({ min: 0, max: 10_000_000 }).default(100_000),
    'Endpoints of rooms kept in memory beside their rows.',
  ),
  ROOM_STATE_RESERVED_NICKNAMES: setting(
    list().default(['anonymous', 'plenary', 'system', 'moderator']),
    'Nicknames nobody gets.',
  ),
  ROOM_STATE_DEMO_ADMINISTRATORS: setting(
    list().default(['operator']),
    'User names with the system role administrator in demo mode.',
  ),
  ROOM_STATE_COUNCIL_MEMBERS: setting(
    list().default(['alice', 'bob']),
    'User names that may enter the demo room council; the first one moderates.',
  ),
});

export type RoomStateSettings = SettingsOf<typeof roomStateSettings>;
