import type { SipResponse } from '../message.js';
import {
  nonInviteServerTable,
  type NonInviteServerAction,
  type NonInviteServerState,
} from './non-invite-server.table.js';
import { advance, type TransactionOutput } from './table.js';
import { timerMs, type TransactionTimers } from './timers.js';

/** One non-INVITE server transaction (RFC 3261 section 17.2.2). A value: `stepNonInviteServer` gives the next one. */
export interface NonInviteServerTransaction {
  readonly kind: 'non-invite-server';
  readonly state: NonInviteServerState;
  readonly reliable: boolean;
  readonly timers: TransactionTimers;
  readonly lastResponse: SipResponse | undefined;
}

export type NonInviteServerInput =
  /** The request again. */
  | { readonly type: 'request' }
  | { readonly type: 'respond-1xx' | 'respond-final'; readonly response: SipResponse }
  | { readonly type: 'timer-J' | 'transport-error' };

interface Step {
  readonly machine: NonInviteServerTransaction;
  readonly outputs: TransactionOutput[];
}

/** A transaction in Trying for a request that was just delivered. */
export function createNonInviteServer(reliable: boolean, timers: TransactionTimers): Step {
  return {
    machine: { kind: 'non-invite-server', state: 'Trying', reliable, timers, lastResponse: undefined },
    outputs: [],
  };
}

/** Advances the transaction by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepNonInviteServer(machine: NonInviteServerTransaction, input: NonInviteServerInput): Step {
  return advance(nonInviteServerTable, machine, input, act);
}

function act(
  action: NonInviteServerAction,
  machine: NonInviteServerTransaction,
  input: NonInviteServerInput,
  outputs: TransactionOutput[],
): NonInviteServerTransaction {
  switch (action) {
    case 'send-response':
      if (!('response' in input)) return machine;
      outputs.push({ type: 'send', message: input.response });
      return { ...machine, lastResponse: input.response };
    case 'resend-response':
      if (machine.lastResponse !== undefined) outputs.push({ type: 'send', message: machine.lastResponse });
      return machine;
    case 'start-J':
      outputs.push({ type: 'set-timer', timer: 'J', ms: timerMs('J', machine.timers, machine.reliable) });
      return machine;
    case 'tell-transport-failure':
      outputs.push({ type: 'transport-failure' });
      return machine;
  }
  return action;
}
