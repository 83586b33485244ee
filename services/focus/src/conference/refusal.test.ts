import { Refusal } from '@plenary/proto/roomstate';
import { describe, expect, it } from 'vitest';
import { answerToRefusal } from './refusal.js';

describe('refused joins', () => {
  it.each([
    ['ROOM-001 unknown room', Refusal.UNKNOWN_ROOM, 404],
    ['ROOM-001 known but not allowed', Refusal.FORBIDDEN, 403],
    ['ROOM-001 full', Refusal.FULL, 486],
    ['ROOM-001 closed', Refusal.CLOSED, 480],
    ['ROOM-005 creation not allowed', Refusal.CREATE_FORBIDDEN, 403],
    ['ROOM-005 quota used up', Refusal.QUOTA, 403],
    ['ROOM-015 too many sessions of the user', Refusal.TOO_MANY_SESSIONS, 486],
    ['ROOM-019 locked', Refusal.LOCKED, 403],
    ['no conference password', Refusal.PASSWORD_REQUIRED, 403],
    ['wrong conference password', Refusal.PASSWORD_WRONG, 403],
    ['too early or too late', Refusal.NOT_NOW, 480],
    ['a moderator declines', Refusal.DECLINED, 603],
  ])('%s', (_title, refusal, status) => {
    expect(answerToRefusal(refusal).status).toBe(status);
  });

  it('ROOM-001 every refusal room-state knows has an answer of its own', () => {
    const refusals = Object.values(Refusal)
      .filter((value): value is Refusal => typeof value === 'number')
      .filter((value) => value !== Refusal.UNSPECIFIED && value !== Refusal.UNRECOGNIZED);
    for (const refusal of refusals) expect(answerToRefusal(refusal).reason, Refusal[refusal]).not.toBe('refused');
  });
});
