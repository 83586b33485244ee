/**
 * Work on one dialog happens one piece after another; on different dialogs, side by side. Other replicas are kept off by the
 * row's version. An INVITE that comes while another one of its dialog is open does not wait: it is refused at once (RFC 3261 section 14.2).
 */
export class DialogQueue {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #openInvites = new Map<string, 'ours' | 'theirs'>();

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

  /** Whose INVITE of the dialog is open. */
  openInvite(key: string): 'ours' | 'theirs' | undefined {
    return this.#openInvites.get(key);
  }

  inviteOpened(key: string, whose: 'ours' | 'theirs'): void {
    this.#openInvites.set(key, whose);
  }

  inviteEnded(key: string): void {
    this.#openInvites.delete(key);
  }

  /** Resolves when nothing is at work. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
