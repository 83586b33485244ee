import { CompiledQuery, type Kysely, type Selectable } from 'kysely';
import type { ChatId, ConferenceUri, ParticipantId, RoomId, ShardId, UserId } from '@plenary/wire';
import { emptyDesk, type EndpointState, type ParticipantState, type RoomState } from '../room/state.js';
import { accessFromJson, capabilitiesFromJson, policyFromJson } from './json.js';
import type { RoomStateSchema } from './schema.js';

/** A pool or a transaction. */
export type Queries = Kysely<RoomStateSchema>;
export type RoomHead = Omit<RoomState, 'participants' | 'owners' | 'desk'>;

type RoomRow = Selectable<RoomStateSchema['room_state.rooms']>;

/** The versioned columns of a room. */
export function roomHeadOf(row: RoomRow): RoomHead {
  return {
    id: row.id as RoomId,
    conferenceUri: row.conference_uri as ConferenceUri,
    shard: row.shard as ShardId,
    epoch: row.epoch,
    tag: row.tag,
    version: BigInt(row.version),
    policy: policyFromJson(row.policy),
    access: accessFromJson(row.access),
    displayText: row.display_text,
    closed: row.closed_at !== null,
  };
}

// A text: it is run for every change of a room, and building it costs as much as running it.
const lockSql = `select *, floor(extract(epoch from clock_timestamp()) * 1000) as now_ms
  from room_state.rooms where id = $1 for update`;

/** Takes the room's row lock; `nowMs` is the database's clock. */
export async function lockRoom(
  db: Queries,
  room: RoomId,
): Promise<{ readonly head: RoomHead; readonly nowMs: number } | undefined> {
  const { rows } = await db.executeQuery<RoomRow & { now_ms: string }>(CompiledQuery.raw(lockSql, [room]));
  const [row] = rows;
  return row === undefined ? undefined : { head: roomHeadOf(row), nowMs: Number(row.now_ms) };
}

/** Everybody in the room. The caller makes sure that nothing changes between `head` and this (lock or snapshot). */
export async function loadPresent(db: Queries, head: RoomHead): Promise<RoomState> {
  const participants = new Map<ParticipantId, ParticipantState>();
  const owners = new Map<ChatId, ParticipantId>();
  const rows = await db
    .selectFrom('room_state.endpoints as e')
    .innerJoin('room_state.participants as p', (join) =>
      join.onRef('p.room_id', '=', 'e.room_id').onRef('p.pid', '=', 'e.pid'),
    )
    .select(['e.chat_id', 'e.pid', 'e.edge_id', 'e.capabilities', 'e.nickname as own_nickname', 'e.nick_key'])
    .select(['p.user_key', 'p.user_id', 'p.entity', 'p.identities', 'p.display_name', 'p.roles', 'p.nickname'])
    .where('e.room_id', '=', head.id)
    .where('e.state', '=', 'joined')
    .orderBy('e.ordinal')
    .execute();
  for (const row of rows) {
    const chatId = row.chat_id as ChatId;
    const pid = row.pid as ParticipantId;
    const endpoint: EndpointState = {
      chatId,
      edgeId: row.edge_id,
      capabilities: capabilitiesFromJson(row.capabilities),
      nickname: row.own_nickname,
      nickKey: row.nick_key,
    };
    const known = participants.get(pid);
    participants.set(pid, {
      pid,
      userId: row.user_id as UserId,
      userKey: row.user_key,
      entity: row.entity,
      identities: row.identities,
      displayName: row.display_name,
      roles: row.roles,
      nickname: row.nickname,
      endpoints: [...(known?.endpoints ?? []), endpoint],
    });
    owners.set(chatId, pid);
  }
  return { ...head, participants, owners, desk: emptyDesk };
}
