/**
 * Nonces that prove themselves: no server keeps them, every server that has the key can check them.
 *
 * nonce = time "." unique "." mac; time in milliseconds, base 36; mac over time, unique and scope.
 */
import { equalInConstantTime } from './digest.js';

/** Keyed hash of a text, at least 128 bits, as hex or base64url (no `.`). */
export type Hmac = (data: string) => string;

/**
 * Makes a nonce (RFC 7616 section 3.3 asks for a time-stamp and a secret; AUTH-005).
 *
 * `scope` is what the nonce is good for, realm and algorithm for instance; it is not in the nonce. `unique` keeps two
 * challenges of one millisecond apart, so that their nonce counts are: base64url characters, empty where no count is kept.
 */
export function makeNonce(nowMs: number, scope: string, hmac: Hmac, unique = ''): string {
  if (!/^[A-Za-z0-9_-]*$/.test(unique)) throw new TypeError('unique is not base64url');
  const time = Math.floor(nowMs).toString(36);
  return `${time}.${unique}.${hmac(signed(time, unique, scope))}`;
}

function signed(time: string, unique: string, scope: string): string {
  return `nonce:${time}:${unique}:${scope}`;
}

/** `stale`: ours, but too old, or from a clock ahead of ours; `forged`: not ours, or for another scope. */
export type NonceState = 'fresh' | 'stale' | 'forged';

/**
 * Checks a nonce by its own words.
 *
 * `lifetimeMs` is its age at most; `skewMs` (default 5000) how far the clocks of two servers may differ.
 */
export function checkNonce(
  nonce: string,
  nowMs: number,
  scope: string,
  hmac: Hmac,
  limits: { readonly lifetimeMs: number; readonly skewMs?: number | undefined },
): NonceState {
  const [, time, unique, mac] = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{0,64})\.([^.]{16,128})$/.exec(nonce) ?? [];
  if (time === undefined || unique === undefined || mac === undefined) return 'forged';
  if (!equalInConstantTime(hmac(signed(time, unique, scope)), mac)) return 'forged';
  const ageMs = nowMs - Number.parseInt(time, 36);
  return ageMs <= limits.lifetimeMs && ageMs >= -(limits.skewMs ?? 5000) ? 'fresh' : 'stale';
}
