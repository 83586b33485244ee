import type { ChatId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { conferenceView } from '@plenary/xcon';
import { advanceAll } from './commit.js';
import { isTaken } from './claim-nickname.js';
import { deskOf } from './command.js';
import { registrationFaults } from './conference/registration-faults.js';
import { isConfusable } from './confusable.js';
import { decide } from './decide.js';
import { registeredFor, registeredNicknames } from './registered.js';
import { emptyDesk } from './state.js';
import { admitCommand, claimCommand, testRoom, userIdOf } from './testing.js';

const listing = (...users: readonly (readonly [id: string, nickname: string])[]): string =>
  `<xcon:allowed-users-list><xcon:persistent-list>${users
    .map(([id, nickname]) => `<xcon:user name="n" nickname="${nickname}" id="${id}"/>`)
    .join('')}</xcon:persistent-list></xcon:allowed-users-list>`;
const carol = userIdOf('carol');
const roomOf = (users: string) => testRoom({ users });

describe('registered nicknames', () => {
  it('NICK-X-018 are those of the persistent list, by comparison key and lower-case id', () => {
    const { view } = roomOf(listing([carol.toUpperCase(), 'Queen  Carol'], [userIdOf('bad'), '\u200b']));
    expect(registeredNicknames(view)).toEqual([
      { nickKey: 'queen carol', nickname: 'Queen  Carol', userId: carol },
      { nickKey: undefined, nickname: '\u200b', userId: userIdOf('bad') },
    ]);
    expect(registeredFor(view, carol)).toBe('Queen  Carol');
    expect([registeredFor(view, ''), registeredFor(view, userIdOf('bad'))]).toEqual([undefined, undefined]);
  });

  it('NICK-X-014 a claim beyond the room is anybody’s but its holder’s', () => {
    const room = { desk: { ...emptyDesk, claims: new Map([['queen carol', [carol]]]) } };
    expect(isTaken(room, 'queen carol', userIdOf('mallory'), 0)).toBe(true);
    expect(isTaken(room, 'queen carol', carol, 0)).toBe(false);
    expect(isTaken(room, 'king', userIdOf('mallory'), 0)).toBe(false);
  });

  it('NICK-X-018 NICK-X-001 none is registered that is malformed, of two users, or somebody else’s', () => {
    const room = roomOf('');
    const after = (users: string) => conferenceView(roomOf(users).document);
    const code = (users: string, taken = room): string | undefined => {
      const fault = registrationFaults(taken, after(users), 0);
      return fault?.kind === 'refused' ? fault.code : undefined;
    };
    expect(code(listing([carol, 'Carol'], [userIdOf('dave'), 'Dave']))).toBeUndefined();
    expect(code(listing([carol, '\u200b']))).toBe('bad-request');
    expect(code(listing([carol, 'Carol'], [userIdOf('dave'), 'carol']))).toBe('conflict');
    const held = { ...room, desk: { ...room.desk, claims: new Map([['carol', [userIdOf('mallory')]]]) } };
    expect(code(listing([carol, 'Carol']), held)).toBe('conflict');
    const known = { ...roomOf(listing([carol, 'Carol'])), desk: held.desk };
    expect(code(listing([carol, 'Carol']), known)).toBeUndefined();
  });

  it('NICK-X-018 a change that registers some has them looked up', () => {
    const change = { ok: true, value: roomOf(listing([carol, 'Carol'])).document } as const;
    const wanted = (task: object): ReturnType<typeof deskOf> =>
      deskOf({ kind: 'perform', task } as unknown as Parameters<typeof deskOf>[0]);
    expect(wanted({ kind: 'update-conference', change })).toMatchObject({ nickKeys: ['carol'], registers: true });
    const none = { ok: true, value: roomOf('').document } as const;
    expect(wanted({ kind: 'update-conference', change: none })).toMatchObject({ nickKeys: [], registers: false });
  });
});

describe('nicknames that look alike', () => {
  it.each(['refuse', 'allow'])('NICK-X-017 confusables="%s"', (confusables) => {
    const room = testRoom({ policy: { confusables } });
    for (const command of [
      admitCommand('alice', 'c1'),
      { kind: 'join', chatId: 'c1' as ChatId, edgeId: 'e' } as const,
      claimCommand('c1', 'BOY'),
    ]) {
      const decision = decide(room, command, { nowMs: 0 });
      if (decision.kind === 'events') advanceAll(room, decision.events);
    }
    expect(isConfusable(room, 'B0Y', userIdOf('bob'))).toBe(confusables === 'refuse');
    expect(isConfusable(room, 'B0Y', userIdOf('alice'))).toBe(false);
    expect(isConfusable(room, 'Bay', userIdOf('bob'))).toBe(false);
  });
});
