import type { SipRequest, SipResponse } from '../message.js';
import { buildNon2xxAck } from './ack.js';
import { inviteClientTable, type InviteClientAction, type InviteClientState } from './invite-client.table.js';
import { advance, type TransactionOutput } from './table.js';
import { doubled, timerMs, type TimerName, type TransactionTimers } from './timers.js';

/** One INVITE client transaction (RFC 3261 section 17.1.1, RFC 6026). A value: `stepInviteClient` gives the next one. */
export interface InviteClientTransaction {
  readonly kind: 'invite-client';
  readonly state: InviteClientState;
  readonly reliable: boolean;
  readonly timers: TransactionTimers;
  readonly request: SipRequest;
  /** The ACK to a 300-699 response, kept to be sent again. */
  readonly ack: SipRequest | undefined;
  /** Interval timer A was last set to. */
  readonly intervalMs: number;
}

export type InviteClientInput =
  | { readonly type: 'response-1xx' | 'response-2xx' | 'response-final'; readonly response: SipResponse }
  /** A CANCEL for this INVITE was sent. */
  | { readonly type: 'cancelled' }
  | { readonly type: 'timer-A' | 'timer-B' | 'timer-D' | 'timer-M' | 'timer-cancel' | 'transport-error' };

interface Step {
  readonly machine: InviteClientTransaction;
  readonly outputs: TransactionOutput[];
}

/** A transaction in Calling; the outputs send the INVITE and set timers A (unreliable transport only) and B. */
export function createInviteClient(request: SipRequest, reliable: boolean, timers: TransactionTimers): Step {
  const outputs: TransactionOutput[] = [{ type: 'send', message: request }];
  if (!reliable) outputs.push({ type: 'set-timer', timer: 'A', ms: timerMs('A', timers, reliable) });
  outputs.push({ type: 'set-timer', timer: 'B', ms: timerMs('B', timers, reliable) });
  return {
    machine: {
      kind: 'invite-client',
      state: 'Calling',
      reliable,
      timers,
      request,
      ack: undefined,
      intervalMs: timers.t1Ms,
    },
    outputs,
  };
}

/** Advances the transaction by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepInviteClient(machine: InviteClientTransaction, input: InviteClientInput): Step {
  return advance(inviteClientTable, machine, input, act);
}

function act(
  action: InviteClientAction,
  machine: InviteClientTransaction,
  input: InviteClientInput,
  outputs: TransactionOutput[],
): InviteClientTransaction {
  const start = (timer: TimerName): InviteClientTransaction => {
    outputs.push({ type: 'set-timer', timer, ms: timerMs(timer, machine.timers, machine.reliable) });
    return machine;
  };
  const stop = (timer: TimerName): InviteClientTransaction => {
    outputs.push({ type: 'cancel-timer', timer });
    return machine;
  };
  switch (action) {
    case 'resend-request':
      outputs.push({ type: 'send', message: machine.request });
      return machine;
    case 'deliver':
      if ('response' in input) outputs.push({ type: 'deliver', message: input.response });
      return machine;
    case 'send-ack': {
      if (!('response' in input)) return machine;
      const ack = buildNon2xxAck(machine.request, input.response);
      outputs.push({ type: 'send', message: ack });
      return { ...machine, ack };
    }
    case 'resend-ack':
      if (machine.ack !== undefined) outputs.push({ type: 'send', message: machine.ack });
      return machine;
    case 'restart-A': {
      const intervalMs = doubled(machine.intervalMs);
      outputs.push({ type: 'set-timer', timer: 'A', ms: intervalMs });
      return { ...machine, intervalMs };
    }
    case 'stop-A':
      return machine.reliable ? machine : stop('A');
    case 'stop-B':
      return stop('B');
    case 'start-D':
      return start('D');
    case 'start-M':
      return start('M');
    case 'start-cancel':
      return start('cancel');
    case 'stop-cancel':
      return stop('cancel');
    case 'tell-timeout':
      outputs.push({ type: 'timeout' });
      return machine;
    case 'tell-transport-failure':
      outputs.push({ type: 'transport-failure' });
      return machine;
  }
  return action;
}
