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

/** Every setting of history; `main.ts` reads them from the environment, nothing else does. */
export const historySettings = defineSettings({
  DATABASE_URL: setting(url('postgres', 'postgresql'), 'PostgreSQL, where logged rooms are kept.'),
  DATABASE_PASSWORD: setting(secret().optional(), 'Password, in place of the one in DATABASE_URL.'),
  DATABASE_TLS_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) that vouch for PostgreSQL: TLS is demanded, under the host name of DATABASE_URL. Read at each connection.',
  ),
  ...internalTlsSettings,
  ...logSettings,
  ...traceSettings,
  PLENARY_METRICS: setting(flag().default(true), 'False measures nothing: to see what measuring costs.'),
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
  ROOM_STATE_SHARDS: setting(int({ min: 1, max: 256 }).default(16), 'Logs to read; the same number as room-state has.'),
  HISTORY_ROOM_STATE_ADDRESS: setting(text().default('127.0.0.1:7002'), 'host:port of the gRPC servers of room-state.'),
  HISTORY_GRPC_HOST: setting(host().default('127.0.0.1'), 'Address of the gRPC server.'),
  HISTORY_GRPC_PORT: setting(port().default(7003), 'Port of the gRPC server; 0 takes any free one.'),
  HISTORY_HEALTH_HOST: setting(host().default('127.0.0.1'), 'Address of the health port.'),
  HISTORY_HEALTH_PORT: setting(
    port().default(9463),
    'Port of /startupz, /livez, /readyz, /metrics and /drain; 0 takes any free one.',
  ),
  HISTORY_DRAIN_DEADLINE_MS: setting(durationMs().default(30_000), 'How long a drain may take.'),
  HISTORY_DATABASE_CONNECTIONS_MAX: setting(
    int({ min: 2, max: 1_000 }).default(10),
    'Connections to PostgreSQL at most.',
  ),
  HISTORY_BATCH_EVENTS: setting(int({ min: 1, max: 1_000 }).default(256), 'Events one transaction takes at most.'),
  HISTORY_BATCH_WAIT_MS: setting(durationMs().default(50), 'How long an event waits for others of its log.'),
  HISTORY_BEACON_MS: setting(durationMs().default(2_000), 'How often edges are told where the log of each room ends.'),
  HISTORY_RPC_DEADLINE_MS: setting(durationMs().default(3_000), 'How long a question to room-state may take.'),
  HISTORY_MESSAGE_BYTES_MAX: setting(bytes().default(64 * 1024 * 1024), 'Larger messages are not kept.'),
  HISTORY_UNFINISHED_MS: setting(
    durationMs().default(3_600_000),
    'How long the parts of a message wait for its end before they are thrown away.',
  ),
  HISTORY_RETENTION_MS: setting(
    durationMs().default(60_000),
    'How often messages are looked for that are older than their room keeps them.',
  ),
  HISTORY_PAGE_MESSAGES: setting(int({ min: 1, max: 10_000 }).default(1_000), 'Messages of a page at most.'),
  HISTORY_PAGE_BYTES: setting(bytes().default(3 * 1024 * 1024), 'A page ends when it has this size.'),
});

export type HistorySettings = SettingsOf<typeof historySettings>;
