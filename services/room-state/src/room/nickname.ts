import type { Result } from '@plenary/wire';

/**
 * The PRECIS Nickname profile (RFC 8266) as the room rules need it: the enforced form (stored and shown) and the comparison
 * key (decides conflicts). Err: the string is refused by the profile or empty after it.
 */
export interface NicknameProfile {
  enforce(asked: string): Result<string, unknown>;
  key(asked: string): Result<string, unknown>;
}

/** What a client asked for, after the string rules and before the room's. */
export type PreparedNickname =
  | { readonly kind: 'remove' }
  | { readonly kind: 'claim'; readonly nickname: string; readonly nickKey: string }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'reserved' };

/** Octets of UTF-8 in a nickname at most. Spec: RFC 7701 §7.1. */
export const maxNicknameBytes = 1023;

/**
 * Applies the string rules to an asked-for nickname (already unquoted).
 *
 * Empty removes (RFC 7701 §7.3); over 1023 octets before or after enforcement, or refused by the profile: malformed
 * (424, NICK-003, NICK-005). `reservedKeys` holds comparison keys (425, NICK-004).
 */
export function prepareNickname(
  asked: string,
  profile: NicknameProfile,
  reservedKeys: ReadonlySet<string>,
): PreparedNickname {
  if (asked === '') return { kind: 'remove' };
  if (octets(asked) > maxNicknameBytes) return { kind: 'malformed' };
  const enforced = profile.enforce(asked);
  const key = profile.key(asked);
  if (!enforced.ok || !key.ok || octets(enforced.value) > maxNicknameBytes) return { kind: 'malformed' };
  if (reservedKeys.has(key.value)) return { kind: 'reserved' };
  return { kind: 'claim', nickname: enforced.value, nickKey: key.value };
}

/** Comparison keys of a list of reserved words; words the profile refuses cannot be asked for and are left out. */
export function reservedNicknameKeys(words: readonly string[], profile: NicknameProfile): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const word of words) {
    const key = profile.key(word);
    if (key.ok) keys.add(key.value);
  }
  return keys;
}

const encoder = new TextEncoder();

function octets(text: string): number {
  return encoder.encode(text).byteLength;
}
