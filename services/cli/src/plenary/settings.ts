import type { InternalTlsValues } from '@plenary/service';
import { UsageFault } from './failures.js';

/** Where the server is, and who asks. */
export interface ConnectionSettings {
  /** Of the CCMP resource. */
  readonly url: string;
  readonly username: string;
  /** XCON-USERID. */
  readonly userId: string;
  readonly domain: string;
  /** The demo's own, a file, or to be asked for. */
  readonly password:
    | { readonly kind: 'known'; readonly text: string }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'prompt' };
  /** host:port of room-state's gRPC, for accounts. */
  readonly accountsAddress: string;
  /** How room-state is spoken to. */
  readonly internal: InternalTlsValues;
  readonly timeoutMs: number;
  /** File of the authorities that vouch for the server; undefined: those of the system. */
  readonly authoritiesFile: string | undefined;
}

/** Variables this program reads, with what they mean; also in its help. */
export const variables = {
  PLENARY_CCMP_URL: 'where CCMP is; default http://127.0.0.1:8080/ccmp, that of the dev stack',
  PLENARY_USER: 'your account; default operator',
  PLENARY_USER_ID: 'your XCON-USERID; default xcon-userid:USER@DOMAIN',
  PLENARY_PASSWORD_FILE: 'file with your password; without it you are asked, except for the dev stack’s operator',
  PLENARY_AUTHORITIES_FILE: 'file of the authorities (PEM) that vouch for an https server; default those of the system',
  PLENARY_DOMAIN: 'domain of rooms and users named without one; default localhost',
  PLENARY_ACCOUNTS_ADDRESS: 'host:port of room-state, for the user commands; default 127.0.0.1:7002',
  PLENARY_INTERNAL_TLS_CERTIFICATE: 'certificate (PEM) of the operator towards room-state, for the user commands',
  PLENARY_INTERNAL_TLS_KEY: 'its private key (PEM)',
  PLENARY_INTERNAL_TLS_AUTHORITIES: 'authorities (PEM) of the services; the three files go together',
  PLENARY_INTERNAL_PLAINTEXT: 'true: room-state may be asked in plain text beyond loopback, on a private network',
  PLENARY_TIMEOUT_SECONDS: 'how long an answer is waited for; default 30, at most 60',
} as const;

/** Names of the demo: they stand for themselves as passwords, on loopback alone. */
const demoOperator = 'operator';

/** Reads the environment. Throws `UsageFault` with one line. */
export function readConnectionSettings(env: Readonly<Record<string, string | undefined>>): ConnectionSettings {
  const given = (name: keyof typeof variables): string | undefined => (env[name] === '' ? undefined : env[name]);
  const url = given('PLENARY_CCMP_URL') ?? 'http://127.0.0.1:8080/ccmp';
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageFault(`PLENARY_CCMP_URL is ${url}: give an http or https URL`);
  const domain = given('PLENARY_DOMAIN') ?? 'localhost';
  const username = given('PLENARY_USER') ?? demoOperator;
  const file = given('PLENARY_PASSWORD_FILE');
  const seconds = Number(given('PLENARY_TIMEOUT_SECONDS') ?? '30');
  if (!Number.isFinite(seconds) || seconds <= 0 || seconds > 60)
    throw new UsageFault('PLENARY_TIMEOUT_SECONDS is a number of seconds, at most 60');
  const isDemo = given('PLENARY_USER') === undefined && isLoopback(new URL(url).hostname);
  return {
    url,
    username,
    userId: given('PLENARY_USER_ID') ?? `xcon-userid:${username}@${domain}`,
    domain,
    password:
      file !== undefined
        ? { kind: 'file', path: file }
        : isDemo
          ? { kind: 'known', text: demoOperator }
          : { kind: 'prompt' },
    accountsAddress: given('PLENARY_ACCOUNTS_ADDRESS') ?? '127.0.0.1:7002',
    internal: {
      PLENARY_INTERNAL_TLS_CERTIFICATE: given('PLENARY_INTERNAL_TLS_CERTIFICATE'),
      PLENARY_INTERNAL_TLS_KEY: given('PLENARY_INTERNAL_TLS_KEY'),
      PLENARY_INTERNAL_TLS_AUTHORITIES: given('PLENARY_INTERNAL_TLS_AUTHORITIES'),
      PLENARY_INTERNAL_PLAINTEXT: given('PLENARY_INTERNAL_PLAINTEXT') === 'true',
    },
    timeoutMs: seconds * 1_000,
    authoritiesFile: given('PLENARY_AUTHORITIES_FILE'),
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}
