import type ICAL from 'ical.js';
import { readRecurrence, RecurrenceFault } from './recurrence.js';
import { readStamp, readUtcOffset, type WallMs } from './wall-time.js';

/** A time zone: when it is UTC there. */
export interface Zone {
  readonly toUtcMs: (wall: WallMs) => number;
}

export const utcZone: Zone = { toUtcMs: (wall) => wall };

/** Onsets of one observance that are looked at, at most. */
const maxOnsets = 400;

/**
 * The zone of a VTIMEZONE component (RFC 5545 §3.6.5); undefined when it says nothing that can be read. The offset at a time is that of
 * the observance that began last.
 */
export function zoneOf(timezone: ICAL.Component): Zone | undefined {
  const onsets: { readonly at: WallMs; readonly offset: number }[] = [];
  for (const observance of timezone.getAllSubcomponents()) {
    const start = readStamp(valueOf(observance, 'dtstart') ?? '');
    const offset = readUtcOffset(valueOf(observance, 'tzoffsetto') ?? '');
    if (start === undefined || offset === undefined) return undefined;
    for (const at of onsetsOf(start.wall, valueOf(observance, 'rrule'))) onsets.push({ at, offset });
  }
  const ordered = onsets.toSorted((one, other) => one.at - other.at);
  const [first] = ordered;
  if (first === undefined) return undefined;
  return { toUtcMs: (wall) => wall - (ordered.findLast(({ at }) => at <= wall) ?? first).offset };
}

function onsetsOf(start: WallMs, rule: string | undefined): readonly WallMs[] {
  if (rule === undefined) return [start];
  const until = readStamp(/UNTIL=([0-9TZ:-]+)/iu.exec(rule)?.[1] ?? '');
  const onsets: WallMs[] = [];
  try {
    for (const at of readRecurrence(rule, undefined).occurrences(Math.max(start, epoch(start)), -Infinity)) {
      // UNTIL is in UTC; a day more or less matters nowhere, because onsets are months apart.
      if (onsets.length >= maxOnsets || (until !== undefined && at > until.wall + 86_400_000)) break;
      onsets.push(at);
    }
  } catch (error) {
    if (!(error instanceof RecurrenceFault)) throw error;
    return [start];
  }
  return onsets;
}

/** The same day and time in 1970: zones are written as valid from 1601 on, and nothing takes place before 1970. */
function epoch(start: WallMs): WallMs {
  const date = new Date(start);
  return date.setUTCFullYear(1970);
}

/** Text of a property, as jCal has it; a recurrence rule as iCalendar has it. */
export function valueOf(component: ICAL.Component, name: string): string | undefined {
  const property = component.getFirstProperty(name);
  const value: unknown = property?.toJSON()[3];
  if (typeof value === 'string') return value;
  return typeof value === 'object' && value !== null ? String(property?.getFirstValue()) : undefined;
}

/** The zone of a name of the IANA database, by the runtime's copy of it; undefined for other names. */
export function namedZone(name: string): Zone | undefined {
  const format = formatOf(name) ?? formatOf(areaOf(name, 2)) ?? formatOf(areaOf(name, 3));
  if (format === undefined) return undefined;
  const offsetAt = (utcMs: number): number => {
    const parts = new Map(format.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return wall - Math.floor(utcMs / 1000) * 1000;
  };
  const months = new Map<string, number | undefined>();
  return {
    toUtcMs: (wall) => {
      const date = new Date(wall);
      const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
      const key = `${String(year)}-${String(month)}`;
      if (!months.has(key)) months.set(key, offsetThrough(offsetAt, year, month));
      // Twice: at a change of the offset the first guess may lie on its other side.
      return wall - (months.get(key) ?? offsetAt(wall - offsetAt(wall)));
    },
  };
}

/** The offset that holds all through a month, a day before and after included; undefined where it changes. Asking is costly. */
function offsetThrough(offsetAt: (utcMs: number) => number, year: number, month: number): number | undefined {
  const middle = offsetAt(Date.UTC(year, month, 15));
  const isSame = [Date.UTC(year, month, 0), Date.UTC(year, month + 1, 2)].every((edge) => offsetAt(edge) === middle);
  return isSame ? middle : undefined;
}

/** The last parts of a globally unique name, `/maker/Area/Location` (RFC 5545 §3.8.3.1); empty for others. */
function areaOf(name: string, parts: number): string {
  return name.startsWith('/') ? name.split('/').slice(-parts).join('/') : '';
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  if (timeZone === '') return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
}
