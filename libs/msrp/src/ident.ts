/** Idents of our own making: transaction ids and Message-IDs (RFC 4975 sections 7.1 and 9). */

/** A source of random octets: as many as asked for. */
export type RandomBytes = (sizeBytes: number) => Uint8Array;

// 64 characters, 6 bits each; all of them ident-char, the first 32 ALPHANUM.
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.';
const LENGTH = 12;

/**
 * Twelve characters with 71 random bits: "it MUST contain at least 64 bits of randomness" (RFC 4975 section 7.1).
 *
 * Req: MSRP-003.
 */
export function randomIdent(random: RandomBytes): string {
  const octets = random(LENGTH);
  let ident = ALPHABET[(octets[0] ?? 0) & 31] ?? 'a';
  for (let i = 1; i < LENGTH; i++) ident += ALPHABET[(octets[i] ?? 0) & 63] ?? 'a';
  return ident;
}
