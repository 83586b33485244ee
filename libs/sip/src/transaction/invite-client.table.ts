import type { TransitionTable } from './table.js';

/** States of the INVITE client transaction (RFC 3261 section 17.1.1, figure 5 as replaced by RFC 6026 section 8.4). */
export const INVITE_CLIENT_STATES = ['Calling', 'Proceeding', 'Accepted', 'Completed', 'Terminated'] as const;
export type InviteClientState = (typeof INVITE_CLIENT_STATES)[number];

export const INVITE_CLIENT_INPUTS = [
  'response-1xx',
  'response-2xx',
  'response-final',
  'cancelled',
  'timer-A',
  'timer-B',
  'timer-D',
  'timer-M',
  'timer-cancel',
  'transport-error',
] as const;
export type InviteClientInputName = (typeof INVITE_CLIENT_INPUTS)[number];

export type InviteClientAction =
  | 'resend-request'
  | 'deliver'
  | 'send-ack'
  | 'resend-ack'
  | 'restart-A'
  | 'stop-A'
  | 'stop-B'
  | 'start-D'
  | 'start-M'
  | 'start-cancel'
  | 'stop-cancel'
  | 'tell-timeout'
  | 'tell-transport-failure';

/** Req: SIP-016. */
export const inviteClientTable: TransitionTable<InviteClientState, InviteClientInputName, InviteClientAction> = {
  Calling: {
    'timer-A': { next: 'Calling', actions: ['resend-request', 'restart-A'] },
    'timer-B': { next: 'Terminated', actions: ['stop-A', 'tell-timeout'] },
    'response-1xx': { next: 'Proceeding', actions: ['stop-A', 'stop-B', 'deliver'] },
    'response-2xx': { next: 'Accepted', actions: ['stop-A', 'stop-B', 'deliver', 'start-M'] },
    'response-final': { next: 'Completed', actions: ['stop-A', 'stop-B', 'deliver', 'send-ack', 'start-D'] },
    'transport-error': { next: 'Terminated', actions: ['stop-A', 'stop-B', 'tell-transport-failure'] },
  },
  Proceeding: {
    'response-1xx': { next: 'Proceeding', actions: ['deliver'] },
    'response-2xx': { next: 'Accepted', actions: ['stop-cancel', 'deliver', 'start-M'] },
    'response-final': { next: 'Completed', actions: ['stop-cancel', 'deliver', 'send-ack', 'start-D'] },
    // A CANCEL goes out only after a provisional response (section 9.1), so this input has no meaning in Calling.
    cancelled: { next: 'Proceeding', actions: ['start-cancel'] },
    // "If there is no final response for the original request in 64*T1 seconds ... the client SHOULD then consider the
    // original transaction cancelled and SHOULD destroy the client transaction" (section 9.1).
    'timer-cancel': { next: 'Terminated', actions: ['tell-timeout'] },
    // The connection is gone; figure 5 knows no such arrow because no request is sent in this state.
    'transport-error': { next: 'Terminated', actions: ['stop-cancel', 'tell-transport-failure'] },
  },
  Accepted: {
    'response-1xx': { next: 'Accepted', actions: [] },
    'response-2xx': { next: 'Accepted', actions: ['deliver'] },
    'response-final': { next: 'Accepted', actions: [] },
    cancelled: { next: 'Accepted', actions: [] },
    'timer-M': { next: 'Terminated', actions: [] },
    'transport-error': { next: 'Accepted', actions: [] },
  },
  Completed: {
    'response-1xx': { next: 'Completed', actions: [] },
    'response-2xx': { next: 'Completed', actions: [] },
    'response-final': { next: 'Completed', actions: ['resend-ack'] },
    cancelled: { next: 'Completed', actions: [] },
    'timer-D': { next: 'Terminated', actions: [] },
    'transport-error': { next: 'Terminated', actions: ['tell-transport-failure'] },
  },
  Terminated: {},
};
