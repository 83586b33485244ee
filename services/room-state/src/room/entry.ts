import { Direction } from '@plenary/proto/chat';
import { entryRoles, type Actor } from './actor.js';
import type { RefusalCode } from './command.js';
import type { PasswordProof } from './password-proof.js';
import { isAllowed, isBanned } from './rights.js';
import { mayJoinAt } from './schedule.js';
import { occupancy, type ParticipantState, type RoomState } from './state.js';

/** Sessions of one user in one room at most, whatever the policy: all of them stand in each `joined` event, whose size has a limit. */
export const maxSessionsPerUser = 8;

/** May somebody come in? `confirm`: a moderator decides. */
export type EntryVerdict =
  { readonly kind: 'admit' } | { readonly kind: 'confirm' } | { readonly kind: 'refused'; readonly code: RefusalCode };

const admitted: EntryVerdict = { kind: 'admit' };

/**
 * The join rules, the same for every protocol: who may come in, by password, time, lists, lock, number, and what `join-handling` says.
 * `present`: the participant this user is already.
 *
 * Spec: RFC 6501 §4.2.5, §4.6.1–4.6.4. Req: POL-006, POL-009, POL-010, POL-015, POL-016, CONF-015, CONF-020, CONF-021, ROOM-015.
 */
export function mayEnter(
  state: RoomState,
  actor: Actor,
  present: ParticipantState | undefined,
  nowMs: number,
): EntryVerdict {
  const privileged = isPrivileged(state, actor);
  const admission = privileged ? admitted : admissionOf(state, actor);
  if (admission.kind === 'refused') return admission;
  if (state.view.locked && present === undefined) return refused('locked');
  if (!mayJoinAt(state.view, nowMs)) return refused('not-now');
  const maximum = state.policy.maximumUserCount;
  if (maximum > 0 && occupancy(state) >= maximum) return refused('full');
  if (present !== undefined && !mayAddSession(state, present)) return refused('too-many-sessions');
  return present === undefined ? admission : admitted;
}

/** What is to be made of the password that came, or did not. Req: CCMP-048, CCMP-049, POL-016. */
export function passwordVerdict(state: Pick<RoomState, 'passwordHash'>, proof: PasswordProof): RefusalCode | undefined {
  if (state.passwordHash === '') return undefined;
  if (proof.kind === 'none') return 'password-required';
  if (proof.hash !== state.passwordHash) return 'password-stale';
  return proof.right ? undefined : 'password-wrong';
}

/** Moderators and administrators come in whatever the lists say. */
function isPrivileged(state: RoomState, actor: Actor): boolean {
  if (!actor.authenticated && actor.systemRoles.length === 0) return false;
  const roles = entryRoles(state, actor);
  return roles.includes('administrator') || roles.includes('moderator');
}

function admissionOf(state: RoomState, actor: Actor): EntryVerdict {
  const { joinHandling, admission, policy } = state.view;
  if (isBanned(state, actor)) return refused('not-a-member');
  const waits = joinHandling === 'confirm' || joinHandling === 'directed-operator';
  if (admission !== 'anonymous' && !actor.authenticated) return refused('unauthenticated');
  if (joinHandling === 'authenticate' && !actor.authenticated) return refused('unauthenticated');
  if (admission === 'closedAuthenticated' || policy.membersOnly) {
    if (isAllowed(state, actor)) return joinHandling === 'block' ? refused('not-a-member') : admitted;
    return waits ? { kind: 'confirm' } : refused('not-a-member');
  }
  if (joinHandling === 'block') return refused('not-a-member');
  return waits ? { kind: 'confirm' } : admitted;
}

/** ROOM-015: several sessions of one user by policy, and never more than events can carry. */
export function mayAddSession({ view }: RoomState, present: ParticipantState): boolean {
  const { sessions } = view.policy;
  if (sessions === 'replace') return true;
  return sessions === 'many' && present.endpoints.length < maxSessionsPerUser;
}

/** What the room lets somebody do who comes in: in a moderated room, and as observer, listen. Req: POL-018. */
export function grantedOnEntry({ view }: Pick<RoomState, 'view'>, roles: readonly string[]): Direction {
  if (roles.includes('administrator') || roles.includes('moderator'))
    return view.policy.moderated ? Direction.SENDRECV : Direction.UNSPECIFIED;
  return view.policy.moderated || roles.includes('observer') ? Direction.RECVONLY : Direction.UNSPECIFIED;
}

function refused(code: RefusalCode): EntryVerdict {
  return { kind: 'refused', code };
}
