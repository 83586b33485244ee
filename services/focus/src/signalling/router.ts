import { status } from '@grpc/grpc-js';
import {
  dialogIdOf,
  receiveRequest,
  type DialogId,
  formatUri,
  parseFromTo,
  type ServerTransaction,
  type SipRequest,
} from '@plenary/sip';
import { RpcError } from '@plenary/service';
import { identityEquals, type Hmac } from '@plenary/wire';
import type { AuthenticatedUser, Authenticator } from '../auth/authenticator.js';
import { change } from '../conference/change.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { endDialog } from '../conference/end-dialog.js';
import { join } from '../conference/join.js';
import { requestTarget } from '../conference/room-uri.js';
import type { DialogKey, DialogRecord } from '../store/interface.js';
import { asksForAnonymity } from './anonymity.js';
import { queueKey } from './dialog-queue.js';
import { contentServed, extensionsServed, methodAndTargetServed } from './request-checks.js';
import { answerOptions } from './options.js';
import { allow, allowedMethods } from './headers.js';
import { respond } from './respond.js';

export interface RouterOptions {
  readonly deps: ConferenceDependencies;
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

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  handle(transaction: ServerTransaction): void {
    const { events, clock, work } = this.#options.deps;
    const { method } = transaction.request;
    const startedMs = clock.nowMs();
    events.requestReceived(method);
    const served = this.#serve(transaction)
      .catch((error: unknown) => {
        events.failed(`serving ${allowedMethods.some((name) => name === method) ? method : 'a request'}`, error);
        if (!transaction.isAnswered) failed(transaction, error);
      })
      .finally(() => {
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
    const target = requestTarget(request.requestUri, deps.domain, deps.hosts);
    if (request.method === 'OPTIONS') {
      // Asking what the service can do is open to anybody, load balancers do; which rooms there are is not.
      const isOpen = target.kind !== 'room' || this.#options.openOptions;
      if (isOpen || (await this.#authenticated(transaction))) await answerOptions(transaction, target, deps);
      return;
    }
    if (asksForAnonymity(request)) {
      // RFC 5079: nobody joins without a name yet.
      respond.refuse(transaction, 433);
      return;
    }
    const user = await this.#authenticated(transaction);
    if (!user || !methodAndTargetServed(transaction, target) || target.kind !== 'room') return;
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
    if (!record || record.dialog.remoteTag !== id.remoteTag) {
      respond.refuse(transaction, 481);
      return;
    }
    if (!(await this.#mayAct(transaction, record))) return;
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
        await answerOptions(transaction, requestTarget(request.requestUri, deps.domain, deps.hosts), deps);
    }
  }

  /** Whoever sends on the very flow the participant was last heard on is the participant; anybody else proves to be that user. */
  async #mayAct(transaction: ServerTransaction, record: DialogRecord): Promise<boolean> {
    const { deps } = this.#options;
    if (isOnFlowOf(record, transaction, deps.replica)) return true;
    const user = await this.#authenticated(transaction);
    if (!user) return false;
    if (user.identities.some((identity) => identityEquals(identity, record.media.userUri))) return true;
    deps.events.rejected('auth');
    respond.refuse(transaction, 403);
    return false;
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

  /** The user, or undefined when the request has been answered. */
  async #authenticated(transaction: ServerTransaction): Promise<AuthenticatedUser | undefined> {
    const { authenticator, deps, hmac } = this.#options;
    const { request, flow } = transaction;
    const from = parseFromTo(request.headers.get('From') ?? '');
    if (!from.ok) {
      respond.refuse(transaction, 400);
      return undefined;
    }
    const outcome = await authenticator.authenticate(request, flow, formatUri(from.value.uri));
    if (outcome.kind === 'authenticated') return outcome.user;
    if (outcome.kind === 'challenge') {
      respond.challenge(transaction, outcome.challenges, statelessTag(request, hmac));
    } else {
      deps.events.rejected('auth');
      respond.refuse(transaction, 403);
    }
    return undefined;
  }
}

/** Another service found what the peer said out of bounds: 400. Anything else is ours: 503 (ERR-006). */
function failed(transaction: ServerTransaction, error: unknown): void {
  if (error instanceof RpcError && error.code === status.INVALID_ARGUMENT) respond.refuse(transaction, 400);
  else respond.unavailable(transaction);
}

/** A UDP peer is known by its address; a connection by its name at the replica that holds it. */
function isOnFlowOf(record: DialogRecord, { flow }: ServerTransaction, replica: string): boolean {
  const { flow: known } = record;
  if (flow.transport !== known.transport) return false;
  if (flow.remoteAddress !== known.remoteAddress || flow.remotePort !== known.remotePort) return false;
  return flow.transport === 'UDP' || (record.replica === replica && flow.id === known.id);
}

/** The same for every retransmission, unlike for every other request. */
function statelessTag(request: SipRequest, hmac: Hmac): string {
  const parts = ['Via', 'Call-ID', 'CSeq', 'From'].map((name) => request.headers.get(name) ?? '');
  return hmac(`tag:${parts.join('\n')}`)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 24);
}
