import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate with these alternative names in the words of openssl: `DNS:a.example,URI:sip:b@a.example`. */
export function makeCertificate(subjectAltName: string): TestCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-sip-'));
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test'.split(' ');
    const files = ['-addext', `subjectAltName=${subjectAltName}`, '-keyout', key, '-out', cert];
    execFileSync('openssl', [...words, ...files], { stdio: 'ignore' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A PROXY v2 header: `PROXY` for an IPv4 connection from there, or `LOCAL`. */
export function proxyHeader(from: { readonly address: string; readonly port: number } | 'local'): Buffer {
  const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
  if (from === 'local') return Buffer.concat([signature, Buffer.from([0x20, 0, 0, 0])]);
  const source = Buffer.from(from.address.split('.').map(Number));
  const ports = Buffer.from([127, 0, 0, 1, from.port >> 8, from.port & 0xff, 0x13, 0xc4]);
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, 12]), source, ports]);
}
