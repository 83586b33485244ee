import { doubled, type TransactionTimers } from '../transaction/timers.js';
import { acceptanceTable, type AcceptanceInput, type AcceptanceState } from './acceptance.table.js';

/** The 2xx of one INVITE and whether it was acknowledged. A value: `stepAcceptance` gives the next one. */
export interface Acceptance {
  readonly state: AcceptanceState;
  readonly timers: TransactionTimers;
  /** Interval until the next retransmission. */
  readonly intervalMs: number;
}

export type AcceptanceTimer = 'lapse' | 'retransmit';

export type AcceptanceOutput =
  /** Send the 2xx again. */
  | { readonly type: 'resend' }
  | { readonly type: 'set-timer'; readonly timer: AcceptanceTimer; readonly ms: number }
  | { readonly type: 'cancel-timer'; readonly timer: AcceptanceTimer }
  | { readonly type: 'acknowledged' }
  /** No ACK in 64*T1: end the session by BYE. */
  | { readonly type: 'lapsed' }
  | { readonly type: 'unexpected'; readonly state: string; readonly input: string };

interface Step {
  readonly acceptance: Acceptance;
  readonly outputs: AcceptanceOutput[];
}

/** Call when the 2xx was sent for the first time. Reliable transports are no exception (RFC 3261 section 13.3.1.4). */
export function createAcceptance(timers: TransactionTimers): Step {
  return {
    acceptance: { state: 'Unacknowledged', timers, intervalMs: timers.t1Ms },
    outputs: [
      { type: 'set-timer', timer: 'retransmit', ms: timers.t1Ms },
      { type: 'set-timer', timer: 'lapse', ms: 64 * timers.t1Ms },
    ],
  };
}

/** Advances by one input; never throws. A pair outside the table gives `unexpected` and changes nothing. */
export function stepAcceptance(acceptance: Acceptance, input: AcceptanceInput): Step {
  const row = acceptanceTable[acceptance.state];
  const transition = Object.hasOwn(row, input) ? row[input] : undefined;
  if (transition === undefined) {
    return { acceptance, outputs: [{ type: 'unexpected', state: acceptance.state, input }] };
  }
  const outputs: AcceptanceOutput[] = [];
  let { intervalMs } = acceptance;
  for (const action of transition.actions) {
    switch (action) {
      case 'resend':
        outputs.push({ type: 'resend' });
        break;
      case 'restart-retransmit':
        intervalMs = doubled(intervalMs, acceptance.timers.t2Ms);
        outputs.push({ type: 'set-timer', timer: 'retransmit', ms: intervalMs });
        break;
      case 'stop-timers':
        outputs.push({ type: 'cancel-timer', timer: 'retransmit' }, { type: 'cancel-timer', timer: 'lapse' });
        break;
      case 'tell-acknowledged':
        outputs.push({ type: 'acknowledged' });
        break;
      case 'tell-lapsed':
        outputs.push({ type: 'lapsed' });
        break;
    }
  }
  return { acceptance: { ...acceptance, intervalMs, state: transition.next }, outputs };
}
