import type { XmlElement } from '@plenary/wire/xml';
import {
  conferenceView,
  joinAt,
  nextChangeMs,
  nextOccurrence,
  occurrenceAt,
  readConferenceTime,
  withActive,
  type ConferenceView,
  type Occurrence,
  type Schedule,
} from '@plenary/xcon';
import type { RoomState } from './state.js';

const read = new WeakMap<ConferenceView, Schedule>();
const always: Schedule = { entries: [] };

/** When a conference takes place, read once per document. Times a checked document has can be read. */
export function scheduleOf(view: ConferenceView): Schedule {
  if (view.times.length === 0) return always;
  const known = read.get(view);
  if (known !== undefined) return known;
  const schedule = readConferenceTime(view.times);
  const kept = schedule.ok ? schedule.value : always;
  read.set(view, kept);
  return kept;
}

/** Before the time to join, and after it, nobody comes in. Req: CONF-015. */
export function mayJoinAt(view: ConferenceView, nowMs: number): boolean {
  return view.times.length === 0 || joinAt(scheduleOf(view), nowMs) === 'open';
}

/**
 * Are messages taken at that time? Not before the mixing starts, and not before somebody of the required role is there. A conference
 * without times takes them always. Spec: RFC 6501 §4.2.5. Req: CONF-016.
 */
export function isSuspended(state: Pick<RoomState, 'view' | 'participants'>, nowMs: number): boolean {
  const occurrence = currentOccurrence(state.view, nowMs);
  if (occurrence === undefined) return false;
  return nowMs < occurrence.mixingStartMs || !hasRole(state, occurrence.requiresParticipant.start);
}

export function currentOccurrence(view: ConferenceView, nowMs: number): Occurrence | undefined {
  return view.times.length === 0 ? undefined : occurrenceAt(scheduleOf(view), nowMs);
}

/** Does one of its times last still, or come? Never without times. */
export function hasTimeLeft(view: ConferenceView, nowMs: number): boolean {
  return (
    currentOccurrence(view, nowMs) !== undefined ||
    (view.times.length > 0 && nextOccurrence(scheduleOf(view), nowMs) !== undefined)
  );
}

/** Active, where its times say that it has begun and not ended. Req: CONF-012. */
export function asOfNow(document: XmlElement, nowMs: number): XmlElement {
  const occurrence = currentOccurrence(conferenceView(document), nowMs);
  return occurrence !== undefined && occurrence.startMs <= nowMs ? withActive(document, true) : document;
}

/** Is somebody here in that role, or in one that can do all of it? `none` asks for nobody. Spec: RFC 6501 §4.2.5. */
export function hasRole({ participants }: Pick<RoomState, 'participants'>, role: string): boolean {
  if (role === 'none') return true;
  const fitting = [role, ...(above[role] ?? [])];
  for (const { roles } of participants.values()) if (roles.some((own) => fitting.includes(own))) return true;
  return false;
}

const above: Readonly<Record<string, readonly string[]>> = {
  moderator: ['administrator'],
  participant: ['moderator', 'administrator'],
};

/** When to look at the conference again because of its times; undefined: never. */
export function nextTimeMs(view: ConferenceView, nowMs: number): number | undefined {
  return view.times.length === 0 ? undefined : nextChangeMs(scheduleOf(view), nowMs);
}
