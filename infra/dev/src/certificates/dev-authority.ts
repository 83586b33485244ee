import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { internalNames, type InternalName } from '@plenary/service';
import { certificatePaths, readCertificate, writeCertificate, type CertificatePaths } from './files.js';
import { makeAuthority, openAuthority, type Authority, type CertificateContent } from './maker.js';

/** The certificates of an installation on one machine, as files. */
export interface DevCertificates {
  /** File of the authority that vouches for the public ones: what a client is told to believe. */
  readonly publicAuthority: string;
  /** Shown to clients by SIP, MSRP and CCMP. */
  readonly public: CertificatePaths;
  /** File of the authority inside. */
  readonly internalAuthority: string;
  readonly internal: Readonly<Record<InternalName | 'nats' | 'postgres', CertificatePaths>>;
}

/** A certificate that ends within this time is made anew. */
const renewBeforeMs = 7 * 24 * 3_600_000;
const pools = ['a', 'b'];

/**
 * Makes what is missing in `folder`, or about to end: two authorities, a certificate of each service with its own name, those
 * of the bus and of PostgreSQL, and one for clients, for `domain`, this machine and the edges of the pools a and b. What is
 * there and holds for a week more stays, so that a client that believes the authority once goes on doing so.
 */
export async function provideDevCertificates(folder: string, domain = 'localhost'): Promise<DevCertificates> {
  const inside = join(folder, 'internal');
  const here = { dns: ['localhost'], ip: ['127.0.0.1', '::1'] };
  const publicAuthority = await provideAuthority(folder, 'authority', 'Plenary development');
  const internalAuthority = await provideAuthority(inside, 'authority', 'Plenary development, inside');
  const own: [InternalName | 'nats' | 'postgres', CertificatePaths][] = [];
  for (const name of internalNames) own.push([name, await provide(inside, name, internalAuthority, { dns: [name] })]);
  for (const name of ['nats', 'postgres'] as const)
    own.push([name, await provide(inside, name, internalAuthority, { ...here, dns: [name, ...here.dns] })]);
  const dns = new Set([domain, ...here.dns, ...pools.map((pool) => `*.${pool}.msrp.${domain}`)]);
  const clients = await provide(folder, 'public', publicAuthority, { ...here, dns: [...dns] });
  return {
    publicAuthority: certificatePaths(folder, 'authority').certificate,
    public: clients,
    internalAuthority: certificatePaths(inside, 'authority').certificate,
    internal: Object.fromEntries(own) as DevCertificates['internal'],
  };
}

async function provideAuthority(folder: string, name: string, commonName: string): Promise<Authority> {
  const found = readCertificate(certificatePaths(folder, name), Date.now() + renewBeforeMs);
  if (found !== undefined) return openAuthority(found);
  const made = await makeAuthority(commonName);
  writeCertificate(folder, name, made);
  return made;
}

async function provide(
  folder: string,
  name: string,
  authority: Authority,
  content: CertificateContent,
): Promise<CertificatePaths> {
  const paths = certificatePaths(folder, name);
  const found = readCertificate(paths, Date.now() + renewBeforeMs);
  if (found !== undefined && isAsWanted(found.certificate, authority, content)) return paths;
  return writeCertificate(folder, name, await authority.issue(content));
}

/** Of this authority, and for these names. */
function isAsWanted(text: string, authority: Authority, { dns = [], ip = [] }: CertificateContent): boolean {
  const certificate = new X509Certificate(text);
  const named = (name: string): boolean => (certificate.subjectAltName ?? '').split(', ').includes(`DNS:${name}`);
  return (
    certificate.verify(new X509Certificate(authority.certificate).publicKey) &&
    dns.every(named) &&
    ip.every((address) => certificate.checkIP(address) !== undefined)
  );
}
