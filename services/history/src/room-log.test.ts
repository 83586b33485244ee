import { Direction, LeaveCause, Participant, RoomPolicy, StateEvent, type StateChange } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { afterEvent, isGap, isMuted, keepingPolicy, noRoom, silencesIn } from './room-log.js';

const event = (version: bigint, ...changes: readonly StateChange['change'][]): StateEvent =>
  StateEvent.fromPartial({ epoch: 3, version, changes: changes.map((change) => ({ change })) });

describe('a room at a place of its log', () => {
  it('LOG-007 without a policy, or without the room, nothing is logged and nothing removed', () => {
    const nothing = { logged: false, suspended: false, retentionSeconds: 0, hold: false, filesKept: false };
    expect(keepingPolicy(undefined)).toEqual(nothing);
    expect(noRoom(4n)).toEqual({ ...nothing, epoch: 1, version: 4n, closed: true });
  });

  it('LOG-007 an event counts with all its changes, in their order', () => {
    const policy = RoomPolicy.fromPartial({ logged: true, historyRetentionSeconds: 5n });
    const after = afterEvent(
      undefined,
      event(
        1n,
        { $case: 'roomCreated', value: { conferenceUri: '', policy, displayText: '' } },
        { $case: 'loggingChanged', value: { on: false } },
      ),
    );
    expect(after).toMatchObject({ epoch: 3, version: 1n, closed: false, logged: false, retentionSeconds: 5 });
    const anew = afterEvent(after, event(2n, { $case: 'epochStarted', value: { epoch: 4, tag: 't' } }));
    expect(anew).toEqual({ ...after, epoch: 4, version: 2n });
  });

  it('a gap is a version left out, but not before what says everything by itself', () => {
    const change = { $case: 'conferenceChanged', value: {} } as const;
    expect([isGap(undefined, event(1n, change)), isGap(4n, event(6n, change)), isGap(4n, event(5n, change))]).toEqual([
      true,
      true,
      false,
    ]);
    const created = { $case: 'roomCreated', value: { conferenceUri: '', policy: undefined, displayText: '' } } as const;
    expect(isGap(undefined, event(1n, created))).toBe(false);
    const epoch = { $case: 'epochStarted', value: { epoch: 2, tag: 't' } } as const;
    expect([isGap(4n, event(9n, epoch)), isGap(undefined, event(9n, epoch))]).toEqual([false, true]);
  });
});

describe('silences', () => {
  it.each([
    [Direction.UNSPECIFIED, false],
    [Direction.SENDRECV, false],
    [Direction.SENDONLY, false],
    [Direction.RECVONLY, true],
    [Direction.INACTIVE, true],
  ])('POL-018 direction %s: muted %s', (allowed, muted) => {
    expect(isMuted(allowed)).toBe(muted);
  });

  it('LOG-007 come from joins, leaves and media changes', () => {
    const participant = Participant.fromPartial({
      pid: 'p',
      endpoints: [
        { chatId: 'c1', allowed: Direction.SENDRECV },
        { chatId: 'c2', allowed: Direction.RECVONLY },
      ],
    });
    const changes = event(
      1n,
      { $case: 'joined', value: { participant, chatId: 'c1' } },
      { $case: 'joined', value: { participant, chatId: 'c2' } },
      { $case: 'joined', value: { participant: undefined, chatId: 'c3' } },
      { $case: 'left', value: { pid: 'p', chatId: 'c4', cause: LeaveCause.FAILED, lastEndpoint: false } },
      { $case: 'mediaChanged', value: { pid: 'p', chatId: 'c5', allowed: Direction.INACTIVE } },
      { $case: 'nicknameChanged', value: { pid: 'p', nickname: 'n' } },
    );
    expect(silencesIn(changes)).toEqual([
      ['c1', undefined],
      ['c2', 'muted'],
      ['c3', undefined],
      ['c4', 'left'],
      ['c5', 'muted'],
    ]);
  });
});
