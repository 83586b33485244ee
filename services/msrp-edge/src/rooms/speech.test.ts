import { ChatEvent, Direction, LeaveCause, Part, StateEvent, type StateChange } from '@plenary/proto/chat';
import { RoomView } from '@plenary/proto/roomstate';
import { describe, expect, it } from 'vitest';
import { Speech } from './speech.js';

type Change = NonNullable<StateChange['change']>;

function state(version: number, ...changes: Change[]): StateEvent {
  return StateEvent.fromPartial({ version: BigInt(version), changes: changes.map((change) => ({ change })) });
}
const media = (chatId: string, allowed: Direction): Change => ({
  $case: 'mediaChanged',
  value: { pid: 'p', chatId, allowed },
});
const left = (chatId: string): Change => ({
  $case: 'left',
  value: { pid: 'p', chatId, cause: LeaveCause.BOOTED, lastEndpoint: true },
});
const joined = (chatId: string, allowed: Direction): Change => ({
  $case: 'joined',
  value: { chatId, participant: { endpoints: [{ chatId, allowed }] } as never },
});
const suspended = (on: boolean): Change => ({ $case: 'policyChanged', value: { policy: { suspended: on } as never } });
const view = (version: number, muted: readonly string[]): RoomView =>
  RoomView.fromPartial({
    version: BigInt(version),
    roster: [{ endpoints: muted.map((chatId) => ({ chatId, allowed: Direction.RECVONLY })) }],
  });
const said = (chatId: string, over: Partial<ChatEvent> = {}): ChatEvent =>
  ChatEvent.fromPartial({ senderPid: 'p', senderChatId: chatId, wrappedType: 'text/plain', part: Part.WHOLE, ...over });

describe('who may speak at which place of the log', () => {
  it('POL-018 a message stored between mute and unmute is for nobody, one before and after for everybody', () => {
    const speech = new Speech();
    speech.learn(state(1, media('a', Direction.RECVONLY)), 10);
    speech.learn(state(2, media('a', Direction.SENDRECV)), 20);
    expect([5, 15, 25].map((seq) => speech.bars(said('a'), seq))).toEqual([false, true, false]);
    expect(speech.bars(said('b'), 15)).toBe(false);
  });

  it('POL-018 fragments are judged each by its own place; what ends a message always passes', () => {
    const speech = new Speech();
    speech.learn(state(1, media('a', Direction.INACTIVE)), 10);
    const fragment = said('a', { part: Part.FRAGMENT, headSeq: 5n });
    expect([speech.bars(fragment, 9), speech.bars(fragment, 11)]).toEqual([false, true]);
    expect(speech.bars(said('a', { part: Part.ABORT, headSeq: 5n }), 11)).toBe(false);
  });

  it('CHAT-033 receipts of a muted participant pass, the room itself is never silenced', () => {
    const speech = new Speech();
    speech.learn(state(1, media('a', Direction.RECVONLY)), 10);
    expect(speech.bars(said('a', { wrappedType: 'message/imdn+xml' }), 11)).toBe(false);
    expect(speech.bars(said('a', { senderPid: '' }), 11)).toBe(false);
  });

  it('SEC-002 who has left says nothing more, not even a receipt; who comes again does', () => {
    const speech = new Speech();
    speech.learn(state(1, left('a')), 10);
    expect(speech.bars(said('a', { wrappedType: 'message/imdn+xml' }), 11)).toBe(true);
    speech.learn(state(2, joined('a', Direction.UNSPECIFIED)), 20);
    expect([speech.bars(said('a'), 15), speech.bars(said('a'), 21)]).toEqual([true, false]);
  });

  it('POL-018 who joins a moderated room is without voice from its join on', () => {
    const speech = new Speech();
    speech.learn(state(1, joined('a', Direction.RECVONLY), joined('b', Direction.SENDRECV)), 10);
    expect([speech.bars(said('a'), 11), speech.bars(said('b'), 11)]).toEqual([true, false]);
    expect(speech.size).toBe(1);
  });

  it('a suspended room takes nobody’s messages until it goes on', () => {
    const speech = new Speech();
    speech.learn(state(1, suspended(false)), 5);
    speech.learn(state(2, suspended(true)), 10);
    speech.learn(state(3, suspended(false)), 20);
    expect([7, 15, 25].map((seq) => speech.bars(said('a'), seq))).toEqual([false, true, false]);
  });

  it('POL-018 what room-state says of the muted counts when the log has come to its version, and not before', () => {
    const speech = new Speech();
    speech.adopt(view(3, ['a']));
    speech.learn(state(2), 10);
    expect(speech.bars(said('a'), 11)).toBe(false);
    speech.learn(state(3, media('a', Direction.RECVONLY)), 12);
    expect([speech.bars(said('a'), 11), speech.bars(said('a'), 13)]).toEqual([false, true]);
  });

  it('POL-018 who was muted before the log was followed is muted; an older page of the log says since when', () => {
    const speech = new Speech();
    speech.learn(state(3), 30);
    speech.adopt(view(3, ['a']));
    expect([speech.bars(said('a'), 5), speech.bars(said('a'), 31)]).toEqual([true, true]);
    speech.learn(state(2, media('a', Direction.RECVONLY)), 10);
    expect([speech.bars(said('a'), 5), speech.bars(said('a'), 15), speech.bars(said('a'), 31)]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('POL-018 a view that is older than the log says nothing: who was muted then may have been given voice since', () => {
    const speech = new Speech();
    speech.learn(state(5), 30);
    speech.adopt(view(4, ['a']));
    speech.learn(state(6), 40);
    expect(speech.bars(said('a'), 41)).toBe(false);
    const other = new Speech();
    other.adopt(view(4, ['a']));
    other.learn(state(5), 30);
    expect(other.bars(said('a'), 31)).toBe(false);
  });

  it('remembers a bounded number of those who left, and every one who is here and muted', () => {
    const speech = new Speech();
    for (let n = 0; n < 3_000; n++) speech.learn(state(n, left(`gone${n}`)), n + 1);
    for (let n = 0; n < 50; n++) speech.learn(state(n, media(`here${n}`, Direction.RECVONLY)), 5_000 + n);
    expect(speech.size).toBe(1_074);
    expect(speech.bars(said('gone2999'), 4_000)).toBe(true);
  });
});
