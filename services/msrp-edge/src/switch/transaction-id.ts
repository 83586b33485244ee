/** 32 characters of the `ident` grammar (RFC 4975 section 9), so that five random bits make one. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_CHARS = 13;
const POOL_BYTES = 4096;

/**
 * Makes transaction ids of 65 random bits each: 13 letters and digits.
 *
 * RFC 4975 section 7.1: "MUST [...] contain at least 64 bits of randomness". Req: MSRP-003.
 * `fillRandom` fills the array it is given; it is called once per 315 ids.
 */
export function createTransactionIds(fillRandom: (octets: Uint8Array) => void): () => string {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  return () => {
    if (at + ID_CHARS > POOL_BYTES) {
      fillRandom(pool);
      at = 0;
    }
    let id = '';
    for (let i = 0; i < ID_CHARS; i++) id += ALPHABET[pool[at++]! & 31]!;
    return id;
  };
}
