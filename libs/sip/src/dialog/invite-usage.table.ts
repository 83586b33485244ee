/**
 * States of the INVITE usage of one dialog (RFC 3261 sections 13 to 15): which INVITE is open, and by whom.
 *
 * - `idle`: no INVITE open. - `incoming`: the peer's INVITE is unanswered. - `accepted`: we answered it 2xx, the ACK is due.
 * - `offering`: the same, and our 2xx carried the offer, so the ACK must carry the answer.
 * - `outgoing`: our INVITE is unanswered. - `glare`: it was refused with 491 and waits to be tried again. - `ended`: BYE.
 */
export const INVITE_USAGE_STATES = ['idle', 'incoming', 'accepted', 'offering', 'outgoing', 'glare', 'ended'] as const;
export type InviteUsageState = (typeof INVITE_USAGE_STATES)[number];

export const INVITE_USAGE_INPUTS = [
  'invite-received',
  'accepted-with-answer',
  'accepted-with-offer',
  'rejected',
  'ack-received',
  'ack-with-answer-received',
  'unacknowledged',
  'invite-sent',
  'success-received',
  'failure-received',
  'request-pending-received',
  'gone-received',
  'timer-glare',
  'bye-received',
  'bye-sent',
] as const;
export type InviteUsageInputName = (typeof INVITE_USAGE_INPUTS)[number];

export type InviteUsageAction =
  | 'process-invite'
  | 'refuse-pending'
  | 'refuse-overlap'
  | 'refuse-gone'
  | 'end-pending'
  | 'send-bye'
  | 'start-glare'
  | 'stop-glare'
  | 'retry-invite'
  | 'tell-established'
  | 'tell-unchanged'
  | 'tell-ended';

export interface InviteUsageTransition {
  readonly next: InviteUsageState;
  readonly actions: readonly InviteUsageAction[];
}

const END = { next: 'ended', actions: ['tell-ended'] } as const;
const END_PENDING = { next: 'ended', actions: ['end-pending', 'tell-ended'] } as const;
const HANG_UP = { next: 'ended', actions: ['send-bye', 'tell-ended'] } as const;
const STAY_ENDED = { next: 'ended', actions: [] } as const;

/** Req: SIP-023, SIP-028, SIP-029. */
export const inviteUsageTable: Readonly<
  Record<InviteUsageState, Readonly<Partial<Record<InviteUsageInputName, InviteUsageTransition>>>>
> = {
  idle: {
    'invite-received': { next: 'incoming', actions: ['process-invite'] },
    'invite-sent': { next: 'outgoing', actions: [] },
    'ack-received': { next: 'idle', actions: [] },
    'ack-with-answer-received': { next: 'idle', actions: [] },
    'bye-received': END,
    'bye-sent': END,
  },
  incoming: {
    // "A UAS that receives a second INVITE before it sends the final response to a first INVITE with a lower CSeq ... MUST
    // return a 500" (section 14.2).
    'invite-received': { next: 'incoming', actions: ['refuse-overlap'] },
    'accepted-with-answer': { next: 'accepted', actions: [] },
    'accepted-with-offer': { next: 'offering', actions: [] },
    // "the session parameters MUST remain unchanged, as if no re-INVITE had been issued" (section 14.1).
    rejected: { next: 'idle', actions: ['tell-unchanged'] },
    // "the UAS ... MUST still respond to any pending requests received for that dialog. It is RECOMMENDED that a 487" (section 15.1.2).
    'bye-received': END_PENDING,
    'bye-sent': END_PENDING,
  },
  accepted: {
    'invite-received': { next: 'accepted', actions: ['refuse-overlap'] },
    'ack-received': { next: 'idle', actions: ['tell-established'] },
    'ack-with-answer-received': { next: 'idle', actions: ['tell-established'] },
    unacknowledged: HANG_UP,
    'bye-received': END,
    'bye-sent': END,
  },
  offering: {
    'invite-received': { next: 'offering', actions: ['refuse-overlap'] },
    'ack-with-answer-received': { next: 'idle', actions: ['tell-established'] },
    // Section 13.2.1: an offer in the 2xx is answered in the ACK. Without it there is no session to keep.
    'ack-received': HANG_UP,
    unacknowledged: HANG_UP,
    'bye-received': END,
    'bye-sent': END,
  },
  outgoing: {
    // "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST return a 491"
    // (section 14.2).
    'invite-received': { next: 'outgoing', actions: ['refuse-pending'] },
    'success-received': { next: 'idle', actions: ['tell-established'] },
    'failure-received': { next: 'idle', actions: ['tell-unchanged'] },
    'request-pending-received': { next: 'glare', actions: ['start-glare', 'tell-unchanged'] },
    // "If the response ... is a 481 or a 408, the UAC SHOULD terminate the dialog" (section 12.2.1.2).
    'gone-received': HANG_UP,
    'ack-received': { next: 'outgoing', actions: [] },
    'bye-received': END,
    'bye-sent': END,
  },
  glare: {
    // The peer may go first: our attempt is then made again when its INVITE is done, by whoever wanted it.
    'invite-received': { next: 'incoming', actions: ['stop-glare', 'process-invite'] },
    'invite-sent': { next: 'outgoing', actions: ['stop-glare'] },
    'timer-glare': { next: 'idle', actions: ['retry-invite'] },
    'ack-received': { next: 'glare', actions: [] },
    'bye-received': { next: 'ended', actions: ['stop-glare', 'tell-ended'] },
    'bye-sent': { next: 'ended', actions: ['stop-glare', 'tell-ended'] },
  },
  ended: {
    'invite-received': { next: 'ended', actions: ['refuse-gone'] },
    'ack-received': STAY_ENDED,
    'ack-with-answer-received': STAY_ENDED,
    unacknowledged: STAY_ENDED,
    rejected: STAY_ENDED,
    'success-received': STAY_ENDED,
    'failure-received': STAY_ENDED,
    'request-pending-received': STAY_ENDED,
    'gone-received': STAY_ENDED,
    'timer-glare': STAY_ENDED,
    'bye-received': { next: 'ended', actions: ['refuse-gone'] },
    'bye-sent': STAY_ENDED,
  },
};
