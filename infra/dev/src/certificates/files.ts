import { createPublicKey, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MadeCertificate } from './maker.js';

/** Paths of a certificate and its key, PEM. */
export interface CertificatePaths {
  readonly certificate: string;
  readonly key: string;
}

/** Where `name` stands in `folder`. */
export function certificatePaths(folder: string, name: string): CertificatePaths {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

/** Writes `name.pem` and `name.key` (for the owner alone) into `folder`, over what is there, each in one step. */
export function writeCertificate(folder: string, name: string, made: MadeCertificate): CertificatePaths {
  const paths = certificatePaths(folder, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  replace(paths.key, made.key, 0o600);
  replace(paths.certificate, made.certificate, 0o644);
  return paths;
}

/** What is written there, if it is a certificate with its key that is valid at `atMs`; otherwise undefined. */
export function readCertificate(paths: CertificatePaths, atMs: number): MadeCertificate | undefined {
  if (!existsSync(paths.certificate) || !existsSync(paths.key)) return undefined;
  const made = { certificate: readFileSync(paths.certificate, 'utf8'), key: readFileSync(paths.key, 'utf8') };
  try {
    const certificate = new X509Certificate(made.certificate);
    const fits = certificate.publicKey.equals(createPublicKey(made.key));
    return fits && Date.parse(certificate.validTo) > atMs ? made : undefined;
  } catch {
    return undefined;
  }
}

function replace(path: string, text: string, mode: number): void {
  const draft = `${path}.${String(process.pid)}`;
  writeFileSync(draft, text, { mode });
  chmodSync(draft, mode);
  renameSync(draft, path);
}
