import {
  parseEvent,
  parseExpires,
  parseMediaType,
  parseSubscriptionState,
  type Dialog,
  type DigestClient,
  type ServerTransaction,
  type SipRequest,
  type SubscriptionState,
} from '@plenary/sip';
import type { XmlElement } from '@plenary/wire/xml';
import { eventMediaTypes } from '@plenary/xcon';
import { DialogLine } from '../dialog-line.js';
import type { DialogOwner, SipEndpoint } from '../sip-endpoint.js';
import { ConferenceCopy } from './conference-copy.js';
import { rosterOf, type RosterUser } from './roster.js';
import { subscribe } from './subscribe.js';

export interface FollowHandlers {
  /** The room is as `document` says now. */
  onChange?(document: XmlElement): void;
  /** The room tells nothing more, once: `stopped` when it was us, `noresource`, `rejected`, or what else ended it. */
  onEnded?(reason: string): void;
}

export interface FollowOptions extends FollowHandlers {
  /** What is wanted; default everything we know, so that differences come. */
  readonly accept?: readonly string[] | undefined;
  /** How long a subscription is asked for at a time, seconds; default 3600. */
  readonly expiresSeconds?: number | undefined;
  /** For the answer to the SUBSCRIBE; default 10 s. */
  readonly timeoutMs?: number | undefined;
}

export interface FollowingOptions extends FollowOptions {
  readonly endpoint: SipEndpoint;
  readonly digest: DigestClient;
  readonly contact: string;
  /** A SUBSCRIBE outside dialogs, new at each call: nothing of the event package in it. */
  readonly request: () => SipRequest;
}

/** What a client that knows all forms says it takes. */
export const everyForm: readonly string[] = [
  eventMediaTypes.conferenceInfo,
  eventMediaTypes.xconConferenceInfo,
  eventMediaTypes.xconConferenceInfoDiff,
];
/** Before a subscription that ended for the server's reasons is tried anew, and one whose refresh failed, milliseconds. */
const retryMs = 5_000;
/** How long `stop` waits for the last NOTIFY. */
const stopMs = 5_000;
/** Part of its time after which a subscription is refreshed. */
const refreshAt = 0.8;

/**
 * Follows a room: a subscription to its conference event package that is refreshed, begun anew where the server says so, and repaired by a refresh where the copy
 * cannot be brought up to date.
 *
 * Spec: RFC 6665 §4.1, RFC 4575 §3.7, RFC 6502 §5.2.   Req: NOTIF-007, EVT-015.
 */
export class Following implements DialogOwner {
  readonly #options: FollowingOptions;
  #copy = new ConferenceCopy();
  #line: DialogLine | undefined;
  #release: () => void = () => undefined;
  /** What came before the dialog was known. */
  #early: ServerTransaction[] = [];
  #timer: { cancel(): void } | undefined;
  #isOver = false;
  #isRepairing = false;
  #onLast: () => void = () => undefined;

  /** For the account: `begin` follows. */
  constructor(options: FollowingOptions) {
    this.#options = options;
  }

  /** The room as it is; undefined before the first NOTIFY. */
  get document(): XmlElement | undefined {
    return this.#copy.document;
  }

  /** Who is in it; empty before the first NOTIFY. */
  get roster(): readonly RosterUser[] {
    return this.document === undefined ? [] : rosterOf(this.document);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Subscribes. Rejects with `JoinFailure`, and nothing is left behind. */
  async begin(): Promise<void> {
    const { endpoint, digest, timeoutMs = 10_000 } = this.#options;
    const request = this.#options.request();
    for (const [name, value] of this.#headers()) request.headers.set(name, value);
    this.#copy = new ConferenceCopy();
    const release = endpoint.ownCall(request, this);
    try {
      const { dialog, expiresSeconds } = await subscribe(endpoint, digest, request, timeoutMs);
      if (this.#isOver) {
        release();
        return;
      }
      this.#release = release;
      this.#established(dialog, expiresSeconds);
    } catch (error) {
      release();
      for (const transaction of this.#early.splice(0)) transaction.respond(481);
      throw error;
    }
  }

  /** Ends the subscription. Resolves when the server has told that it is over, or after 5 s. Never rejects. */
  async stop(): Promise<void> {
    const line = this.#line;
    if (this.#isOver) return;
    let late: { cancel(): void } | undefined;
    const last = new Promise<void>((resolve) => {
      this.#onLast = resolve;
      late = this.#options.endpoint.clock.setTimer(stopMs, resolve);
    });
    this.#timer?.cancel();
    const asked = line?.request('SUBSCRIBE', this.#headers(0)).then(
      ({ response }) => response.status < 300,
      () => false,
    );
    if ((await asked) === true) await last;
    late?.cancel();
    this.#end('stopped');
  }

  /** For the endpoint: a request in our dialog, perhaps before we know it. */
  onRequest(transaction: ServerTransaction): void {
    if (this.#line) this.#onNotify(this.#line, transaction);
    else if (this.#early.length < 8) this.#early.push(transaction);
    else transaction.respond(481);
  }

  onEndpointClosed(): void {
    this.#end('the SIP endpoint was closed');
  }

  #established(dialog: Dialog, expiresSeconds: number): void {
    const { endpoint, digest } = this.#options;
    const line = new DialogLine(endpoint, digest, dialog);
    this.#line = line;
    this.#refreshIn(expiresSeconds);
    for (const transaction of this.#early.splice(0)) this.#onNotify(line, transaction);
  }

  #onNotify(line: DialogLine, transaction: ServerTransaction): void {
    const { headers } = transaction.request;
    if (transaction.request.method !== 'NOTIFY') {
      transaction.respond(501);
      return;
    }
    const event = parseEvent(headers.get('Event') ?? '');
    if (!event.ok || event.value.type !== 'conference') {
      transaction.respond(489);
      return;
    }
    if (!line.receive(transaction)) return;
    const state = parseSubscriptionState(headers.get('Subscription-State') ?? '');
    if (!state.ok) {
      transaction.respond(400);
      return;
    }
    transaction.respond(200);
    this.#take(transaction.request);
    if (state.value.state === 'terminated') this.#terminated(state.value);
    else if (state.value.expiresSeconds !== undefined) this.#refreshIn(state.value.expiresSeconds);
  }

  #take({ headers, body }: SipRequest): void {
    if (body.byteLength === 0) return;
    const type = parseMediaType(headers.get('Content-Type') ?? '');
    const name = type.ok ? `${type.value.type}/${type.value.subtype}` : '';
    switch (this.#copy.take(name, body)) {
      case 'changed':
        if (this.document) this.#options.onChange?.(this.document);
        return;
      case 'stale':
        return;
      case 'broken':
        // The whole state comes with the answer to a refresh.
        this.#repair();
    }
  }

  #repair(): void {
    if (this.#isRepairing || this.#isOver) return;
    this.#isRepairing = true;
    this.#copy = new ConferenceCopy();
    this.#refresh();
  }

  /** RFC 6665 section 4.1.3: some ends ask to come again, others say that it would be no use. */
  #terminated({ reason, retryAfterSeconds }: SubscriptionState): void {
    this.#forgetDialog();
    this.#onLast();
    if (this.#isOver) return;
    if (reason === 'rejected' || reason === 'noresource' || reason === 'invariant') this.#end(reason);
    else this.#beginAgainIn(retryAfterSeconds === undefined ? retryMs : retryAfterSeconds * 1_000);
  }

  #beginAgainIn(ms: number): void {
    this.#after(ms, () => {
      this.begin().catch((error: unknown) => {
        this.#end(error instanceof Error ? error.message : 'could not subscribe again');
      });
    });
  }

  #refreshIn(expiresSeconds: number): void {
    if (this.#isOver) return;
    this.#after(expiresSeconds * 1_000 * refreshAt, () => {
      this.#refresh();
    });
  }

  #refresh(): void {
    const line = this.#line;
    if (!line) return;
    line
      .request('SUBSCRIBE', this.#headers())
      .then(({ response }) => {
        this.#isRepairing = false;
        if (line !== this.#line || this.#isOver) return;
        if (response.status < 300) {
          const expires = parseExpires(response.headers.get('Expires') ?? '');
          if (expires.ok) this.#refreshIn(expires.value);
        } else if (response.status === 481 || response.status === 408) {
          // The server does not know it any more: a new one.
          this.#forgetDialog();
          this.#beginAgainIn(0);
        } else this.#after(retryMs, () => this.#refresh());
      })
      .catch(() => {
        this.#end('the SIP endpoint was closed');
      });
  }

  #headers(expiresSeconds = this.#options.expiresSeconds ?? 3_600): [string, string][] {
    return [
      ['Contact', this.#options.contact],
      ['Event', 'conference'],
      ['Expires', String(expiresSeconds)],
      ['Accept', (this.#options.accept ?? everyForm).join(', ')],
    ];
  }

  #after(ms: number, work: () => void): void {
    this.#timer?.cancel();
    // Timers of JavaScript hold 31 bits of milliseconds.
    this.#timer = this.#options.endpoint.clock.setTimer(Math.min(ms, 2_000_000_000), work);
  }

  #forgetDialog(): void {
    this.#timer?.cancel();
    this.#line = undefined;
    this.#release();
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#forgetDialog();
    this.#onLast();
    this.#options.onEnded?.(reason);
  }
}
