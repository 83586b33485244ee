import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Paths of PEM files: a certificate chain (own certificate first), its private key, and authorities that are believed. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authorities?: string | undefined;
}

/** What the files hold. */
export interface Pem {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
  /** Validity of the first certificate of the chain, milliseconds since 1970. */
  readonly beginsAtMs: number;
  readonly expiresAtMs: number;
  /** Changes whenever one of the files does. */
  readonly fingerprint: string;
}

/** Something is wrong with one of the files. `file` says with which; the message names its path and never what it holds. */
export class CertificateFault extends Error {
  override readonly name = 'CertificateFault';
  constructor(
    readonly file: keyof CertificateFiles,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Certificates in one file at most: a chain, or the authorities of an installation. */
const certificatesMax = 64;
/** Octets of one file at most. */
const fileBytesMax = 1024 * 1024;
const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the files and checks that they belong together: the key is that of the first certificate, and every authority can
 * be read. Throws `CertificateFault`. Does not look at the clock.
 */
export function readPem(files: CertificateFiles): Pem {
  const cert = read(files, 'certificate');
  const key = read(files, 'key');
  const ca = files.authorities === undefined ? undefined : read(files, 'authorities');
  const [own] = certificatesIn(cert, 'certificate', files.certificate);
  if (ca !== undefined) certificatesIn(ca, 'authorities', files.authorities ?? '');
  const fits = own?.checkPrivateKey(privateKey(key, files.key)) ?? false;
  if (own === undefined || !fits)
    throw new CertificateFault('key', `${files.key} is not the key of the certificate in ${files.certificate}`);
  const fingerprint = createHash('sha256')
    .update([cert, key, ca ?? ''].join('\0'))
    .digest('hex');
  const [beginsAtMs, expiresAtMs] = [Date.parse(own.validFrom), Date.parse(own.validTo)];
  return { cert, key, ca, beginsAtMs, expiresAtMs, fingerprint };
}

function read(files: CertificateFiles, file: keyof CertificateFiles): string {
  const path = files[file] ?? '';
  let octets: Buffer;
  try {
    octets = readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CertificateFault(file, `cannot be read: ${reason}`, { cause: error });
  }
  if (octets.length > fileBytesMax) throw new CertificateFault(file, `${path} is too large for a PEM file`);
  return octets.toString('latin1');
}

function certificatesIn(text: string, file: keyof CertificateFiles, path: string): X509Certificate[] {
  const blocks = text.match(block) ?? [];
  if (blocks.length === 0) throw new CertificateFault(file, `${path} holds no certificate in PEM form`);
  if (blocks.length > certificatesMax)
    throw new CertificateFault(file, `${path} holds more than ${String(certificatesMax)} certificates`);
  try {
    return blocks.map((one) => new X509Certificate(one));
  } catch (error) {
    throw new CertificateFault(file, `${path} holds a certificate that cannot be read`, { cause: error });
  }
}

function privateKey(text: string, path: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(text);
  } catch (error) {
    throw new CertificateFault('key', `${path} holds no private key in PEM form without a passphrase`, {
      cause: error,
    });
  }
}
