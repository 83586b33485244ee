import ICAL from 'ical.js';
import { readRecurrence, type RecurrenceRule, RecurrenceFault } from './recurrence.js';
import { readDuration, readStamp, type WallMs } from './wall-time.js';
import { namedZone, utcZone, type Zone, zoneOf, valueOf } from './zone.js';

/** Exceptions of a rule that are taken, at most. */
const maxExceptions = 1000;

/** The event of an iCalendar object, as far as a conference needs it. */
export interface CalendarEvent {
  readonly start: WallMs;
  readonly zone: Zone;
  /** Undefined: the event has no end. */
  readonly durationMs: number | undefined;
  readonly rule: RecurrenceRule | undefined;
  /** Begins that do not take place, and further ones; milliseconds since 1970. */
  readonly excluded: ReadonlySet<number>;
  readonly added: readonly number[];
}

/**
 * Reads an iCalendar object with one event (RFC 5545). Also taken: an event without calendar around it; lines that are indented alike, as
 * the examples of RFC 6501 and RFC 6504 are; blanks behind the colon of a date. A time without zone is UTC. Returns a text that says
 * why it is none. Req: CONF-014.
 */
export function readCalendar(text: string): CalendarEvent | string {
  let root: ICAL.Component;
  try {
    const parsed = ICAL.parse(unprinted(text)) as unknown[];
    root = new ICAL.Component((typeof parsed[0] === 'string' ? parsed : parsed[0]) as unknown[]);
  } catch {
    return 'no iCalendar object';
  }
  try {
    const event = root.name === 'vevent' ? root : root.getFirstSubcomponent('vevent');
    return event === null ? 'no VEVENT' : readEvent(event, root);
  } catch (error) {
    return error instanceof RecurrenceFault ? `RRULE: ${error.message}` : 'no event that can be read';
  }
}

function readEvent(event: ICAL.Component, root: ICAL.Component): CalendarEvent | string {
  const start = readStamp(valueOf(event, 'dtstart') ?? '');
  if (start === undefined || start.wall < 0) return 'no DTSTART since 1970';
  const zoneId = zoneIdOf(event, 'dtstart');
  const zone = start.utc || zoneId === undefined ? utcZone : findZone(zoneId, root);
  if (zone === undefined) return 'an unknown time zone';
  const duration = durationOf(event, start, zone, root);
  if (duration === 'malformed') return 'no DTEND or DURATION that can be read';
  const rule = valueOf(event, 'rrule');
  const until = readStamp(/UNTIL=([0-9TZ:-]+)/iu.exec(rule ?? '')?.[1] ?? '');
  const toMs = (value: string): number | undefined => {
    const stamp = readStamp(value);
    if (stamp === undefined) return undefined;
    return stamp.utc ? stamp.wall : zone.toUtcMs(stamp.wall);
  };
  return {
    start: start.wall,
    zone,
    durationMs: duration,
    rule: rule === undefined ? undefined : readRecurrence(rule, until),
    excluded: new Set(stampsOf(event, 'exdate', toMs)),
    added: stampsOf(event, 'rdate', toMs),
  };
}

function durationOf(
  event: ICAL.Component,
  start: { readonly wall: WallMs; readonly date: boolean },
  zone: Zone,
  root: ICAL.Component,
): number | undefined | 'malformed' {
  const end = valueOf(event, 'dtend');
  if (end !== undefined) {
    const stamp = readStamp(end);
    const endZone = zoneIdOf(event, 'dtend');
    const itsZone = stamp?.utc === true ? utcZone : endZone === undefined ? zone : findZone(endZone, root);
    if (stamp === undefined || itsZone === undefined) return 'malformed';
    const duration = itsZone.toUtcMs(stamp.wall) - zone.toUtcMs(start.wall);
    return duration < 0 ? 'malformed' : duration;
  }
  const duration = valueOf(event, 'duration');
  if (duration !== undefined) return readDuration(duration) ?? 'malformed';
  return start.date ? 86_400_000 : undefined;
}

function stampsOf(event: ICAL.Component, name: string, toMs: (value: string) => number | undefined): readonly number[] {
  return event
    .getAllProperties(name)
    .flatMap((property) => property.toJSON().slice(3).map(String))
    .slice(0, maxExceptions)
    .map(toMs)
    .filter((ms) => ms !== undefined);
}

function zoneIdOf(event: ICAL.Component, name: string): string | undefined {
  const zone = event.getFirstProperty(name)?.getParameter('tzid') as string | string[] | undefined;
  return Array.isArray(zone) ? zone[0] : zone;
}

/** The zone an object defines itself goes before that of the database. */
function findZone(id: string, root: ICAL.Component): Zone | undefined {
  const own = root.getAllSubcomponents('vtimezone').find((timezone) => valueOf(timezone, 'tzid') === id);
  return (own === undefined ? undefined : zoneOf(own)) ?? namedZone(id);
}

const DATES = /^((?:DTSTART|DTEND|DTSTAMP|DURATION|RRULE|EXDATE|RDATE)(?:;[^:\n]*)?):[ \t]+/gimu;

/** The text without the indentation all lines but the first have in common; what is indented further is the folding of RFC 5545 §3.1. */
function unprinted(text: string): string {
  const lines = text
    .split(/\r\n|\n|\r/u)
    .filter((line) => line.trim() !== '')
    .map((line, index) => (index === 0 ? line.trimStart() : line));
  const indents = lines.slice(1).map((line) => /^[ \t]*/u.exec(line)?.[0].length ?? 0);
  const common = Math.min(...indents, Infinity);
  return lines
    .map((line, index) => (index === 0 || common === Infinity ? line : line.slice(common)))
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(DATES, '$1:');
}
