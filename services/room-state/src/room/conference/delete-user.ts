import { LeaveCause } from '@plenary/proto/chat';
import { pendingOf, presentUser, userEntry, type Actor } from '../actor.js';
import { callEnds, pendingEnds } from '../calls.js';
import { refused, type DecideContext, type Decision } from '../decision.js';
import type { RoomEvent } from '../event.js';
import { may } from '../rights.js';
import { participantLeaves } from '../leaving.js';
import type { RoomState } from '../state.js';
import type { DeleteUser } from './command.js';
import { lackingUser } from './edit.js';
import { documentEvents } from './reconcile.js';

/**
 * userRequest/delete: one leaves by itself, or is put out of this conference by somebody with the right; sessions, calls and the place in
 * the line end. An entry that says no more than that the user was invited goes too.
 * Spec: RFC 6503 §5.3.6. Req: CCMP-080, CCMP-081, POL-008, POL-014, SEC-003.
 */
export function deleteUser(state: RoomState, actor: Actor, task: DeleteUser, { nowMs }: DecideContext): Decision {
  const { target, fresh } = task;
  const isSelf = target !== undefined && target.userId === actor.userId;
  if (!isSelf && !may(state, actor, 'remove')) return refused('not-permitted');
  if (target === undefined) return refused('no-such-target');
  const { userId } = target;
  const present = presentUser(state, userId);
  if (!isSelf && isAbove(state, actor, userId)) return refused('not-permitted', 'an administrator stays');
  const waiting = pendingOf(state, userId);
  const calls = [...state.calls.values()].filter((call) => call.userId === userId);
  const isRecorder = !isSelf && userEntry(state.view, userId)?.roles.includes('observer') === true;
  if (present === undefined && waiting.length + calls.length === 0 && !isRecorder) return refused('no-such-target');
  const cause = isSelf ? LeaveCause.DEPARTED : LeaveCause.BOOTED;
  const happened: RoomEvent[] = [
    ...(present === undefined ? [] : participantLeaves(state, present, cause, nowMs)),
    ...waiting.flatMap((pending) => pendingEnds(state, pending, !isSelf, nowMs)),
    ...calls.flatMap((call) => callEnds(state, call, nowMs)),
    ...entryGoes(state, userId, isSelf, nowMs, fresh),
  ];
  return { kind: 'events', events: happened, consequences: [], answer: { userId } };
}

/** "yes, not an administrator": only one administrator removes another. */
function isAbove(state: RoomState, actor: Actor, userId: string): boolean {
  const roles = presentUser(state, userId)?.roles ?? userEntry(state.view, userId)?.roles ?? [];
  return roles.includes('administrator') && !may(state, actor, 'administer');
}

const lasting: ReadonlySet<string> = new Set(['administrator', 'moderator', 'none']);

/** An observer that is put out no longer records (LOG-005); one that leaves may come again as what it was. */
function entryGoes(
  state: RoomState,
  userId: string,
  isSelf: boolean,
  nowMs: number,
  fresh: DeleteUser['fresh'],
): RoomEvent[] {
  const entry = userEntry(state.view, userId);
  if (entry === undefined || entry.roles.some((role) => lasting.has(role) || (isSelf && role === 'observer')))
    return [];
  const document = lackingUser(state.document, userId);
  const after = documentEvents(
    { ...state, participants: new Map(), pending: new Map(), calls: new Map() },
    document,
    [`/users/user[@entity='${userId}']`],
    { nowMs, dialOut: fresh.dialOut },
  );
  return after.filter(({ kind }) => kind !== 'call-wanted');
}
