import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import type { TlsMaterial } from './listen.js';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for `name`, made by openssl. */
export function makeKeyPair(name: string): KeyPair {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-wire-'));
  try {
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'.split(' ');
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
    execFileSync('openssl', [...words, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Material in memory, renewed by `renew`. */
export class HeldMaterial implements TlsMaterial {
  readonly #handlers = new Set<() => void>();
  constructor(private held: TlsOptions) {}

  get watchers(): number {
    return this.#handlers.size;
  }

  options(): TlsOptions {
    return this.held;
  }

  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  renew(fresh: TlsOptions): void {
    this.held = fresh;
    for (const handler of this.#handlers) handler();
  }
}

/** A PROXY v2 header for a connection of IPv4 from `address` and `port`. */
export function proxyHeader(address: string, port: number): Buffer {
  const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
  const source = Buffer.from(address.split('.').map(Number));
  const rest = Buffer.from([127, 0, 0, 1, port >> 8, port & 0xff, 0, 1]);
  return Buffer.concat([signature, Buffer.from([0x21, 0x11, 0, 12]), source, rest]);
}
