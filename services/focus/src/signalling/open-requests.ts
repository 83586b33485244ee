import type { ServerTransaction } from '@plenary/sip';

/** Requests of dialogs that have no final response yet, so that glare (RFC 3261 section 14) and a BYE among them (section 15.1.2) are seen. */
export class OpenRequests {
  readonly #theirs = new Map<string, Set<ServerTransaction>>();
  readonly #ours = new Set<string>();

  /** Whose INVITE of the dialog is open; ours, if both are. */
  invite(key: string): 'ours' | 'theirs' | undefined {
    if (this.#ours.has(key)) return 'ours';
    for (const { request, isAnswered } of this.#theirs.get(key) ?? []) {
      if (request.method === 'INVITE' && !isAnswered) return 'theirs';
    }
    return undefined;
  }

  opened(key: string, transaction: ServerTransaction): void {
    const open = this.#theirs.get(key) ?? new Set();
    this.#theirs.set(key, open.add(transaction));
  }

  ended(key: string, transaction: ServerTransaction): void {
    const open = this.#theirs.get(key);
    open?.delete(transaction);
    if (open?.size === 0) this.#theirs.delete(key);
  }

  ourInviteOpened(key: string): void {
    this.#ours.add(key);
  }

  ourInviteEnded(key: string): void {
    this.#ours.delete(key);
  }

  /** "The UAS MUST still respond to any pending requests received for that dialog. It is RECOMMENDED that a 487 be generated" (section 15.1.2). */
  terminate(key: string): void {
    for (const transaction of this.#theirs.get(key) ?? []) transaction.respond(487);
  }
}
