/** Calls of this replica that ring, by the chat-ID of the seat they are for: who is no longer wanted is not rung any longer. */
export class OpenCalls {
  readonly #cancels = new Map<string, () => void>();

  get size(): number {
    return this.#cancels.size;
  }

  opened(chatId: string, cancel: () => void): void {
    this.#cancels.set(chatId, cancel);
  }

  ended(chatId: string): void {
    this.#cancels.delete(chatId);
  }

  /** Gives the call up, if it rings here. */
  cancel(chatId: string): void {
    this.#cancels.get(chatId)?.();
  }

  cancelAll(): void {
    for (const cancel of this.#cancels.values()) cancel();
  }
}
