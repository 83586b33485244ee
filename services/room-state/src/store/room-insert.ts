import { sql } from 'kysely';
import { conferenceView, formatDocument } from '@plenary/xcon';
import { draftOf } from '../room/apply.js';
import { advanceAll, commitChanges } from '../room/commit.js';
import { knownTo, protocolUris } from '../room/rules.js';
import { emptyDesk, type RoomState } from '../room/state.js';
import type { NewRoom } from '../room/new-room.js';
import type { Creation } from './interface.js';
import { policyToJson } from './json.js';
import { UriTaken } from './command-failed.js';
import { writeRegistrations } from './registrations.js';
import { insertUris } from './room-head-writes.js';
import type { Queries } from './room-rows.js';
import { writeOutbox } from './room-writes.js';

/** Makes a room with its row, URIs and first event. Throws `UriTaken`. */
export async function insertRoom(db: Queries, room: NewRoom): Promise<Extract<Creation, { kind: 'made' }>> {
  const { document, policy } = room;
  const view = conferenceView(document);
  const made = await db
    .insertInto('room_state.rooms')
    .values({
      id: room.id,
      conference_uri: room.conferenceUri ?? null,
      shard: room.shard,
      epoch: 1,
      tag: room.tag,
      version: room.kind === 'blueprint' ? 1n : 0n,
      policy: policyToJson(policy),
      created_by: room.createdBy,
      closed_at: null,
      kind: room.kind,
      xcon_uri: room.xconUri,
      parent_id: room.parentId ?? null,
      cloning_parent: view.cloningParent ?? '',
      document: formatDocument(document),
      document_version: 1n,
      touched: '{}',
      password_hash: room.passwordHash,
      active: view.active,
      secret: view.policy.secret,
      known_to: [...knownTo(view)],
      owner_user_id: room.ownerUserId,
      successor: '',
      // Nobody is in a room that begins active: it counts as empty from its start.
      empty_since: view.active ? sql<Date>`clock_timestamp()` : null,
      next_due_at: room.nextDueAtMs === undefined ? null : new Date(room.nextDueAtMs),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(['created_at', 'empty_since'])
    .executeTakeFirst();
  if (made === undefined) throw new UriTaken();
  const createdAtMs = made.created_at.getTime();
  const draft = draftOf(newState(room, view, createdAtMs, made.empty_since?.getTime()));
  await insertUris(db, room.id, [...protocolUris(draft)]);
  if (view.persistent.length > 0 && room.kind !== 'blueprint') await writeRegistrations(db, room.id, view);
  // Nobody is ever in a blueprint: nobody is told of it.
  if (room.kind === 'blueprint') return { kind: 'made', room: room.id, events: [] };
  const events = commitChanges(draft, advanceAll(draft, [{ kind: 'room-created' }]), BigInt(createdAtMs) * 1000n);
  await writeOutbox(db, draft, events);
  return { kind: 'made', room: room.id, events };
}

function newState(
  room: NewRoom,
  view: RoomState['view'],
  createdAtMs: number,
  emptySinceMs: number | undefined,
): RoomState {
  const { id, kind, xconUri, conferenceUri, shard, tag, document, policy, passwordHash, ownerUserId, parentId } = room;
  return {
    id,
    kind,
    xconUri,
    conferenceUri,
    shard,
    epoch: 1,
    tag,
    version: 0n,
    policy,
    document,
    view,
    documentVersion: 1n,
    touched: new Map(),
    passwordHash,
    ownerUserId,
    parentId,
    createdAtMs,
    emptySinceMs,
    timeCheckedAtMs: undefined,
    closed: false,
    successor: '',
    participants: new Map(),
    owners: new Map(),
    pending: new Map(),
    calls: new Map(),
    sidebars: new Map(),
    desk: emptyDesk,
  };
}
