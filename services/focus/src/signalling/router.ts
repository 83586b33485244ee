import { status } from '@grpc/grpc-js';
import { dialogIdOf, receiveRequest, type DialogId, type ServerTransaction } from '@plenary/sip';
import { RpcError } from '@plenary/service';
import type { Hmac } from '@plenary/wire';
import type { Authenticator } from '../auth/authenticator.js';
import { change } from '../conference/change.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { endDialog } from '../conference/end-dialog.js';
import { join } from '../conference/join.js';
import { requestTarget } from '../conference/room-uri.js';
import type { DialogKey, DialogRecord } from '../store/interface.js';
import { subscribe, subscribeInInvite, subscribeInSubscription } from '../subscription/subscribe.js';
import type { SubscribeContext } from '../subscription/begin-or-refresh.js';
import { asksForAnonymity } from './anonymity.js';
import { queueKey } from './dialog-queue.js';
import { contentServed, extensionsServed, methodAndTargetServed, withoutContent } from './request-checks.js';
import { answerOptions } from './options.js';
import { allow, allowedMethods, supportedInSubscribe } from './headers.js';
import { respond } from './respond.js';
import { Senders, type Sender } from './senders.js';
import { traced } from './traced.js';

export interface RouterOptions {
  readonly deps: ConferenceDependencies;
  readonly subscribing: SubscribeContext;
  readonly authenticator: Authenticator;
  /** Makes the To tag of stateless answers a function of the request (AUTH-008). */
  readonly hmac: Hmac;
  /** True while new sessions are turned away with 503 (SIP-033). */
  readonly isDraining: () => boolean;
  /** Whether OPTIONS on a room is answered without authentication, so that anybody may find out which rooms there are. */
  readonly openOptions: boolean;
}

/**
 * Takes every SIP request and hands it to who serves it, after the checks of RFC 3261 section 8.2 in their order: authentication, method,
 * Request-URI, merged request, extensions, content (SIP-017). Nothing thrown on the way leaves a request unanswered.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #senders: Senders;

  constructor(options: RouterOptions) {
    this.#options = options;
    const { authenticator, hmac, deps } = options;
    this.#senders = new Senders({ authenticator, hmac, events: deps.events, replica: deps.replica });
  }

  handle(transaction: ServerTransaction): void {
    const { events, clock, work, tracer } = this.#options.deps;
    const { method } = transaction.request;
    const startedMs = clock.nowMs();
    events.requestReceived(method);
    const serve = (): Promise<void> =>
      this.#serve(transaction).catch((error: unknown) => {
        events.failed(`serving ${allowedMethods.some((name) => name === method) ? method : 'a request'}`, error);
        if (!transaction.isAnswered) failed(transaction, error);
      });
    const request = { method: spokenMethod(method), status: () => transaction.finalStatus };
    const served = traced(tracer, request, serve).finally(() => {
      events.requestAnswered(method, transaction.finalStatus ?? 0, (clock.nowMs() - startedMs) / 1_000);
    });
    work.track(served);
  }

  async #serve(transaction: ServerTransaction): Promise<void> {
    const id = dialogIdOf(transaction.request);
    if (!id.ok) {
      respond.refuse(transaction, 400);
      return;
    }
    await (id.value ? this.#inDialog(transaction, id.value) : this.#outsideDialog(transaction));
  }

  async #outsideDialog(transaction: ServerTransaction): Promise<void> {
    const { deps } = this.#options;
    const { request } = transaction;
    const target = requestTarget(request.requestUri, deps.domain, deps.hosts, transaction.flow.transport);
    if (request.method === 'OPTIONS') {
      // Asking what the service can do is open to anybody, load balancers do; which rooms there are is not.
      const isOpen = target.kind !== 'room' || this.#options.openOptions;
      if (isOpen || (await this.#senders.authenticated(transaction))) await answerOptions(transaction, target, deps);
      return;
    }
    if (asksForAnonymity(request)) {
      // RFC 5079: nobody joins without a name yet.
      respond.refuse(transaction, 433);
      return;
    }
    const user = await this.#senders.authenticated(transaction);
    if (!user || !methodAndTargetServed(transaction, target) || target.kind !== 'room') return;
    if (request.method === 'SUBSCRIBE') {
      if (!extensionsServed(transaction, supportedInSubscribe) || !withoutContent(transaction)) return;
      if (this.#options.isDraining()) respond.unavailable(transaction);
      else await subscribe(transaction, user, target, this.#options.subscribing);
      return;
    }
    if (request.method !== 'INVITE') {
      // BYE and UPDATE live in dialogs only.
      respond.refuse(transaction, 481);
      return;
    }
    if (!extensionsServed(transaction) || !contentServed(transaction)) return;
    if (this.#options.isDraining()) {
      respond.unavailable(transaction);
      return;
    }
    await join(transaction, user, target, deps);
  }

  async #inDialog(transaction: ServerTransaction, id: DialogId): Promise<void> {
    const { deps } = this.#options;
    const { request } = transaction;
    const record = await deps.dialogs.find(id);
    if (!record) {
      await this.#inSubscriptionDialog(transaction, id);
      return;
    }
    if (record.dialog.remoteTag !== id.remoteTag) {
      respond.refuse(transaction, 481);
      return;
    }
    const sender = await this.#senders.inDialog(transaction, { ...record, userUri: record.media.userUri });
    if (!sender) return;
    if (request.method === 'SUBSCRIBE') {
      await this.#subscribe(transaction, id, sender);
      return;
    }
    if (!allowedMethods.some((allowed) => allowed === request.method)) {
      transaction.respond(405, { headers: [allow] });
      return;
    }
    if (!extensionsServed(transaction)) return;
    switch (request.method) {
      case 'BYE':
        await this.#bye(transaction, record);
        return;
      case 'INVITE':
      case 'UPDATE':
        if (contentServed(transaction)) await this.#change(transaction, record);
        return;
      default:
        await answerOptions(
          transaction,
          requestTarget(request.requestUri, deps.domain, deps.hosts, transaction.flow.transport),
          deps,
        );
    }
  }

  /** A dialog in which there are subscriptions and no INVITE usage (any more). */
  async #inSubscriptionDialog(transaction: ServerTransaction, id: DialogId): Promise<void> {
    const dialog = await this.#options.subscribing.deps.subscriptions.findDialog(id);
    if (!dialog || dialog.dialog.remoteTag !== id.remoteTag || transaction.request.method !== 'SUBSCRIBE') {
      respond.refuse(transaction, 481);
      return;
    }
    const sender = await this.#senders.inDialog(transaction, dialog);
    if (sender) await this.#subscribe(transaction, id, sender);
  }

  /** A SUBSCRIBE in a dialog: in turn with everything else in it, and with the rows as they are then. */
  async #subscribe(transaction: ServerTransaction, id: DialogId, sender: Sender): Promise<void> {
    const { deps, subscribing } = this.#options;
    if (!extensionsServed(transaction, supportedInSubscribe) || !withoutContent(transaction)) return;
    await deps.queue.run(queueKey(id), async () => {
      const record = await deps.dialogs.find(id);
      if (record) {
        await subscribeInInvite(transaction, sender, record, subscribing);
        return;
      }
      const dialog = await subscribing.deps.subscriptions.findDialog(id);
      const target = requestTarget(transaction.request.requestUri, deps.domain, deps.hosts, transaction.flow.transport);
      if (!dialog) respond.refuse(transaction, 481);
      else if (target.kind !== 'room') respond.refuse(transaction, 404);
      else await subscribeInSubscription(transaction, sender, dialog, target, subscribing);
    });
  }

  async #bye(transaction: ServerTransaction, record: DialogRecord): Promise<void> {
    const { deps } = this.#options;
    const received = receiveRequest(record.dialog, transaction.request);
    if (!received.ok) {
      respond.refuse(transaction, received.error.status);
      return;
    }
    const key = queueKey(record);
    transaction.respond(200);
    deps.requests.terminate(key);
    await deps.queue.run(key, () => endDialog(record, { cause: 'departed' }, deps));
  }

  async #change(transaction: ServerTransaction, id: DialogKey): Promise<void> {
    const { deps } = this.#options;
    const key = queueKey(id);
    const open = deps.requests.invite(key);
    if (open === 'ours') {
      respond.refuse(transaction, 491);
      return;
    }
    if (open === 'theirs') {
      respond.later(transaction, deps.random());
      return;
    }
    deps.requests.opened(key, transaction);
    try {
      await deps.queue.run(key, async () => {
        const record = await deps.dialogs.find(id);
        if (record) await change(transaction, record, deps);
        else respond.refuse(transaction, 481);
      });
    } finally {
      deps.requests.ended(key, transaction);
    }
  }
}

/** A method we know; any other is a word of the peer's. */
function spokenMethod(method: string): string {
  return allowedMethods.find((name) => name === method) ?? 'other';
}

/** Another service found what the peer said out of bounds: 400. Anything else is ours: 503 (ERR-006). */
function failed(transaction: ServerTransaction, error: unknown): void {
  if (error instanceof RpcError && error.code === status.INVALID_ARGUMENT) respond.refuse(transaction, 400);
  else respond.unavailable(transaction);
}
