import type { SipRequest, SipResponse } from '../message.js';
import {
  nonInviteClientTable,
  type NonInviteClientAction,
  type NonInviteClientState,
} from './non-invite-client.table.js';
import { advance, type TransactionOutput } from './table.js';
import { doubled, timerMs, type TransactionTimers } from './timers.js';

/** One non-INVITE client transaction (RFC 3261 section 17.1.2). A value: `stepNonInviteClient` gives the next one. */
export interface NonInviteClientTransaction {
  readonly kind: 'non-invite-client';
  readonly state: NonInviteClientState;
  readonly reliable: boolean;
  readonly timers: TransactionTimers;
  readonly request: SipRequest;
  /** Interval timer E was last set to. */
  readonly intervalMs: number;
}

export type NonInviteClientInput =
  | { readonly type: 'response-1xx' | 'response-final'; readonly response: SipResponse }
  | { readonly type: 'timer-E' | 'timer-F' | 'timer-K' | 'transport-error' };

interface Step {
  readonly machine: NonInviteClientTransaction;
  readonly outputs: TransactionOutput[];
}

/** A transaction in Trying; the outputs send the request and set timers E (unreliable transport only) and F. */
export function createNonInviteClient(request: SipRequest, reliable: boolean, timers: TransactionTimers): Step {
  const outputs: TransactionOutput[] = [{ type: 'send', message: request }];
  if (!reliable) outputs.push({ type: 'set-timer', timer: 'E', ms: timerMs('E', timers, reliable) });
  outputs.push({ type: 'set-timer', timer: 'F', ms: timerMs('F', timers, reliable) });
  return {
    machine: { kind: 'non-invite-client', state: 'Trying', reliable, timers, request, intervalMs: timers.t1Ms },
    outputs,
  };
}

/** Advances the transaction by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepNonInviteClient(machine: NonInviteClientTransaction, input: NonInviteClientInput): Step {
  return advance(nonInviteClientTable, machine, input, act);
}

function act(
  action: NonInviteClientAction,
  machine: NonInviteClientTransaction,
  input: NonInviteClientInput,
  outputs: TransactionOutput[],
): NonInviteClientTransaction {
  const retransmitIn = (intervalMs: number): NonInviteClientTransaction => {
    outputs.push({ type: 'set-timer', timer: 'E', ms: intervalMs });
    return { ...machine, intervalMs };
  };
  switch (action) {
    case 'resend-request':
      outputs.push({ type: 'send', message: machine.request });
      return machine;
    case 'deliver':
      if ('response' in input) outputs.push({ type: 'deliver', message: input.response });
      return machine;
    case 'restart-E':
      return retransmitIn(doubled(machine.intervalMs, machine.timers.t2Ms));
    case 'restart-E-slow':
      return retransmitIn(machine.timers.t2Ms);
    case 'stop-E':
      if (!machine.reliable) outputs.push({ type: 'cancel-timer', timer: 'E' });
      return machine;
    case 'stop-F':
      outputs.push({ type: 'cancel-timer', timer: 'F' });
      return machine;
    case 'start-K':
      outputs.push({ type: 'set-timer', timer: 'K', ms: timerMs('K', machine.timers, machine.reliable) });
      return machine;
    case 'tell-timeout':
      outputs.push({ type: 'timeout' });
      return machine;
    case 'tell-transport-failure':
      outputs.push({ type: 'transport-failure' });
      return machine;
  }
  return action;
}
