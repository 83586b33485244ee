import { sql } from 'kysely';
import type { Database } from '@plenary/db';
import type { RoomId } from '@plenary/wire';
import type { ListingStore } from '../listing/interface.js';
import type { RoomStore } from './interface.js';
import type { RoomStateSchema } from './schema.js';

interface ListedRow {
  readonly id: string;
  readonly user_count: string;
  readonly is_here: boolean;
}

/** Lists of conference objects. Req: CCMP-060, CCMP-065, CCMP-082. */
export function postgresListing(
  db: Database<RoomStateSchema>,
  { readHeads }: Pick<RoomStore, 'readHeads'>,
): ListingStore {
  const open = (after: string, limit: number) =>
    db.kysely
      .selectFrom('room_state.rooms')
      .select('id')
      .where('closed_at', 'is', null)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit);
  const heads = (rows: readonly { readonly id: string }[]) => readHeads(rows.map(({ id }) => id as RoomId));
  return {
    async listBlueprints(after, limit) {
      return heads(await open(after, limit).where('kind', '=', 'blueprint').execute());
    },
    async listSidebars(main, kind, after, limit) {
      return heads(await open(after, limit).where('parent_id', '=', main).where('kind', '=', kind).execute());
    },
    async listConferences(user, after, limit) {
      const ids = sql`${[...user.userIds]}::text[]`;
      const { rows } = await sql<ListedRow>`
        with here as (
          select e.room_id from room_state.participants p
            join room_state.endpoints e on e.room_id = p.room_id and e.pid = p.pid
            where p.user_id = any(${ids}) and e.state in ('joined', 'pending')
          union
          select c.room_id from room_state.calls c where c.user_id = any(${ids})
        )
        select r.id, r.id in (select room_id from here) as is_here,
          (select count(distinct e.pid) from room_state.endpoints e
            join room_state.participants p on p.room_id = e.room_id and p.pid = e.pid
            where e.room_id = r.id and e.state = 'joined' and p.anonymity <> 'hidden') as user_count
        from room_state.rooms r
        where r.id > ${after} and r.closed_at is null and r.kind = 'conference'
          and (${user.everything} or not r.secret or r.owner_user_id = any(${ids})
            or r.known_to && ${[...user.names]}::text[] or r.id in (select room_id from here))
        order by r.id limit ${limit}`.execute(db.kysely);
      const found = new Map((await heads(rows)).map((head) => [head.id as string, head]));
      return rows.flatMap((row) => {
        const head = found.get(row.id);
        return head === undefined ? [] : [{ head, userCount: Number(row.user_count), isHere: row.is_here }];
      });
    },
  };
}
