import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chatIdOf, roomIdOf } from './grpc/limits.js';
import { newChatId, newParticipantId, newRoomId, newTag } from './ids.js';

const random = (count: number): Uint8Array => randomBytes(count);

describe('ids', () => {
  it('have their shapes, which the boundary takes again', () => {
    for (let round = 0; round < 1_000; round++) {
      expect(() => roomIdOf(newRoomId(Date.now(), random))).not.toThrow();
      expect(() => chatIdOf(newChatId(random))).not.toThrow();
      expect(newParticipantId(random)).toMatch(/^p[0-9a-z]{15}$/);
      expect(newTag(random)).toMatch(/^[0-9a-z]{8}$/);
    }
  });

  it('room ids sort by the time they were made', () => {
    const ids = [1, 31, 32, 1_700_000_000_000, 1_700_000_000_001].map((nowMs) => newRoomId(nowMs, random));
    expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids);
  });

  it('draw octets again that would favour some characters', () => {
    const draws = [new Uint8Array(12).fill(255), new Uint8Array(12).fill(35)];
    expect(newChatId(() => draws.shift() ?? new Uint8Array(12))).toBe('zzzzzzzzzzzz');
  });

  it.each([
    '',
    'chat.in',
    '*',
    '>',
    '01hzzzzzzzzzzzzzzzzzzzzzzz',
    '01HZZZZZZZZZZZZZZZZZZZZZZ ',
    '01HZZZZZZZZZZZZZZZZZZZZZZU',
  ])('no %s passes for a room id', (text) => {
    expect(() => roomIdOf(text)).toThrow('not a ULID');
  });
});
