/**
 * The open requests of one connection (RFC 4975 sections 7.1.1 and 7.2): matched by transaction id, failed when no response comes in time.
 */

export interface Transactions<T> {
  /**
   * Notes a request as sent. `deadlineMs` is when it fails without a response, undefined when no response is owed (Failure-Report `no` or
   * `partial`): such a one is forgotten before all others when the limit is reached. Deadlines must not go back in time.
   *
   * False when the limit is reached and every open request still waits for its response: do not send.
   */
  open(transactionId: string, value: T, deadlineMs: number | undefined): boolean;
  isOpen(transactionId: string): boolean;
  /** Ends the transaction a response belongs to; undefined when there is none, and the response is to be ignored (MSRP-021). */
  match(transactionId: string): T | undefined;
  /** Ends all whose deadline is at or before `nowMs`, the oldest first. */
  expire(nowMs: number): T[];
  /** Ends all, the oldest first. */
  clear(): T[];
  /** When `expire` is to be called next; undefined when nothing is waited for. */
  readonly nextDeadlineMs: number | undefined;
  readonly size: number;
  /** False when `open` would answer false. */
  readonly hasRoom: boolean;
}

/** RFC 4975 section 7.1.1: "within 30 seconds of the last byte of the transaction being sent". Req: RPT-004. */
export const TRANSACTION_TIMEOUT_MS = 30_000;

/** Open transactions of one connection; `limit` bounds them. Req: MSRP-003, MSRP-021, RPT-004. */
export function createTransactions<T>(limit = 4096): Transactions<T> {
  return new OpenTransactions<T>(limit);
}

class OpenTransactions<T> implements Transactions<T> {
  readonly #limit: number;
  /** In order of their deadlines. */
  readonly #timed = new Map<string, { readonly value: T; readonly deadlineMs: number }>();
  readonly #untimed = new Map<string, T>();
  #lastDeadlineMs = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#timed.size + this.#untimed.size;
  }

  get nextDeadlineMs(): number | undefined {
    for (const { deadlineMs } of this.#timed.values()) return deadlineMs;
    return undefined;
  }

  get hasRoom(): boolean {
    return this.#timed.size < this.#limit;
  }

  open(transactionId: string, value: T, deadlineMs: number | undefined): boolean {
    if (this.isOpen(transactionId)) throw new Error('the transaction id is in use');
    if (this.size >= this.#limit) {
      const [oldest] = this.#untimed.keys();
      if (oldest === undefined) return false;
      this.#untimed.delete(oldest);
    }
    if (deadlineMs === undefined) this.#untimed.set(transactionId, value);
    else {
      if (deadlineMs < this.#lastDeadlineMs) throw new RangeError('deadlines go forward');
      this.#lastDeadlineMs = deadlineMs;
      this.#timed.set(transactionId, { value, deadlineMs });
    }
    return true;
  }

  isOpen(transactionId: string): boolean {
    return this.#timed.has(transactionId) || this.#untimed.has(transactionId);
  }

  match(transactionId: string): T | undefined {
    const timed = this.#timed.get(transactionId);
    if (timed !== undefined) {
      this.#timed.delete(transactionId);
      return timed.value;
    }
    const value = this.#untimed.get(transactionId);
    this.#untimed.delete(transactionId);
    return value;
  }

  expire(nowMs: number): T[] {
    const expired: T[] = [];
    for (const [id, { value, deadlineMs }] of this.#timed) {
      if (deadlineMs > nowMs) break;
      this.#timed.delete(id);
      expired.push(value);
    }
    return expired;
  }

  clear(): T[] {
    const values = [...[...this.#timed.values()].map(({ value }) => value), ...this.#untimed.values()];
    this.#timed.clear();
    this.#untimed.clear();
    return values;
  }
}
