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
} from '@plenary/config';
import { logSettings, internalTlsSettings, rootTraceSettings } from '@plenary/service';
import { DEFAULT_LIMITS, type EdgeLimits } from './limits.js';

const d = DEFAULT_LIMITS;

/** Every setting of the msrp-edge; `main.ts` reads them from the environment, nothing else does. */
export const msrpEdgeSettings = defineSettings({
  PLENARY_DEMO: setting(flag().default(false), 'Demo mode: binds to loopback addresses only.'),
  ...internalTlsSettings,
  ...logSettings,
  ...rootTraceSettings,
  PLENARY_METRICS: setting(flag().default(true), 'False measures nothing: to see what measuring costs.'),
  NATS_URL: setting(list().default(['nats://127.0.0.1:4222']), 'Servers of the bus.'),
  NATS_NKEY: setting(secret().optional(), 'Seed (SU…) of the account user of this service at the bus.'),
  NATS_REPLICAS: setting(
    oneOf(['1', '3', '5']).default('1'),
    'Copies of every stream and bucket, the same in all services: 3 or 5 in a cluster.',
  ),
  MSRP_EDGE_NAME: setting(text().default('msrp-edge'), 'Name of this edge; every start adds six characters to it.'),
  MSRP_EDGE_POOL: setting(text().default('default'), 'Pool this edge belongs to; a label of its metrics.'),
  MSRP_EDGE_ZONE: setting(text().default('local'), 'Zone this edge runs in.'),
  MSRP_EDGE_MSRP_HOST: setting(host().default('127.0.0.1'), 'Address MSRP listens on.'),
  MSRP_EDGE_MSRP_PORT: setting(port().default(2855), 'Port of MSRP over TCP.'),
  MSRP_EDGE_PUBLIC_HOST: setting(
    host().optional(),
    'Host in the MSRP URIs given to clients; without one the address MSRP listens on.',
  ),
  MSRP_EDGE_PUBLIC_PORT: setting(port().optional(), 'Port in the MSRP URIs; without one the port MSRP listens on.'),
  MSRP_EDGE_PUBLIC_HOST_TEMPLATE: setting(
    text().optional(),
    'Instead of MSRP_EDGE_PUBLIC_HOST: `e{ordinal}.{pool}.msrp.example.com`; {ordinal} is the number at the end of MSRP_EDGE_NAME.',
  ),
  MSRP_EDGE_PLAIN: setting(
    flag().default(true),
    'MSRP over plain TCP is taken; off: over TLS alone, and offers of TCP/MSRP are refused.',
  ),
  MSRP_EDGE_TLS_HOST: setting(
    host().optional(),
    'Address MSRP over TLS listens on; without one that of MSRP over TCP.',
  ),
  MSRP_EDGE_TLS_PORT: setting(port().default(2865), 'Port of MSRP over TLS.'),
  MSRP_EDGE_PUBLIC_TLS_PORT: setting(
    port().optional(),
    'Port in the msrps URIs; without one the port MSRP over TLS listens on.',
  ),
  MSRP_EDGE_TLS_CERTIFICATE: setting(
    text().optional(),
    'File of the certificate chain (PEM); with it and its key MSRP over TLS is taken. Read again when it changes.',
  ),
  MSRP_EDGE_TLS_KEY: setting(text().optional(), 'File of the private key (PEM).'),
  MSRP_EDGE_TLS_OLD_SUITE: setting(
    flag().default(false),
    'TLS_RSA_WITH_AES_128_CBC_SHA is taken too: only for clients that have nothing else.',
  ),
  MSRP_EDGE_PROXY_FROM: setting(
    list().optional(),
    'Networks of balancers (10.0.0.0/8): their connections have to begin with a PROXY v2 header, which says who connects.',
  ),
  MSRP_EDGE_GRPC_HOST: setting(host().default('127.0.0.1'), 'Address of the control port.'),
  MSRP_EDGE_GRPC_PORT: setting(port().default(7004), 'Port of Reserve, Update, CloseSession and Stats.'),
  MSRP_EDGE_CONTROL_HOST: setting(
    host().optional(),
    'Host by which focus reaches the control port; without one the address it listens on.',
  ),
  MSRP_EDGE_HEALTH_HOST: setting(host().default('127.0.0.1'), 'Address of the health port.'),
  MSRP_EDGE_HEALTH_PORT: setting(port().default(9464), 'Port of /startupz, /livez, /readyz, /metrics and /drain.'),
  MSRP_EDGE_ROOM_STATE_ADDRESS: setting(
    text().default('127.0.0.1:7002'),
    'host:port of the gRPC servers of room-state.',
  ),
  MSRP_EDGE_HISTORY_ADDRESS: setting(text().default('127.0.0.1:7003'), 'host:port of the gRPC servers of history.'),
  MSRP_EDGE_RPC_DEADLINE_MS: setting(
    durationMs().default(3_000),
    'How long a question to room-state or history may take.',
  ),
  MSRP_EDGE_DRAIN_DEADLINE_MS: setting(durationMs().default(10_000), 'How long a drain may take.'),
  MSRP_EDGE_CONNECTIONS_MAX: setting(int({ min: 1 }).default(d.connections), 'MSRP connections held at once.'),
  MSRP_EDGE_SESSIONS_MAX: setting(int({ min: 1 }).default(d.sessions), 'Sessions held at once.'),
  MSRP_EDGE_DELIVERIES_PER_SECOND_MAX: setting(
    int({ min: 1 }).default(40_000),
    'Copies a second that count as fully loaded; above 70 % of it new sessions go to other edges.',
  ),
  MSRP_EDGE_EGRESS_BYTES_PER_SECOND_MAX: setting(
    bytes().default(64 * 1024 * 1024),
    'Octets a second to clients that count as fully loaded.',
  ),
  MSRP_EDGE_QUEUE_BYTES: setting(
    bytes().default(d.queueBytes),
    'Octets queued for one connection before it is served from the log instead.',
  ),
  MSRP_EDGE_EVICT_AFTER_MS: setting(
    durationMs().default(d.evictAfterMs),
    'How long a receiver that takes nothing is kept.',
  ),
  MSRP_EDGE_GRACE_MS: setting(durationMs().default(d.graceMs), 'From the loss of a connection to the leave.'),
  MSRP_EDGE_RESERVATION_MS: setting(
    durationMs().default(d.reservationMs),
    'How long a reserved session may stay unbound.',
  ),
  MSRP_EDGE_IDLE_CONNECTION_MS: setting(
    durationMs().default(d.idleConnectionMs),
    'A connection without a good request is closed after this.',
  ),
  MSRP_EDGE_BAD_REQUESTS_MAX: setting(
    int({ min: 1 }).default(d.badRequests),
    'Bad requests before a connection is closed.',
  ),
  MSRP_EDGE_SESSION_INBOUND_BYTES: setting(
    bytes().default(d.sessionInboundBytes),
    'Octets of one session on their way to the log before its socket is not read.',
  ),
  MSRP_EDGE_UNANSWERED_BYTES: setting(
    bytes().default(d.unansweredBytes),
    'Octets of all sessions on their way to the log before sockets are not read.',
  ),
  MSRP_EDGE_OPEN_MESSAGES_MAX: setting(int({ min: 1 }).default(d.openMessages), 'Unfinished messages of one session.'),
  MSRP_EDGE_CHUNK_TIMER_MS: setting(
    durationMs().default(d.chunkTimerMs),
    'How long the next chunk of a message may take.',
  ),
  MSRP_EDGE_PUBLISH_TIMEOUT_MS: setting(
    durationMs().default(d.publishTimeoutMs),
    'How long a message is offered to the log before it stays unanswered.',
  ),
  MSRP_EDGE_MARKER_EVERY: setting(
    int({ min: 1 }).default(d.markerEvery),
    'Copies from one that asks for a 200 to the next.',
  ),
  MSRP_EDGE_MARKER_INTERVAL_MS: setting(
    durationMs().default(d.markerIntervalMs),
    'Longest time from one copy that asks for a 200 to the next.',
  ),
  MSRP_EDGE_RECENT_BYTES: setting(bytes().default(d.recentBytes), 'Octets of recent messages kept per room.'),
  MSRP_EDGE_REPLAY_BYTES: setting(bytes().default(d.replayBytes), 'Octets of earlier messages shown to who joins.'),
  MSRP_EDGE_TEXT_BODY_BYTES: setting(
    bytes().default(d.textBodyBytes),
    'Bodies up to this size are put together as text, larger ones as octets.',
  ),
  MSRP_EDGE_PACE_FACTOR: setting(
    int({ min: 0, max: 100 }).default(d.paceFactor),
    'Pause after writing copies, in multiples of the time the writing took: a busy edge gathers more for each write. 0: none.',
  ),
  MSRP_EDGE_PACE_MAX_MS: setting(durationMs().default(d.paceMaxMs), 'Longest such pause.'),
});

export type MsrpEdgeSettings = SettingsOf<typeof msrpEdgeSettings>;

/** The bounds of the switch as the settings have them; what has no setting keeps its default. */
export function limitsOf(settings: MsrpEdgeSettings): EdgeLimits {
  return {
    ...DEFAULT_LIMITS,
    connections: settings.MSRP_EDGE_CONNECTIONS_MAX,
    sessions: settings.MSRP_EDGE_SESSIONS_MAX,
    queueBytes: settings.MSRP_EDGE_QUEUE_BYTES,
    evictAfterMs: settings.MSRP_EDGE_EVICT_AFTER_MS,
    graceMs: settings.MSRP_EDGE_GRACE_MS,
    reservationMs: settings.MSRP_EDGE_RESERVATION_MS,
    idleConnectionMs: settings.MSRP_EDGE_IDLE_CONNECTION_MS,
    badRequests: settings.MSRP_EDGE_BAD_REQUESTS_MAX,
    sessionInboundBytes: settings.MSRP_EDGE_SESSION_INBOUND_BYTES,
    unansweredBytes: settings.MSRP_EDGE_UNANSWERED_BYTES,
    openMessages: settings.MSRP_EDGE_OPEN_MESSAGES_MAX,
    chunkTimerMs: settings.MSRP_EDGE_CHUNK_TIMER_MS,
    publishTimeoutMs: settings.MSRP_EDGE_PUBLISH_TIMEOUT_MS,
    markerEvery: settings.MSRP_EDGE_MARKER_EVERY,
    markerIntervalMs: settings.MSRP_EDGE_MARKER_INTERVAL_MS,
    recentBytes: settings.MSRP_EDGE_RECENT_BYTES,
    replayBytes: settings.MSRP_EDGE_REPLAY_BYTES,
    textBodyBytes: settings.MSRP_EDGE_TEXT_BODY_BYTES,
    paceFactor: settings.MSRP_EDGE_PACE_FACTOR,
    paceMaxMs: settings.MSRP_EDGE_PACE_MAX_MS,
  };
}
