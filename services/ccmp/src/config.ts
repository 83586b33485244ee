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
  settingType,
  text,
  url,
} from '@plenary/config';
import { logSettings, internalTlsSettings, rootTraceSettings } from '@plenary/service';

/** The path of an HTTP request, `/ccmp`. */
const httpPath = settingType({ kind: 'path', cure: 'Give an absolute path such as /ccmp.' }, (value) =>
  /^\/[A-Za-z0-9._~/-]{0,200}$/.test(value) ? value : undefined,
);

/** How a client may prove who it is, in no order: what a request brings decides. */
export const proofKinds = ['subject', 'certificate', 'token'] as const;
export type ProofKind = (typeof proofKinds)[number];

const proofList = settingType<readonly ProofKind[]>(
  { kind: 'list', cure: `Give some of ${proofKinds.join(', ')}, separated by commas.` },
  (value) => {
    const words = value.split(',').map((word) => word.trim());
    const kinds = words.filter((word): word is ProofKind => (proofKinds as readonly string[]).includes(word));
    return kinds.length === words.length ? kinds : undefined;
  },
);

/** Every setting of ccmp; `main.ts` reads them from the environment, nothing else does. */
export const ccmpSettings = defineSettings({
  PLENARY_DOMAIN: setting(text().default('localhost'), 'Host part of room and user URIs.'),
  PLENARY_DEMO: setting(flag().default(false), 'Demo mode: loopback only.'),
  ...internalTlsSettings,
  ...logSettings,
  ...rootTraceSettings,
  CCMP_PATH: setting(httpPath.default('/ccmp'), 'Path of the CCMP server.'),
  CCMP_HTTP: setting(flag().default(true), 'Plain HTTP is served.'),
  CCMP_HTTP_HOST: setting(host().default('127.0.0.1'), 'Address plain HTTP listens on.'),
  CCMP_HTTP_PORT: setting(port().default(8080), 'Port of plain HTTP; 0 takes any free one.'),
  CCMP_HTTP_BEYOND_LOOPBACK: setting(
    flag().default(false),
    'Plain HTTP may listen on other than loopback: only where something in front of it speaks TLS.',
  ),
  CCMP_HTTPS_HOST: setting(host().default('127.0.0.1'), 'Address HTTPS listens on.'),
  CCMP_HTTPS_PORT: setting(port().default(8443), 'Port of HTTPS; 0 takes any free one.'),
  CCMP_TLS_CERTIFICATE: setting(
    text().optional(),
    'File of the certificate chain (PEM); HTTPS is served where it is set. Read again when it changes.',
  ),
  CCMP_TLS_KEY: setting(text().optional(), 'File of the private key (PEM).'),
  CCMP_TLS_CLIENT_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) whose client certificates count.',
  ),
  CCMP_TLS_CLIENT_CERTIFICATES: setting(
    oneOf(['none', 'optional', 'required']).default('none'),
    'Whether clients are asked for a certificate.',
  ),
  CCMP_FORWARDED_FROM: setting(
    list().default([]),
    'Addresses of proxies whose X-Forwarded-For says where a request came from.',
  ),
  CCMP_AUTHENTICATION: setting(
    proofList.default(['subject']),
    'What proves who a client is: its subject parameter, its certificate, a bearer token.',
  ),
  CCMP_AUTHENTICATION_MEMORY_MS: setting(
    durationMs().default(15_000),
    'How long a proven password is remembered, so that room-state is not asked each time; 0: never.',
  ),
  CCMP_TOKEN_ISSUER: setting(text().optional(), 'Issuer (iss) of bearer tokens.'),
  CCMP_TOKEN_AUDIENCE: setting(text().default('ccmp'), 'Audience (aud) bearer tokens must name.'),
  CCMP_TOKEN_KEYS: setting(url('https', 'http').optional(), 'Where the public keys of the issuer are (a JWK set).'),
  CCMP_TOKEN_SECRET: setting(
    secret({ minLength: 32 }).optional(),
    'Secret shared with the issuer (HS256), instead of public keys.',
  ),
  CCMP_TOKEN_CLAIM: setting(
    text().default('sub'),
    'Claim of a token that names the user: an account, or a URI such as sip:alice@example.com.',
  ),
  CCMP_MESSAGES_OFF: setting(
    list().default([]),
    'Messages not offered, such as sidebarByRefRequest, chatHistory or confRequest/create; they are answered 501.',
  ),
  CCMP_SCHEMA_URL: setting(
    url().default('urn:x-plenary:ns:chat:1'),
    'Where the schema of the extensions is published (infra/docs/schemas/plenary-chat-1.xsd), as optionsResponse tells it; without an address, its namespace.',
  ),
  CCMP_ROOM_STATE_ADDRESS: setting(text().default('127.0.0.1:7002'), 'host:port of the gRPC servers of room-state.'),
  CCMP_HISTORY_ADDRESS: setting(text().default('127.0.0.1:7003'), 'host:port of the gRPC servers of history.'),
  CCMP_DEADLINE_MS: setting(
    durationMs().default(10_000),
    'How long a request may take; then it is answered 510. Clients wait 30 s.',
  ),
  CCMP_PENDING_MAX: setting(
    int({ min: 1, max: 100_000 }).default(256),
    'Requests at work at once; those beyond are answered 510.',
  ),
  CCMP_PENDING_PER_SOURCE_MAX: setting(
    int({ min: 1, max: 100_000 }).default(64),
    'Requests at work at once from one address; those beyond are answered 510.',
  ),
  CCMP_RATE_PER_SECOND: setting(
    int({ min: 0, max: 1_000_000 }).default(500),
    'Requests a second from one address before they get HTTP 429; 0: no limit.',
  ),
  CCMP_RATE_BURST: setting(int({ min: 1, max: 1_000_000 }).default(1_000), 'Requests at once before the rate counts.'),
  CCMP_CONNECTIONS_MAX: setting(int({ min: 1, max: 100_000 }).default(2_000), 'Connections at once.'),
  CCMP_PIPELINED_MAX: setting(
    int({ min: 1, max: 1_000 }).default(64),
    'Requests of one connection that wait for an earlier answer; one more ends the connection.',
  ),
  CCMP_BODY_BYTES_MAX: setting(bytes().default(512 * 1024), 'Largest body of a request.'),
  CCMP_HEADER_BYTES_MAX: setting(bytes().default(16 * 1024), 'Largest head of a request.'),
  CCMP_RECEIVE_MS: setting(durationMs().default(10_000), 'How long a request may take to arrive.'),
  CCMP_IDLE_MS: setting(durationMs().default(60_000), 'How long a connection may be silent between requests.'),
  CCMP_LIST_MAX: setting(int({ min: 1, max: 100_000 }).default(2_000), 'Entries of one list; more are answered 511.'),
  CCMP_HEALTH_HOST: setting(host().default('127.0.0.1'), 'Address of the health port.'),
  CCMP_HEALTH_PORT: setting(
    port().default(9466),
    'Port of /startupz, /livez, /readyz, /metrics and /drain; 0 takes any free one.',
  ),
  CCMP_DRAIN_DEADLINE_MS: setting(durationMs().default(20_000), 'How long a drain may take.'),
});

export type CcmpSettings = SettingsOf<typeof ccmpSettings>;
