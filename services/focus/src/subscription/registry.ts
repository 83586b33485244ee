import { queueKey } from '../signalling/dialog-queue.js';
import type { SubscriptionKey } from '../store/subscription-store.js';
import { RoomWatch } from './room-watch.js';
import type { Subscriber } from './subscriber.js';

/** The subscribers of this replica, and the rooms they are in. */
export class Registry {
  readonly #watches = new Map<string, RoomWatch>();
  readonly #subscribers = new Map<string, Subscriber>();

  get size(): number {
    return this.#subscribers.size;
  }

  /** A snapshot: it may be changed while it is gone through. */
  all(): Subscriber[] {
    return [...this.#subscribers.values()];
  }

  rooms(): RoomWatch[] {
    return [...this.#watches.values()];
  }

  find(key: SubscriptionKey): Subscriber | undefined {
    return this.#subscribers.get(keyOf(key));
  }

  watch(room: string): RoomWatch | undefined {
    return this.#watches.get(room);
  }

  /** Its room, which is watched from now on. */
  add(subscriber: Subscriber): RoomWatch {
    const { record } = subscriber;
    const watch = this.#watches.get(record.room) ?? new RoomWatch(record.room);
    this.#watches.set(record.room, watch);
    this.#subscribers.set(keyOf(record), subscriber);
    watch.add(subscriber);
    return watch;
  }

  /** The subscriber is out of this replica's hands. */
  drop(subscriber: Subscriber): void {
    subscriber.isGone = true;
    subscriber.timer?.cancel();
    const { record } = subscriber;
    if (this.#subscribers.get(keyOf(record)) === subscriber) this.#subscribers.delete(keyOf(record));
    const watch = this.#watches.get(record.room);
    watch?.remove(subscriber);
    if (watch?.subscribers.size === 0) this.#watches.delete(record.room);
  }
}

function keyOf(key: SubscriptionKey): string {
  return `${queueKey(key)} ${key.eventId}`;
}
