import { sql, type Kysely } from 'kysely';
import type { NonceStore } from './interface.js';
import type { FocusTables } from './schema.js';

/** Use counts of digest nonces, seen by all replicas (AUTH-006). */
export function postgresNonces(db: Kysely<FocusTables>): NonceStore {
  return {
    async use(nonce, count, expiresAtMs) {
      const row = await db
        .insertInto('focus.nonce_use')
        .values({ nonce, uses: String(count), expires_at: new Date(expiresAtMs) })
        .onConflict((conflict) =>
          conflict
            .column('nonce')
            .doUpdateSet({ uses: String(count) })
            .where('focus.nonce_use.uses', '<', String(count)),
        )
        .returning(sql<number>`1`.as('used'))
        .executeTakeFirst();
      return row !== undefined;
    },

    async forgetExpired(nowMs) {
      await db.deleteFrom('focus.nonce_use').where('expires_at', '<', new Date(nowMs)).execute();
    },
  };
}
