import type { TransitionTable } from './table.js';

/**
 * States of the non-INVITE server transaction (RFC 3261 section 17.2.2, figure 8). There is no Proceeding state because there is no
 * provisional response: "A SIP element MUST NOT send any provisional response with a Status-Code other than 100 to a
 * non-INVITE request" (RFC 4320 section 4.1), and we never need the 100.
 */
export const NON_INVITE_SERVER_STATES = ['Trying', 'Completed', 'Terminated'] as const;
export type NonInviteServerState = (typeof NON_INVITE_SERVER_STATES)[number];

export const NON_INVITE_SERVER_INPUTS = [
  'request',
  'respond-1xx',
  'respond-final',
  'timer-J',
  'transport-error',
] as const;
export type NonInviteServerInputName = (typeof NON_INVITE_SERVER_INPUTS)[number];

export type NonInviteServerAction = 'send-response' | 'resend-response' | 'start-J' | 'tell-transport-failure';

/** Req: SIP-016. */
export const nonInviteServerTable: TransitionTable<
  NonInviteServerState,
  NonInviteServerInputName,
  NonInviteServerAction
> = {
  Trying: {
    // "Once in the 'Trying' state, any further request retransmissions are discarded" (section 17.2.2).
    request: { next: 'Trying', actions: [] },
    'respond-final': { next: 'Completed', actions: ['send-response', 'start-J'] },
  },
  Completed: {
    request: { next: 'Completed', actions: ['resend-response'] },
    // "Any other final responses passed by the TU to the server transaction MUST be discarded" (section 17.2.2).
    'respond-final': { next: 'Completed', actions: [] },
    'timer-J': { next: 'Terminated', actions: [] },
    // Kept until timer J, so that a retransmitted request is not taken for a new one.
    'transport-error': { next: 'Completed', actions: ['tell-transport-failure'] },
  },
  Terminated: {},
};
