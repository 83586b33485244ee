import type { Actor } from '../room/actor.js';
import { presentUser } from '../room/actor.js';
import { may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { PerformRequestOf } from './request.js';
import { performed, type Performed } from './response.js';

/** Messages of one request where the room names no number, and at most. */
const defaultCount = 50;
const maximumCount = 1_000;

/**
 * May this user read the kept log of the conference, and from when on; or have one person's messages erased? Of a closed conference who
 * manages it may still read. Req: HIST-001, HIST-003, HIST-008, HIST-009, CCMP-083.
 */
export function historyAnswer(
  state: RoomState,
  actor: Actor,
  { operation, object, targetUserId }: PerformRequestOf,
): Performed {
  const isErasure = operation === 'delete';
  const isOwn = targetUserId !== '' && targetUserId.toLowerCase() === actor.userId;
  const right = isErasure ? 'administer' : 'read-log';
  if (operation !== 'retrieve' && !isErasure) return performed({ code: 403, object });
  if (!may(state, actor, right) && !(isErasure && isOwn)) return performed({ code: 401, object });
  const { history } = state.view;
  const privileged = may(state, actor, 'see-private');
  const fromUs = history.fromJoinOnly && !privileged ? joinedUs(state, actor) : 0n;
  return performed({
    code: 200,
    object: state.xconUri,
    version: state.version,
    history: {
      room: state.id,
      fromUs,
      identities: privileged,
      revealedUserIds: privileged ? [...revealed(state)] : [],
      defaultCount: Math.min(history.defaultCount ?? defaultCount, history.maximumCount ?? maximumCount),
      maximumCount: Math.min(history.maximumCount ?? maximumCount, maximumCount),
    },
  });
}

/** Who is semi-private, in the conference or by its document: those with the right may know. Req: HIST-009, POL-020. */
function revealed({ view, participants }: RoomState): ReadonlySet<string> {
  const users = view.users.map(({ entity, anonymity }) => ({ userId: entity.toLowerCase(), anonymity }));
  const people = [...users, ...participants.values()].filter(({ anonymity }) => anonymity === 'semi-private');
  return new Set(people.map(({ userId }) => userId));
}

/** When the first of the user's sessions joined; later than everything for who is not in the conference. */
function joinedUs(state: RoomState, { userId }: Actor): bigint {
  const endpoints = presentUser(state, userId)?.endpoints ?? [];
  const joined = endpoints.map(({ joinedAtMs }) => joinedAtMs);
  return joined.length === 0 ? BigInt(Number.MAX_SAFE_INTEGER) : BigInt(Math.floor(Math.min(...joined))) * 1000n;
}
