import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { TlsMaterial } from '@plenary/wire/net';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate made by openssl: for `names` (`DNS:a.example`, `IP:127.0.0.1`), signed by `issuer` or by itself. */
export function makeKeyPair(names: readonly string[], issuer?: KeyPair): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-msrp-'));
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { stdio: 'ignore', cwd: folder });
  try {
    const request = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key.pem'];
    const subject = ['-subj', `/CN=${names[0] ?? 'test'}`];
    const extension = names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`];
    if (issuer === undefined) openssl(...request, ...subject, ...extension, '-x509', '-days', '2', '-out', 'cert.pem');
    else {
      writeFileSync(path('ca.pem'), issuer.cert);
      writeFileSync(path('ca.key'), issuer.key);
      writeFileSync(path('ext'), `subjectAltName=${names.join(',')}\n`);
      openssl(...request, ...subject, '-out', 'req.pem');
      const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
      openssl('x509', '-req', '-in', 'req.pem', ...signer, '-out', 'cert.pem');
    }
    return { cert: readFileSync(path('cert.pem'), 'utf8'), key: readFileSync(path('key.pem'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Material that is never renewed. */
export function fixedMaterial(options: TlsOptions): TlsMaterial {
  return { options: () => options, onChange: () => () => undefined };
}
