import type { SipFlow, SipMessage, SipRequest, SipResponse } from '../message.js';
import { readVias } from '../header/via.js';
import { responseTo } from '../response-to.js';
import type { SipClock, SipTarget } from '../user-agent/interface.js';
import { ClientEntry, type ClientEntryHost, type ClientEvents } from './client-entry.js';
import { clientKey, mergeKey, readMatchFacts, serverKey, type MatchFacts } from './match.js';
import { ServerEntry, type ServerEntryEvents } from './server-entry.js';
import { DEFAULT_TIMERS, type TransactionTimers } from './timers.js';

/** How many transactions are held at once. */
export interface TransactionLimits {
  /** Above it, requests outside dialogs get 503; requests inside dialogs have a tenth more. Default 20 000. */
  readonly serverTransactions: number;
  /** Above it, a request of ours fails like a transport failure. Default 20 000. */
  readonly clientTransactions: number;
  /** Retry-After of that 503, seconds; default 5. */
  readonly retryAfterS: number;
}

export const DEFAULT_TRANSACTION_LIMITS: TransactionLimits = {
  serverTransactions: 20_000,
  clientTransactions: 20_000,
  retryAfterS: 5,
};

/** Methods a CANCEL is matched with, INVITE first. */
const cancellable = ['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'MESSAGE', 'OPTIONS', 'BYE', 'UPDATE', 'INFO'] as const;

/** What the layer tells the transaction user. */
export interface TransactionUser {
  /** A new request; never ACK, never CANCEL. */
  onRequest(entry: ServerEntry): void;
  /** An ACK that is not for a 300-699: for a 2xx, or for nothing we know. */
  onAck(ack: SipRequest, flow: SipFlow): void;
  /** A CANCEL, in its own transaction; `invite` is what it is about, `undefined` if that is not here. The user answers both. */
  onCancel(cancel: ServerEntry, invite: ServerEntry | undefined): void;
  /** No ACK came for a 300-699. */
  onServerTimeout(entry: ServerEntry): void;
  /** A response could not be sent. */
  onServerTransportFailure(entry: ServerEntry): void;
  onServerTerminated(entry: ServerEntry): void;
}

export interface TransactionLayerOptions {
  readonly clock: SipClock;
  readonly timers?: TransactionTimers | undefined;
  readonly limits?: TransactionLimits | undefined;
  /** The transport. A rejection is a transport error of the transaction. */
  send(message: SipMessage, target: SipTarget): Promise<void>;
  /** A new To tag, for the 503 of an overload. */
  newTag(): string;
  readonly user: TransactionUser;
  /** A (state, input) pair no table knows; for a debug log. */
  onUnexpected?(state: string, input: string): void;
}

/**
 * All transactions of a process (RFC 3261 section 17) in bounded maps: finds the one a message belongs to, makes one where there is none, and
 * tells the user what the tables deliver. Time, transport and tags are arguments. Req: SIP-013 to SIP-016, SIP-026, SIP-033.
 */
export class TransactionLayer {
  readonly #options: TransactionLayerOptions;
  readonly #timers: TransactionTimers;
  readonly #limits: TransactionLimits;
  readonly #servers = new Map<string, ServerEntry>();
  readonly #clients = new Map<string, ClientEntry>();
  /** Merge key to key of the first transaction with it. */
  readonly #originals = new Map<string, string>();
  readonly #serverEvents: ServerEntryEvents;
  readonly #clientHost: ClientEntryHost;

  constructor(options: TransactionLayerOptions) {
    this.#options = options;
    this.#timers = options.timers ?? DEFAULT_TIMERS;
    this.#limits = options.limits ?? DEFAULT_TRANSACTION_LIMITS;
    const { user } = options;
    const onUnexpected = (state: string, input: string): void => options.onUnexpected?.(state, input);
    this.#serverEvents = {
      send: (message, entry) => options.send(message, entry.flow),
      onAck: (ack, entry) => user.onAck(ack, entry.flow),
      onTimeout: (entry) => user.onServerTimeout(entry),
      onTransportFailure: (entry) => user.onServerTransportFailure(entry),
      onTerminated: (entry) => this.#forgetServer(entry),
      onUnexpected,
    };
    this.#clientHost = {
      clock: options.clock,
      timers: this.#timers,
      send: (message, target) => options.send(message, target),
      onTerminated: (entry) => this.#clients.delete(entry.key),
      onUnexpected,
    };
  }

  get serverCount(): number {
    return this.#servers.size;
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Takes a message from the transport. A message without what matching needs is dropped: the parser has answered it. */
  receive(message: SipMessage, flow: SipFlow): void {
    const facts = readMatchFacts(message);
    if (!facts.ok) return;
    if (message.kind === 'response') this.#receiveResponse(message, facts.value, flow);
    else this.#receiveRequest(message, facts.value, flow);
  }

  /**
   * A client transaction for a request whose top Via is in place, with a branch nobody used before; `start` sends it. The two are apart so that
   * the caller has the entry in hand before its events come.
   */
  prepare(request: SipRequest, branch: string, target: SipTarget, events: ClientEvents): ClientEntry {
    return new ClientEntry(clientKey(branch, request.method), request, target, this.#clientHost, events);
  }

  /** Sends the request of a prepared transaction. When the layer is full, it fails as if the transport had, in a later turn. */
  start(entry: ClientEntry): void {
    if (this.#clients.size >= this.#limits.clientTransactions) {
      this.#options.clock.setTimer(0, () => entry.refuse());
      return;
    }
    this.#clients.set(entry.key, entry);
    entry.start();
  }

  /** `prepare` and `start` in one. */
  request(request: SipRequest, branch: string, target: SipTarget, events: ClientEvents): ClientEntry {
    const entry = this.prepare(request, branch, target, events);
    this.start(entry);
    return entry;
  }

  /** A connection is gone: the requests that wait for an answer on it have failed. */
  flowClosed(flowId: string): void {
    for (const entry of this.#clients.values()) if (entry.flowId === flowId) entry.transportFailed();
  }

  /** Forgets every transaction and its timers; nobody is told. */
  close(): void {
    for (const entry of this.#servers.values()) entry.forget();
    for (const entry of this.#clients.values()) entry.forget();
  }

  #receiveResponse(response: SipResponse, facts: MatchFacts, flow: SipFlow): void {
    const branch = facts.via.branch;
    if (branch === undefined) return;
    // "If more than one Via header field value is present in a response, the UAC SHOULD discard the message" (section 8.1.3.3).
    const vias = readVias(response.headers);
    if (!vias.ok || vias.value.length > 1) return;
    this.#clients.get(clientKey(branch, facts.cseqMethod))?.receive(response, flow);
  }

  #receiveRequest(request: SipRequest, facts: MatchFacts, flow: SipFlow): void {
    const key = serverKey(request, facts);
    const known = this.#servers.get(key);
    if (request.method === 'ACK') {
      if (known === undefined || !known.acknowledge(request, facts)) this.#options.user.onAck(request, flow);
      return;
    }
    if (known !== undefined) {
      known.repeat();
      return;
    }
    if (this.#isFull(facts)) {
      this.#refuse(request, flow);
      return;
    }
    const merge = request.method === 'CANCEL' ? undefined : mergeKey(facts);
    const isMerged = merge !== undefined && this.#originals.has(merge);
    if (merge !== undefined && !isMerged) this.#originals.set(merge, key);
    const start = { key, request, flow, facts, isMerged };
    const entry = new ServerEntry(start, this.#options.clock, this.#timers, this.#serverEvents);
    this.#servers.set(key, entry);
    if (request.method !== 'CANCEL') this.#options.user.onRequest(entry);
    else this.#options.user.onCancel(entry, this.#cancelled(request, facts));
  }

  /**
   * What a CANCEL is about: an INVITE, or another request, on which it "has no effect" (RFC 3261 section 9.2) but has to be answered (RFC 6665 section 4.6).
   * Its own key has no method of the other in it, so those there are get asked for.
   */
  #cancelled(cancel: SipRequest, facts: MatchFacts): ServerEntry | undefined {
    for (const method of cancellable) {
      const entry = this.#servers.get(serverKey(cancel, facts, method));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  #isFull(facts: MatchFacts): boolean {
    const limit = this.#limits.serverTransactions;
    // What is inside a dialog ends things rather than begins them: BYE must get through a full house.
    return this.#servers.size >= (facts.toTag === undefined ? limit : Math.ceil(limit * 1.1));
  }

  #refuse(request: SipRequest, flow: SipFlow): void {
    const headers = [['Retry-After', String(this.#limits.retryAfterS)]] as const;
    const response = responseTo(request, 503, { toTag: this.#options.newTag(), headers });
    // Nobody waits for this answer: the client sends its request again or gives up.
    this.#options.send(response, flow).catch(() => undefined);
  }

  #forgetServer(entry: ServerEntry): void {
    if (this.#servers.get(entry.key) === entry) this.#servers.delete(entry.key);
    const merge = mergeKey(entry.facts);
    if (merge !== undefined && this.#originals.get(merge) === entry.key) this.#originals.delete(merge);
    this.#options.user.onServerTerminated(entry);
  }
}
