import type { Bus, BusSubscription, LogEvent } from '@plenary/bus';
import { StateEvent } from '@plenary/proto/chat';
import { CallFailure } from '@plenary/proto/roomstate';
import type { SubscriptionRecord } from '../store/subscription-store.js';
import { Delivery, type EndInput } from './delivery.js';
import type { SubscriptionDependencies } from './dependencies.js';
import { Registry } from './registry.js';
import { closingRendition } from './rendition.js';
import type { RoomNews, RoomWatch } from './room-watch.js';
import type { ViewDocument } from './view-document.js';

/** A replica that has not been seen for so long has died. */
const deadAfterMs = 10_000;
/** Subscriptions taken over at once, and how many times in one sweep. */
const adoptBatch = 100;
const adoptBatches = 10;

/**
 * The subscriptions this replica has: hears what changes in their rooms, whichever service or protocol caused it, and has it told; ends those whose time or room
 * is over; takes over those of replicas that died.
 *
 * Req: EVT-006, EVT-011, EVT-014, NOTIF-010, VENUE-004.
 */
export class Notifier {
  readonly #deps: SubscriptionDependencies;
  readonly #registry = new Registry();
  readonly #delivery: Delivery;
  #events: BusSubscription | undefined;
  #isStopped = false;

  constructor(deps: SubscriptionDependencies) {
    this.#deps = deps;
    this.#delivery = new Delivery(deps, this.#registry);
  }

  /** Subscriptions this replica has. */
  get size(): number {
    return this.#registry.size;
  }

  /** Hears of every change of every room, unlike those who share them: each replica has subscribers of its own. */
  start(bus: Bus): void {
    this.#events = bus.subscribeState((event) => {
      this.#onEvent(event);
    });
    bus.onReconnect(() => {
      for (const watch of this.#registry.rooms()) {
        watch.doubtEverybody();
        this.#tellEverybody(watch);
      }
    });
  }

  /** Sends nothing more; other replicas may take over at once. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#events?.unsubscribe();
    this.#delivery.stop();
    for (const subscriber of this.#registry.all()) this.#registry.drop(subscriber);
    await this.#deps.subscriptions.release(this.#deps.replica);
  }

  /** From now on this replica tells this subscriber, at first the whole state. `document`: what it sees. */
  serve(record: SubscriptionRecord, document: ViewDocument): void {
    this.#delivery.serve(record, document);
  }

  /** Ends a subscription with its last NOTIFY. `document`: what it sees, for that NOTIFY. */
  end(record: SubscriptionRecord, input: EndInput, document?: ViewDocument): void {
    this.#delivery.end(this.#delivery.take(record, document), input);
  }

  /** A call into a room came to nothing, as this replica knows: for subscribers elsewhere it has failed, which is less. */
  callFailed(room: string, uri: string, failure: CallFailure): void {
    const method = failure === CallFailure.BUSY ? 'busy' : 'failed';
    this.#registry.watch(room)?.departures.note(uri, { method, atMs: this.#deps.clock.nowMs() });
  }

  /** Says that this replica is alive, ends what is over, takes over what others left. */
  async sweep(): Promise<void> {
    const { subscriptions, clock, replica } = this.#deps;
    const nowMs = clock.nowMs();
    await subscriptions.beat(replica, nowMs);
    for (const subscriber of this.#registry.all()) {
      if (subscriber.record.usage.expiresAtMs <= nowMs) this.#delivery.end(subscriber, 'expired');
    }
    for (let batch = 0; batch < adoptBatches && !this.#isStopped; batch++) {
      const claim = { replica, nowMs, seenSinceMs: nowMs - deadAfterMs, limit: adoptBatch };
      const adopted = await subscriptions.adopt(claim);
      for (const record of adopted) {
        if (record.usage.expiresAtMs <= nowMs) this.end(record, 'expired');
        else this.#delivery.serve(record);
      }
      if (adopted.length < adoptBatch) return;
    }
  }

  #onEvent(event: LogEvent): void {
    const watch = this.#registry.watch(event.room);
    if (!watch) return;
    const news = this.#newsIn(event, watch);
    if (news?.closed) this.#close(watch, news.closed.successorUri);
    else if (news?.changed) this.#tellEverybody(watch);
  }

  /** Undefined where the payload is not what it should be: a handler of the bus must not throw. */
  #newsIn(event: LogEvent, watch: RoomWatch): RoomNews | undefined {
    try {
      return watch.apply(StateEvent.decode(event.payload));
    } catch (error) {
      this.#deps.events.failed('reading a state event', error);
      return undefined;
    }
  }

  #tellEverybody(watch: RoomWatch): void {
    for (const subscriber of watch.subscribers) {
      subscriber.owe('change', watch.version);
      this.#delivery.pump(subscriber);
    }
  }

  #close(watch: RoomWatch, successorUri: string): void {
    for (const subscriber of watch.subscribers) {
      const { shown, view, record } = subscriber;
      const last = shown?.document ?? (view === undefined ? undefined : watch.newest(view));
      this.#delivery.end(subscriber, 'resource-gone', last && closingRendition(last, record.form, successorUri));
    }
  }
}
