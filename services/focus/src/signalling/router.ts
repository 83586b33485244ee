import {
  dialogIdOf,
  formatTokens,
  formatUri,
  parseFromTo,
  parseMediaType,
  readTokens,
  type ServerTransaction,
  type SipRequest,
} from '@plenary/sip';
import type { Hmac } from '@plenary/wire';
import type { AuthenticatedUser, Authenticator } from '../auth/authenticator.js';
import { queueKey } from '../conference/acknowledge.js';
import { change } from '../conference/change.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { endDialog } from '../conference/end-dialog.js';
import { join } from '../conference/join.js';
import { requestTarget, type RequestTarget } from '../conference/room-uri.js';
import type { DialogRecord } from '../store/interface.js';
import { answerOptions } from './options.js';
import { allow, allowedMethods, supportedOptions } from './headers.js';
import { respond } from './respond.js';

export interface RouterOptions {
  readonly deps: ConferenceDependencies;
  readonly authenticator: Authenticator;
  /** Makes the To tag of stateless answers a function of the request (AUTH-008). */
  readonly hmac: Hmac;
  /** True while new sessions are turned away with 503 (SIP-033). */
  readonly isDraining: () => boolean;
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
    const { events, clock } = this.#options.deps;
    const { method } = transaction.request;
    const startedMs = clock.nowMs();
    events.requestReceived(method);
    this.#serve(transaction)
      .catch((error: unknown) => {
        events.failed(`serving ${allowedMethods.some((name) => name === method) ? method : 'a request'}`, error);
        if (!transaction.isAnswered) respond.unavailable(transaction);
      })
      .finally(() => {
        events.requestAnswered(method, transaction.finalStatus ?? 0, (clock.nowMs() - startedMs) / 1_000);
      });
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
    // Asking what we can do is open to anybody: load balancers and registrars do.
    if (request.method === 'OPTIONS') {
      await answerOptions(transaction, target, deps);
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

  async #inDialog(
    transaction: ServerTransaction,
    key: { readonly callId: string; readonly localTag: string },
  ): Promise<void> {
    const { deps } = this.#options;
    const { request } = transaction;
    const record = await deps.dialogs.find(key);
    if (!record) {
      respond.refuse(transaction, 481);
      return;
    }
    // Whoever sends on the very flow the participant was last heard on is the participant; anybody else proves it.
    if (!sameFlow(record, transaction) && !(await this.#authenticated(transaction))) return;
    switch (request.method) {
      case 'BYE':
        transaction.respond(200);
        await deps.queue.run(queueKey(key), () => endDialog(key, { cause: 'departed' }, deps));
        return;
      case 'INVITE':
      case 'UPDATE':
        if (extensionsServed(transaction) && contentServed(transaction)) await this.#change(transaction, key);
        return;
      case 'OPTIONS':
        await answerOptions(transaction, requestTarget(request.requestUri, deps.domain, deps.hosts), deps);
        return;
      default:
        transaction.respond(405, { headers: [allow] });
    }
  }

  async #change(
    transaction: ServerTransaction,
    id: { readonly callId: string; readonly localTag: string },
  ): Promise<void> {
    const { deps } = this.#options;
    const key = queueKey(id);
    const open = deps.queue.openInvite(key);
    if (open === 'ours') {
      respond.refuse(transaction, 491);
      return;
    }
    if (open === 'theirs') {
      // "MUST include a Retry-After header field with a randomly chosen value of between 0 and 10 seconds" (section 14.2).
      transaction.respond(500, { headers: [['Retry-After', String(Math.floor(Math.random() * 11))]] });
      return;
    }
    const isInvite = transaction.request.method === 'INVITE';
    if (isInvite) deps.queue.inviteOpened(key, 'theirs');
    try {
      await deps.queue.run(key, async () => {
        const record = await deps.dialogs.find(id);
        if (record) await change(transaction, record, deps);
        else respond.refuse(transaction, 481);
      });
    } finally {
      if (isInvite) deps.queue.inviteEnded(key);
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

/** Method (405), scheme (416), host (404) and merged requests (482), in this order. */
function methodAndTargetServed(transaction: ServerTransaction, target: RequestTarget): boolean {
  const { method } = transaction.request;
  if (!allowedMethods.some((allowed) => allowed === method)) {
    transaction.respond(405, { headers: [allow] });
    return false;
  }
  if (target.kind === 'unknown-scheme') respond.refuse(transaction, 416);
  else if (target.kind !== 'room') respond.refuse(transaction, 404);
  else if (transaction.isMerged) respond.refuse(transaction, 482);
  else return true;
  return false;
}

/** "If a UAS does not understand an option-tag listed in a Require header field, it MUST respond ... with 420" (section 8.2.2.3). */
function extensionsServed(transaction: ServerTransaction): boolean {
  const required = readTokens(transaction.request.headers, 'Require');
  if (!required.ok) {
    respond.refuse(transaction, 400);
    return false;
  }
  const unknown = required.value.filter((option) => !supportedOptions.some((known) => known === option.toLowerCase()));
  if (unknown.length === 0) return true;
  transaction.respond(420, { headers: [['Unsupported', formatTokens(unknown)]] });
  return false;
}

/** A body is SDP, without an encoding; anything else is 415 (section 8.2.3). */
function contentServed(transaction: ServerTransaction): boolean {
  const { headers, body } = transaction.request;
  if (body.length === 0) return true;
  const encoding = headers.get('Content-Encoding')?.toLowerCase() ?? 'identity';
  const type = parseMediaType(headers.get('Content-Type') ?? '');
  if (encoding === 'identity' && type.ok && type.value.type === 'application' && type.value.subtype === 'sdp')
    return true;
  transaction.respond(415, { headers: [['Accept', 'application/sdp']] });
  return false;
}

function sameFlow(record: DialogRecord, { flow }: ServerTransaction): boolean {
  const { flow: known } = record;
  if (flow.transport !== known.transport) return false;
  return flow.transport === 'UDP'
    ? flow.remoteAddress === known.remoteAddress && flow.remotePort === known.remotePort
    : flow.id === known.id;
}

/** The same for every retransmission, unlike for every other request. */
function statelessTag(request: SipRequest, hmac: Hmac): string {
  const parts = ['Via', 'Call-ID', 'CSeq', 'From'].map((name) => request.headers.get(name) ?? '');
  return hmac(`tag:${parts.join('\n')}`)
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .slice(0, 24);
}
