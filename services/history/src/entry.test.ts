import type { LogEvent } from '@plenary/bus';
import { ChatEvent, Part, StateEvent } from '@plenary/proto/chat';
import type { RoomId, ShardId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { readEntry } from './entry.js';

function logged(kind: 'all' | 'st', payload: Uint8Array): LogEvent {
  const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
  return { shard: '000' as ShardId, room, kind, seq: 7, lastSeq: 6, msgId: 'm', payload };
}
const chat = (event: Partial<ChatEvent>): Uint8Array =>
  ChatEvent.encode(ChatEvent.fromPartial({ part: Part.WHOLE, ...event })).finish();

describe('readEntry', () => {
  it('reads both kinds', () => {
    expect(readEntry(logged('all', chat({ originId: 'p/m/1' })))).toMatchObject({ kind: 'all', seq: 7 });
    const state = StateEvent.encode(StateEvent.fromPartial({ version: 3n })).finish();
    expect(readEntry(logged('st', state))).toMatchObject({ kind: 'st', event: { version: 3n } });
  });

  it.each([
    ['truncated octets', logged('all', chat({ originId: 'p/m/1' }).subarray(0, 5))],
    ['noise', logged('st', Uint8Array.from([255, 255, 255, 255]))],
    ['no part', logged('all', chat({ part: Part.UNSPECIFIED }))],
    ['a text PostgreSQL cannot hold', logged('all', chat({ messageId: 'a\0b' }))],
    ['a time beyond the calendar', logged('all', chat({ ingressTimeUs: 2n ** 63n }))],
    ['a place beyond any log', logged('all', chat({ part: Part.LAST, headSeq: 2n ** 60n }))],
    ['a text without end', logged('all', chat({ senderEntity: 'x'.repeat(5_000) }))],
  ])('passes over %s', (_what, event) => {
    expect(readEntry(event)).toBeUndefined();
  });
});
