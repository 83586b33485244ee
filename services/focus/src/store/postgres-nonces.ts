import { CompiledQuery, type Kysely } from 'kysely';
import type { NonceStore } from './interface.js';
import type { FocusTables } from './schema.js';

// A text: building it for every request costs as much as running it.
const useSql = `insert into focus.nonce_use as known (nonce, uses, expires_at) values ($1, $2, $3)
  on conflict (nonce) do update set uses = excluded.uses where known.uses < excluded.uses`;

/** Use counts of digest nonces, seen by all replicas (AUTH-006). */
export function postgresNonces(db: Kysely<FocusTables>): NonceStore {
  return {
    async use(nonce, count, expiresAtMs) {
      const used = await db.executeQuery(CompiledQuery.raw(useSql, [nonce, String(count), new Date(expiresAtMs)]));
      return used.numAffectedRows === 1n;
    },

    async forgetExpired(nowMs) {
      await db.deleteFrom('focus.nonce_use').where('expires_at', '<', new Date(nowMs)).execute();
    },
  };
}
