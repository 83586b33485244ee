import { Direction } from '@plenary/proto/chat';
import { describe, expect, it } from 'vitest';
import { narrowest, receivesIn, sendsIn } from './direction.js';

const { UNSPECIFIED, SENDRECV, SENDONLY, RECVONLY, INACTIVE } = Direction;

describe('directions', () => {
  it.each([
    [SENDRECV, UNSPECIFIED, SENDRECV],
    [UNSPECIFIED, UNSPECIFIED, SENDRECV],
    [SENDRECV, RECVONLY, RECVONLY],
    [RECVONLY, SENDRECV, RECVONLY],
    [SENDONLY, RECVONLY, INACTIVE],
    [SENDONLY, SENDRECV, SENDONLY],
    [SENDRECV, INACTIVE, INACTIVE],
    [INACTIVE, SENDRECV, INACTIVE],
  ])('FLOOR-004 described %i, allowed %i: %i holds', (described, allowed, effective) => {
    expect(narrowest(described, allowed)).toBe(effective);
  });

  it('CHAT-033 say who sends and who receives', () => {
    const all = [UNSPECIFIED, SENDRECV, SENDONLY, RECVONLY, INACTIVE];
    expect(all.map(sendsIn)).toEqual([true, true, true, false, false]);
    expect(all.map(receivesIn)).toEqual([true, true, false, true, false]);
  });
});
