import { X509Certificate } from 'node:crypto';
import type { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { flag, setting, text } from '@plenary/config';
import { StartError } from '../start-error.js';
import type { CertificateFollower } from './certificate-follower.js';
import { type Certificates, openCertificates } from './certificates.js';
import { channelCredentials, serverCredentials } from './grpc-credentials.js';
import { dnsNamesOf, type InternalName } from './internal-names.js';

/** Settings of every service and of the command line: put them into its own with `...internalTlsSettings`. */
export const internalTlsSettings = {
  PLENARY_INTERNAL_TLS_CERTIFICATE: setting(
    text().optional(),
    'File of the certificate chain (PEM) this program shows to the other services and the bus. Read again when it changes.',
  ),
  PLENARY_INTERNAL_TLS_KEY: setting(text().optional(), 'File of its private key (PEM).'),
  PLENARY_INTERNAL_TLS_AUTHORITIES: setting(
    text().optional(),
    'File of the authorities (PEM) whose certificates count inside; the three files go together.',
  ),
  PLENARY_INTERNAL_PLAINTEXT: setting(
    flag().default(false),
    'Without those files, services may talk in plain text beyond loopback: only where the network itself is private.',
  ),
};

const settingNames = {
  certificate: 'PLENARY_INTERNAL_TLS_CERTIFICATE',
  key: 'PLENARY_INTERNAL_TLS_KEY',
  authorities: 'PLENARY_INTERNAL_TLS_AUTHORITIES',
} as const;

/** Values of `internalTlsSettings`. */
export interface InternalTlsValues {
  readonly PLENARY_INTERNAL_TLS_CERTIFICATE: string | undefined;
  readonly PLENARY_INTERNAL_TLS_KEY: string | undefined;
  readonly PLENARY_INTERNAL_TLS_AUTHORITIES: string | undefined;
  readonly PLENARY_INTERNAL_PLAINTEXT: boolean;
}

/** Who this program is among the services: its certificate, and what it believes of others. */
export interface InternalIdentity {
  readonly name: InternalName;
  readonly certificates: Certificates;
  serverCredentials(): ServerCredentials;
  /** For a client of the service `expected`: no other certificate is taken. */
  channelCredentials(expected: InternalName): ChannelCredentials;
  close(): void;
}

export interface InternalIdentityOptions {
  readonly name: InternalName;
  /** Where it listens for and calls other services: setting → `host`, `host:port` or URL, or several of them. */
  readonly addresses: Readonly<Record<string, string | readonly string[]>>;
  /** Tells of the certificate, in a service. */
  readonly follower?: CertificateFollower | undefined;
}

/**
 * The identity the settings name; undefined without one, which is allowed on loopback. Throws `StartError` where the files
 * are incomplete or faulty, where the certificate carries another name, or where plain text would leave loopback.
 */
export function openInternalIdentity(
  values: InternalTlsValues,
  { name, addresses, follower }: InternalIdentityOptions,
): InternalIdentity | undefined {
  const files = filesOf(values);
  if (files === undefined) {
    if (!values.PLENARY_INTERNAL_PLAINTEXT) refusePlainText(addresses);
    return undefined;
  }
  const certificates =
    follower?.open('internal', files, settingNames) ?? openCertificates(files, { settings: settingNames });
  const names = dnsNamesOf(new X509Certificate(certificates.options().cert).subjectAltName);
  if (!names.includes(name)) {
    certificates.close();
    throw new StartError(
      `PLENARY_INTERNAL_TLS_CERTIFICATE: ${files.certificate} is not for ${name}: it carries ${names.length === 0 ? 'no DNS name' : names.join(', ')}`,
    );
  }
  return {
    name,
    certificates,
    serverCredentials: () => serverCredentials(certificates),
    channelCredentials: (expected) => channelCredentials(certificates, expected),
    close: () => certificates.close(),
  };
}

function filesOf(values: InternalTlsValues): { certificate: string; key: string; authorities: string } | undefined {
  const {
    PLENARY_INTERNAL_TLS_CERTIFICATE: certificate,
    PLENARY_INTERNAL_TLS_KEY: key,
    PLENARY_INTERNAL_TLS_AUTHORITIES: authorities,
  } = values;
  if (certificate !== undefined && key !== undefined && authorities !== undefined)
    return { certificate, key, authorities };
  if (certificate === undefined && key === undefined && authorities === undefined) return undefined;
  throw new StartError(
    'PLENARY_INTERNAL_TLS_CERTIFICATE, PLENARY_INTERNAL_TLS_KEY and PLENARY_INTERNAL_TLS_AUTHORITIES go together: give all three or none',
  );
}

function refusePlainText(addresses: InternalIdentityOptions['addresses']): void {
  for (const [settingName, places] of Object.entries(addresses))
    for (const place of typeof places === 'string' ? [places] : places) {
      if (hostsOf(place).every(isLoopback)) continue;
      throw new StartError(
        `${settingName} is ${withoutPassword(place)}, beyond loopback, where services speak TLS: set PLENARY_INTERNAL_TLS_CERTIFICATE, PLENARY_INTERNAL_TLS_KEY and PLENARY_INTERNAL_TLS_AUTHORITIES, or PLENARY_INTERNAL_PLAINTEXT to true where the network itself is private`,
      );
    }
}

/** What the bus takes: TLS with the identity where there is one, and the account user where there is a seed. */
export function busSecurity(
  identity: InternalIdentity | undefined,
  nkeySeed: string | undefined,
): { readonly tls?: () => { cert: string; key: string; ca?: string }; readonly nkeySeed?: string } {
  return {
    ...(identity === undefined ? {} : { tls: () => identity.certificates.options() }),
    ...(nkeySeed === undefined ? {} : { nkeySeed: nkeySeed.trim() }),
  };
}

/** Settings that say where PostgreSQL is and how it is believed. */
export interface DatabaseTlsValues extends Pick<InternalTlsValues, 'PLENARY_INTERNAL_PLAINTEXT'> {
  readonly DATABASE_URL: string;
  readonly DATABASE_TLS_AUTHORITIES: string | undefined;
}

/** Throws `StartError` where what is asked of PostgreSQL would leave loopback in plain text. TLS may also be asked for in the URL. */
export function refusePlainDatabase(values: DatabaseTlsValues): void {
  const { DATABASE_URL: url, DATABASE_TLS_AUTHORITIES, PLENARY_INTERNAL_PLAINTEXT } = values;
  if (DATABASE_TLS_AUTHORITIES !== undefined || PLENARY_INTERNAL_PLAINTEXT) return;
  // Without a host it is a socket of this machine.
  if (
    hostsOf(url).every((host) => host === '' || isLoopback(host)) ||
    /[?&]sslmode=(?:require|verify-ca|verify-full)(?:&|$)/.test(url)
  )
    return;
  throw new StartError(
    `DATABASE_URL is ${withoutPassword(url)}, beyond loopback: set DATABASE_TLS_AUTHORITIES to the file of the authorities that vouch for PostgreSQL, or PLENARY_INTERNAL_PLAINTEXT to true where the network itself is private`,
  );
}

/** Hosts of `host`, `host:port`, `[::1]:port`, `scheme://user@host:port/…`, `dns:///host:port`, `ipv4:a:1,b:2`. */
export function hostsOf(place: string): string[] {
  const rest = place
    .replace(/^(?:dns:\/\/[^/]*\/|[a-z][a-z0-9+.-]*:\/\/|dns:|ipv4:|ipv6:)/i, '')
    .replace(/[/?].*$/, '');
  return rest
    .slice(rest.lastIndexOf('@') + 1)
    .split(',')
    .map((one) => /^\[([^\]]*)\]/.exec(one)?.[1] ?? (one.split(':').length > 2 ? one : one.replace(/:\d+$/, '')));
}

/** True for names and addresses that do not leave this machine. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function withoutPassword(place: string): string {
  return place.replace(/:[^:@/]*@/, ':***@');
}
