import type { Bus, BusSubscription } from '@plenary/bus';
import { StateEvent, type StateChange } from '@plenary/proto/chat';

/** One call of this replica, from before its seat is taken until it has stopped ringing. */
export class OpenCall {
  /** Of the seat it is for, once there is one. */
  chatId: string | undefined;
  #isGivenUp = false;
  #isRevoked = false;
  #cancel: (() => void) | undefined;

  constructor(
    readonly room: string,
    readonly callId: string,
  ) {}

  /** Room-state knows that nobody wants it any more: there is nothing to report. */
  get isRevoked(): boolean {
    return this.#isRevoked;
  }

  /** It rings: `cancel` stops it, at once where it was given up meanwhile. */
  rings(cancel: () => void): void {
    this.#cancel = cancel;
    if (this.#isGivenUp) cancel();
  }

  giveUp(): void {
    if (this.#isGivenUp) return;
    this.#isGivenUp = true;
    this.#cancel?.();
  }

  revoke(): void {
    this.#isRevoked = true;
    this.giveUp();
  }
}

/**
 * Calls of this replica that are under way: who is no longer wanted is not rung any longer. Hears every room's changes while there is a
 * call, and only then: the replica that rings is the one that has to know, whichever of them reads the room's changes. What is
 * missed costs the callee some ringing: room-state lets nobody in whose call is gone.
 *
 * Req: CONF-019, CCMP-080, CHAT-X-005.
 */
export class OpenCalls {
  readonly #calls = new Set<OpenCall>();
  #subscription: BusSubscription | undefined;

  constructor(
    private readonly bus: Bus,
    /** What cannot be read of the bus is told. */
    private readonly onUnreadable: (error: unknown) => void,
  ) {}

  /** To be called before the seat is taken, so that nothing is missed; each needs its `ended`. */
  opened(room: string, callId: string): OpenCall {
    this.#subscription ??= this.bus.subscribeState(({ payload }) => this.#event(payload));
    const call = new OpenCall(room, callId);
    this.#calls.add(call);
    return call;
  }

  ended(call: OpenCall): void {
    this.#calls.delete(call);
    if (this.#calls.size > 0) return;
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
  }

  cancelAll(): void {
    for (const call of this.#calls) call.giveUp();
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
      for (const call of change === undefined ? [] : this.#calls)
        if (change !== undefined && call.room === event.room) hear(call, change);
  }
}

function hear(call: OpenCall, change: NonNullable<StateChange['change']>): void {
  switch (change.$case) {
    case 'callGone':
      if (change.value.callId === call.callId) call.revoke();
      break;
    case 'roomClosed':
      call.revoke();
      break;
    case 'left':
      if (change.value.chatId === call.chatId) call.giveUp();
      break;
    default:
  }
}
