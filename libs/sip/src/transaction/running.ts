import type { SipClock } from '../user-agent/interface.js';
import type { TransactionOutput } from './table.js';
import type { TimerName } from './timers.js';

/** What a running machine does with the outputs that are no timers. */
export type OutputHandler = (output: Exclude<TransactionOutput, { type: 'set-timer' | 'cancel-timer' }>) => void;

interface Stepped<Machine> {
  readonly machine: Machine;
  readonly outputs: readonly TransactionOutput[];
}

/**
 * A transaction machine with its timers: the one place where the value changes. Inputs that come while outputs are being carried out wait
 * their turn, so that a user who answers from inside its callback meets the state the table promises.
 */
export class RunningTransaction<Machine extends { readonly state: string }, Input extends { readonly type: string }> {
  #machine: Machine;
  readonly #step: (machine: Machine, input: Input) => Stepped<Machine>;
  readonly #clock: SipClock;
  readonly #handle: OutputHandler;
  readonly #timers = new Map<TimerName, { cancel(): void }>();
  readonly #pending: Input[] = [];
  #busy = false;

  constructor(
    start: Machine,
    step: (machine: Machine, input: Input) => Stepped<Machine>,
    clock: SipClock,
    handle: OutputHandler,
  ) {
    this.#machine = start;
    this.#step = step;
    this.#clock = clock;
    this.#handle = handle;
  }

  get state(): Machine['state'] {
    return this.#machine.state;
  }

  /** Carries out the outputs a machine was made with. */
  begin(outputs: readonly TransactionOutput[]): void {
    this.#busy = true;
    this.#carryOut(outputs);
    this.#drain();
  }

  dispatch(input: Input): void {
    this.#pending.push(input);
    if (!this.#busy) this.#drain();
  }

  /** Forgets the timers; the machine takes no part any more. */
  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #drain(): void {
    this.#busy = true;
    for (let input = this.#pending.shift(); input !== undefined; input = this.#pending.shift()) {
      const { machine, outputs } = this.#step(this.#machine, input);
      this.#machine = machine;
      this.#carryOut(outputs);
    }
    this.#busy = false;
  }

  #carryOut(outputs: readonly TransactionOutput[]): void {
    for (const output of outputs) {
      if (output.type === 'set-timer') this.#setTimer(output.timer, output.ms);
      else if (output.type === 'cancel-timer') {
        this.#timers.get(output.timer)?.cancel();
        this.#timers.delete(output.timer);
      } else {
        if (output.type === 'terminated') this.stop();
        this.#handle(output);
      }
    }
  }

  #setTimer(name: TimerName, ms: number): void {
    this.#timers.get(name)?.cancel();
    const timer = this.#clock.setTimer(ms, () => {
      this.#timers.delete(name);
      // Every timer the tables set has its input there under this name; a mismatch would come back as `unexpected`.
      this.dispatch({ type: `timer-${name}` } as unknown as Input);
    });
    this.#timers.set(name, timer);
  }
}
