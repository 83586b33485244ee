import ICAL from 'ical.js';
import type { WallMs } from './wall-time.js';

/** Occurrences of one rule in one walk, at most; a daily conference has as many in 27 years. */
export const maxOccurrences = 10_000;

/** COUNT, at most: such a rule can only be walked through from its beginning. */
const maxCount = 2000;

/** Steps from one occurrence to the next, at most: a rule that fits no day at all ends there. */
const maxSteps = 20_000;

/** Years after the first within which a yearly rule has to fit once. */
const yearsLookedAt = 100;

/** What a recurrence rule may not say here; a text for the sender. */
export class RecurrenceFault extends Error {
  override name = 'RecurrenceFault';
}

/** A rule that was read. */
export interface RecurrenceRule {
  /**
   * Begins of the occurrences, in order, as long as the limits allow; UNTIL is not looked at. All of them from `start` on, or, when the
   * rule allows to begin in the middle, those from somewhat before `from` on.
   */
  readonly occurrences: (start: WallMs, from: WallMs) => Generator<WallMs>;
  /** UNTIL, as it stands there; in UTC when it ends in Z. */
  readonly until: { readonly wall: WallMs; readonly utc: boolean } | undefined;
}

/**
 * Reads an RRULE (RFC 5545 §3.3.10). Only daily, weekly, monthly and yearly rules are taken, every 366th at most: no conference takes
 * place more often, and a walk through the seconds of a century has no end in sight. Throws `RecurrenceFault`.
 */
export function readRecurrence(text: string, until: RecurrenceRule['until']): RecurrenceRule {
  const recur = parse(text.replace(/;?UNTIL=[^;]*/iu, '').replace(/^;/u, ''));
  return { occurrences: (start, from) => walk(recur, start, beginOf(recur, start, from)), until };
}

function parse(text: string): ICAL.Recur {
  let recur: ICAL.Recur;
  try {
    recur = ICAL.Recur.fromString(text);
  } catch (error) {
    throw new RecurrenceFault(error instanceof Error ? error.message.slice(0, 120) : 'malformed');
  }
  const { freq, interval } = recur;
  if (!['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(freq)) throw new RecurrenceFault(`FREQ=${freq} is not taken`);
  if (!Number.isInteger(interval) || interval < 1 || interval > 366)
    throw new RecurrenceFault('INTERVAL not between 1 and 366');
  if (recur.count !== null && (!Number.isInteger(recur.count) || recur.count < 1 || recur.count > maxCount))
    throw new RecurrenceFault(`COUNT not between 1 and ${String(maxCount)}`);
  const days = partsOf(recur, 'BYDAY');
  // A fifth weekday, every so many years, may come in no year at all.
  if (freq === 'MONTHLY' && interval % 12 === 0 && days.some((day) => /[5-9]/u.test(day)))
    throw new RecurrenceFault('BYDAY and INTERVAL do not go together');
  return recur;
}

const dayMs = 86_400_000;

/** Where a walk begins that is to reach `from`: whole periods after `start`, and some before, so that one occurrence lies between. */
function beginOf(recur: ICAL.Recur, start: WallMs, from: WallMs): WallMs {
  const isRegular = recur.freq === 'DAILY' || recur.freq === 'WEEKLY';
  if (!isRegular || recur.count !== null || partsOf(recur, 'BYSETPOS', 'BYWEEKNO', 'BYYEARDAY').length > 0)
    return start;
  const period = recur.interval * (recur.freq === 'DAILY' ? 1 : 7) * dayMs;
  // 29 February may be eight years away.
  const before = partsOf(recur, 'BYMONTH', 'BYMONTHDAY').length > 0 ? 9 * 366 * dayMs : 10 * period;
  return start + Math.max(Math.floor((from - start - before) / period), 0) * period;
}

function* walk(recur: ICAL.Recur, start: WallMs, begin: WallMs): Generator<WallMs> {
  // DTSTART counts as the first occurrence, also where the rule would not have it.
  if (begin === start) yield start;
  const iterator = iteratorFrom(recur, begin);
  if (iterator === undefined) return;
  const count = recur.count ?? Infinity;
  for (let number = 1; number < maxOccurrences && number < count;) {
    const next = nextOf(iterator);
    if (next === undefined) return;
    if (next <= begin || !isAmong(recur, start, next)) continue;
    number += 1;
    yield next;
  }
}

/** An iterator that gives up where a rule fits no day for too long. */
function iteratorFrom(recur: ICAL.Recur, begin: WallMs): ICAL.RecurIterator | undefined {
  try {
    const rule = recur.clone();
    const time = ICAL.Time.fromJSDate(new Date(begin), true);
    time.zone = ICAL.Timezone.localTimezone;
    rule.count = 0;
    rule.until = ICAL.Time.fromData({ year: time.year + yearsLookedAt, month: 1, day: 1 });
    const iterator = rule.iterator(time);
    const fits = iterator.check_contracting_rules.bind(iterator);
    let misses = 0;
    iterator.check_contracting_rules = () => {
      const isFit = fits();
      misses = isFit ? 0 : misses + 1;
      if (misses > maxSteps) throw new RecurrenceFault('too many steps');
      return isFit;
    };
    return iterator;
  } catch {
    return undefined;
  }
}

/** In its month and on its day of the month: the iterator takes 1 March for 29 February. */
function isAmong(recur: ICAL.Recur, start: WallMs, wall: WallMs): boolean {
  const date = new Date(wall);
  const day = date.getUTCDate();
  const length = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const months = partsOf(recur, 'BYMONTH').map(Number);
  const days = partsOf(recur, 'BYMONTHDAY').map((text) =>
    Number(text) < 0 ? length + 1 + Number(text) : Number(text),
  );
  if (months.length > 0 && !months.includes(date.getUTCMonth() + 1)) return false;
  if (days.length > 0) return days.includes(day);
  const isByDay =
    !['MONTHLY', 'YEARLY'].includes(recur.freq) || partsOf(recur, 'BYDAY', 'BYYEARDAY', 'BYWEEKNO').length > 0;
  return isByDay || day === new Date(start).getUTCDate();
}

/** Values of some parts of a rule. */
function partsOf(recur: ICAL.Recur, ...names: readonly string[]): readonly string[] {
  const parts = recur.parts as Readonly<Record<string, unknown>>;
  return names.flatMap((name) => [parts[name] ?? []].flat().map(String));
}

function nextOf(iterator: ICAL.RecurIterator): WallMs | undefined {
  try {
    const next = iterator.next() as ICAL.Time | null;
    return next === null
      ? undefined
      : Date.UTC(next.year, next.month - 1, next.day, next.hour, next.minute, next.second);
  } catch {
    return undefined;
  }
}
