import { Direction } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import type { Actor } from './actor.js';
import { grantedOnEntry, mayEnter, passwordVerdict } from './entry.js';
import { testRoom, userIdOf, type TestRoom } from './testing.js';

const anna: Actor = { userId: userIdOf('anna'), uris: ['sip:anna@localhost'], systemRoles: [], authenticated: true };
const stranger: Actor = { userId: userIdOf('x'), uris: [], systemRoles: [], authenticated: false };
const listed =
  '<xcon:allowed-users-list><xcon:target uri="sip:anna@localhost" method="dial-in"/></xcon:allowed-users-list>';
const denied = '<xcon:deny-users-list><xcon:target uri="sip:anna@localhost"/></xcon:deny-users-list>';

function verdict(form: TestRoom, actor: Actor = anna, nowMs = 0): string {
  const answer = mayEnter(testRoom(form), actor, undefined, nowMs);
  return answer.kind === 'refused' ? answer.code : answer.kind;
}

describe('who may come in', () => {
  it.each<[string, TestRoom, string, string]>([
    ['allow', { joinHandling: 'allow' }, 'admit', 'unauthenticated'],
    ['block', { joinHandling: 'block' }, 'not-a-member', 'unauthenticated'],
    ['confirm', { joinHandling: 'confirm' }, 'confirm', 'unauthenticated'],
    ['directed-operator', { joinHandling: 'directed-operator' }, 'confirm', 'unauthenticated'],
    ['authenticate', { joinHandling: 'authenticate' }, 'admit', 'unauthenticated'],
    ['anonymous', { admission: 'anonymous' }, 'admit', 'admit'],
    ['anonymous, authenticate', { admission: 'anonymous', joinHandling: 'authenticate' }, 'admit', 'unauthenticated'],
    ['anonymous, confirm', { admission: 'anonymous', joinHandling: 'confirm' }, 'confirm', 'confirm'],
    ['anonymous with a deny list', { admission: 'anonymous', users: denied }, 'admit', 'admit'],
    ['closed', { admission: 'closedAuthenticated' }, 'not-a-member', 'unauthenticated'],
    ['closed, listed', { admission: 'closedAuthenticated', users: listed }, 'admit', 'unauthenticated'],
    [
      'closed, listed, confirm',
      { admission: 'closedAuthenticated', users: listed, joinHandling: 'confirm' },
      'admit',
      'unauthenticated',
    ],
    ['closed, confirm', { admission: 'closedAuthenticated', joinHandling: 'confirm' }, 'confirm', 'unauthenticated'],
    [
      'closed with a deny list',
      { admission: 'closedAuthenticated', users: listed + denied },
      'admit',
      'unauthenticated',
    ],
    ['open with a deny list', { users: denied }, 'not-a-member', 'unauthenticated'],
    ['open, members only', { policy: { 'members-only': 'true' } }, 'not-a-member', 'unauthenticated'],
    ['open, members only, listed', { policy: { 'members-only': 'true' }, users: listed }, 'admit', 'unauthenticated'],
    ['locked', { state: '<locked>true</locked>' }, 'locked', 'unauthenticated'],
  ])('POL-006 POL-009 POL-010 POL-015 %s', (_name, form, known, unknown) => {
    expect(verdict(form)).toBe(known);
    expect(verdict(form, stranger)).toBe(unknown);
  });

  it('a moderator and an administrator of the system come in whatever the lists say, not past a lock', () => {
    const moderator = `<user entity="${userIdOf('anna')}"><roles><entry>moderator</entry></roles></user>`;
    expect(verdict({ joinHandling: 'block', users: moderator + denied })).toBe('admit');
    expect(verdict({ joinHandling: 'block', users: denied }, { ...anna, systemRoles: ['administrator'] })).toBe(
      'admit',
    );
    expect(verdict({ state: '<locked>true</locked>', users: moderator })).toBe('locked');
  });

  it('CONF-015 too early and too late', () => {
    const times = `<xcon:conference-time><xcon:entry>
      <xcon:base>BEGIN:VCALENDAR&#10;VERSION:2.0&#10;BEGIN:VEVENT&#10;DTSTART:20261129T120000Z&#10;DTEND:20261129T130000Z&#10;END:VEVENT&#10;END:VCALENDAR</xcon:base>
      <xcon:mixing-end-offset required-participant="none">2026-11-29T13:00:00Z</xcon:mixing-end-offset>
      <xcon:can-join-after-offset>2026-11-29T11:55:00Z</xcon:can-join-after-offset>
      <xcon:must-join-before-offset>2026-11-29T12:15:00Z</xcon:must-join-before-offset>
    </xcon:entry></xcon:conference-time>`.replace(/>\s+</g, '><');
    const at = (time: string): string => verdict({ description: times }, anna, Date.parse(`2026-11-29T${time}Z`));
    expect(at('11:54:59')).toBe('not-now');
    expect(at('11:55:01')).toBe('admit');
    expect(at('12:14:59')).toBe('admit');
    expect(at('12:15:01')).toBe('not-now');
    expect(at('13:30:00')).toBe('not-now');
  });
});

describe('passwords and voice', () => {
  it('CCMP-048 CCMP-049 a password is missing, wrong, right, or was checked against another one', () => {
    const room = { passwordHash: 'h' };
    expect(passwordVerdict({ passwordHash: '' }, { kind: 'none' })).toBeUndefined();
    expect(passwordVerdict(room, { kind: 'none' })).toBe('password-required');
    expect(passwordVerdict(room, { kind: 'checked', hash: 'h', right: false })).toBe('password-wrong');
    expect(passwordVerdict(room, { kind: 'checked', hash: 'old', right: true })).toBe('password-stale');
    expect(passwordVerdict(room, { kind: 'checked', hash: 'h', right: true })).toBeUndefined();
  });

  it('POL-018 in a moderated room only moderators speak unasked; an observer never does', () => {
    const open = testRoom();
    const moderated = testRoom({ policy: { moderated: 'true' } });
    expect(grantedOnEntry(open, ['participant'])).toBe(Direction.UNSPECIFIED);
    expect(grantedOnEntry(open, ['observer'])).toBe(Direction.RECVONLY);
    expect(grantedOnEntry(moderated, ['participant'])).toBe(Direction.RECVONLY);
    expect(grantedOnEntry(moderated, ['moderator', 'participant'])).toBe(Direction.SENDRECV);
  });
});
