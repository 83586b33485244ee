import { ChatEvent, Part, RoomPolicy, StateEvent, type StateChange } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { openKey, record, roomsInQuestion, type Known, type LogEntry, type RoomLog } from './record.js';

const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
const nothing: Known = { rooms: new Map(), open: new Map() };
const logged: RoomLog = { epoch: 1, version: 5n, logged: true };
const knownRoom = (log: RoomLog): Known => ({ rooms: new Map([[room, log]]), open: new Map() });
const largest = 1_000;

function state(seq: number, version: bigint, ...changes: readonly StateChange['change'][]): LogEntry {
  const event = StateEvent.fromPartial({ room, epoch: 1, version, changes: changes.map((change) => ({ change })) });
  return { kind: 'st', room, seq, event };
}
function said(seq: number, event: Partial<ChatEvent> = {}): LogEntry {
  const whole = { part: Part.WHOLE, epoch: 1, offset: 1n, octets: Buffer.from('hi') };
  return { kind: 'all', room, seq, event: ChatEvent.fromPartial({ ...whole, ...event }) };
}
const part = (headSeq: number, offset: number, octets: string, kind = Part.FRAGMENT): Partial<ChatEvent> => ({
  part: kind,
  headSeq: BigInt(headSeq),
  offset: BigInt(offset),
  octets: Buffer.from(octets),
});

describe('whether a room is logged', () => {
  it('CHAT-032 creation, policy and logging events say it by their place in the log', () => {
    const policy = RoomPolicy.fromPartial({ logged: true });
    const { whole } = record(
      nothing,
      new Map(),
      [
        state(1, 1n, { $case: 'roomCreated', value: { conferenceUri: '', policy, displayText: '' } }),
        said(2),
        state(3, 2n, { $case: 'policyChanged', value: { policy: RoomPolicy.fromPartial({ logged: false }) } }),
        said(4),
        state(5, 3n, { $case: 'loggingChanged', value: { on: true } }),
        said(6),
        state(7, 4n, { $case: 'roomClosed', value: { reason: '' } }),
        said(8),
      ],
      largest,
    );
    expect(whole.map(({ seq }) => seq)).toEqual([2, 6]);
  });

  it('a state event that comes again does not turn logging back', () => {
    const { whole, rooms } = record(
      knownRoom(logged),
      new Map(),
      [state(10, 4n, { $case: 'loggingChanged', value: { on: false } }), said(11)],
      largest,
    );
    expect(whole).toHaveLength(1);
    expect(rooms.size).toBe(0);
  });

  it('a room the log is silent on is asked about, and taken as it is now', () => {
    const entries = [said(7), state(8, 9n, { $case: 'loggingChanged', value: { on: false } }), said(9)];
    expect([...roomsInQuestion(new Map(), entries)]).toEqual([room]);
    const now = new Map([[room, { epoch: 3, version: 12n, logged: true }]]);
    const { whole } = record(nothing, now, entries, largest);
    expect(whole.map(({ seq, epoch }) => [seq, epoch])).toEqual([
      [7, 3],
      [9, 3],
    ]);
  });

  it('a gap between versions is asked about; an epoch’s first event is none, for it carries what was missing', () => {
    const gap = [state(7, 8n, { $case: 'nicknameChanged', value: { pid: 'p', nickname: 'n' } })];
    expect([...roomsInQuestion(knownRoom(logged).rooms, gap)]).toEqual([room]);
    const epoch = state(
      1,
      8n,
      { $case: 'epochStarted', value: { epoch: 2, tag: 'abcdefgh' } },
      { $case: 'loggingChanged', value: { on: false } },
    );
    expect(roomsInQuestion(knownRoom(logged).rooms, [epoch]).size).toBe(0);
    const { rooms } = record(knownRoom(logged), new Map(), [epoch], largest);
    expect(rooms.get(room)).toEqual({ epoch: 2, version: 8n, logged: false });
  });

  it('a room nobody knows is not logged', () => {
    expect(record(nothing, new Map([[room, undefined]]), [said(1)], largest).whole).toEqual([]);
  });
});

describe('messages in parts', () => {
  const head = said(20, { part: Part.HEAD, octets: Buffer.from('abc') });

  it('CHAT-032 a message is logged if it began while logging was on, and only when its end came', () => {
    const off = state(21, 6n, { $case: 'loggingChanged', value: { on: false } });
    const begun = record(knownRoom(logged), new Map(), [head, off, said(22, part(20, 4, 'de'))], largest);
    expect(begun.completed).toEqual([]);
    expect(begun.open.get(openKey(room, 20))?.nextOffset).toBe(6n);
    const ended = record(
      { rooms: begun.rooms, open: begun.open },
      new Map(),
      [said(23, part(20, 6, '', Part.LAST))],
      largest,
    );
    expect(ended.completed.map(({ headSeq }) => headSeq)).toEqual([20]);
  });

  it('octets that come again are not kept twice', () => {
    const entries = [
      head,
      said(21, part(20, 4, 'de')),
      said(22, part(20, 3, 'cdef')),
      said(23, part(20, 7, 'g', Part.LAST)),
    ];
    const { fragments, completed } = record(knownRoom(logged), new Map(), entries, largest);
    expect(fragments.map(({ offset, octets }) => [offset, String(octets)])).toEqual([
      [4n, 'de'],
      [6n, 'f'],
      [7n, 'g'],
    ]);
    expect(completed).toHaveLength(1);
  });

  it('a hole, an abort, or too many octets discard the whole message', () => {
    for (const entries of [
      [said(21, part(20, 5, 'x'))],
      [said(21, part(20, 4, '', Part.ABORT))],
      [said(21, part(20, 4, 'x'.repeat(largest)))],
    ]) {
      const { discarded, completed, open } = record(
        knownRoom(logged),
        new Map(),
        [head, ...entries, said(30, part(20, 4, 'y', Part.LAST))],
        largest,
      );
      expect([discarded.length, completed.length, open.size]).toEqual([1, 0, 0]);
    }
  });

  it('parts of a message that began in another epoch, or was never kept, are nothing', () => {
    const open = new Map([[openKey(room, 20), { room, epoch: 1, headSeq: 20, nextOffset: 4n }]]);
    const rooms = new Map([[room, { ...logged, epoch: 2 }]]);
    const result = record({ rooms, open }, new Map(), [said(21, part(20, 4, 'x', Part.LAST))], largest);
    expect([result.completed.length, result.fragments.length]).toEqual([0, 0]);
  });
});
