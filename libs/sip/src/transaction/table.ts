import type { SipMessage } from '../message.js';
import type { TimerName } from './timers.js';

/**
 * What the four transaction machines have in common: the form of their tables and what they put out. A machine is a value;
 * `step` takes it with an input and gives the next value with outputs. No sockets, no clock (RFC 3261 section 17).
 */
export interface Transition<State extends string, Action extends string> {
  readonly next: State;
  /** What is done on the way, in order; the functions stand in the file beside the table. */
  readonly actions: readonly Action[];
}

/** (state, input) to transition. A pair that is missing is a protocol error, reported as `unexpected`. */
export type TransitionTable<State extends string, Input extends string, Action extends string> = Readonly<
  Record<State, Readonly<Partial<Record<Input, Transition<State, Action>>>>>
>;

/** What a transaction wants done. */
export type TransactionOutput =
  /** Hand to the transport. */
  | { readonly type: 'send'; readonly message: SipMessage }
  /** Hand to the transaction user. */
  | { readonly type: 'deliver'; readonly message: SipMessage }
  | { readonly type: 'set-timer'; readonly timer: TimerName; readonly ms: number }
  | { readonly type: 'cancel-timer'; readonly timer: TimerName }
  /** No final response, or no ACK, within 64*T1; a client transaction's user treats it as a 408 (section 8.1.3.1). */
  | { readonly type: 'timeout' }
  /** The transport refused a message; a client transaction's user treats it as a 503 (section 8.1.3.1). */
  | { readonly type: 'transport-failure' }
  /** The transaction is over: forget it and cancel its timers. */
  | { readonly type: 'terminated' }
  /** The pair stands in no table; nothing was changed. */
  | { readonly type: 'unexpected'; readonly state: string; readonly input: string };

/** Looks a pair up and runs the actions over the machine in order; the state changes last. */
export function advance<
  State extends string,
  Input extends { readonly type: string },
  Action extends string,
  Machine extends { readonly state: State },
>(
  table: TransitionTable<State, Input['type'], Action>,
  machine: Machine,
  input: Input,
  act: (action: Action, machine: Machine, input: Input, outputs: TransactionOutput[]) => Machine,
): { machine: Machine; outputs: TransactionOutput[] } {
  const row: Readonly<Partial<Record<string, Transition<State, Action>>>> = table[machine.state];
  const transition = Object.hasOwn(row, input.type) ? row[input.type] : undefined;
  if (transition === undefined) {
    return { machine, outputs: [{ type: 'unexpected', state: machine.state, input: input.type }] };
  }
  const outputs: TransactionOutput[] = [];
  let current = machine;
  for (const action of transition.actions) current = act(action, current, input, outputs);
  if (current.state !== transition.next) {
    current = { ...current, state: transition.next };
    if (transition.next === 'Terminated') outputs.push({ type: 'terminated' });
  }
  return { machine: current, outputs };
}
