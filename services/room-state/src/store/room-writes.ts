import { CompiledQuery, sql } from 'kysely';
import { StateEvent } from '@plenary/proto/chat';
import type { ChatId } from '@plenary/wire';
import { unicodeVersion } from '@plenary/xcon';
import { nextDueAtMs } from '../room/due.js';
import type { RoomEvent } from '../room/event.js';
import type { RoomState } from '../room/state.js';
import type { StoredAnswer } from './room-desk.js';
import { writeCalls, writeClosed, writeHead, writeTimeCheck } from './room-head-writes.js';
import type { Queries } from './room-rows.js';
import { endpointRows, participantRows, touchedBy, type GoneParticipant, type Touched } from './touched-rows.js';

/** The answer to a request, kept so that its repeat gets the same. */
export interface AnswerRow {
  readonly op: string;
  readonly request_id: string;
  readonly result: StoredAnswer;
}

/**
 * Writes what `happened` changed, from the room as it is now (`after`), with the events it came to and the answers it gave. Throws
 * `NicknameRace` when the table knows another holder of a claimed nickname than the rules saw.
 */
export async function writeRoom(
  db: Queries,
  after: RoomState,
  happened: readonly RoomEvent[],
  events: readonly StateEvent[],
  answers: readonly AnswerRow[],
  nowMs: number,
): Promise<void> {
  if (happened.length === 0 && answers.length === 0) return;
  const touched = touchedBy(happened);
  const participants = participantRows(after, touched);
  const endpoints = endpointRows(after, touched);
  if (touched.closed !== undefined) await writeClosed(db, after, touched.closed.urisFree);
  const gone = touched.closed !== undefined;
  await db.executeQuery(
    CompiledQuery.raw(writeSql, [
      after.id,
      JSON.stringify(gone ? [] : participants.rows),
      JSON.stringify(gone ? [] : endpoints.rows),
      after.shard,
      events.map(({ version }) => version.toString()),
      events.map((event) => Buffer.from(StateEvent.encode(event).finish())),
      JSON.stringify(answers),
      after.version.toString(),
      after.epoch,
      after.tag,
      after.emptySinceMs ?? null,
      nextDueAtMs(after, nowMs) ?? null,
    ]),
  );
  if (gone) return;
  await writeGone(db, after, participants.gone, endpoints.gone);
  await writeNicknames(db, after, touched);
  await writeCalls(db, after, touched.callIds);
  if (touched.timeCheckedMs !== undefined)
    await writeTimeCheck(db, after, touched.timeCheckedMs, nextDueAtMs(after, nowMs));
  if (touched.head || touched.document) await writeHead(db, after, touched.document);
}

// One statement for all that a join writes: round trips are what a transaction costs.
const writeSql = `with participants as (
    insert into room_state.participants as p
      (room_id, pid, user_key, user_id, entity, identities, aors, display_name, roles, anonymity, unauthenticated, nickname,
        keep_until)
    select $1, pid, user_key, user_id, entity, identities, aors, display_name, roles, anonymity, unauthenticated, nickname,
      to_timestamp(keep_until_ms / 1000.0)
    from jsonb_to_recordset($2::jsonb) as r(pid text, user_key text, user_id text, entity text, identities text[],
      aors text[], display_name text, roles text[], anonymity text, unauthenticated boolean, nickname text,
      keep_until_ms bigint)
    on conflict (room_id, pid) do update set
      entity = excluded.entity, identities = excluded.identities, aors = excluded.aors,
      display_name = excluded.display_name, roles = excluded.roles, anonymity = excluded.anonymity,
      unauthenticated = excluded.unauthenticated, nickname = excluded.nickname,
      keep_until = case when excluded.keep_until is null then null else greatest(p.keep_until, excluded.keep_until) end
  ), endpoints as (
    insert into room_state.endpoints
      (chat_id, room_id, pid, edge_id, capabilities, state, seat_expires_at, seat, nickname, nick_key, allowed, granted,
        label, contact, joining_method, dialog, call_id, joined_at)
    select chat_id, $1, pid, edge_id, capabilities::jsonb, state, to_timestamp(seat_expires_ms / 1000.0), seat::jsonb,
      nickname, nick_key, allowed, granted, label, contact, joining_method, dialog::jsonb, call_id,
      to_timestamp(joined_ms / 1000.0)
    from jsonb_to_recordset($3::jsonb) as r(chat_id text, pid text, edge_id text, capabilities text, state text,
      seat_expires_ms bigint, seat text, nickname text, nick_key text, allowed integer, granted integer, label text,
      contact text, joining_method text, dialog text, call_id text, joined_ms bigint)
    on conflict (chat_id) do update set
      edge_id = excluded.edge_id, capabilities = excluded.capabilities, state = excluded.state,
      seat_expires_at = excluded.seat_expires_at, seat = excluded.seat, nickname = excluded.nickname,
      nick_key = excluded.nick_key, allowed = excluded.allowed, granted = excluded.granted, label = excluded.label,
      contact = excluded.contact, joining_method = excluded.joining_method, dialog = excluded.dialog,
      call_id = excluded.call_id, joined_at = excluded.joined_at
  ), outbox as (
    insert into room_state.outbox (room_id, version, shard, event)
    select $1, version, $4, event from unnest($5::bigint[], $6::bytea[]) as o(version, event)
  ), requests as (
    insert into room_state.requests (op, request_id, result)
    select op, request_id, result from jsonb_to_recordset($7::jsonb) as r(op text, request_id text, result jsonb)
    on conflict (op, request_id) do nothing
  )
  update room_state.rooms set version = $8::bigint, epoch = $9, tag = $10,
    empty_since = to_timestamp($11::bigint / 1000.0), next_due_at = to_timestamp($12::bigint / 1000.0)
  where id = $1 and version <> $8::bigint`;

/** Queues events for publication and moves the version to the last of them. */
export async function writeOutbox(
  db: Queries,
  after: Pick<RoomState, 'id' | 'shard' | 'version' | 'epoch' | 'tag'>,
  events: readonly StateEvent[],
): Promise<void> {
  if (events.length === 0) return;
  await db
    .insertInto('room_state.outbox')
    .values(
      events.map((event) => ({
        room_id: after.id,
        version: event.version,
        shard: after.shard,
        event: Buffer.from(StateEvent.encode(event).finish()),
      })),
    )
    .execute();
  await db
    .updateTable('room_state.rooms')
    .set({ version: after.version, epoch: after.epoch, tag: after.tag })
    .where('id', '=', after.id)
    .execute();
}

/** The unique row of `(room, key)` belongs to somebody else: the transaction must be decided again. */
export class NicknameRace extends Error {
  override readonly name = 'NicknameRace';
}

/** Who left: the participant is remembered for a while, the endpoint is not. */
async function writeGone(
  db: Queries,
  after: RoomState,
  participants: readonly GoneParticipant[],
  endpoints: readonly ChatId[],
): Promise<void> {
  if (participants.length > 0)
    await sql`update room_state.participants as p
      set nickname = '', keep_until = to_timestamp(r.keep_until_ms / 1000.0)
      from jsonb_to_recordset(${JSON.stringify(participants)}::jsonb) as r(pid text, keep_until_ms bigint)
      where p.room_id = ${after.id} and p.pid = r.pid`.execute(db);
  if (endpoints.length > 0)
    await db
      .deleteFrom('room_state.endpoints')
      .where('room_id', '=', after.id)
      .where('chat_id', 'in', endpoints)
      .execute();
}

async function writeNicknames(db: Queries, after: RoomState, { nickKeys }: Touched): Promise<void> {
  const rows = [];
  const free: string[] = [];
  for (const nickKey of nickKeys) {
    const hold = after.desk.nicknames.get(nickKey);
    if (hold === undefined) free.push(nickKey);
    else rows.push({ nick_key: nickKey, user_key: hold.userKey, held_ms: hold.heldUntilMs ?? null });
  }
  if (free.length > 0)
    await db.deleteFrom('room_state.nicknames').where('room_id', '=', after.id).where('nick_key', 'in', free).execute();
  if (rows.length === 0) return;
  // NICK-006: whoever the rules thought it was, the table has the last word about the holder.
  const { rows: held } = await sql`insert into room_state.nicknames as n
      (room_id, nick_key, user_key, held_until, unicode_version)
    select ${after.id}, nick_key, user_key, to_timestamp(held_ms / 1000.0), ${unicodeVersion}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(nick_key text, user_key text, held_ms bigint)
    on conflict (room_id, nick_key) do update set
      user_key = excluded.user_key, held_until = excluded.held_until, unicode_version = excluded.unicode_version
    where n.user_key = excluded.user_key or n.held_until <= clock_timestamp()
    returning n.nick_key`.execute(db);
  if (held.length !== rows.length) throw new NicknameRace('a nickname has another holder');
}
