import type { Bus, BusSubscription } from '@plenary/bus';
import { StateEvent } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';

/** How a wait ended; `over`: nothing was heard for as long as was asked. */
export type Decision = 'admitted' | 'declined' | 'over';

/**
 * Users of this replica who wait for a moderator (join-handling `confirm`), by the chat-ID of their place. Hears every room's decisions while
 * somebody waits, and only then: the replica that holds the INVITE is the one that has to know. A decision that is missed is found by asking
 * room-state again, which whoever waits does now and then.
 *
 * Spec: RFC 6501 §4.6.1.   Req: POL-006, POL-008, SIP-027.
 */
export class WaitingRoom {
  readonly #waiting = new Map<string, { readonly room: string; readonly decide: (decision: Decision) => void }>();
  #subscription: BusSubscription | undefined;
  #isStopped = false;

  constructor(
    private readonly bus: Bus,
    private readonly clock: Clock,
    /** What cannot be read of the bus is told. */
    private readonly onUnreadable: (error: unknown) => void,
  ) {}

  /** From the stop on nobody is let wait. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Resolves with the decision; `over` after `waitMs`, by `giveUp`, or when this focus stops. */
  wait(room: string, chatId: string, waitMs: number): Promise<Decision> {
    if (this.#isStopped) return Promise.resolve('over');
    this.#subscription ??= this.bus.subscribeState(({ payload }) => this.#event(payload));
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(waitMs, () => this.giveUp(chatId));
      const decide = (decision: Decision): void => {
        timer.cancel();
        this.#waiting.delete(chatId);
        this.#closeIfEmpty();
        resolve(decision);
      };
      this.#waiting.set(chatId, { room, decide });
    });
  }

  giveUp(chatId: string): void {
    this.#waiting.get(chatId)?.decide('over');
  }

  stop(): void {
    this.#isStopped = true;
    for (const { decide } of this.#waiting.values()) decide('over');
  }

  #closeIfEmpty(): void {
    if (this.#waiting.size > 0) return;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }

  #event(payload: Uint8Array): void {
    let event: StateEvent;
    try {
      event = StateEvent.decode(payload);
    } catch (error) {
      this.onUnreadable(error);
      return;
    }
    for (const { change } of event.changes)
      if (change?.$case === 'pendingDecided')
        this.#waiting.get(change.value.chatId)?.decide(change.value.admitted ? 'admitted' : 'declined');
      else if (change?.$case === 'roomClosed')
        // The place is gone with the room: who asks again is told so, or where the room went.
        for (const { room, decide } of this.#waiting.values()) if (room === event.room) decide('admitted');
  }
}
