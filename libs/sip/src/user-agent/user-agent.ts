import { dialogIdOf, dialogKey } from '../dialog/dialog-id.js';
import { parseCSeq } from '../header/cseq.js';
import { hostKey } from '../header/host.js';
import { readTopVia } from '../header/via.js';
import type { SipFlow, SipMessage, SipRequest, SipTransportName } from '../message.js';
import { TransactionLayer, type TransactionLimits } from '../transaction/layer.js';
import type { ServerEntry } from '../transaction/server-entry.js';
import { DEFAULT_TIMERS, type TransactionTimers } from '../transaction/timers.js';
import { ClientTransaction, type ClientTransactionHost, type RequestHandlers } from './client-transaction.js';
import { isFlow, type RandomBytes, type SipClock, type SipTarget, type SipTransport } from './interface.js';
import { ServerTransaction, type ServerTransactionHost } from './server-transaction.js';
import { newTag } from './tokens.js';

export interface UserAgentOptions {
  readonly transport: SipTransport;
  readonly clock: SipClock;
  readonly random: RandomBytes;
  /** sent-by of our Via for that transport: the address answers come back to when the connection is gone. */
  sentBy(transport: SipTransportName): { readonly host: string; readonly port?: number | undefined };
  readonly timers?: TransactionTimers | undefined;
  readonly limits?: TransactionLimits | undefined;
  /** The To tag for a request that has none; default 128 random bits. A replica that must be found again puts its name in. */
  newTag?(request: SipRequest): string;
  /** A new request, never ACK nor CANCEL. Answer it with `respond`, now or later. */
  onRequest(transaction: ServerTransaction): void;
  /** An ACK for a 2xx this user agent did not send or no longer waits for. Default: dropped. */
  onStrayAck?(ack: SipRequest, flow: SipFlow): void;
  /** A CANCEL whose INVITE is not here; must be answered. Default: 481. */
  onStrayCancel?(transaction: ServerTransaction): void;
  /** A (state, input) pair no transaction table knows; for a debug log. */
  onUnexpected?(state: string, input: string): void;
}

/** How much is going on, for metrics. */
export interface UserAgentCounts {
  readonly serverTransactions: number;
  readonly clientTransactions: number;
  /** 2xx to INVITE whose ACK is not here yet. */
  readonly unacknowledged: number;
}

/**
 * What the focus and a client both stand on: transactions over a transport, with time and randomness as arguments. It
 * answers CANCEL, sends a 2xx to INVITE again until its ACK comes, fails over between targets, and leaves dialogs, authentication and
 * everything a room is to its user.
 *
 * Spec: RFC 3261 §8, §9, §13.3.1.4, §17; RFC 6026.   Req: SIP-012 to SIP-016, SIP-018, SIP-023, SIP-026, SIP-033.
 */
export class UserAgent {
  readonly #options: UserAgentOptions;
  readonly #layer: TransactionLayer;
  readonly #servers = new Map<ServerEntry, ServerTransaction>();
  /** By dialog: at most one INVITE of a dialog waits for its ACK. */
  readonly #unacknowledged = new Map<string, ServerTransaction>();
  readonly #clients = new Set<ClientTransaction>();
  readonly #serverHost: ServerTransactionHost;
  readonly #clientHost: ClientTransactionHost;
  #isClosed = false;

  constructor(options: UserAgentOptions) {
    this.#options = options;
    const { clock, random, transport } = options;
    const timers = options.timers ?? DEFAULT_TIMERS;
    const send = (message: SipMessage, target: SipTarget): Promise<void> => transport.send(message, target);
    this.#layer = new TransactionLayer({
      clock,
      timers,
      limits: options.limits,
      send,
      newTag: () => newTag(random),
      onUnexpected: (state, input) => options.onUnexpected?.(state, input),
      user: {
        onRequest: (entry) => this.#onRequest(entry),
        onAck: (ack, flow) => this.#onAck(ack, flow),
        onCancel: (cancel, invite) => this.#onCancel(cancel, invite),
        onServerTimeout: () => undefined,
        onServerTransportFailure: (entry) => this.#servers.get(entry)?.transportFailed(),
        onServerTerminated: (entry) => {
          this.#servers.get(entry)?.over();
          this.#servers.delete(entry);
        },
      },
    });
    this.#serverHost = {
      clock,
      timers,
      awaitsAck: (transaction, waiting) => {
        if (waiting) this.#unacknowledged.set(transaction.dialogKey, transaction);
        else if (this.#unacknowledged.get(transaction.dialogKey) === transaction) {
          this.#unacknowledged.delete(transaction.dialogKey);
        }
      },
    };
    this.#clientHost = {
      layer: this.#layer,
      random,
      sentBy: (name) => options.sentBy(name),
      send,
      onOver: (transaction) => this.#clients.delete(transaction),
    };
  }

  get counts(): UserAgentCounts {
    return {
      serverTransactions: this.#layer.serverCount,
      clientTransactions: this.#layer.clientCount,
      unacknowledged: this.#unacknowledged.size,
    };
  }

  /** Takes a message: from the transport, or from another replica that got it in our stead. */
  receive(message: SipMessage, flow: SipFlow): void {
    if (this.#isClosed) return;
    if (message.kind === 'response' && !this.#isOurs(message)) return;
    this.#layer.receive(message, flow);
  }

  /** A connection is gone: requests waiting for an answer on it end as a transport failure. */
  flowClosed(flow: SipFlow): void {
    this.#layer.flowClosed(flow.id);
  }

  /**
   * Sends a request; Via is added here, Max-Forwards if it is missing. With several targets each is tried until one gives an answer other
   * than 503 (SIP-012). A flow that is gone counts as a transport failure.
   */
  request(request: SipRequest, target: SipTarget | readonly SipTarget[], handlers: RequestHandlers): ClientTransaction {
    if (this.#isClosed) throw new TypeError('the user agent is closed');
    const targets: readonly SipTarget[] = isList(target) ? target : [target];
    const transaction = new ClientTransaction(request, targets, this.#clientHost, handlers);
    this.#clients.add(transaction);
    transaction.start();
    return transaction;
  }

  /** Whether a flow can still be written to; ask before preferring it to resolving the remote target. */
  hasFlow(target: SipTarget): boolean {
    return isFlow(target) && this.#options.transport.hasFlow(target.id);
  }

  /** Drops every transaction and timer, telling nobody. The transport is closed by who opened it. */
  close(): void {
    this.#isClosed = true;
    for (const transaction of this.#servers.values()) transaction.close();
    for (const transaction of this.#unacknowledged.values()) transaction.close();
    this.#servers.clear();
    this.#unacknowledged.clear();
    this.#clients.clear();
    this.#layer.close();
  }

  #onRequest(entry: ServerEntry): void {
    const transaction = this.#make(entry);
    // The session is over: nobody will acknowledge the 2xx any more.
    if (entry.request.method === 'BYE') this.#unacknowledged.get(transaction.dialogKey)?.withdraw();
    this.#options.onRequest(transaction);
  }

  #make(entry: ServerEntry): ServerTransaction {
    const tag = entry.facts.toTag ?? this.#options.newTag?.(entry.request) ?? newTag(this.#options.random);
    const transaction = new ServerTransaction(entry, tag, this.#serverHost);
    this.#servers.set(entry, transaction);
    return transaction;
  }

  #onAck(ack: SipRequest, flow: SipFlow): void {
    const id = dialogIdOf(ack);
    const cseq = parseCSeq(ack.headers.get('CSeq') ?? '');
    if (id.ok && id.value !== undefined && cseq.ok) {
      const transaction = this.#unacknowledged.get(dialogKey(id.value));
      if (transaction?.acknowledge(ack, cseq.value.sequence) === true) return;
    }
    this.#options.onStrayAck?.(ack, flow);
  }

  /** RFC 3261 section 9.2. */
  #onCancel(cancel: ServerEntry, invite: ServerEntry | undefined): void {
    const target = invite === undefined ? undefined : this.#servers.get(invite);
    if (target === undefined) {
      const transaction = this.#make(cancel);
      if (this.#options.onStrayCancel === undefined) transaction.respond(481);
      else this.#options.onStrayCancel(transaction);
      return;
    }
    // "the To tag of the response to the CANCEL and the To tag in the response to the original request SHOULD be the same".
    const answer = new ServerTransaction(cancel, target.localTag, this.#serverHost);
    this.#servers.set(cancel, answer);
    answer.respond(200);
    target.cancel();
  }

  /** "if the sent-by does not match any of the values we insert, the response MUST be silently discarded" (section 18.1.2). */
  #isOurs(message: SipMessage): boolean {
    const via = readTopVia(message.headers);
    if (!via.ok) return false;
    const ours = this.#options.sentBy(via.value.transport as SipTransportName);
    return hostKey(via.value.host) === hostKey(ours.host) && via.value.port === ours.port;
  }
}

/** Makes a user agent; hand what the transport receives to `receive`, and what it loses to `flowClosed`. */
export function createUserAgent(options: UserAgentOptions): UserAgent {
  return new UserAgent(options);
}

function isList(target: SipTarget | readonly SipTarget[]): target is readonly SipTarget[] {
  return Array.isArray(target);
}
