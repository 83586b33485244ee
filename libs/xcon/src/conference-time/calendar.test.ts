import { readFileSync } from 'node:fs';
import { childElement, childElements, textOf, type XmlElement } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFragment } from '../document/format.js';
import { namespaces } from '../namespaces.js';
import { readCalendar } from './calendar.js';
import { maxOccurrences } from './recurrence.js';
import { nextOccurrence, readConferenceTime } from './schedule.js';

const vevent = (...lines: readonly string[]): string => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n');

/** Starts of the first occurrences, in UTC. */
function starts(base: string, count = 5): readonly string[] {
  const read = readConferenceTime([{ base, mayExtend: false }]);
  if (!read.ok) throw read.error;
  const found: string[] = [];
  for (let now = -1e15; found.length < count;) {
    const next = nextOccurrence(read.value, now);
    if (next === undefined) break;
    found.push(new Date(next.startMs).toISOString().replace(/:00\.000Z$/u, ''));
    now = next.startMs;
  }
  return found;
}

function basesIn(element: XmlElement): readonly string[] {
  const base = childElement(element, namespaces.xcon, 'base');
  return base === undefined ? childElements(element).flatMap(basesIn) : [textOf(base)];
}

describe('CONF-014 rules', () => {
  it.each([
    ['FREQ=DAILY;COUNT=3', ['2027-01-04T09:00', '2027-01-05T09:00', '2027-01-06T09:00']],
    ['FREQ=DAILY;INTERVAL=2;UNTIL=20270108T090000Z', ['2027-01-04T09:00', '2027-01-06T09:00', '2027-01-08T09:00']],
    [
      'FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4',
      ['2027-01-04T09:00', '2027-01-06T09:00', '2027-01-11T09:00', '2027-01-13T09:00'],
    ],
    ['FREQ=MONTHLY;BYDAY=-1FR;COUNT=3', ['2027-01-04T09:00', '2027-01-29T09:00', '2027-02-26T09:00']],
    ['FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3', ['2027-01-04T09:00', '2027-01-31T09:00', '2027-03-31T09:00']],
    ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=2', ['2027-01-04T09:00', '2028-02-29T09:00']],
    ['FREQ=MONTHLY;COUNT=2', ['2027-01-04T09:00', '2027-02-04T09:00']],
    ['FREQ=YEARLY;UNTIL=20280601', ['2027-01-04T09:00', '2028-01-04T09:00']],
  ])('%s', (rule, expected) => {
    expect(starts(vevent('DTSTART:20270104T090000Z', `RRULE:${rule}`))).toEqual(expected);
  });

  it('a month without that day, a year without 29 February is left out', () => {
    expect(starts(vevent('DTSTART:20270131T090000Z', 'RRULE:FREQ=MONTHLY;COUNT=3'))).toEqual([
      '2027-01-31T09:00',
      '2027-03-31T09:00',
      '2027-05-31T09:00',
    ]);
    expect(starts(vevent('DTSTART:20280229T090000Z', 'RRULE:FREQ=YEARLY'), 2)).toEqual([
      '2028-02-29T09:00',
      '2032-02-29T09:00',
    ]);
  });

  it.each([
    'FREQ=DAILY',
    'FREQ=DAILY;INTERVAL=3;BYDAY=MO,TU',
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29',
    'FREQ=WEEKLY;INTERVAL=5;BYDAY=SU,FR;WKST=MO',
    'FREQ=WEEKLY;BYMONTH=3',
    'FREQ=MONTHLY;BYDAY=2TU',
    'FREQ=YEARLY;BYDAY=20MO',
  ])('%s is the same from the beginning and from the middle', (rule) => {
    const event = readCalendar(vevent('DTSTART:20200101T090000Z', `RRULE:${rule}`));
    if (typeof event === 'string') throw new Error(event);
    const middle = Date.UTC(2043, 5, 15);
    const walk = (from: number): readonly number[] => {
      const found: number[] = [];
      for (const at of event.rule?.occurrences(event.start, from) ?? []) {
        if (at > middle) found.push(at);
        if (found.length === 10) break;
      }
      return found;
    };
    expect(walk(middle)).toEqual(walk(-Infinity));
    expect(walk(middle)).toHaveLength(10);
  });

  it('days that are left out, and further ones', () => {
    const base = vevent(
      'DTSTART:20270104T090000Z',
      'RRULE:FREQ=DAILY;COUNT=3',
      'EXDATE:20270105T090000Z',
      'RDATE:20270104T120000Z',
    );
    expect(starts(base)).toEqual(['2027-01-04T09:00', '2027-01-04T12:00', '2027-01-06T09:00']);
  });

  it.each([
    'FREQ=SECONDLY',
    'FREQ=MINUTELY',
    'FREQ=HOURLY',
    'FREQ=DAILY;INTERVAL=400',
    'FREQ=DAILY;COUNT=1000000',
    'FREQ=MONTHLY;INTERVAL=48;BYDAY=5MO',
    'FREQ=NEVER',
    'BYDAY=MO',
    'FREQ=DAILY;BYDAY=XX',
  ])('%s is refused', (rule) => {
    expect(readCalendar(vevent('DTSTART:20270104T090000Z', `RRULE:${rule}`))).toMatch(/^RRULE|^no /u);
  });

  it.each([
    'FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=DAILY;INTERVAL=7;BYDAY=TU',
    'FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
    'FREQ=MONTHLY;BYDAY=MO;BYSETPOS=20',
  ])('SEC-013 %s, which fits no further day, comes to an end', (rule) => {
    expect(starts(vevent('DTSTART:20270104T090000Z', `RRULE:${rule}`))).toEqual(['2027-01-04T09:00']);
  });

  it('SEC-013 no more occurrences are looked at than the limit', () => {
    const base = vevent('DTSTART:19700101T000000Z', 'RRULE:FREQ=DAILY');
    const event = readCalendar(base);
    if (typeof event === 'string') throw new Error(event);
    expect([...(event.rule?.occurrences(event.start, -Infinity) ?? [])].length).toBe(maxOccurrences);
  });
});

describe('zones', () => {
  it('a named zone is that of the IANA database, summer time included', () => {
    expect(starts(vevent('DTSTART;TZID=Europe/Vienna:20270322T090000', 'RRULE:FREQ=WEEKLY;COUNT=2'))).toEqual([
      '2027-03-22T08:00',
      '2027-03-29T07:00',
    ]);
    expect(starts(vevent('DTSTART;TZID=/example.org/America/New_York:20270104T090000'))).toEqual(['2027-01-04T14:00']);
  });

  it('an object may define its own zone', () => {
    const zone = `BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=W. Europe Standard Time:20270322T090000
DURATION:PT1H
RRULE:FREQ=WEEKLY;COUNT=2
END:VEVENT
END:VCALENDAR`;
    expect(starts(zone)).toEqual(['2027-03-22T08:00', '2027-03-29T07:00']);
  });

  it('a zone nobody knows is refused; without zone it is UTC', () => {
    expect(readCalendar(vevent('DTSTART;TZID=Nowhere:20270104T090000'))).toBe('an unknown time zone');
    expect(starts(vevent('DTSTART:20270104T090000'))).toEqual(['2027-01-04T09:00']);
  });
});

describe('events', () => {
  it.each([
    ['DTEND:20270104T100000Z', 3_600_000],
    ['DURATION:PT90M', 5_400_000],
    ['SUMMARY:x', undefined],
  ])('%s', (line, durationMs) => {
    expect(readCalendar(vevent('DTSTART:20270104T090000Z', line))).toMatchObject({ durationMs });
  });

  it('a date alone is a day', () => {
    expect(readCalendar(vevent('DTSTART;VALUE=DATE:20270104'))).toMatchObject({ durationMs: 86_400_000 });
  });

  it.each([
    ['BEGIN:VCALENDAR\r\nEND:VCALENDAR', 'no VEVENT'],
    [vevent('SUMMARY:x'), 'no DTSTART since 1970'],
    [vevent('DTSTART:20270230T090000Z'), 'no DTSTART since 1970'],
    [vevent('DTSTART:20270104T090000Z', 'DTEND:20270103T090000Z'), 'no DTEND or DURATION that can be read'],
    [vevent('DTSTART:20270104T090000Z', 'DURATION:-PT1H'), 'no DTEND or DURATION that can be read'],
    ['', 'no iCalendar object'],
    ['BEGIN:VEVENT', 'no iCalendar object'],
  ])('CONF-014 %j: %s', (text, fault) => {
    expect(readCalendar(text)).toBe(fault);
  });

  it.each([
    ['rfc6501/01-conference-info.xml', '2007-10-17T14:30'],
    ['rfc6504/11-conf-request-create.xml', '2010-01-27T14:30'],
  ])('CONF-014 %s, indented as it is printed', (file, start) => {
    const read = readFragment(readFileSync(new URL(`../../../../test/vectors/${file}`, import.meta.url), 'utf8'));
    if (!read.ok) throw read.error;
    const [base = ''] = basesIn(read.value);
    expect(starts(base, 1)).toEqual([start]);
  });
});

it('CONF-014 SEC-013 whatever the rule, it ends and throws nothing', () => {
  const rule = fc
    .record(
      {
        FREQ: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
        INTERVAL: fc.constantFrom(1, 2, 7, 12, 48, 365),
        BYMONTH: fc.constantFrom('1', '2', '2,4', '13'),
        BYMONTHDAY: fc.constantFrom('1', '29', '30', '31', '-31', '0', '-1,15'),
        BYDAY: fc.constantFrom('MO', '5MO', '-5SU', '1MO,2TU', '53SU', 'XX'),
        BYYEARDAY: fc.constantFrom('1', '366', '-366'),
        BYWEEKNO: fc.constantFrom('1', '53', '-53'),
        BYSETPOS: fc.constantFrom('1', '-1', '200', '-366'),
        BYHOUR: fc.constantFrom('0', '9,10', '23'),
        WKST: fc.constantFrom('MO', 'SU'),
        COUNT: fc.constantFrom(1, 5, 2000),
      },
      { requiredKeys: ['FREQ'] },
    )
    .map((parts) =>
      Object.entries(parts)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(';'),
    );
  fc.assert(
    fc.property(rule, fc.constantFrom('20270104T090000Z', '20280229T000000Z'), (text, start) => {
      const event = readCalendar(vevent(`DTSTART:${start}`, `RRULE:${text}`));
      if (typeof event === 'string') return;
      let last = -Infinity;
      let count = 0;
      for (const at of event.rule?.occurrences(event.start, -Infinity) ?? []) {
        expect(at).toBeGreaterThan(last);
        last = at;
        if (++count >= 50) break;
      }
      expect(count).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});

it('CONF-014 whatever the text, nothing is thrown', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 10 }),
    fc.constantFrom(
      'BEGIN:VEVENT',
      'END:VEVENT',
      'BEGIN:VCALENDAR',
      'DTSTART:20270104T090000Z',
      'RRULE:FREQ=DAILY',
      'DTEND;TZID=',
      'EXDATE:',
      ' x',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      readCalendar(lines.join('\n'));
    }),
  );
});
