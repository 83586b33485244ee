const METHODS = new Set(['SEND', 'REPORT', 'NICKNAME', 'AUTH']);

/** Requests by method and status, both closed sets: 0 stands for "not answered". */
export class RequestCounts {
  readonly #counts = new Map<string, { method: string; status: number; value: number }>();

  count(method: string, status: number): void {
    const known = METHODS.has(method) ? method : 'other';
    const key = `${known} ${status}`;
    const entry = this.#counts.get(key);
    if (entry === undefined) this.#counts.set(key, { method: known, status, value: 1 });
    else entry.value++;
  }

  get(method: string, status: number): number {
    return this.#counts.get(`${method} ${status}`)?.value ?? 0;
  }

  *readings(): IterableIterator<{ value: number; labels: { method: string; status: string } }> {
    for (const { method, status, value } of this.#counts.values())
      yield { value, labels: { method, status: status === 0 ? 'none' : String(status) } };
  }
}
