import { sql } from 'kysely';
import { formatDocument } from '@plenary/xcon';
import { knownTo, protocolUris } from '../room/rules.js';
import type { RoomState } from '../room/state.js';
import { UriTaken } from './command-failed.js';
import { policyToJson, touchedToJson } from './json.js';
import { writeRegistrations } from './registrations.js';
import type { Queries } from './room-rows.js';

/** The columns of the room's own row beside its version; the document only where it changed. */
export async function writeHead(db: Queries, after: RoomState, documentChanged: boolean): Promise<void> {
  const document = documentChanged
    ? {
        document: formatDocument(after.document),
        document_version: after.documentVersion,
        touched: touchedToJson(after.touched),
        active: after.view.active,
        secret: after.view.policy.secret,
        known_to: [...knownTo(after.view)],
      }
    : {};
  await db
    .updateTable('room_state.rooms')
    .set({ policy: policyToJson(after.policy), password_hash: after.passwordHash, ...document })
    .where('id', '=', after.id)
    .execute();
  if (!documentChanged) return;
  await writeUris(db, after);
  if (after.kind !== 'blueprint') await writeRegistrations(db, after.id, after.view);
}

/** XCON-015: every participation URI of the document leads to this room, and none that is not in it. */
async function writeUris(db: Queries, after: RoomState): Promise<void> {
  const wanted = [...protocolUris(after)];
  const held = await db.selectFrom('room_state.room_uris').select('uri').where('room_id', '=', after.id).execute();
  const known = new Set(held.map(({ uri }) => uri));
  const gone = [...known].filter((uri) => !wanted.includes(uri));
  const fresh = wanted.filter((uri) => !known.has(uri));
  if (gone.length > 0)
    await db.deleteFrom('room_state.room_uris').where('room_id', '=', after.id).where('uri', 'in', gone).execute();
  await insertUris(db, after.id, fresh);
}

/** Throws `UriTaken` when one of them leads to another room. */
export async function insertUris(db: Queries, room: string, uris: readonly string[]): Promise<void> {
  if (uris.length === 0) return;
  const made = await db
    .insertInto('room_state.room_uris')
    .values(uris.map((uri) => ({ uri, room_id: room })))
    .onConflict((conflict) => conflict.column('uri').doNothing())
    .returning('uri')
    .execute();
  if (made.length !== uris.length) throw new UriTaken();
}

export async function writeCalls(db: Queries, after: RoomState, callIds: ReadonlySet<string>): Promise<void> {
  const rows = [];
  const gone: string[] = [];
  for (const callId of callIds) {
    const call = after.calls.get(callId);
    if (call === undefined) gone.push(callId);
    else
      rows.push({
        call_id: callId,
        room_id: after.id,
        user_id: call.userId,
        uri: call.uri,
        display_name: call.displayName,
        nickname: call.nickname,
        nick_key: call.nickKey,
        state: call.state,
        asked_by: call.askedBy,
        asked_at: new Date(call.askedAtMs),
      });
  }
  if (gone.length > 0)
    await db.deleteFrom('room_state.calls').where('room_id', '=', after.id).where('call_id', 'in', gone).execute();
  if (rows.length > 0)
    await db
      .insertInto('room_state.calls')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('call_id').doUpdateSet((eb) => ({
          state: eb.ref('excluded.state'),
          told_at: sql<Date>`clock_timestamp()`,
        })),
      )
      .execute();
}

/** The row stays as a tombstone; who was in the room does not, and its URIs only where nobody else may have them. */
export async function writeClosed(db: Queries, after: RoomState, urisFree: boolean): Promise<void> {
  await db
    .updateTable('room_state.rooms')
    .set({
      closed_at: sql<Date>`clock_timestamp()`,
      policy: policyToJson(after.policy),
      successor: after.successor,
      ...(urisFree ? { conference_uri: null } : {}),
    })
    .where('id', '=', after.id)
    .execute();
  if (urisFree) await db.deleteFrom('room_state.room_uris').where('room_id', '=', after.id).execute();
  await db.deleteFrom('room_state.endpoints').where('room_id', '=', after.id).execute();
  await db.deleteFrom('room_state.nicknames').where('room_id', '=', after.id).execute();
  await db.deleteFrom('room_state.nickname_registrations').where('room_id', '=', after.id).execute();
  await db.deleteFrom('room_state.participants').where('room_id', '=', after.id).execute();
  await db.deleteFrom('room_state.calls').where('room_id', '=', after.id).execute();
}

/** Also where nothing else changed: what was looked at is not looked at again. */
export async function writeTimeCheck(
  db: Queries,
  after: RoomState,
  checkedMs: number,
  nextDueMs: number | undefined,
): Promise<void> {
  await db
    .updateTable('room_state.rooms')
    .set({
      time_checked_at: new Date(checkedMs),
      next_due_at: nextDueMs === undefined ? null : new Date(nextDueMs),
    })
    .where('id', '=', after.id)
    .execute();
}
