import type { RoomCommandOf } from './command.js';
import { events, refused, type DecideContext, type Decision } from './decision.js';
import type { RoomEvent } from './event.js';
import type { CallState, PendingState, RoomState } from './state.js';

/** A call into the room did not come to anything: it is no longer wanted, its nickname is free after the quarantine. */
export function reportCall(
  state: RoomState,
  { callId }: RoomCommandOf<'report-call'>,
  context: DecideContext,
): Decision {
  const call = state.calls.get(callId);
  return call === undefined ? refused('no-such-call') : events(...callEnds(state, call, context.nowMs));
}

/** What no focus has taken is said again; what is too old is given up. */
export function repeatCall(
  state: RoomState,
  { callId, expireMs }: RoomCommandOf<'repeat-call'>,
  { nowMs }: DecideContext,
): Decision {
  const call = state.calls.get(callId);
  if (call === undefined) return events();
  if (call.askedAtMs + expireMs <= nowMs) return events(...callEnds(state, call, nowMs));
  return call.state === 'wanted' ? events({ kind: 'call-wanted', call }) : events();
}

export function callEnds(state: RoomState, call: CallState, nowMs: number): RoomEvent[] {
  return [{ kind: 'call-gone', callId: call.callId }, ...keptNicknameGoes(state, call, nowMs)];
}

/** Who waits goes by itself, or is turned away (`isDecided`). Req: POL-008. */
export function pendingEnds(state: RoomState, pending: PendingState, isDecided: boolean, nowMs: number): RoomEvent[] {
  const { chatId } = pending;
  const gone: RoomEvent = isDecided
    ? { kind: 'pending-decided', chatId, admitted: false }
    : { kind: 'pending-gone', chatId };
  return [gone, ...keptNicknameGoes(state, pending, nowMs)];
}

/** The nickname that was kept for a call, or for who waits, is free after the quarantine, unless the user has it otherwise. */
function keptNicknameGoes(state: RoomState, kept: CallState | PendingState, nowMs: number): RoomEvent[] {
  const { userId, nickKey } = kept;
  if (nickKey === '' || isHeldElsewhere(state, kept)) return [];
  const heldUntilMs = nowMs + state.policy.nicknameQuarantineSeconds * 1000;
  return [{ kind: 'nickname-released', nickKey, userKey: userId, heldUntilMs }];
}

function isHeldElsewhere(state: RoomState, kept: CallState | PendingState): boolean {
  const { userId, nickKey } = kept;
  for (const participant of state.participants.values())
    if (participant.userId === userId && participant.endpoints.some((endpoint) => endpoint.nickKey === nickKey))
      return true;
  return [...state.calls.values(), ...state.pending.values()].some(
    (other) => other !== kept && other.userId === userId && other.nickKey === nickKey,
  );
}
