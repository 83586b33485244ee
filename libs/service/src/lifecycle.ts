import { lifecycleTable, type LifecycleInput, type LifecycleState } from './lifecycle.table.js';

/** What `createServer(context)` of every service returns. */
export interface Service {
  /** Opens listeners and consumers; resolves when they are open. Rejects when it cannot (`StartError` for one line). */
  start(): Promise<void>;
  /** Takes nothing new; hands over or finishes what is open within `deadlineMs`. Rejects when it could not. */
  drain(deadlineMs: number): Promise<void>;
  /** Closes everything it opened, at once. After a failed `start`, too. */
  stop(): Promise<void>;
  /** True while its dependencies answer: what `/readyz` adds to the state. Never decides over `/livez`. */
  ready(): Promise<boolean>;
}

/** One service's life: keeps the state, calls the service in order, each step once. */
export class Lifecycle {
  #state: LifecycleState = 'created';
  #started: Promise<void> | undefined;
  #drained: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;
  readonly #service: Service;
  readonly #onChange: (state: LifecycleState) => void;

  constructor(service: Service, onChange: (state: LifecycleState) => void = () => undefined) {
    this.#service = service;
    this.#onChange = onChange;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** True in state `ready` when the service's dependencies answer as well. Never rejects. */
  async ready(): Promise<boolean> {
    if (this.#state !== 'ready') return false;
    return this.#service.ready().catch(() => false);
  }

  /** Starts the service; a failure is state `failed`, and rejects with the service's reason. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Drains after a start still under way. Later calls, with whatever deadline, wait for the first. */
  drain(deadlineMs: number): Promise<void> {
    this.#drained ??= this.#drain(deadlineMs);
    return this.#drained;
  }

  /** Closes everything, whatever the state; rejects when closing went wrong. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #start(): Promise<void> {
    this.#move('start');
    try {
      await this.#service.start();
    } catch (error) {
      this.#move('fail');
      throw error;
    }
    if (this.#state === 'starting') this.#move('started');
  }

  async #drain(deadlineMs: number): Promise<void> {
    if (this.#state === 'created' || this.#state === 'stopped' || this.#state === 'failed') return;
    this.#move('drain');
    await this.#started;
    await this.#service.drain(deadlineMs);
  }

  async #stop(): Promise<void> {
    this.#move('stop');
    await this.#service.stop();
  }

  #move(input: LifecycleInput): void {
    const next = lifecycleTable[this.#state][input];
    if (next === undefined) throw new Error(`a service that is ${this.#state} cannot ${input}`);
    if (next === this.#state) return;
    this.#state = next;
    this.#onChange(next);
  }
}
