/** Work on one dialog happens one piece after another; on different dialogs, side by side. Other replicas are kept off by the row's version. */
export class DialogQueue {
  readonly #tails = new Map<string, Promise<void>>();

  /** Dialogs with work at hand. */
  get size(): number {
    return this.#tails.size;
  }

  /** Runs `work` after what was given before for the same dialog. Rejects as `work` does. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(work);
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }

  /** Resolves when nothing is at work. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}

/** Names a dialog in maps. Call-IDs and tags hold no spaces. */
export function queueKey(key: { readonly callId: string; readonly localTag: string }): string {
  return `${key.callId} ${key.localTag}`;
}
