import {
  type SettingsOf,
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
  settingType,
  text,
  url,
} from '@plenary/config';
import { logSettings, internalTlsSettings, rootTraceSettings } from '@plenary/service';
import { parseUri } from '@plenary/sip';
import { parseNetworks } from '@plenary/wire/net';

/** A word that may stand in a To tag (RFC 3261 section 25.1). */
const replicaName = settingType({ kind: 'name', cure: 'Give up to 40 letters, digits and hyphens.' }, (value) =>
  /^[A-Za-z0-9-]{1,40}$/u.test(value) ? value : undefined,
);

/** Where requests go: a SIP URI that is resolved (RFC 3263). */
const sipUri = settingType({ kind: 'SIP URI', cure: 'Give one like sip:proxy.example.com;lr.' }, (value) => {
  const uri = parseUri(value);
  return uri.ok && uri.value.kind === 'sip' ? uri.value : undefined;
});

const networkList = settingType<readonly string[]>(
  { kind: 'list', cure: 'Give networks such as 10.0.0.0/8 or fd00::/8, separated by commas.' },
  (value) => {
    const networks = value
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
    return parseNetworks(networks) === undefined ? undefined : networks;
  },
);

/** Every setting of the focus; `main.ts` reads them from the environment, nothing else does. */
export const focusSettings = defineSettings({
  PLENARY_DOMAIN: setting(text().default('localhost'), 'Host part of room and user URIs, and the digest realm.'),
  PLENARY_DEMO: setting(flag().default(false), 'Demo mode: loopback only; digest also offers MD5.'),
  DATABASE_URL: setting(url('postgres', 'postgresql'), 'PostgreSQL, where dialogs are kept.'),
  DATABASE_PASSWORD: setting(secret().optional(), 'Password, in place of the one in DATABASE_URL.'),
  DATABASE_TLS_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) that vouch for PostgreSQL: TLS is demanded, under the host name of DATABASE_URL. Read at each connection.',
  ),
  ...internalTlsSettings,
  ...logSettings,
  ...rootTraceSettings,
  NATS_URL: setting(list().default(['nats://127.0.0.1:4222']), 'Servers of the bus.'),
  NATS_NKEY: setting(secret().optional(), 'Seed (SU…) of the account user of this service at the bus.'),
  NATS_REPLICAS: setting(
    oneOf(['1', '3', '5']).default('1'),
    'Copies of every stream and bucket, the same in all services: 3 or 5 in a cluster.',
  ),
  FOCUS_REPLICA: setting(replicaName.default('focus'), 'Name of this replica; each start adds a part of its own.'),
  FOCUS_SIP_HOST: setting(host().default('127.0.0.1'), 'Address SIP listens on.'),
  FOCUS_SIP_PUBLIC_HOST: setting(
    host().optional(),
    'Name or address peers reach this replica by, for Via; without one the address it listens on.',
  ),
  FOCUS_SIP_PORT: setting(port().default(5060), 'Port of SIP over UDP and TCP.'),
  FOCUS_TLS_HOST: setting(host().default('127.0.0.1'), 'Address SIP over TLS listens on.'),
  FOCUS_TLS_PORT: setting(port().default(5061), 'Port of SIP over TLS.'),
  FOCUS_TLS_CERTIFICATE: setting(
    text().optional(),
    'File of the certificate chain (PEM); SIP over TLS is spoken where it is set. Read again when it changes.',
  ),
  FOCUS_TLS_KEY: setting(text().optional(), 'File of the private key (PEM).'),
  FOCUS_TLS_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) whose certificates count where we connect to; without one those the runtime knows.',
  ),
  FOCUS_TLS_CLIENT_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) whose client certificates count: a SIP URI in one is who sends, a domain may be a trusted peer.',
  ),
  FOCUS_PROXY_FROM: setting(
    networkList.default([]),
    'Networks (CIDR) of balancers: connections from there begin with a PROXY v2 header.',
  ),
  FOCUS_HEALTH_HOST: setting(host().default('127.0.0.1'), 'Address of the health port.'),
  FOCUS_HEALTH_PORT: setting(port().default(9461), 'Port of /startupz, /livez, /readyz, /metrics and /drain.'),
  FOCUS_DRAIN_DEADLINE_MS: setting(durationMs().default(10_000), 'How long a drain may take.'),
  FOCUS_DATABASE_CONNECTIONS_MAX: setting(
    int({ min: 2, max: 1_000 }).default(10),
    'Connections to PostgreSQL at most.',
  ),
  FOCUS_CREDENTIAL_CACHE_MAX: setting(
    int({ min: 1, max: 1_000_000 }).default(10_000),
    'Accounts whose H(A1) is kept at most.',
  ),
  FOCUS_ROOM_STATE_ADDRESS: setting(text().default('127.0.0.1:7002'), 'host:port of the gRPC servers of room-state.'),
  FOCUS_RPC_DEADLINE_MS: setting(durationMs().default(3_000), 'How long a question to another service may take.'),
  FOCUS_DIGEST: setting(
    oneOf(['sha-256', 'sha-256+md5', 'md5']).optional(),
    'Algorithms digest is offered with, strongest first; without a value sha-256, in demo mode sha-256+md5. md5 is for devices that read the first challenge alone.',
  ),
  FOCUS_NONCE_KEY: setting(
    secret({ minLength: 16 }).optional(),
    'Key of the digest nonces, the same at all replicas; without one it is made at each start.',
  ),
  FOCUS_NONCE_LIFETIME_MS: setting(durationMs().default(300_000), 'How long a nonce is fresh.'),
  FOCUS_AUTH_FAILURES_MAX: setting(
    int({ min: 1, max: 1_000 }).default(10),
    'Wrong answers for one name from one address within a minute before they get 403; ten times as many for all names.',
  ),
  FOCUS_TRUSTED_PEERS: setting(
    list().default([]),
    'Peers whose P-Asserted-Identity counts: addresses, and tls:proxy.example.com for who has a certificate of that name.',
  ),
  FOCUS_OPEN_OPTIONS: setting(
    flag().default(false),
    'Answers OPTIONS on a room without authentication: anybody may find out which rooms there are.',
  ),
  FOCUS_CREDENTIAL_CACHE_MS: setting(durationMs().default(60_000), 'How long H(A1) of an account is kept.'),
  FOCUS_MIN_SE_SECONDS: setting(
    int({ min: 90, max: 86_400 }).default(90),
    'Smallest session interval taken (RFC 4028).',
  ),
  FOCUS_OUTBOUND_PROXY: setting(
    sipUri.optional(),
    'SIP URI of the proxy or registrar through which participants are called; without one only devices whose address is known are reached.',
  ),
  FOCUS_RING_MS: setting(durationMs().default(60_000), 'How long a call into a room may ring.'),
  FOCUS_WAITING_MS: setting(durationMs().default(600_000), 'How long somebody may wait for a moderator.'),
  FOCUS_SESSION_EXPIRES_SECONDS: setting(
    int({ min: 90, max: 86_400 }).default(1_800),
    'Session interval asked for where the peer names none.',
  ),
  FOCUS_EDGE_ROOM_CAP: setting(
    int({ min: 1, max: 1_000_000 }).default(2_000),
    'Sessions of one room at one edge before another edge is taken.',
  ),
  FOCUS_EDGE_ROOM_LOAD_PERCENT: setting(
    int({ min: 1, max: 100 }).default(35),
    'Part of an edge one room may take with its messages before its next session goes to another edge.',
  ),
  FOCUS_SWEEP_INTERVAL_MS: setting(
    durationMs().default(5_000),
    'How often dialogs whose session timer ran out are looked for.',
  ),
  FOCUS_TRANSACTIONS_MAX: setting(
    int({ min: 100, max: 1_000_000 }).default(50_000),
    'Open SIP transactions before new requests get 503.',
  ),
  FOCUS_SUBSCRIPTION_SECONDS: setting(
    int({ min: 60, max: 86_400 }).default(3_600),
    'Longest life of a subscription, and that of one which asks for none.',
  ),
  FOCUS_SUBSCRIPTION_MIN_SECONDS: setting(
    int({ min: 1, max: 86_400 }).default(60),
    'Shortest life of a subscription taken; below it, and below an hour, 423.',
  ),
  FOCUS_SUBSCRIPTIONS_PER_ROOM_MAX: setting(
    int({ min: 1, max: 1_000_000 }).default(20_000),
    'Subscriptions to one room at most.',
  ),
  FOCUS_SUBSCRIPTIONS_PER_USER_MAX: setting(
    int({ min: 1, max: 100_000 }).default(200),
    'Subscriptions of one user at most.',
  ),
  FOCUS_SUBSCRIPTIONS_MAX: setting(
    int({ min: 1, max: 10_000_000 }).default(100_000),
    'Subscriptions this replica takes before new ones get 503.',
  ),
  FOCUS_NOTIFY_PACE_MS: setting(
    durationMs().default(5_000),
    'Shortest time between two NOTIFYs of changes to one subscriber.',
  ),
  FOCUS_NOTIFY_BODY_MAX_BYTES: setting(
    int({ min: 1_000, max: 16_777_216 }).default(262_144),
    'Documents above it are sent without users, with their number.',
  ),
  FOCUS_NOTIFY_DATAGRAM_MAX_BYTES: setting(
    int({ min: 1_000, max: 60_000 }).default(16_384),
    'The same for a device that was heard by UDP and takes no TCP connection.',
  ),
  FOCUS_CONNECTIONS_MAX: setting(int({ min: 1, max: 100_000 }).default(20_000), 'SIP connections held at once.'),
});

export type FocusSettings = SettingsOf<typeof focusSettings>;
