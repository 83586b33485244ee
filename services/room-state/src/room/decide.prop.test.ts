import { LeaveCause, type Participant, type StateChange } from '@plenary/proto/chat';
import type { ChatId } from '@plenary/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceAll, commitChanges } from './commit.js';
import type { RoomCommand } from './command.js';
import { decide } from './decide.js';
import { participantMessage } from './roster.js';
import { occupancy, type RoomState } from './state.js';
import { admitCommand, claimCommand, testRoom } from './testing.js';

const chatIds = ['c1', 'c2', 'c3', 'c4', 'c5', 'c6'] as const;
const chatId = fc.constantFrom(...chatIds);
// A chat-ID belongs to one user for good, as fresh ids do.
const userOf = (id: string): string => ['alice', 'bob', 'carol'][chatIds.indexOf(id as 'c1') % 3] ?? 'alice';

const command: fc.Arbitrary<RoomCommand> = fc.oneof(
  { weight: 4, arbitrary: chatId.map((id) => admitCommand(userOf(id), id)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(chatId, fc.constantFrom('e1', 'e2'))
      .map(([id, edgeId]): RoomCommand => ({ kind: 'join', chatId: id as ChatId, edgeId })),
  },
  {
    weight: 2,
    arbitrary: chatId.map((id): RoomCommand => ({ kind: 'leave', chatId: id as ChatId, cause: LeaveCause.DEPARTED })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(chatId, fc.constantFrom('Ann', 'ann', 'Bo', '')).map(([id, name]) => claimCommand(id, name)),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((on): RoomCommand => ({ kind: 'set-logging', on, since: '2026-11-29T00:00:00Z' })),
  },
);
const history = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 400_000 })), { maxLength: 60 });
const sessions = fc.constantFrom('many', 'one', 'replace');

/** A reader of the room's `st` subject, as edges and focuses are. */
function read(roster: Map<string, Participant>, { change }: StateChange): void {
  if (change?.$case === 'joined' && change.value.participant !== undefined) {
    roster.set(change.value.participant.pid, change.value.participant);
  } else if (change?.$case === 'left') {
    const participant = roster.get(change.value.pid);
    if (participant === undefined) throw new Error('somebody left who was not there');
    const endpoints = participant.endpoints.filter((endpoint) => endpoint.chatId !== change.value.chatId);
    expect(change.value.lastEndpoint).toBe(endpoints.length === 0);
    if (endpoints.length === 0) roster.delete(participant.pid);
    else roster.set(participant.pid, { ...participant, endpoints });
  } else if (change?.$case === 'nicknameChanged') {
    const participant = roster.get(change.value.pid);
    if (participant !== undefined) roster.set(participant.pid, { ...participant, nickname: change.value.nickname });
  } else if (change?.$case === 'endpointMoved') {
    const participant = roster.get(change.value.pid);
    const moved = participant?.endpoints.find((endpoint) => endpoint.chatId === change.value.chatId);
    if (moved !== undefined) moved.edgeId = change.value.edgeId;
  }
}

function expectSound(state: RoomState, maximum: number): void {
  const holders = new Map<string, string>();
  const owned = new Map<string, string>();
  for (const participant of state.participants.values()) {
    expect(participant.endpoints.length).toBeGreaterThan(0);
    for (const endpoint of participant.endpoints) {
      owned.set(endpoint.chatId, participant.pid);
      if (endpoint.nickKey === '') continue;
      expect(holders.get(endpoint.nickKey) ?? participant.userKey).toBe(participant.userKey);
      holders.set(endpoint.nickKey, participant.userKey);
      const hold = state.desk.nicknames.get(endpoint.nickKey);
      expect(hold).toEqual({ userKey: participant.userKey, heldUntilMs: undefined });
    }
    const own = participant.endpoints.map((endpoint) => endpoint.nickname);
    if (participant.nickname === '') expect(own.every((name) => name === '')).toBe(true);
    else expect(own).toContain(participant.nickname);
  }
  expect(new Map(state.owners)).toEqual(owned);
  if (maximum > 0) expect(occupancy(state)).toBeLessThanOrEqual(maximum);
}

describe('decide and apply', () => {
  it('NICK-006 ROOM-001 ROOM-015 keep every room sound, versions dense, and readers of the events agree', () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 4 }), sessions, (steps, maximum, allowed) => {
        const room = testRoom({
          description: maximum === 0 ? '' : `<maximum-user-count>${String(maximum)}</maximum-user-count>`,
          policy: { sessions: allowed },
        });
        const roster = new Map<string, Participant>();
        let nowMs = 0;
        for (const [asked, passMs] of steps) {
          nowMs += passMs % 1_500 === 0 ? passMs : passMs % 700;
          // The chat-ID of an entry is a fresh one.
          if (asked.kind === 'admit' && room.owners.has(asked.seat.chatId)) continue;
          const before = room.version;
          const decision = decide(room, asked, { nowMs });
          if (decision.kind === 'refused') continue;
          const changes = advanceAll(room, decision.events);
          const events = commitChanges(room, changes, 0n);
          expect(events.map((event) => event.version)).toEqual(changes.length === 0 ? [] : [before + 1n]);
          for (const change of structuredClone(changes)) read(roster, change);
          expectSound(room, maximum);
          expect([...roster.values()]).toEqual([...room.participants.values()].map(participantMessage));
          const again = decide(room, asked, { nowMs });
          if (asked.kind !== 'admit') expect(again.kind === 'refused' || again.events.length === 0).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('spreads changes too large for one event over several versions, losing none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 300 }),
        (reasons, maxBytes) => {
          const room = testRoom();
          const changes = reasons.map((reason): StateChange => ({
            change: { $case: 'roomClosed', value: { reason, successorUri: '' } },
          }));
          const events = commitChanges(room, changes, 0n, maxBytes);
          expect(events.flatMap((event) => event.changes)).toEqual(changes);
          expect(events.map((event) => event.version)).toEqual(events.map((_, index) => 2n + BigInt(index)));
        },
      ),
    );
  });
});
