import { createHmac } from 'node:crypto';

/**
 * Names for identities in logs: the first 16 hex digits of HMAC-SHA-256 over kind and id. The key is derived anew each
 * day (UTC) from `key`, so operators can follow one identity through a day, and cannot turn a hash into a name.
 */
export function keyedHash(key: string, nowMs: () => number): (kind: string, id: string) => string {
  let day = -1;
  let dayKey: Buffer = Buffer.alloc(0);
  return (kind, id) => {
    const today = Math.floor(nowMs() / 86_400_000);
    if (today !== day) {
      day = today;
      dayKey = createHmac('sha256', key)
        .update(`day ${String(today)}`)
        .digest();
    }
    return createHmac('sha256', dayKey).update(`${kind}\0${id}`).digest('hex').slice(0, 16);
  };
}
