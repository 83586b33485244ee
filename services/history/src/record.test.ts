import {
  ChatEvent,
  Direction,
  LeaveCause,
  Part,
  Participant,
  RoomPolicy,
  StateEvent,
  type StateChange,
} from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { endpointsIn, record, roomsInQuestion } from './record.js';
import { endpointKey, messageKey, type Known, type LogEntry } from './record.types.js';
import { keepingPolicy, type RoomLog } from './room-log.js';

const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
const nothing: Known = { rooms: new Map(), open: new Map(), silenced: new Map() };
const logged: RoomLog = { ...keepingPolicy(undefined), epoch: 1, version: 5n, logged: true, closed: false };
const knownRoom = (log: RoomLog): Known => ({ ...nothing, rooms: new Map([[room, log]]) });
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
        state(7, 4n, { $case: 'roomClosed', value: { reason: '', successorUri: '' } }),
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
    const now = new Map([[room, { ...logged, epoch: 3, version: 12n, muted: [] }]]);
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
    expect(rooms.get(room)).toEqual({ ...logged, epoch: 2, version: 8n, logged: false });
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
    expect(begun.open.get(messageKey(room, 20))?.nextOffset).toBe(6n);
    const ended = record(
      { ...nothing, rooms: begun.rooms, open: begun.open },
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
    const open = new Map([[messageKey(room, 20), { room, epoch: 1, headSeq: 20, nextOffset: 4n, headersOnly: false }]]);
    const rooms = new Map([[room, { ...logged, epoch: 2 }]]);
    const result = record({ ...nothing, rooms, open }, new Map(), [said(21, part(20, 4, 'x', Part.LAST))], largest);
    expect([result.completed.length, result.fragments.length]).toEqual([0, 0]);
  });
});

describe('who may be heard', () => {
  const by = (chatId: string, seq: number, event: Partial<ChatEvent> = {}): LogEntry =>
    said(seq, { senderPid: `p-${chatId}`, senderChatId: chatId, ...event });
  const media = (chatId: string, allowed: Direction): StateChange['change'] => ({
    $case: 'mediaChanged',
    value: { pid: `p-${chatId}`, chatId, allowed },
  });
  const joins = (chatId: string, allowed: Direction): StateChange['change'] => ({
    $case: 'joined',
    value: { chatId, participant: Participant.fromPartial({ pid: `p-${chatId}`, endpoints: [{ chatId, allowed }] }) },
  });
  const leaves = (chatId: string): StateChange['change'] => ({
    $case: 'left',
    value: { pid: `p-${chatId}`, chatId, cause: LeaveCause.BOOTED, lastEndpoint: true },
  });
  const kept = (entries: readonly LogEntry[], known = knownRoom(logged)): number[] =>
    record(known, new Map(), entries, largest).whole.map(({ seq }) => seq);

  it('LOG-007 a muted sender is not kept from the sequence of the mute on, until it may speak again; others are', () => {
    const entries = [
      by('a', 10),
      state(11, 6n, media('a', Direction.RECVONLY)),
      by('a', 12),
      by('b', 13),
      state(14, 7n, media('a', Direction.SENDRECV)),
      by('a', 15),
      state(16, 8n, media('a', Direction.INACTIVE)),
      by('a', 17),
    ];
    expect(kept(entries)).toEqual([10, 13, 15]);
  });

  it('LOG-007 who has left is not kept; who comes again under its old chat-ID is; who joins without voice is not', () => {
    const entries = [
      state(10, 6n, joins('a', Direction.SENDRECV), joins('m', Direction.RECVONLY)),
      by('a', 11),
      by('m', 12),
      state(13, 7n, leaves('a')),
      by('a', 14),
      state(15, 8n, joins('a', Direction.UNSPECIFIED)),
      by('a', 16),
    ];
    expect(kept(entries)).toEqual([11, 16]);
  });

  it('LOG-007 nobody is kept while the room is suspended; the room itself is', () => {
    const suspended = (on: boolean): StateChange['change'] => ({
      $case: 'policyChanged',
      value: { policy: RoomPolicy.fromPartial({ logged: true, suspended: on }) },
    });
    const entries = [
      state(10, 6n, suspended(true)),
      by('a', 11),
      said(12),
      state(13, 7n, suspended(false)),
      by('a', 14),
    ];
    expect(kept(entries)).toEqual([12, 14]);
  });

  it('LOG-007 a message in parts is not kept when its sender is silenced before its end', () => {
    const head = by('a', 20, { part: Part.HEAD, octets: Buffer.from('abc') });
    const end = by('a', 22, part(20, 4, 'de', Part.LAST));
    for (const silencing of [media('a', Direction.RECVONLY), leaves('a')]) {
      const result = record(knownRoom(logged), new Map(), [head, state(21, 6n, silencing), end], largest);
      expect([result.discarded.length, result.completed.length]).toEqual([1, 0]);
    }
    expect(record(knownRoom(logged), new Map(), [head, end], largest).completed).toHaveLength(1);
  });

  it('LOG-007 what was known before the batch counts, and only changes are written', () => {
    const silenced = new Map<string, 'muted' | 'left'>([[endpointKey(room, 'a'), 'muted']]);
    const known: Known = { ...knownRoom(logged), silenced };
    const entries = [
      by('a', 10),
      state(11, 6n, media('a', Direction.RECVONLY), joins('b', Direction.SENDRECV)),
      state(12, 7n, media('a', Direction.SENDRECV)),
      by('a', 13),
    ];
    expect([...endpointsIn(entries).keys()]).toEqual(['a', 'b'].map((chatId) => endpointKey(room, chatId)));
    const { whole, silences } = record(known, new Map(), entries, largest);
    expect(whole.map(({ seq }) => seq)).toEqual([13]);
    expect([...silences.values()]).toEqual([{ room, chatId: 'a', silence: undefined }]);
  });

  it('a room that is asked about is taken with who is muted now, and nothing older', () => {
    const silenced = new Map<string, 'muted' | 'left'>([[endpointKey(room, 'a'), 'muted']]);
    const now = new Map([[room, { ...logged, version: 9n, muted: ['b'] }]]);
    const entries = [state(9, 9n, { $case: 'conferenceChanged', value: {} }), by('a', 10), by('b', 11)];
    const result = record({ ...knownRoom(logged), silenced }, now, entries, largest);
    expect(result.whole.map(({ seq }) => seq)).toEqual([10]);
    expect([...result.relearnt]).toEqual([room]);
    expect([...result.silences.values()]).toEqual([{ room, chatId: 'b', silence: 'muted' }]);
  });
});

describe('what a room keeps', () => {
  const headers = 'From: <sip:a@localhost>\r\nTo: <sip:r@localhost>\r\n\r\nContent-Type: image/png\r\n\r\n';
  const picture = said(10, { octets: Buffer.from(`${headers}pixels`) });

  it('FILE-X-004 of a file, its headers, unless the room keeps files', () => {
    const octets = (log: RoomLog): (string | undefined)[] =>
      record(knownRoom(log), new Map(), [picture], largest).whole.map((kept) => Buffer.from(kept.octets).toString());
    expect(octets(logged)).toEqual([headers]);
    expect(octets({ ...logged, filesKept: true })).toEqual([`${headers}pixels`]);
  });

  it('FILE-X-004 of a large file, its headers, and how much there was', () => {
    const head = said(20, { part: Part.HEAD, octets: Buffer.from(`${headers}pix`), total: 1_000_000n });
    const end = said(21, part(20, headers.length + 4, 'e'.repeat(2_000), Part.LAST));
    const { heads, fragments, completed } = record(knownRoom(logged), new Map(), [head, end], largest);
    expect(heads.map((kept) => [kept.headersOnly, Buffer.from(kept.octets).toString()])).toEqual([[true, headers]]);
    expect(fragments).toEqual([]);
    expect(completed.map(({ nextOffset }) => nextOffset)).toEqual([BigInt(headers.length + 3 + 2_000 + 1)]);
  });

  it('LOG-009 retention, hold and files are as the policy said last; a closed room keeps them', () => {
    const policy = RoomPolicy.fromPartial({
      logged: true,
      historyRetentionSeconds: 60n,
      historyHold: true,
      filesKept: true,
    });
    const { rooms } = record(
      knownRoom(logged),
      new Map(),
      [
        state(6, 6n, { $case: 'policyChanged', value: { policy } }),
        state(7, 7n, { $case: 'roomClosed', value: { reason: '', successorUri: '' } }),
      ],
      largest,
    );
    expect(rooms.get(room)).toEqual({
      epoch: 1,
      version: 7n,
      logged: false,
      closed: true,
      suspended: false,
      retentionSeconds: 60,
      hold: true,
      filesKept: true,
    });
  });

  it('a retention longer than any time is for good', () => {
    expect(keepingPolicy(RoomPolicy.fromPartial({ historyRetentionSeconds: 2n ** 63n })).retentionSeconds).toBe(0);
  });
});
