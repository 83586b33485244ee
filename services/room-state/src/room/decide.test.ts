import { LeaveCause } from '@plenary/proto/chat';
import type { ChatId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { apply, type RoomDraft } from './apply.js';
import { advanceAll } from './commit.js';
import type { RefusalCode, RoomCommand } from './command.js';
import { decide } from './decide.js';
import type { RoomEvent } from './event.js';
import { maxSessionsPerUser } from './entry.js';
import { admitCommand, claimCommand, testRoom } from './testing.js';

const join = (chatId: string, edgeId = 'e1'): RoomCommand => ({ kind: 'join', chatId: chatId as ChatId, edgeId });
const leave = (chatId: string): RoomCommand => ({
  kind: 'leave',
  chatId: chatId as ChatId,
  cause: LeaveCause.DEPARTED,
});

function run(room: RoomDraft, command: RoomCommand, nowMs = 0): readonly RoomEvent[] | RefusalCode {
  const decision = decide(room, command, { nowMs });
  if (decision.kind === 'refused') return decision.code;
  advanceAll(room, decision.events);
  return decision.events;
}

function enter(room: RoomDraft, user: string, chatId: string): void {
  run(room, admitCommand(user, chatId));
  run(room, join(chatId));
}

const kinds = (outcome: readonly RoomEvent[] | RefusalCode): unknown =>
  typeof outcome === 'string' ? outcome : outcome.map((event) => event.kind);

describe('entering', () => {
  it('ROOM-001 a full room counts seats and joined endpoints', () => {
    const room = testRoom({ description: '<maximum-user-count>2</maximum-user-count>' });
    enter(room, 'alice', 'c1');
    expect(kinds(run(room, admitCommand('bob', 'c2')))).toEqual(['seat-taken']);
    expect(run(room, admitCommand('carol', 'c3'))).toBe('full');
    expect(kinds(run(room, leave('c2')))).toEqual(['seat-returned']);
    expect(kinds(run(room, admitCommand('carol', 'c3')))).toEqual(['seat-taken']);
  });

  it('ROOM-001 a members-only room admits members and moderators, and gives moderators their role', () => {
    const room = testRoom({
      admission: 'closedAuthenticated',
      users: `<user entity="xcon-userid:alice@localhost"><roles><entry>moderator</entry></roles></user>
        <xcon:allowed-users-list><xcon:target uri="sip:bob@localhost" method="dial-in"/></xcon:allowed-users-list>`,
    });
    expect(run(room, admitCommand('carol', 'c3'))).toBe('not-a-member');
    enter(room, 'alice', 'c1');
    enter(room, 'bob', 'c2');
    expect([...room.participants.values()].map(({ roles }) => roles)).toEqual([
      ['moderator', 'participant'],
      ['participant'],
    ]);
  });

  it('ROOM-019 a locked room admits nobody new; who is in it may bring another device', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    const locked = testRoom({ state: '<locked>true</locked>' });
    Object.assign(room, { document: locked.document, view: locked.view, policy: locked.policy });
    expect(run(room, admitCommand('bob', 'c2'))).toBe('locked');
    expect(kinds(run(room, admitCommand('alice', 'c3')))).toEqual(['seat-taken']);
    expect(room.participants.size).toBe(1);
  });

  it('ROOM-015 several sessions: each its own, refused, or the old one replaced', () => {
    const many = testRoom();
    enter(many, 'alice', 'c1');
    enter(many, 'alice', 'c2');
    expect(many.owners.size).toBe(2);
    expect(many.participants.size).toBe(1);

    const one = testRoom({ policy: { sessions: 'one' } });
    enter(one, 'alice', 'c1');
    expect(run(one, admitCommand('alice', 'c2'))).toBe('too-many-sessions');

    const replace = testRoom({ policy: { sessions: 'replace' } });
    enter(replace, 'alice', 'c1');
    run(replace, admitCommand('alice', 'c2'));
    const outcome = run(replace, join('c2'));
    expect(kinds(outcome)).toEqual(['joined', 'left']);
    expect(outcome[1]).toMatchObject({ chatId: 'c1', cause: LeaveCause.REPLACED, lastEndpoint: false });
    expect([...replace.owners.keys()]).toEqual(['c2']);
  });

  it('one user has a bounded number of sessions whatever the policy', () => {
    const room = testRoom();
    for (let index = 0; index < maxSessionsPerUser; index++) enter(room, 'alice', `c${String(index)}`);
    expect(run(room, admitCommand('alice', 'more'))).toBe('too-many-sessions');
  });

  it('a seat that lapsed, was never taken, or belongs to a closed room cannot be joined', () => {
    const room = testRoom();
    run(room, admitCommand('alice', 'c1', 1_000), 0);
    expect(run(room, join('c1'), 1_000)).toBe('seat-lapsed');
    expect(run(room, join('c9'))).toBe('no-such-endpoint');
    run(room, { kind: 'close', reason: 'over', onlyUnused: false, urisFree: false });
    expect(run(room, join('c1'))).toBe('closed');
    expect(run(room, admitCommand('alice', 'c2'))).toBe('closed');
  });

  it('joining again is nothing new, joining from another edge is a move', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    expect(run(room, join('c1'))).toEqual([]);
    expect(run(room, join('c1', 'e2'))).toEqual([{ kind: 'endpoint-moved', pid: 'p-c1', chatId: 'c1', edgeId: 'e2' }]);
    expect(room.participants.values().next().value?.endpoints[0]?.edgeId).toBe('e2');
  });

  it('a user that comes back is the same participant', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    run(room, leave('c1'));
    expect(room.participants.size).toBe(0);
    enter(room, 'alice', 'c2');
    expect([...room.participants.keys()]).toEqual(['p-c1']);
  });
});

describe('nicknames', () => {
  it('NICK-004 a name in use by another user is refused, whatever its case', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    enter(room, 'bob', 'c2');
    run(room, claimCommand('c1', 'Ann'));
    expect(run(room, claimCommand('c2', 'ann'))).toBe('nickname-in-use');
  });

  it('NICK-010 NICK-011 a second device may ask for the same name and has none until it asks', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    run(room, claimCommand('c1', 'Ann'));
    enter(room, 'alice', 'c2');
    const endpoints = () =>
      room.participants
        .values()
        .next()
        .value?.endpoints.map(({ nickname }) => nickname);
    expect(endpoints()).toEqual(['Ann', '']);
    expect(kinds(run(room, claimCommand('c2', 'Ann')))).toEqual(['nickname-changed']);
    expect(endpoints()).toEqual(['Ann', 'Ann']);
  });

  it('NICK-009 a change sets the old name free; a refused change keeps it', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    enter(room, 'bob', 'c2');
    run(room, claimCommand('c1', 'Ann'));
    run(room, claimCommand('c2', 'Bo'));
    expect(run(room, claimCommand('c1', 'Bo'))).toBe('nickname-in-use');
    expect(room.participants.values().next().value?.nickname).toBe('Ann');
    run(room, claimCommand('c1', 'Anna'));
    expect(kinds(run(room, claimCommand('c2', 'Ann')))).toEqual(['nickname-changed']);
  });

  it('NICK-008 removing works once and again, and only removes the asking device’s hold', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    enter(room, 'alice', 'c2');
    run(room, claimCommand('c1', 'Ann'));
    run(room, claimCommand('c2', 'Anna'));
    expect(room.participants.values().next().value?.nickname).toBe('Anna');
    run(room, claimCommand('c2', ''));
    expect(room.participants.values().next().value?.nickname).toBe('Ann');
    expect(run(room, claimCommand('c2', ''))).toEqual([]);
    run(room, claimCommand('c1', ''));
    expect(room.participants.values().next().value?.nickname).toBe('');
    expect(room.desk.nicknames.size).toBe(0);
  });

  it('NICK-012 the name of who left is kept for the quarantine, for that user only', () => {
    const room = testRoom({ policy: { quarantine: 'PT10S' } });
    enter(room, 'alice', 'c1');
    enter(room, 'bob', 'c2');
    run(room, claimCommand('c1', 'Ann'));
    run(room, leave('c1'), 1_000);
    expect(run(room, claimCommand('c2', 'Ann'), 10_999)).toBe('nickname-in-use');
    enter(room, 'alice', 'c3');
    expect(kinds(run(room, claimCommand('c3', 'Ann'), 5_000))).toEqual(['nickname-changed']);
    run(room, leave('c3'), 6_000);
    expect(kinds(run(room, claimCommand('c2', 'Ann'), 16_000))).toEqual(['nickname-changed']);
  });

  it('NICK-002 off by policy; NICK-003 malformed; reserved; not joined', () => {
    const room = testRoom({ policy: { nicknames: 'false' } });
    enter(room, 'alice', 'c1');
    run(room, admitCommand('bob', 'c2'));
    expect(run(room, claimCommand('c1', 'Ann'))).toBe('nicknames-off');
    expect(run(room, claimCommand('c2', 'Bo'))).toBe('no-such-endpoint');
    room.policy = { ...room.policy, nicknames: true };
    const asked = (kind: 'malformed' | 'reserved'): RoomCommand => ({
      kind: 'claim-nickname',
      chatId: 'c1' as ChatId,
      asked: { kind },
    });
    expect(run(room, asked('malformed'))).toBe('nickname-malformed');
    expect(run(room, asked('reserved'))).toBe('nickname-reserved');
  });

  it('the last device of a user with the name going leaves the roster with the name of another', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    enter(room, 'alice', 'c2');
    run(room, claimCommand('c1', 'Ann'));
    run(room, claimCommand('c2', 'Anna'));
    expect(kinds(run(room, leave('c2')))).toEqual(['left', 'nickname-changed']);
    expect(room.participants.values().next().value?.nickname).toBe('Ann');
  });
});

describe('apply', () => {
  it('leaves the state it was given alone', () => {
    const room = testRoom();
    enter(room, 'alice', 'c1');
    const before = structuredClone(room);
    const decision = decide(room, leave('c1'), { nowMs: 0 });
    if (decision.kind === 'refused') throw new Error(decision.code);
    const after = decision.events.reduce(apply, room);
    expect(structuredClone(room)).toEqual(before);
    expect(after.participants.size).toBe(0);
  });

  it('logging and epochs move as told, and only forward', () => {
    const room = testRoom();
    const start: RoomCommand = { kind: 'set-logging', on: true, since: '2026-11-29T00:00:00Z' };
    expect(kinds(run(room, start))).toEqual(['document-changed', 'policy-changed', 'logging-changed']);
    expect(run(room, start)).toEqual([]);
    expect(room.view.logging).toEqual({ active: true, since: '2026-11-29T00:00:00Z' });
    expect(kinds(run(room, { kind: 'start-epoch', epoch: 2, tag: 'newtag01' }))).toEqual(['epoch-started']);
    expect(run(room, { kind: 'start-epoch', epoch: 2, tag: 'another1' })).toEqual([]);
    expect([room.policy.logged, room.epoch, room.tag]).toEqual([true, 2, 'newtag01']);
  });
});
