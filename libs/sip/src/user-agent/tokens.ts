import { MAGIC_COOKIE } from '../transaction/match.js';
import type { RandomBytes } from './interface.js';

function hex(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += octet.toString(16).padStart(2, '0');
  return text;
}

/** A tag with 128 random bits; RFC 3261 section 19.3 asks for 32, a guessed tag would end somebody's dialog. */
export function newTag(random: RandomBytes): string {
  return hex(random(16));
}

/** A branch nobody used before: the magic cookie and 128 random bits (RFC 3261 section 8.1.1.7). */
export function newBranch(random: RandomBytes): string {
  return `${MAGIC_COOKIE}${hex(random(16))}`;
}

/** A Call-ID: 128 random bits, no host, so that it tells nothing about us (RFC 3261 section 20.8). */
export function newCallId(random: RandomBytes): string {
  return hex(random(16));
}
