import { LeaveCause } from '@plenary/proto/chat';
import { withActive } from '@plenary/xcon';
import type { RoomCommandOf } from './command.js';
import { documentEvents, everybodyLeaves, policyEvents, wantedCalls } from './conference/reconcile.js';
import type { DecideContext, Decision } from './decision.js';
import { endsEmptyMs } from './due.js';
import type { RoomEvent } from './event.js';
import { currentOccurrence } from './schedule.js';
import { sidebarsEnd } from './sidebars-end.js';
import type { RoomState } from './state.js';

/**
 * What its time makes of a conference: it becomes active when it starts, says that its end is near, ends, and an empty one that is not to
 * be kept goes. Spec: RFC 6501 §4.2.5. Req: CONF-012, CONF-016, CONF-018, CONF-019, CHAT-X-011.
 */
export function checkTime(state: RoomState, command: RoomCommandOf<'check-time'>, context: DecideContext): Decision {
  const { nowMs } = context;
  const emptyMs = endsEmptyMs(state);
  if (emptyMs !== undefined && emptyMs <= nowMs && isUnused(state)) return endsEmpty(state, nowMs);
  const happened = timesMake(state, command, context);
  const ends = happened.some((event) => event.kind === 'document-changed' && state.view.active && !event.view.active);
  return {
    kind: 'events',
    events: [...happened, { kind: 'time-checked', atMs: nowMs }],
    consequences: ends ? sidebarsEnd(state) : [],
    answer: undefined,
  };
}

function isUnused(state: RoomState): boolean {
  return state.participants.size === 0 && state.desk.seatCount + state.pending.size + state.calls.size === 0;
}

function endsEmpty(state: RoomState, nowMs: number): Decision {
  const closed = {
    reason: 'nobody is here any more',
    atMs: nowMs,
    successor: '',
    successorUri: '',
    urisFree: true,
  } as const;
  return {
    kind: 'events',
    events: [{ kind: 'room-closed', ...closed }],
    consequences: sidebarsEnd(state),
    answer: undefined,
  };
}

function timesMake(
  state: RoomState,
  { dialOut, began }: RoomCommandOf<'check-time'>,
  { nowMs }: DecideContext,
): RoomEvent[] {
  // Who is to be called is called when the conference begins, whatever made it begin.
  if (began) return wantedCalls(state, { nowMs, dialOut });
  if (state.view.times.length === 0) return [];
  const occurrence = currentOccurrence(state.view, nowMs);
  if (occurrence === undefined)
    return state.view.active ? conferenceEnds(state, nowMs) : policyEvents(state, state, { nowMs });
  if (!state.view.active && occurrence.startMs <= nowMs)
    return documentEvents(state, withActive(state.document, true), activePath, { nowMs, dialOut });
  const happened = policyEvents(state, state, { nowMs });
  const { mixingEndMs, noticeMs } = occurrence;
  if (mixingEndMs !== undefined && noticeMs !== undefined && state.view.active) {
    const noticeAtMs = mixingEndMs - noticeMs;
    if (noticeAtMs <= nowMs && (state.timeCheckedAtMs ?? 0) < noticeAtMs)
      happened.push({ kind: 'notice', text: endNotice(mixingEndMs - nowMs), audience: undefined });
  }
  return happened;
}

const activePath = ['/conference-state/active'];

function endNotice(leftMs: number): string {
  const seconds = Math.max(0, Math.round(leftMs / 1000));
  const [count, unit] = seconds >= 120 ? [Math.round(seconds / 60), 'minutes'] : [seconds, 'seconds'];
  return `This conference ends in ${String(count)} ${unit}.`;
}

/** Everybody is out; the conference waits for its next time. */
export function conferenceEnds(state: RoomState, nowMs: number): RoomEvent[] {
  const inactive = documentEvents(
    { ...state, participants: new Map(), pending: new Map(), calls: new Map() },
    withActive(state.document, false),
    activePath,
    { nowMs, dialOut: [] },
  );
  return [...everybodyLeaves(state, LeaveCause.CLOSED, { nowMs }), ...inactive];
}
