/**
 * The requests of one connection, one after the other: what a client sends without waiting (pipelining) is done and answered in the
 * order it came, and one client's connection never has more than one request at work. Req: CCMP-009, SEC-013.
 */
export class ConnectionTurns {
  readonly #max: number;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(max: number) {
    this.#max = max;
  }

  /** The request whose turn it is has not come whole. */
  isReading = false;

  /** No request is owed an answer but one that has not come whole: what is sent now is taken for that one's. */
  get isQuiet(): boolean {
    return this.#waiting === 0 || (this.#waiting === 1 && this.isReading);
  }

  /** Runs `work` when all before it are done; false when too many wait already. `work` must not reject. */
  add(work: () => Promise<void>): boolean {
    if (this.#waiting > this.#max) return false;
    this.#waiting++;
    this.#last = this.#last.then(work).finally(() => {
      this.#waiting--;
    });
    return true;
  }
}
