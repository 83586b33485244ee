/** How long anything a scenario waits for may take. */
export const patienceMs = 20_000;

/** Waits for things to become true: whoever changes something says so by `changed`. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  changed(): void {
    for (const look of this.#waiting) look();
  }

  /** Resolves with the first value that is not undefined; rejects with what was there instead. */
  until<T>(look: () => T | undefined, describe: () => string): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(describe()));
      }, patienceMs);
      const check = (): void => {
        const value = look();
        if (value === undefined) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(value);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** Looks into something that tells nobody when it changes (a database), until it is so. */
export async function eventually<T>(look: () => Promise<T | undefined>, describe: () => string): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(describe());
    await new Promise((resolve) => {
      setTimeout(resolve, 25);
    });
  }
}
