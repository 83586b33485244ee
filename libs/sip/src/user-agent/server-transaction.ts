import {
  createAcceptance,
  stepAcceptance,
  type Acceptance,
  type AcceptanceOutput,
  type AcceptanceTimer,
} from '../dialog/acceptance.js';
import type { AcceptanceInput } from '../dialog/acceptance.table.js';
import { dialogKey } from '../dialog/dialog-id.js';
import { parseNumber } from '../header/numbers.js';
import type { SipFlow, SipRequest, SipResponse } from '../message.js';
import { responseTo, type ResponseOptions } from '../response-to.js';
import type { ServerEntry } from '../transaction/server-entry.js';
import type { TransactionTimers } from '../transaction/timers.js';
import type { SipClock } from './interface.js';

/** What the user of a server transaction may want to hear; all of it concerns INVITE except the last. */
export interface ServerTransactionHandlers {
  /** Cancelled, or its Expires ran out, before a final response: the 487 has been sent, `respond` gives `false` from now on. */
  onCancelled?(): void;
  /** The ACK for our 2xx is here, once; it holds the answer when our 2xx held the offer. */
  onAcknowledged?(ack: SipRequest): void;
  /** No ACK within 64*T1: end the session by BYE (RFC 3261 section 13.3.1.4). */
  onUnacknowledged?(): void;
  /** A response could not be sent. */
  onTransportFailure?(): void;
}

/** What a server transaction needs of its user agent. */
export interface ServerTransactionHost {
  readonly clock: SipClock;
  readonly timers: TransactionTimers;
  /** A 2xx waits for its ACK (`true`) or no longer does. */
  awaitsAck(transaction: ServerTransaction, waiting: boolean): void;
}

/** A request received, and the way to answer it. */
export class ServerTransaction {
  readonly request: SipRequest;
  readonly flow: SipFlow;
  /** The To tag of every response: the request's own, or one made for it (RFC 3261 section 8.2.6.2: always the same). */
  readonly localTag: string;
  /** The same request came another way before and is still at work: answer 482 (section 8.2.2.2). */
  readonly isMerged: boolean;
  /** Key of the dialog that this INVITE makes or lies in; see `dialogKey`. */
  readonly dialogKey: string;
  /** CSeq number. */
  readonly sequence: number;
  readonly #entry: ServerEntry;
  readonly #host: ServerTransactionHost;
  #handlers: ServerTransactionHandlers = {};
  #isCancelled = false;
  #acceptance: Acceptance | undefined;
  readonly #timers = new Map<AcceptanceTimer | 'expires', { cancel(): void }>();

  constructor(entry: ServerEntry, localTag: string, host: ServerTransactionHost) {
    const { facts } = entry;
    this.request = entry.request;
    this.flow = entry.flow;
    this.localTag = localTag;
    this.isMerged = entry.isMerged;
    this.sequence = facts.sequence;
    this.dialogKey = dialogKey({ callId: facts.callId, localTag, remoteTag: facts.fromTag ?? '' });
    this.#entry = entry;
    this.#host = host;
    if (entry.request.method === 'INVITE') this.#startExpires();
  }

  /** Whether a final response was given, by us or for us. */
  get isAnswered(): boolean {
    return this.#entry.final !== undefined || this.#entry.isOver;
  }

  /** Status of the final response; `undefined` before there is one. */
  get finalStatus(): number | undefined {
    return this.#entry.final?.status;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Replaces the handlers. Set them before or together with the response they are about. */
  watch(handlers: ServerTransactionHandlers): void {
    this.#handlers = handlers;
  }

  /**
   * Answers. To gets `localTag`; Record-Route is copied into responses that can make a dialog. A 2xx to INVITE is sent again until its ACK comes
   * (SIP-023).
   *
   * `false`: the transaction has its final response already, perhaps the 487 of a CANCEL that came in between; nothing was sent, and what
   * the answer was to confirm must be undone. Throws for a provisional response to anything but INVITE.
   */
  respond(status: number, options: ResponseOptions = {}): boolean {
    const response = this.#build(status, options);
    if (!this.#entry.respond(response)) return false;
    if (status >= 200) this.#stopTimer('expires');
    if (this.request.method === 'INVITE' && status >= 200 && status < 300) this.#accept();
    return true;
  }

  /**
   * Answers with a final response and keeps nothing (section 8.2.7): for 401 and for refusals under load. The To tag must come out the same
   * when the request comes again, so the caller derives it from the request and gives it as `toTag`. `false` as in `respond`.
   */
  respondStatelessly(status: number, options: ResponseOptions & { readonly toTag: string }): boolean {
    if (status < 300) throw new TypeError('only a refusal can be stateless');
    const isSent = this.#entry.respond(this.#build(status, options));
    this.#entry.forget();
    return isSent;
  }

  /** For the user agent: a CANCEL came. */
  cancel(): void {
    if (this.request.method !== 'INVITE' || this.isAnswered) return;
    this.#isCancelled = true;
    this.respond(487);
    this.#handlers.onCancelled?.();
  }

  /** For the user agent: an ACK of this dialog came; `false` when its CSeq is not ours. */
  acknowledge(ack: SipRequest, sequence: number): boolean {
    if (sequence !== this.sequence || this.#acceptance === undefined) return false;
    this.#step('ack', ack);
    return true;
  }

  /** For the user agent: the peer ended the session by BYE, its ACK is not needed any more. */
  withdraw(): void {
    if (this.#acceptance !== undefined) this.#step('withdrawn');
  }

  /** For the user agent. */
  transportFailed(): void {
    this.#handlers.onTransportFailure?.();
  }

  /** For the user agent: the transaction is over. A wait for an ACK ends by itself, not here. */
  over(): void {
    this.#stopTimer('expires');
  }

  /** For the user agent: stop everything, because it closes. */
  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #build(status: number, options: ResponseOptions): SipResponse {
    const makesDialog = status > 100 && status < 300;
    return responseTo(this.request, status, { toTag: this.localTag, copyRecordRoute: makesDialog, ...options });
  }

  #accept(): void {
    const { acceptance, outputs } = createAcceptance(this.#host.timers);
    this.#acceptance = acceptance;
    this.#host.awaitsAck(this, true);
    this.#carryOut(outputs, undefined);
  }

  #step(input: AcceptanceInput, ack?: SipRequest): void {
    if (this.#acceptance === undefined) return;
    const { acceptance, outputs } = stepAcceptance(this.#acceptance, input);
    this.#acceptance = acceptance;
    this.#carryOut(outputs, ack);
    if (acceptance.state === 'Unacknowledged') return;
    this.#host.awaitsAck(this, false);
    // The transaction stands for 64*T1 yet to absorb repetitions; what its user hung on it need not.
    this.#handlers = {};
  }

  #carryOut(outputs: readonly AcceptanceOutput[], ack: SipRequest | undefined): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'resend':
          if (this.#entry.final !== undefined) this.#entry.respond(this.#entry.final);
          break;
        case 'set-timer': {
          const { timer, ms } = output;
          this.#stopTimer(timer);
          this.#timers.set(
            timer,
            this.#host.clock.setTimer(ms, () => this.#step(`timer-${timer}`)),
          );
          break;
        }
        case 'cancel-timer':
          this.#stopTimer(output.timer);
          break;
        case 'acknowledged':
          if (ack !== undefined) this.#handlers.onAcknowledged?.(ack);
          break;
        case 'lapsed':
          this.#handlers.onUnacknowledged?.();
          break;
        case 'unexpected':
          break;
      }
    }
  }

  /** "If the invitation expires before the UAS has generated a final response, a 487 response SHOULD be generated" (section 13.3.1). */
  #startExpires(): void {
    const value = this.request.headers.get('Expires');
    const seconds = value === undefined ? undefined : parseNumber(value, 2 ** 32 - 1);
    if (seconds === undefined || !seconds.ok) return;
    // Longer than a timer can run is longer than anybody waits.
    if (seconds.value > MAX_EXPIRES_S) return;
    this.#timers.set(
      'expires',
      this.#host.clock.setTimer(seconds.value * 1_000, () => this.cancel()),
    );
  }

  #stopTimer(name: AcceptanceTimer | 'expires'): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }
}

/** Timers of JavaScript hold 31 bits of milliseconds. */
const MAX_EXPIRES_S = 2_000_000;
