// The library below finds its parts by decorators, which need this first.
// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata';
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key, both PEM. */
export interface MadeCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateContent {
  /** Default: the first of the names below. */
  readonly commonName?: string | undefined;
  readonly dns?: readonly string[] | undefined;
  readonly ip?: readonly string[] | undefined;
  readonly uris?: readonly string[] | undefined;
  readonly emails?: readonly string[] | undefined;
  /** Default: an hour ago, for clocks that differ. */
  readonly beginsAtMs?: number | undefined;
  /** Default: in 30 days. */
  readonly expiresAtMs?: number | undefined;
}

/** A certification authority for development and tests: nothing checks whom it certifies. */
export interface Authority extends MadeCertificate {
  /** A certificate for servers and clients alike, signed by this authority; a key of its own (P-256). */
  issue(content: CertificateContent): Promise<MadeCertificate>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

x509.cryptoProvider.set(webcrypto);

/** Makes an authority, valid for ten years where nothing else is said. */
export async function makeAuthority(
  commonName: string,
  validity: Pick<CertificateContent, 'beginsAtMs' | 'expiresAtMs'> = {},
): Promise<Authority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common({ commonName, expiresAtMs: Date.now() + 3_650 * dayMs, ...validity }),
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authorityOf(certificate, keys.privateKey, pemOf(certificate, keys.privateKey));
}

/** An authority made earlier, from its PEM texts. Throws when they are none. */
export async function openAuthority(made: MadeCertificate): Promise<Authority> {
  const key = createPrivateKey(made.key).export({ type: 'pkcs8', format: 'der' });
  const privateKey = await webcrypto.subtle.importKey('pkcs8', key, algorithm, true, ['sign']);
  return authorityOf(new x509.X509Certificate(made.certificate), privateKey, made);
}

/** A certificate that signs itself, for a server or client that is trusted by name alone. */
export async function makeSelfSigned(content: CertificateContent): Promise<MadeCertificate> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    ...common(content),
    keys,
    extensions: endEntity(content),
  });
  return pemOf(certificate, keys.privateKey);
}

function authorityOf(issuer: x509.X509Certificate, signingKey: webcrypto.CryptoKey, own: MadeCertificate): Authority {
  return {
    certificate: own.certificate,
    key: own.key,
    async issue(content) {
      const keys = await newKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        ...common(content),
        issuer: issuer.subject,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [...endEntity(content), await x509.AuthorityKeyIdentifierExtension.create(issuer)],
      });
      return pemOf(certificate, keys.privateKey);
    },
  };
}

function common(content: CertificateContent) {
  const { beginsAtMs = Date.now() - hourMs, expiresAtMs = Date.now() + 30 * dayMs } = content;
  const name = content.commonName ?? content.dns?.[0] ?? content.ip?.[0] ?? content.uris?.[0] ?? content.emails?.[0];
  const serial = randomBytes(16);
  // A serial number is positive (RFC 5280 section 4.1.2.2).
  serial.writeUInt8((serial.readUInt8(0) & 0x7f) | 0x40, 0);
  return {
    serialNumber: serial.toString('hex'),
    ...subject(name ?? 'unnamed'),
    notBefore: new Date(beginsAtMs),
    notAfter: new Date(expiresAtMs),
    signingAlgorithm: algorithm,
  };
}

function subject(commonName: string): { name: x509.JsonName; subject: x509.JsonName } {
  const name = [{ CN: [commonName] }];
  return { name, subject: name };
}

function endEntity(content: CertificateContent): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...(content.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(content.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
    ...(content.uris ?? []).map((value) => ({ type: 'url' as const, value })),
    ...(content.emails ?? []).map((value) => ({ type: 'email' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
  ];
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function pemOf(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): MadeCertificate {
  const exported = KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' });
  return { certificate: `${certificate.toString('pem')}\n`, key: exported.toString() };
}
