import { describe, expect, it } from 'vitest';
import type { ConferenceTimeView } from '../view/times-view.js';
import {
  joinAt,
  nextChangeMs,
  nextOccurrence,
  type Occurrence,
  occurrenceAt,
  readConferenceTime,
  type Schedule,
} from './schedule.js';

const weekly = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1@example.com
DTSTAMP:20261101T000000Z
DTSTART:20261201T140000Z
DTEND:20261201T150000Z
RRULE:FREQ=WEEKLY;COUNT=3
END:VEVENT
END:VCALENDAR`;

const full: ConferenceTimeView = {
  base: weekly,
  mixingStart: { at: '2026-12-01T13:58:00Z', requiredParticipant: 'moderator' },
  mixingEnd: { at: '2026-12-01T15:10:00Z', requiredParticipant: 'participant' },
  canJoinAfter: '2026-12-01T13:30:00Z',
  mustJoinBefore: '2026-12-01T14:30:00Z',
  requestUser: '2026-12-01T13:55:00Z',
  notifyEndSeconds: 300,
  mayExtend: true,
};

function schedule(...times: readonly ConferenceTimeView[]): Schedule {
  const result = readConferenceTime(times);
  if (!result.ok) throw result.error;
  return result.value;
}

const at = (text: string): number => Date.parse(text);
const times = (occurrence: Occurrence | undefined): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(occurrence ?? {}).map(([name, value]) => [
      name,
      name.endsWith('Ms') && name !== 'noticeMs' ? new Date(Number(value)).toISOString().replace('.000Z', 'Z') : value,
    ]),
  );

describe('occurrences', () => {
  it('CONF-016 CONF-018 the times of the first are those of the entry', () => {
    expect(times(nextOccurrence(schedule(full), at('2026-11-01T00:00:00Z')))).toEqual({
      startMs: '2026-12-01T14:00:00Z',
      endMs: '2026-12-01T15:00:00Z',
      canJoinFromMs: '2026-12-01T13:30:00Z',
      mustJoinByMs: '2026-12-01T14:30:00Z',
      mixingStartMs: '2026-12-01T13:58:00Z',
      mixingEndMs: '2026-12-01T15:10:00Z',
      requestUsersMs: '2026-12-01T13:55:00Z',
      requiresParticipant: { start: 'moderator', end: 'participant' },
      noticeMs: 300_000,
      mayExtend: true,
    });
  });

  it('those of later ones are as far from their starts', () => {
    const second = occurrenceAt(schedule(full), at('2026-12-08T14:20:00Z'));
    expect(times(second)).toMatchObject({
      startMs: '2026-12-08T14:00:00Z',
      canJoinFromMs: '2026-12-08T13:30:00Z',
      mixingEndMs: '2026-12-08T15:10:00Z',
    });
  });

  it('one is open from the first of its times to the end of its mixing', () => {
    const conference = schedule(full);
    expect(occurrenceAt(conference, at('2026-12-01T13:29:59Z'))).toBeUndefined();
    expect(occurrenceAt(conference, at('2026-12-01T13:30:00Z'))).toBeDefined();
    expect(occurrenceAt(conference, at('2026-12-01T15:09:59Z'))).toBeDefined();
    expect(occurrenceAt(conference, at('2026-12-01T15:10:00Z'))).toBeUndefined();
  });

  it('after the last there is none', () => {
    expect(nextOccurrence(schedule(full), at('2026-12-16T00:00:00Z'))).toBeUndefined();
    expect(occurrenceAt(schedule(full), at('2026-12-22T14:20:00Z'))).toBeUndefined();
    expect(nextChangeMs(schedule(full), at('2026-12-22T14:20:00Z'))).toBeUndefined();
  });

  it('CONF-016 without an end of mixing one is not bounded', () => {
    const once = schedule({ base: weekly.replace(';COUNT=3', ';COUNT=1'), mayExtend: false });
    const open = occurrenceAt(once, at('2027-06-01T00:00:00Z'));
    expect(open?.mixingEndMs).toBeUndefined();
    expect(times(open)).toMatchObject({ startMs: '2026-12-01T14:00:00Z', mixingStartMs: '2026-12-01T14:00:00Z' });
    expect(open?.requiresParticipant).toEqual({ start: 'none', end: 'none' });
  });

  it('entries are alternatives; the one that began last is open', () => {
    const other = { base: weekly.replace('T140000Z', 'T143000Z').replace('T150000Z', 'T160000Z'), mayExtend: false };
    expect(times(occurrenceAt(schedule(full, other), at('2026-12-01T14:40:00Z')))).toMatchObject({
      startMs: '2026-12-01T14:30:00Z',
    });
    expect(times(nextOccurrence(schedule(other, full), at('2026-11-01T00:00:00Z')))).toMatchObject({
      startMs: '2026-12-01T14:00:00Z',
    });
  });
});

describe('joinAt', () => {
  it.each([
    ['2026-11-30T00:00:00Z', 'early'],
    ['2026-12-01T13:30:00Z', 'open'],
    ['2026-12-01T14:30:00Z', 'open'],
    ['2026-12-01T14:30:01Z', 'late'],
    ['2026-12-02T00:00:00Z', 'early'],
    ['2026-12-08T14:00:00Z', 'open'],
    ['2026-12-30T00:00:00Z', 'late'],
  ])('CONF-015 %s: %s', (now, verdict) => {
    expect(joinAt(schedule(full), at(now))).toBe(verdict);
  });

  it('CONF-015 without times, or without a time to wait for, it is open', () => {
    expect(joinAt(schedule(), 0)).toBe('open');
    expect(joinAt(schedule({ base: weekly, mayExtend: false }), 0)).toBe('open');
  });
});

it('nextChangeMs walks through all times of an occurrence', () => {
  const conference = schedule(full);
  const seen: string[] = [];
  let now = at('2026-12-01T00:00:00Z');
  for (let step = 0; step < 9; step += 1) {
    now = nextChangeMs(conference, now) ?? 0;
    seen.push(new Date(now).toISOString().slice(8, 16));
  }
  expect(seen).toEqual([
    '01T13:30',
    '01T13:55',
    '01T13:58',
    '01T14:00',
    '01T14:30',
    '01T15:00',
    '01T15:05',
    '01T15:10',
    '08T13:30',
  ]);
});

it('CONF-014 an entry that is no calendar is named', () => {
  expect(readConferenceTime([{ base: 'at nine', mayExtend: false }])).toMatchObject({
    ok: false,
    error: { code: 'document-invalid', path: '/conference-description/conference-time/entry/base' },
  });
});
