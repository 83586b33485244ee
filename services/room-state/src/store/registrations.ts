import { sql } from 'kysely';
import type { ConferenceView } from '@plenary/xcon';
import { registeredNicknames } from '../room/registered.js';
import type { Queries } from './room-rows.js';

/** Makes the registered nicknames of a room those of its document. Req: NICK-X-018. */
export async function writeRegistrations(db: Queries, room: string, view: ConferenceView): Promise<void> {
  const rows = registeredNicknames(view).flatMap(({ nickKey, userId }) =>
    nickKey === undefined ? [] : [{ nick_key: nickKey, user_id: userId }],
  );
  await sql`delete from room_state.nickname_registrations
    where room_id = ${room} and nick_key <> all(${rows.map((row) => row.nick_key)}::text[])`.execute(db);
  if (rows.length === 0) return;
  // A clone lists what is registered already: that stays with whom it is.
  await sql`insert into room_state.nickname_registrations (room_id, nick_key, user_id)
    select ${room}, r.nick_key, r.user_id
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(nick_key text, user_id text)
    where not exists (select from room_state.nickname_registrations o
      where o.nick_key = r.nick_key and o.user_id <> r.user_id)
    on conflict (room_id, nick_key) do update set user_id = excluded.user_id`.execute(db);
}
