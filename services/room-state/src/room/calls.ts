import type { RoomCommandOf } from './command.js';
import { events, refused, type DecideContext, type Decision } from './decision.js';
import type { RoomEvent } from './event.js';
import type { CallState, RoomState } from './state.js';

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
  const { callId, userId, nickKey } = call;
  const held = nickKey !== '' && !isHeldElsewhere(state, call);
  const heldUntilMs = held ? nowMs + state.policy.nicknameQuarantineSeconds * 1000 : undefined;
  return [
    { kind: 'call-gone', callId },
    ...(heldUntilMs === undefined
      ? []
      : [{ kind: 'nickname-released', nickKey, userKey: userId, heldUntilMs } as const]),
  ];
}

function isHeldElsewhere(state: RoomState, { callId, userId, nickKey }: CallState): boolean {
  for (const participant of state.participants.values())
    if (participant.userId === userId && participant.endpoints.some((endpoint) => endpoint.nickKey === nickKey))
      return true;
  return [...state.calls.values()].some(
    (call) => call.callId !== callId && call.userId === userId && call.nickKey === nickKey,
  );
}
