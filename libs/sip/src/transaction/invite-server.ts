import type { SipRequest, SipResponse } from '../message.js';
import { inviteServerTable, type InviteServerAction, type InviteServerState } from './invite-server.table.js';
import { advance, type TransactionOutput } from './table.js';
import { doubled, timerMs, type TimerName, type TransactionTimers } from './timers.js';

/** One INVITE server transaction (RFC 3261 section 17.2.1, RFC 6026). A value: `stepInviteServer` gives the next one. */
export interface InviteServerTransaction {
  readonly kind: 'invite-server';
  readonly state: InviteServerState;
  readonly reliable: boolean;
  readonly timers: TransactionTimers;
  /** What the machine sends when the user says nothing for 200 ms. */
  readonly trying: SipResponse;
  readonly lastResponse: SipResponse | undefined;
  /** Interval timer G was last set to. */
  readonly intervalMs: number;
}

export type InviteServerInput =
  /** The INVITE again. */
  | { readonly type: 'request' }
  | { readonly type: 'ack'; readonly request: SipRequest }
  | { readonly type: 'respond-1xx' | 'respond-2xx' | 'respond-final'; readonly response: SipResponse }
  | { readonly type: 'timer-trying' | 'timer-G' | 'timer-H' | 'timer-I' | 'timer-L' | 'transport-error' };

interface Step {
  readonly machine: InviteServerTransaction;
  readonly outputs: TransactionOutput[];
}

/** A transaction in Proceeding for an INVITE that was just delivered; `trying` is the 100 it sends when the user is slow. */
export function createInviteServer(trying: SipResponse, reliable: boolean, timers: TransactionTimers): Step {
  return {
    machine: {
      kind: 'invite-server',
      state: 'Proceeding',
      reliable,
      timers,
      trying,
      lastResponse: undefined,
      intervalMs: timers.t1Ms,
    },
    outputs: [{ type: 'set-timer', timer: 'trying', ms: timerMs('trying', timers, reliable) }],
  };
}

/** Advances the transaction by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepInviteServer(machine: InviteServerTransaction, input: InviteServerInput): Step {
  return advance(inviteServerTable, machine, input, act);
}

function act(
  action: InviteServerAction,
  machine: InviteServerTransaction,
  input: InviteServerInput,
  outputs: TransactionOutput[],
): InviteServerTransaction {
  const start = (timer: TimerName): void => {
    outputs.push({ type: 'set-timer', timer, ms: timerMs(timer, machine.timers, machine.reliable) });
  };
  const send = (message: SipResponse): InviteServerTransaction => {
    outputs.push({ type: 'send', message });
    return { ...machine, lastResponse: message };
  };
  switch (action) {
    case 'send-trying':
      return machine.lastResponse === undefined ? send(machine.trying) : machine;
    case 'send-response':
      return 'response' in input ? send(input.response) : machine;
    case 'resend-response':
      return machine.lastResponse === undefined ? machine : send(machine.lastResponse);
    case 'deliver-ack':
      if ('request' in input) outputs.push({ type: 'deliver', message: input.request });
      return machine;
    case 'stop-trying':
      outputs.push({ type: 'cancel-timer', timer: 'trying' });
      return machine;
    case 'start-G':
      // Section 17.2.1: timer G runs on unreliable transports only.
      if (!machine.reliable) start('G');
      return { ...machine, intervalMs: timerMs('G', machine.timers, machine.reliable) };
    case 'restart-G': {
      const intervalMs = doubled(machine.intervalMs, machine.timers.t2Ms);
      outputs.push({ type: 'set-timer', timer: 'G', ms: intervalMs });
      return { ...machine, intervalMs };
    }
    case 'stop-G':
      if (!machine.reliable) outputs.push({ type: 'cancel-timer', timer: 'G' });
      return machine;
    case 'start-H':
      start('H');
      return machine;
    case 'stop-H':
      outputs.push({ type: 'cancel-timer', timer: 'H' });
      return machine;
    case 'start-I':
      start('I');
      return machine;
    case 'start-L':
      start('L');
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
