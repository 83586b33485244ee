import { err, ok, type Result } from '@plenary/wire';
import { DocumentFault } from '../errors.js';
import type { ConferenceTimeView } from '../view/times-view.js';
import type { ConferenceRole } from '../view/users-view.js';
import { type CalendarEvent, readCalendar } from './calendar.js';

/** When a conference takes place, read once and asked often. */
export interface Schedule {
  readonly entries: readonly ScheduleEntry[];
}

/** One `<entry>` of `<conference-time>`. */
export interface ScheduleEntry {
  readonly time: ConferenceTimeView;
  readonly event: CalendarEvent;
  /** Begin of the first occurrence, to which the absolute times of the entry belong. */
  readonly firstMs: number;
  /** Begins of the occurrences of the rule, in order, up to the first after a time. */
  readonly startsUntil: (ms: number) => readonly number[];
}

/** One time the conference takes place. All times are milliseconds since 1970. */
export interface Occurrence {
  readonly startMs: number;
  /** Undefined: the event names no end. */
  readonly endMs?: number;
  /** Undefined: at any time before. */
  readonly canJoinFromMs?: number;
  /** Undefined: until the end. */
  readonly mustJoinByMs?: number;
  /** Without `<mixing-start-offset>` the start. */
  readonly mixingStartMs: number;
  /** Undefined: "the conference occurrence is not bounded" (RFC 6501 §4.2.5). */
  readonly mixingEndMs?: number;
  /** Roles one of which has to be there for media to flow; `none`: nobody. */
  readonly requiresParticipant: { readonly start: ConferenceRole; readonly end: ConferenceRole };
  /** How long before `mixingEndMs` the end is announced; undefined: not at all. */
  readonly noticeMs?: number;
  /** When the allowed users are called or referred. */
  readonly requestUsersMs?: number;
  readonly mayExtend: boolean;
}

/**
 * Reads the times of a conference. Err `document-invalid` for an entry without an iCalendar event that can be read.
 * Spec: RFC 6501 §4.2.5, RFC 5545.   Req: CONF-014.
 */
export function readConferenceTime(times: readonly ConferenceTimeView[]): Result<Schedule, DocumentFault> {
  const entries: ScheduleEntry[] = [];
  for (const time of times) {
    const event = readCalendar(time.base);
    if (typeof event === 'string')
      return err(new DocumentFault('document-invalid', '/conference-description/conference-time/entry/base', event));
    entries.push({ time, event, firstMs: event.zone.toUtcMs(event.start), startsUntil: rememberedStarts(event) });
  }
  return ok({ entries });
}

/**
 * The occurrence that is open at that time: from the first of its times until the end of its mixing, and without such an end until the
 * next one. Of several the one that began last; undefined: there is none.
 */
export function occurrenceAt(schedule: Schedule, nowMs: number): Occurrence | undefined {
  let found: Occurrence | undefined;
  for (const occurrence of occurrencesAround(schedule, nowMs)) {
    const isOpen = opensMs(occurrence) <= nowMs && nowMs < closesMs(occurrence);
    if (isOpen && (found === undefined || occurrence.startMs >= found.startMs)) found = occurrence;
  }
  return found;
}

/** The first occurrence that opens after that time; undefined: there is none. */
export function nextOccurrence(schedule: Schedule, nowMs: number): Occurrence | undefined {
  let found: Occurrence | undefined;
  for (const occurrence of occurrencesAround(schedule, nowMs))
    if (opensMs(occurrence) > nowMs && (found === undefined || opensMs(occurrence) < opensMs(found)))
      found = occurrence;
  return found;
}

/** What times say about a join: whether it is `open`, or `early` or `late`. Without any times it is open. Req: CONF-015. */
export function joinAt(schedule: Schedule, nowMs: number): 'open' | 'early' | 'late' {
  if (schedule.entries.length === 0) return 'open';
  const current = occurrenceAt(schedule, nowMs);
  if (current !== undefined) {
    if (current.canJoinFromMs !== undefined && nowMs < current.canJoinFromMs) return 'early';
    return current.mustJoinByMs !== undefined && nowMs > current.mustJoinByMs ? 'late' : 'open';
  }
  const next = nextOccurrence(schedule, nowMs);
  if (next === undefined) return 'late';
  return next.canJoinFromMs === undefined ? 'open' : 'early';
}

/** The next time after `nowMs` at which something begins or ends by the schedule: when to look again. Undefined: never. */
export function nextChangeMs(schedule: Schedule, nowMs: number): number | undefined {
  const times = [occurrenceAt(schedule, nowMs), nextOccurrence(schedule, nowMs)].flatMap((occurrence) => {
    if (occurrence === undefined) return [];
    const { startMs, endMs, canJoinFromMs, mustJoinByMs, mixingStartMs, mixingEndMs, noticeMs, requestUsersMs } =
      occurrence;
    const announced = mixingEndMs === undefined || noticeMs === undefined ? undefined : mixingEndMs - noticeMs;
    return [startMs, endMs, canJoinFromMs, mustJoinByMs, mixingStartMs, mixingEndMs, requestUsersMs, announced];
  });
  const later = times.filter((time) => time !== undefined && time > nowMs);
  return later.length === 0 ? undefined : Math.min(...later.filter((time) => time !== undefined));
}

function opensMs(occurrence: Occurrence): number {
  const { startMs, canJoinFromMs, mixingStartMs, requestUsersMs } = occurrence;
  return Math.min(startMs, canJoinFromMs ?? startMs, mixingStartMs, requestUsersMs ?? startMs);
}

function closesMs(occurrence: Occurrence): number {
  return occurrence.mixingEndMs ?? Infinity;
}

/** Of each entry the last occurrence that has opened, and the next; and all that were added to the rule. */
function* occurrencesAround(schedule: Schedule, nowMs: number): Generator<Occurrence> {
  for (const entry of schedule.entries) {
    for (const added of entry.event.added) yield occurrenceOf(entry, added);
    const lead = entry.firstMs - opensMs(occurrenceOf(entry, entry.firstMs));
    const starts = entry.startsUntil(nowMs + lead);
    const next = firstAfter(starts, nowMs + lead);
    for (const start of starts.slice(Math.max(next - 1, 0), next + 1)) yield occurrenceOf(entry, start);
  }
}

/** Index of the first of some rising numbers that is greater than `limit`; their number when none is. */
function firstAfter(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) > limit) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How far a time may lie beyond the starts that are known until the walk begins anew there. */
const gapMs = 400 * 86_400_000;

/** The starts around the times that are asked for, each worked out once while these times move on. */
function rememberedStarts(event: CalendarEvent): ScheduleEntry['startsUntil'] {
  let known: number[] = [];
  let from = Infinity;
  let rest: Generator<number, void> | undefined;
  return (ms) => {
    if (rest === undefined || ms < from || ms > (known.at(-1) ?? from) + gapMs) {
      known = [];
      from = ms;
      rest = startsOf(event, ms);
    }
    while ((known.at(-1) ?? -Infinity) <= ms) {
      const next = rest.next();
      if (next.done === true) break;
      known.push(next.value);
    }
    return known;
  };
}

function* startsOf(event: CalendarEvent, from: number): Generator<number, void> {
  const { rule, zone, start, excluded } = event;
  for (const wall of rule === undefined ? [start] : rule.occurrences(start, from)) {
    const startMs = zone.toUtcMs(wall);
    const until = rule?.until;
    if (until !== undefined && (until.utc ? startMs : wall) > until.wall) return;
    if (!excluded.has(startMs)) yield startMs;
  }
}

function occurrenceOf({ time, event, firstMs }: ScheduleEntry, startMs: number): Occurrence {
  // The offsets are "an absolute value rather than an offset value": of the first occurrence, and as far from every other one.
  const moved = (at: string | undefined): number | undefined =>
    at === undefined ? undefined : Date.parse(at) + startMs - firstMs;
  const [canJoinFromMs, mustJoinByMs] = [moved(time.canJoinAfter), moved(time.mustJoinBefore)];
  const [mixingEndMs, requestUsersMs] = [moved(time.mixingEnd?.at), moved(time.requestUser)];
  return {
    startMs,
    ...(event.durationMs === undefined ? {} : { endMs: startMs + event.durationMs }),
    ...(canJoinFromMs === undefined ? {} : { canJoinFromMs }),
    ...(mustJoinByMs === undefined ? {} : { mustJoinByMs }),
    mixingStartMs: moved(time.mixingStart?.at) ?? startMs,
    ...(mixingEndMs === undefined ? {} : { mixingEndMs }),
    requiresParticipant: {
      start: time.mixingStart?.requiredParticipant ?? 'none',
      end: time.mixingEnd?.requiredParticipant ?? 'none',
    },
    ...(time.notifyEndSeconds === undefined ? {} : { noticeMs: time.notifyEndSeconds * 1000 }),
    ...(requestUsersMs === undefined ? {} : { requestUsersMs }),
    mayExtend: time.mayExtend,
  };
}
