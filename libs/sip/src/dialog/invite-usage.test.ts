import { describe, expect, it } from 'vitest';
import {
  createInviteUsage,
  glareIntervalMs,
  type InviteUsage,
  inviteUsageInputOf,
  type InviteUsageOutput,
  stepInviteUsage,
} from './invite-usage.js';
import type { InviteUsageInputName } from './invite-usage.table.js';

function walk(
  start: InviteUsage,
  ...inputs: InviteUsageInputName[]
): { usage: InviteUsage; last: InviteUsageOutput[] } {
  let usage = start;
  let last: InviteUsageOutput[] = [];
  for (const type of inputs) ({ usage, outputs: last } = stepInviteUsage(usage, { type, random: 0.5 }));
  return { usage, last };
}

const uas = createInviteUsage('uas');
const joined = walk(uas, 'accepted-with-answer', 'ack-received').usage;

describe('re-INVITE glare', () => {
  it('SIP-028 an INVITE while ours is open is 491', () => {
    expect(walk(joined, 'invite-sent', 'invite-received')).toEqual({
      usage: { state: 'outgoing', ownsCallId: false },
      last: [{ type: 'respond', status: 491 }],
    });
  });

  it('SIP-028 a second INVITE inside the first is 500 with Retry-After 0 to 10', () => {
    for (const [random, retryAfterS] of [
      [0, 0],
      [0.5, 5],
      [0.999_999, 10],
    ] as const) {
      const { usage } = walk(joined, 'invite-received');
      const { outputs } = stepInviteUsage(usage, { type: 'invite-received', random });
      expect(outputs).toEqual([{ type: 'respond', status: 500, retryAfterS }]);
    }
  });

  it('SIP-028 a 491 is tried again after 2.1 to 4 s by the owner of the Call-ID, 0 to 2 s by the other', () => {
    expect([glareIntervalMs(true, 0), glareIntervalMs(true, 0.999_999)]).toEqual([2_100, 4_000]);
    expect([glareIntervalMs(false, 0), glareIntervalMs(false, 0.999_999)]).toEqual([0, 2_000]);
    const glare = walk(joined, 'invite-sent', 'request-pending-received');
    expect(glare.last).toEqual([{ type: 'set-timer', timer: 'glare', ms: 1_000 }, { type: 'unchanged' }]);
    expect(walk(glare.usage, 'timer-glare').last).toEqual([{ type: 'retry-invite' }]);
    // The peer was first: its INVITE is taken.
    expect(walk(glare.usage, 'invite-received').last).toEqual([
      { type: 'cancel-timer', timer: 'glare' },
      { type: 'process-invite' },
    ]);
  });

  it('SIP-028 a refused re-INVITE leaves the session as it was, in either direction', () => {
    expect(walk(joined, 'invite-received', 'rejected')).toEqual({ usage: joined, last: [{ type: 'unchanged' }] });
    expect(walk(joined, 'invite-sent', 'failure-received')).toEqual({ usage: joined, last: [{ type: 'unchanged' }] });
  });
});

describe('the end', () => {
  it('SIP-029 BYE ends it at once; an INVITE that is open gets 487; what comes after is 481', () => {
    const ended = walk(joined, 'bye-received');
    expect(ended.last).toEqual([{ type: 'ended' }]);
    expect(walk(joined, 'invite-received', 'bye-received').last).toEqual([
      { type: 'respond-pending', status: 487 },
      { type: 'ended' },
    ]);
    expect(walk(ended.usage, 'invite-received').last).toEqual([{ type: 'respond', status: 481 }]);
    expect(walk(ended.usage, 'bye-received').last).toEqual([{ type: 'respond', status: 481 }]);
  });

  it('SIP-023 a 2xx without ACK ends in BYE', () => {
    expect(walk(uas, 'accepted-with-answer', 'unacknowledged')).toEqual({
      usage: { state: 'ended', ownsCallId: false },
      last: [{ type: 'send-bye' }, { type: 'ended' }],
    });
  });

  it('SIP-023 an offer in the 2xx needs its answer in the ACK', () => {
    expect(walk(uas, 'accepted-with-offer', 'ack-with-answer-received').last).toEqual([{ type: 'established' }]);
    expect(walk(uas, 'accepted-with-offer', 'ack-received').last).toEqual([{ type: 'send-bye' }, { type: 'ended' }]);
  });

  it('SIP-032 408 and 481 to a re-INVITE of ours end the dialog', () => {
    for (const status of [408, 481]) {
      expect(walk(joined, 'invite-sent', inviteUsageInputOf(status)).last).toEqual([
        { type: 'send-bye' },
        { type: 'ended' },
      ]);
    }
    expect(inviteUsageInputOf(200)).toBe('success-received');
    expect(inviteUsageInputOf(491)).toBe('request-pending-received');
    expect(inviteUsageInputOf(488)).toBe('failure-received');
  });
});
