import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { HashHex, Hmac } from '@plenary/wire';

const hashNames = { 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256', MD5: 'md5' } as const;

export const hashHex: HashHex = (algorithm, data) => createHash(hashNames[algorithm]).update(data).digest('hex');

/** HMAC-SHA-256 with that key, base64url. */
export function hmacWith(key: string): Hmac {
  return (data) => createHmac('sha256', key).update(data).digest('base64url');
}

export function randomKey(): string {
  return randomBytes(32).toString('base64url');
}
