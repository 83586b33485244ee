import { draftOf } from './apply.js';
import { advanceAll } from './commit.js';
import { conferenceEnds } from './check-time.js';
import { policyEvents } from './conference/reconcile.js';
import type { DecideContext, Decision } from './decision.js';
import type { RoomEvent } from './event.js';
import { currentOccurrence, hasRole } from './schedule.js';
import { sidebarsEnd } from './sidebars-end.js';
import type { RoomState } from './state.js';

/**
 * What comings and goings mean for a conference with times: messages are taken when the required participant has come, and it ends when
 * the last one has left, or lost the role. Adds that to a decision. Spec: RFC 6501 §4.2.5. Req: CONF-016.
 */
export function withTimeEffects(state: RoomState, decision: Decision, { nowMs }: DecideContext): Decision {
  if (decision.kind !== 'events' || state.view.times.length === 0 || !decision.events.some(changesWhoIsHere))
    return decision;
  const after = draftOf(state);
  advanceAll(after, decision.events);
  if (after.closed) return decision;
  const occurrence = currentOccurrence(after.view, nowMs);
  const required = occurrence?.requiresParticipant.end ?? 'none';
  const isOver = required !== 'none' && hasRole(state, required) && !hasRole(after, required);
  if (!isOver || !after.view.active)
    return { ...decision, events: [...decision.events, ...policyEvents(after, after, { nowMs })] };
  return {
    ...decision,
    events: [...decision.events, ...conferenceEnds(after, nowMs)],
    consequences: [...decision.consequences, ...sidebarsEnd(after)],
  };
}

function changesWhoIsHere({ kind }: RoomEvent): boolean {
  return kind === 'joined' || kind === 'left' || kind === 'roles-changed';
}
