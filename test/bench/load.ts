import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSeconds } from './process-cost.js';
import type { LoadCommand, LoadReply, LoadReport, LoadSession } from './load-protocol.js';

/** A load process, from the parent's side. */
export class Load {
  readonly #child: ChildProcess;
  #waiting:
    { type: LoadReply['type']; resolve: (reply: LoadReply) => void; reject: (error: Error) => void } | undefined;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('load-process.js', import.meta.url)));
    this.#child.on('message', (reply: LoadReply) => {
      if (reply.type === 'failed') this.#waiting?.reject(new Error(`load process: ${reply.reason}`));
      else if (reply.type === this.#waiting?.type) this.#waiting.resolve(reply);
    });
    this.#child.on('exit', () => this.#waiting?.reject(new Error('the load process ended')));
  }

  /** CPU seconds it has used: if it is busy all the time, it is the limit and not the server. */
  cpuSeconds(): number {
    return cpuSeconds(this.#child.pid ?? 0);
  }

  async open(sessions: readonly LoadSession[]): Promise<void> {
    await this.#ask({ type: 'open', sessions }, 'bound');
  }

  saturate(senders: number, bodyBytes: number): void {
    this.#tell({ type: 'saturate', senders, bodyBytes });
  }

  pace(senders: number, bodyBytes: number, perSecond: number): void {
    this.#tell({ type: 'pace', senders, bodyBytes, perSecond });
  }

  /** Resolves when every SEND has its answer. */
  async halt(): Promise<void> {
    await this.#ask({ type: 'halt' }, 'halted');
  }

  async report(): Promise<LoadReport> {
    const reply = await this.#ask({ type: 'report' }, 'report');
    if (reply.type !== 'report') throw new Error('unexpected reply');
    return reply.report;
  }

  async close(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#tell({ type: 'close' });
    await gone;
  }

  #tell(command: LoadCommand): void {
    this.#child.send(command);
  }

  #ask(command: LoadCommand, type: LoadReply['type']): Promise<LoadReply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { type, resolve, reject };
      this.#tell(command);
    });
  }
}
