/**
 * States of one accepted INVITE (RFC 3261 section 13.3.1.4): its 2xx is sent again "with an interval that starts at T1 seconds and
 * doubles for each retransmission until it reaches T2 seconds", on every transport, until the ACK is here.
 */
export const ACCEPTANCE_STATES = ['Unacknowledged', 'Acknowledged', 'Lapsed'] as const;
export type AcceptanceState = (typeof ACCEPTANCE_STATES)[number];

export const ACCEPTANCE_INPUTS = ['ack', 'timer-retransmit', 'timer-lapse', 'withdrawn'] as const;
export type AcceptanceInput = (typeof ACCEPTANCE_INPUTS)[number];

export type AcceptanceAction = 'resend' | 'restart-retransmit' | 'stop-timers' | 'tell-acknowledged' | 'tell-lapsed';

export interface AcceptanceTransition {
  readonly next: AcceptanceState;
  readonly actions: readonly AcceptanceAction[];
}

/** Req: SIP-023. */
export const acceptanceTable: Readonly<
  Record<AcceptanceState, Readonly<Partial<Record<AcceptanceInput, AcceptanceTransition>>>>
> = {
  Unacknowledged: {
    ack: { next: 'Acknowledged', actions: ['stop-timers', 'tell-acknowledged'] },
    'timer-retransmit': { next: 'Unacknowledged', actions: ['resend', 'restart-retransmit'] },
    // "If the server retransmits the 2xx response for 64*T1 seconds without receiving an ACK, the dialog is confirmed, but
    // the session SHOULD be terminated ... with a BYE" (section 13.3.1.4).
    'timer-lapse': { next: 'Lapsed', actions: ['stop-timers', 'tell-lapsed'] },
    // The session ended by a BYE before its ACK came.
    withdrawn: { next: 'Acknowledged', actions: ['stop-timers'] },
  },
  Acknowledged: {
    // The ACK is repeated for every 2xx that was.
    ack: { next: 'Acknowledged', actions: [] },
    withdrawn: { next: 'Acknowledged', actions: [] },
  },
  Lapsed: {
    // Too late: the user has been told and sends BYE.
    ack: { next: 'Lapsed', actions: [] },
    withdrawn: { next: 'Lapsed', actions: [] },
  },
};
