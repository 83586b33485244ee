import { Refusal } from '@plenary/proto/roomstate';
import { stepSubscribeUsage } from '@plenary/sip';
import { queueKey } from '../signalling/dialog-queue.js';
import type { NotifyClaim, SubscriptionRecord } from '../store/subscription-store.js';
import type { SubscriptionDependencies } from './dependencies.js';
import { Gate } from './gate.js';
import type { Registry } from './registry.js';
import { chooseRendition, shapeOf } from './rendition-choice.js';
import { fullRendition, type Rendition, type Shape } from './rendition.js';
import type { RoomWatch } from './room-watch.js';
import { notifyTargets, sendNotify, type NotifyOutcome } from './send-notify.js';
import { Subscriber } from './subscriber.js';
import type { ViewDocument } from './view-document.js';
import { Views } from './views.js';

/** NOTIFYs being made at once. */
const width = 32;
/** Longest pause before a subscriber that could not be told is tried again. */
const retryMaxMs = 60_000;

/** Why a subscription ends, as its state machine knows it. */
export type EndInput = 'fetched' | 'unsubscribed' | 'expired' | 'denied' | 'resource-gone' | 'notify-failed';

/**
 * Sends NOTIFYs: at once and whole to who has just subscribed or refreshed, then what changes, one at a time for each subscriber and not too fast.
 *
 * Concurrency: one NOTIFY is under way per subscription. Between replicas the row's version decides: who claims a NOTIFY on a row that another has
 * changed has lost the subscription, and lets go.
 *
 * Req: EVT-004 to EVT-006, EVT-011, EVT-014, EVT-015, NOTIF-003 to NOTIF-005, NOTIF-009.
 */
export class Delivery {
  readonly #deps: SubscriptionDependencies;
  readonly #registry: Registry;
  readonly #views: Views;
  readonly #gate = new Gate(width);
  #isStopped = false;

  constructor(deps: SubscriptionDependencies, registry: Registry) {
    this.#deps = deps;
    this.#registry = registry;
    this.#views = new Views(deps);
  }

  /** Nothing is begun any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** From now on this replica tells this subscriber, at first the whole state. `document`: what it sees, where that was just asked for. */
  serve(record: SubscriptionRecord, document?: ViewDocument): Subscriber {
    const isFirst = !this.#registry.watch(record.room);
    const subscriber = this.take(record, document);
    const version = this.#registry.watch(record.room)?.version ?? 0n;
    subscriber.owe('full', version);
    this.pump(subscriber);
    if (isFirst) {
      // Nobody listened to the room when the document was asked for, so something may have happened since.
      subscriber.isViewCertain = false;
      subscriber.owe('change', version);
    }
    return subscriber;
  }

  /** The subscription is this replica's, and nothing is sent by that. */
  take(record: SubscriptionRecord, document?: ViewDocument): Subscriber {
    const known = this.#registry.find(record);
    if (known) this.#registry.drop(known);
    const subscriber = new Subscriber(record);
    subscriber.takesTcp = known?.takesTcp;
    const watch = this.#registry.add(subscriber);
    if (document) {
      subscriber.view = document.view;
      subscriber.isViewCertain = true;
      watch.keep(document);
    }
    return subscriber;
  }

  /** Begins what is due for a subscriber, or sets its timer. */
  pump(subscriber: Subscriber): void {
    if (this.#isStopped || subscriber.isGone || subscriber.isEnding) return;
    if (subscriber.isSending || subscriber.owed === 'nothing') return;
    subscriber.timer?.cancel();
    const isAtOnce = subscriber.owed === 'full' && subscriber.failures === 0;
    const waitMs = isAtOnce ? 0 : subscriber.nextAtMs - this.#deps.clock.nowMs();
    if (waitMs > 0) {
      subscriber.timer = this.#deps.clock.setTimer(waitMs, () => {
        this.pump(subscriber);
      });
      return;
    }
    subscriber.isSending = true;
    const notified = this.#notify(subscriber)
      .catch((error: unknown) => {
        this.#deps.events.failed('notifying', error);
        this.#tryLater(subscriber);
      })
      .finally(() => {
        subscriber.isSending = false;
        this.pump(subscriber);
      });
    this.#deps.work.track(notified);
  }

  /** Ends a subscription with its last NOTIFY, if the reason leaves one to be sent; `closing`: its body. Nobody but a drain waits for it. */
  end(subscriber: Subscriber, input: EndInput, closing?: Rendition): void {
    if (this.#isStopped || subscriber.isGone || subscriber.isEnding) return;
    subscriber.isEnding = true;
    const ended = this.#end(subscriber, input, closing)
      .catch((error: unknown) => {
        // The row is there still: the sweep comes back to it.
        this.#deps.events.failed('ending a subscription', error);
      })
      .finally(() => {
        subscriber.isEnding = false;
      });
    this.#deps.work.track(ended);
  }

  async #notify(subscriber: Subscriber): Promise<void> {
    const send = await this.#gate.run(() => this.#prepare(subscriber));
    if (send) this.#settle(subscriber, await send());
  }

  /** Everything but the wait for the answer; undefined where nothing is to be sent. */
  async #prepare(subscriber: Subscriber): Promise<(() => Promise<NotifyOutcome>) | undefined> {
    const deps = this.#deps;
    const watch = this.#registry.watch(subscriber.record.room);
    if (!watch || subscriber.isGone) return undefined;
    const { owed } = subscriber;
    subscriber.owed = 'nothing';
    const answer = await this.#views.of(subscriber, watch);
    if (answer.kind === 'refused') {
      this.end(subscriber, isGoneFor(answer.refusal) ? 'resource-gone' : 'denied');
      return undefined;
    }
    const { document } = answer;
    // A large document that is a moment old is told as it is, and what it lacks with the next.
    if (document.version < subscriber.neededVersion) subscriber.owe('change', subscriber.neededVersion);
    const shape = shapeOf(document, subscriber, deps.limits);
    const told = this.#toldFirst(subscriber, watch, document, shape, owed === 'full');
    const rendition = chooseRendition(subscriber, told, shape, owed === 'full', deps.limits);
    if (!rendition) {
      subscriber.shown = { document, shape };
      deps.events.notifySuppressed();
      return undefined;
    }
    const claim = await this.#claimed(subscriber, () => deps.subscriptions.claimNotify(subscriber.record));
    if (!claim) return undefined;
    const { record, path } = claim;
    const targets = await notifyTargets(path, deps);
    const isDatagram = targets[0]?.transport === 'UDP' && rendition.sizeBytes > deps.limits.datagramBytes;
    subscriber.shown = { document: told, shape };
    // Those who are gone are told as deleted with the next.
    if (told !== document) subscriber.owe('change', subscriber.neededVersion);
    subscriber.nextAtMs = deps.clock.nowMs() + deps.paceMs;
    const needsTcp = isDatagram && subscriber.takesTcp !== false;
    return () => sendNotify({ record, usage: record.usage, path, rendition, needsTcp }, targets, deps);
  }

  /** What is told of a document: RFC 4575 subscribers hear how somebody left before they hear that he is gone. */
  #toldFirst(
    { shown, record }: Subscriber,
    watch: RoomWatch,
    document: ViewDocument,
    shape: Shape,
    needsFull: boolean,
  ): ViewDocument {
    if (record.form !== 'legacy' || needsFull || shown?.shape !== 'whole' || shape !== 'whole') return document;
    return watch.farewell(shown.document, document, this.#deps.clock.nowMs());
  }

  /** What became of a NOTIFY. */
  #settle(subscriber: Subscriber, outcome: NotifyOutcome): void {
    switch (outcome) {
      case 'delivered':
        subscriber.failures = 0;
        return;
      case 'ended':
        this.end(subscriber, 'notify-failed');
        return;
      case 'no-tcp':
        subscriber.takesTcp = false;
        subscriber.shown = undefined;
        subscriber.owe('full', subscriber.neededVersion);
        return;
      case 'failed':
        this.#tryLater(subscriber);
    }
  }

  /** What was owed is owed still, and nothing the peer has can be built on. */
  #tryLater(subscriber: Subscriber): void {
    subscriber.failures += 1;
    subscriber.shown = undefined;
    subscriber.owe('full', subscriber.neededVersion);
    const pauseMs = Math.min(retryMaxMs, this.#deps.paceMs * 2 ** Math.min(subscriber.failures - 1, 10));
    subscriber.nextAtMs = this.#deps.clock.nowMs() + pauseMs;
  }

  async #end(subscriber: Subscriber, input: EndInput, closing: Rendition | undefined): Promise<void> {
    const deps = this.#deps;
    const { usage, outputs } = stepSubscribeUsage(subscriber.record.usage, { type: input, nowMs: deps.clock.nowMs() });
    const last = outputs.find((output) => output.type === 'notify');
    const send = await this.#gate.run(async () => {
      const rendition = last?.content === 'full' ? await this.#finalState(subscriber) : closing;
      const claim = await this.#claimed(subscriber, () => deps.subscriptions.end(subscriber.record));
      if (!claim) return undefined;
      this.#registry.drop(subscriber);
      deps.events.subscriptionEnded(subscriber.record.room, usage.end ?? 'notify-failed');
      if (!last) return undefined;
      const { record, path } = claim;
      const targets = await notifyTargets(path, deps);
      return () => sendNotify({ record, usage, path, rendition, needsTcp: false }, targets, deps);
    });
    await send?.();
  }

  /** The state for a last NOTIFY; it goes without where it cannot be had. */
  async #finalState(subscriber: Subscriber): Promise<Rendition | undefined> {
    const watch = this.#registry.watch(subscriber.record.room);
    if (!watch) return undefined;
    try {
      const answer = await this.#views.of(subscriber, watch);
      if (answer.kind === 'refused') return undefined;
      const shape = shapeOf(answer.document, subscriber, this.#deps.limits);
      return fullRendition(answer.document, subscriber.record.form, shape);
    } catch (error) {
      this.#deps.events.failed('notifying', error);
      return undefined;
    }
  }

  /** The claim, or undefined where the subscription is no longer ours as it was: it is let go, or begun anew with what stands in its row. */
  async #claimed(
    subscriber: Subscriber,
    work: () => Promise<NotifyClaim>,
  ): Promise<Extract<NotifyClaim, { kind: 'claimed' }> | undefined> {
    const { subscriptions, queue, replica } = this.#deps;
    return queue.run(queueKey(subscriber.record), async () => {
      if (subscriber.isGone) return undefined;
      const claim = await work();
      if (claim.kind === 'claimed') {
        subscriber.record = claim.record;
        return claim;
      }
      const current = await subscriptions.find(subscriber.record);
      // Without its dialog nobody can be told anything.
      if (claim.kind === 'orphaned' && current) await subscriptions.end(current);
      this.#registry.drop(subscriber);
      if (claim.kind === 'changed' && current?.notifier === replica) this.serve(current);
      return undefined;
    });
  }
}

/** The room is not there for this user, as against not open to it. */
function isGoneFor(refusal: Refusal): boolean {
  return refusal === Refusal.UNKNOWN_ROOM || refusal === Refusal.CLOSED;
}
