import { Refusal } from '@plenary/proto/roomstate';

/** How a refused join is answered in SIP. */
export interface RefusalAnswer {
  readonly status: 403 | 404 | 480 | 486 | 603;
  /** For the log and the Reason header field: never internal detail. */
  readonly reason: string;
}

const answers: Partial<Record<Refusal, RefusalAnswer>> = {
  [Refusal.UNKNOWN_ROOM]: { status: 404, reason: 'no such room' },
  [Refusal.FORBIDDEN]: { status: 403, reason: 'not allowed to join' },
  [Refusal.FULL]: { status: 486, reason: 'room is full' },
  [Refusal.LOCKED]: { status: 403, reason: 'room is locked' },
  [Refusal.CLOSED]: { status: 480, reason: 'room is closed' },
  [Refusal.TOO_MANY_SESSIONS]: { status: 486, reason: 'too many sessions of this user' },
  [Refusal.CREATE_FORBIDDEN]: { status: 403, reason: 'not allowed to create rooms' },
  [Refusal.QUOTA]: { status: 403, reason: 'quota of rooms is used up' },
  [Refusal.PASSWORD_REQUIRED]: { status: 403, reason: 'conference password needed' },
  [Refusal.PASSWORD_WRONG]: { status: 403, reason: 'conference password wrong' },
  [Refusal.NOT_NOW]: { status: 480, reason: 'not the time of the conference' },
  [Refusal.DECLINED]: { status: 603, reason: 'declined by a moderator' },
  [Refusal.NO_SUCH_CALL]: { status: 480, reason: 'call no longer wanted' },
};

/** The SIP answer to a refusal of room-state (ROOM-001, ROOM-005, ROOM-015, ROOM-019). */
export function answerToRefusal(refusal: Refusal): RefusalAnswer {
  return answers[refusal] ?? { status: 403, reason: 'refused' };
}
