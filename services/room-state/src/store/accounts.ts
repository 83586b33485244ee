import { sql, type Selectable } from 'kysely';
import type { Database } from '@plenary/db';
import type { AccountRecord, AccountStore } from './interface.js';
import type { RoomStateSchema } from './schema.js';
import type { Sealing } from './sealing.js';

/** Accounts: who may log in. Never holds a password; H(A1), which is as good as one, is sealed where there is a key. Req: SEC-014. */
export function postgresAccounts(db: Database<RoomStateSchema>, sealing: Sealing): AccountStore {
  const accountOf = (row: AccountRow): AccountRecord => accountIn(row, sealing);
  return {
    async findAccount(username) {
      const row = await db.kysely
        .selectFrom('room_state.accounts')
        .selectAll()
        .where('username', '=', username)
        .executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    async findAccountByIdentity(uri) {
      const row = await db.kysely
        .selectFrom('room_state.accounts')
        .selectAll()
        .where(sql<boolean>`identities @> array[${uri}]::text[]`)
        .orderBy('username')
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? undefined : accountOf(row);
    },
    async putAccount({ username, realm, ha1Md5, ha1Sha256, identities, systemRoles }) {
      const values = {
        realm,
        ha1_md5: sealing.seal(ha1Md5, md5Of(username)),
        ha1_sha256: sealing.seal(ha1Sha256, sha256Of(username)),
        identities: [...identities],
        system_roles: [...systemRoles],
      };
      await db.kysely
        .insertInto('room_state.accounts')
        .values({ username, ...values })
        .onConflict((conflict) => conflict.column('username').doUpdateSet(values))
        .execute();
    },
    async deleteAccount(username) {
      const { numDeletedRows } = await db.kysely
        .deleteFrom('room_state.accounts')
        .where('username', '=', username)
        .executeTakeFirst();
      return numDeletedRows > 0n;
    },
    async listAccounts(after, limit) {
      const rows = await db.kysely
        .selectFrom('room_state.accounts')
        .selectAll()
        .where('username', '>', after)
        .orderBy('username')
        .limit(limit)
        .execute();
      return rows.map(accountOf);
    },
  };
}

type AccountRow = Selectable<RoomStateSchema['room_state.accounts']>;

const md5Of = (username: string): string => `${username} md5`;
const sha256Of = (username: string): string => `${username} sha256`;

function accountIn(row: AccountRow, sealing: Sealing): AccountRecord {
  return {
    username: row.username,
    realm: row.realm,
    ha1Md5: sealing.open(row.ha1_md5, md5Of(row.username)),
    ha1Sha256: sealing.open(row.ha1_sha256, sha256Of(row.username)),
    identities: row.identities,
    systemRoles: row.system_roles,
  };
}
