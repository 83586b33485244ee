import type { TransitionTable } from './table.js';

/** States of the INVITE server transaction (RFC 3261 section 17.2.1, figure 7 as replaced by RFC 6026 section 8.6). */
export const INVITE_SERVER_STATES = ['Proceeding', 'Accepted', 'Completed', 'Confirmed', 'Terminated'] as const;
export type InviteServerState = (typeof INVITE_SERVER_STATES)[number];

export const INVITE_SERVER_INPUTS = [
  'request',
  'ack',
  'respond-1xx',
  'respond-2xx',
  'respond-final',
  'timer-trying',
  'timer-G',
  'timer-H',
  'timer-I',
  'timer-L',
  'transport-error',
] as const;
export type InviteServerInputName = (typeof INVITE_SERVER_INPUTS)[number];

export type InviteServerAction =
  | 'send-trying'
  | 'send-response'
  | 'resend-response'
  | 'deliver-ack'
  | 'stop-trying'
  | 'start-G'
  | 'restart-G'
  | 'stop-G'
  | 'start-H'
  | 'stop-H'
  | 'start-I'
  | 'start-L'
  | 'tell-timeout'
  | 'tell-transport-failure';

/** Req: SIP-014, SIP-015. */
export const inviteServerTable: TransitionTable<InviteServerState, InviteServerInputName, InviteServerAction> = {
  Proceeding: {
    request: { next: 'Proceeding', actions: ['resend-response'] },
    'timer-trying': { next: 'Proceeding', actions: ['send-trying'] },
    'respond-1xx': { next: 'Proceeding', actions: ['stop-trying', 'send-response'] },
    'respond-2xx': { next: 'Accepted', actions: ['stop-trying', 'send-response', 'start-L'] },
    'respond-final': { next: 'Completed', actions: ['stop-trying', 'send-response', 'start-G', 'start-H'] },
    'transport-error': { next: 'Proceeding', actions: ['tell-transport-failure'] },
    // An ACK before any final response acknowledges nothing.
    ack: { next: 'Proceeding', actions: [] },
  },
  Accepted: {
    request: { next: 'Accepted', actions: [] },
    // "Any ACKs received from the network while in the 'Accepted' state MUST be passed directly to the TU" (RFC 6026 section 7.1).
    ack: { next: 'Accepted', actions: ['deliver-ack'] },
    'respond-2xx': { next: 'Accepted', actions: ['send-response'] },
    'timer-L': { next: 'Terminated', actions: [] },
    'transport-error': { next: 'Accepted', actions: ['tell-transport-failure'] },
  },
  Completed: {
    request: { next: 'Completed', actions: ['resend-response'] },
    ack: { next: 'Confirmed', actions: ['stop-G', 'stop-H', 'start-I'] },
    'timer-G': { next: 'Completed', actions: ['resend-response', 'restart-G'] },
    'timer-H': { next: 'Terminated', actions: ['stop-G', 'tell-timeout'] },
    // "MUST NOT discard transaction state based only on encountering a non-recoverable transport error" (RFC 6026 section 7.1).
    'transport-error': { next: 'Completed', actions: ['tell-transport-failure'] },
  },
  Confirmed: {
    request: { next: 'Confirmed', actions: [] },
    ack: { next: 'Confirmed', actions: [] },
    'timer-I': { next: 'Terminated', actions: [] },
    'transport-error': { next: 'Confirmed', actions: [] },
  },
  Terminated: {},
};
