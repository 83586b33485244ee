import type { ChatId } from '@plenary/wire';
import { LeaveCause } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import type { RoomDraft } from './apply.js';
import { advanceAll } from './commit.js';
import type { RoomCommand } from './command.js';
import { decide } from './decide.js';
import { endsEmptyMs, nextDueAtMs } from './due.js';
import { currentOccurrence, hasRole, isSuspended, mayJoinAt, nextTimeMs, scheduleOf } from './schedule.js';
import { admitCommand, testRoom, userIdOf, type TestRoom } from './testing.js';

const at = (time: string): number => Date.parse(`2026-11-29T${time}Z`);
const base = [
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'BEGIN:VEVENT',
  'DTSTART:20261129T120000Z',
  'DTEND:20261129T130000Z',
  'RRULE:FREQ=DAILY;COUNT=2',
  'END:VEVENT',
  'END:VCALENDAR',
].join('&#10;');

function conferenceTime(required: string): string {
  return `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base>
    <xcon:mixing-start-offset required-participant="${required}">2026-11-29T12:05:00Z</xcon:mixing-start-offset>
    <xcon:mixing-end-offset required-participant="${required}">2026-11-29T13:00:00Z</xcon:mixing-end-offset>
    <xcon:notify-end-of-conference>600</xcon:notify-end-of-conference>
  </xcon:entry></xcon:conference-time>`.replace(/>\s+</g, '><');
}

function scheduled(required = 'none', form: TestRoom = {}): RoomDraft {
  return testRoom({ ...form, description: conferenceTime(required), active: false });
}

function run(room: RoomDraft, command: RoomCommand, nowMs: number): readonly string[] {
  const decision = decide(room, command, { nowMs });
  if (decision.kind === 'refused') throw new Error(decision.code);
  advanceAll(room, decision.events);
  return decision.events.map(({ kind }) => kind);
}

const check: RoomCommand = { kind: 'check-time', dialOut: [], began: false };

function enter(room: RoomDraft, user: string, nowMs: number): void {
  run(room, admitCommand(user, `c-${user}`), nowMs);
  run(room, { kind: 'join', chatId: `c-${user}` as ChatId, edgeId: 'e' }, nowMs);
}

describe('a conference with times', () => {
  it('CONF-012 becomes active when it starts, and waits for its next time when it has ended', () => {
    const room = scheduled();
    expect(run(room, check, at('11:59:59'))).toEqual(['time-checked']);
    expect(run(room, check, at('12:00:00'))).toContain('document-changed');
    expect(room.view.active).toBe(true);
    enter(room, 'alice', at('12:10:00'));
    const ended = run(room, check, at('13:00:00'));
    expect(ended).toEqual(expect.arrayContaining(['left', 'document-changed']));
    expect([room.view.active, room.participants.size]).toEqual([false, 0]);
    expect(nextDueAtMs(room, at('13:00:00'))).toBe(at('12:00:00') + 86_400_000);
  });

  it('CONF-016 takes no messages before the mixing starts', () => {
    const room = scheduled();
    run(room, check, at('12:00:00'));
    expect(room.policy.suspended).toBe(true);
    expect(nextTimeMs(room.view, at('12:00:00'))).toBe(at('12:05:00'));
    expect(run(room, check, at('12:05:00'))).toEqual(['policy-changed', 'time-checked']);
    expect(room.policy.suspended).toBe(false);
  });

  it('CONF-016 waits for the required participant, and ends when the last one has left or lost the role', () => {
    const moderator = (name: string): string =>
      `<user entity="${userIdOf(name)}"><roles><entry>moderator</entry></roles></user>`;
    const room = scheduled('moderator', { users: moderator('mo') + moderator('mia') });
    run(room, check, at('12:00:00'));
    enter(room, 'bob', at('12:06:00'));
    expect(room.policy.suspended).toBe(true);
    enter(room, 'mo', at('12:07:00'));
    expect(room.policy.suspended).toBe(false);
    enter(room, 'mia', at('12:08:00'));
    const leave = (name: string): RoomCommand => ({
      kind: 'leave',
      chatId: `c-${name}` as ChatId,
      cause: LeaveCause.DEPARTED,
    });
    expect(run(room, leave('mo'), at('12:20:00'))).toEqual(['left']);
    run(room, leave('mia'), at('12:21:00'));
    expect([room.view.active, room.participants.size]).toEqual([false, 0]);
  });

  it('CONF-018 says once that the end is near', () => {
    const room = scheduled();
    run(room, check, at('12:00:00'));
    run(room, check, at('12:05:00'));
    enter(room, 'alice', at('12:10:00'));
    expect(run(room, check, at('12:50:00'))).toEqual(['notice', 'time-checked']);
    expect(run(room, check, at('12:50:01'))).toEqual(['time-checked']);
  });

  it('reads its times once per document', () => {
    const { view } = scheduled();
    expect(scheduleOf(view)).toBe(scheduleOf(view));
    expect(currentOccurrence(view, at('12:30:00'))?.startMs).toBe(at('12:00:00'));
    expect([mayJoinAt(view, at('14:00:00')), mayJoinAt(testRoom().view, 0)]).toEqual([true, true]);
    expect(isSuspended(testRoom(), 0)).toBe(false);
    expect([hasRole(testRoom(), 'none'), hasRole(testRoom(), 'moderator')]).toEqual([true, false]);
  });
});

describe('an empty room', () => {
  const adHoc = { policy: { 'on-empty': 'delete', 'empty-grace': 'PT60S' } };

  it('CHAT-X-011 goes after its grace time, and not while anybody is in it, sits or waits', () => {
    const room = testRoom(adHoc, { emptySinceMs: 0 });
    expect(endsEmptyMs(room)).toBe(60_000);
    expect(nextDueAtMs(room, 0)).toBe(60_000);
    expect(run(room, check, 59_999)).toEqual(['time-checked']);
    run(room, admitCommand('alice', 'c1'), 59_999);
    expect(run(room, check, 60_000)).toEqual(['time-checked']);
    run(room, { kind: 'join', chatId: 'c1' as ChatId, edgeId: 'e' }, 60_000);
    expect([endsEmptyMs(room), nextDueAtMs(room, 0)]).toEqual([undefined, undefined]);
    run(room, { kind: 'leave', chatId: 'c1' as ChatId, cause: LeaveCause.DEPARTED }, 70_000);
    expect(endsEmptyMs(room)).toBe(130_000);
    expect(run(room, check, 130_000)).toEqual(['room-closed']);
    expect(room.closed).toBe(true);
  });

  it('CHAT-X-011 without a grace time it is looked at again at once, and not every moment while somebody is expected', () => {
    const room = testRoom({ policy: { 'on-empty': 'delete', 'empty-grace': 'PT0S' } }, { emptySinceMs: 5_000 });
    expect(nextDueAtMs(room, 5_000)).toBe(5_001);
    run(room, admitCommand('alice', 'c1'), 5_000);
    run(room, check, 5_001);
    expect(nextDueAtMs(room, 5_001)).toBe(65_001);
  });

  it('CHAT-X-011 stays where the room says so', () => {
    const room = testRoom({ policy: { 'on-empty': 'keep' } }, { emptySinceMs: 0 });
    expect(nextDueAtMs(room, 1_000_000)).toBeUndefined();
    expect(run(room, check, 10_000_000)).toEqual(['time-checked']);
  });
});
