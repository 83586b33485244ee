import type { TransitionTable } from './table.js';

/** States of the non-INVITE client transaction (RFC 3261 section 17.1.2, figure 6). */
export const NON_INVITE_CLIENT_STATES = ['Trying', 'Proceeding', 'Completed', 'Terminated'] as const;
export type NonInviteClientState = (typeof NON_INVITE_CLIENT_STATES)[number];

export const NON_INVITE_CLIENT_INPUTS = [
  'response-1xx',
  'response-final',
  'timer-E',
  'timer-F',
  'timer-K',
  'transport-error',
] as const;
export type NonInviteClientInputName = (typeof NON_INVITE_CLIENT_INPUTS)[number];

export type NonInviteClientAction =
  | 'resend-request'
  | 'deliver'
  | 'restart-E'
  | 'restart-E-slow'
  | 'stop-E'
  | 'stop-F'
  | 'start-K'
  | 'tell-timeout'
  | 'tell-transport-failure';

/** Req: SIP-016. */
export const nonInviteClientTable: TransitionTable<
  NonInviteClientState,
  NonInviteClientInputName,
  NonInviteClientAction
> = {
  Trying: {
    'timer-E': { next: 'Trying', actions: ['resend-request', 'restart-E'] },
    'timer-F': { next: 'Terminated', actions: ['stop-E', 'tell-timeout'] },
    'response-1xx': { next: 'Proceeding', actions: ['deliver'] },
    'response-final': { next: 'Completed', actions: ['stop-E', 'stop-F', 'deliver', 'start-K'] },
    'transport-error': { next: 'Terminated', actions: ['stop-E', 'stop-F', 'tell-transport-failure'] },
  },
  Proceeding: {
    // "Timer E MUST be reset with a value of T2 seconds" (section 17.1.2.2).
    'timer-E': { next: 'Proceeding', actions: ['resend-request', 'restart-E-slow'] },
    'timer-F': { next: 'Terminated', actions: ['stop-E', 'tell-timeout'] },
    'response-1xx': { next: 'Proceeding', actions: ['deliver'] },
    'response-final': { next: 'Completed', actions: ['stop-E', 'stop-F', 'deliver', 'start-K'] },
    'transport-error': { next: 'Terminated', actions: ['stop-E', 'stop-F', 'tell-transport-failure'] },
  },
  Completed: {
    'response-1xx': { next: 'Completed', actions: [] },
    'response-final': { next: 'Completed', actions: [] },
    'timer-K': { next: 'Terminated', actions: [] },
    'transport-error': { next: 'Completed', actions: [] },
  },
  Terminated: {},
};
