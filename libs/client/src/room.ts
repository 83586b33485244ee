import { serializeMessage } from '@plenary/cpim';
import { randomIdent, type CloseReason, type MessageFailure, type MsrpUri } from '@plenary/msrp';
import type { PeerCapabilities, SessionDescription } from '@plenary/sdp';
import { serializeSdp } from '@plenary/sdp';
import {
  buildDialogRequest,
  parseReason,
  receiveRequest,
  sessionTimerSchedule,
  type Dialog,
  type DigestClient,
  type ServerTransaction,
  type SessionTimer,
  type SipRequest,
  type SipResponse,
} from '@plenary/sip';
import { MsrpLine, type SendOutcome } from './msrp-line.js';
import { readReceived, type ReceivedMessage } from './received-message.js';
import type { SipEndpoint } from './sip-endpoint.js';

export interface RoomHandlers {
  /** Every message of the room, in the room's order, once. Its octets are valid for this turn. */
  onMessage(message: ReceivedMessage): void;
  /** The stay is over: `reason` is ours (`left`), the focus's (text of its BYE) or the connection's. */
  onEnded?(reason: string): void;
  /** A REPORT for a message we sent. */
  onReport?(messageId: string, status: number): void;
}

export interface RoomOptions {
  readonly endpoint: SipEndpoint;
  readonly dialog: Dialog;
  readonly digest: DigestClient;
  readonly userUri: string;
  readonly displayName: string | undefined;
  readonly roomUri: string;
  /** Our description, repeated unchanged when the focus refreshes. */
  readonly offer: SessionDescription;
  readonly timer: SessionTimer | undefined;
  readonly handlers: RoomHandlers;
}

export interface ConnectOptions {
  readonly localUri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  readonly messageBytes: number;
  readonly timeoutMs: number;
  /** What the room said of itself. */
  readonly room: PeerCapabilities;
}

/** A message to the room, or to one participant. */
export interface RoomMessage {
  readonly contentType: string;
  readonly content: Uint8Array | string;
  /** URI of the one participant it is for; default: the room. */
  readonly to?: string | undefined;
  readonly successReport?: boolean | undefined;
  readonly failureReport?: 'yes' | 'no' | 'partial' | undefined;
  /** Default: a new one. */
  readonly messageId?: string | undefined;
}

/** What became of a message: taken (200), refused with a status, or lost here. */
export interface SaidMessage {
  readonly messageId: string;
  /** The CPIM object as it was sent. */
  readonly octets: Uint8Array;
  readonly outcome: Promise<SendOutcome>;
}

/** A stay in a room: one dialog, one MSRP session. */
export class Room {
  readonly #options: RoomOptions;
  #dialog: Dialog;
  #line: MsrpLine | undefined;
  #refresh: { cancel(): void } | undefined;
  #isOver = false;
  #capabilities: PeerCapabilities | undefined;
  /** Port of the edge that serves us; for those who want to know where they landed. */
  edge: { readonly host: string; readonly port: number } | undefined;

  constructor(options: RoomOptions) {
    this.#options = options;
    this.#dialog = options.dialog;
    options.endpoint.own(options.dialog, this);
    this.#scheduleRefresh(options.timer);
  }

  get uri(): string {
    return this.#options.roomUri;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the room's description says of it; undefined before `connect`. */
  get capabilities(): PeerCapabilities | undefined {
    return this.#capabilities;
  }

  /** For the account: opens and binds the MSRP session. */
  async connect(options: ConnectOptions): Promise<void> {
    const { handlers, endpoint, roomUri } = this.#options;
    this.#capabilities = options.room;
    const [first] = options.remotePath;
    if (first) this.edge = { host: first.host, port: first.port ?? 2855 };
    this.#line = await MsrpLine.open(
      {
        localUri: options.localUri,
        remotePath: options.remotePath,
        clock: endpoint.clock,
        random: endpoint.random,
        messageBytes: options.messageBytes,
        onMessage: ({ messageId, body }) => {
          const message = readReceived(messageId, body, roomUri);
          if (message) handlers.onMessage(message);
        },
        onReport: (messageId, status) => handlers.onReport?.(messageId, status),
        onClosed: (reason) => {
          this.#lineClosed(reason);
        },
      },
      options.timeoutMs,
    );
  }

  /** Says something to everybody; the CPIM object is made here. */
  say(text: string): SaidMessage {
    return this.send({ contentType: 'text/plain;charset=utf-8', content: text });
  }

  /** Says something to one participant, by URI (RFC 7701 section 6.2). */
  tell(uri: string, text: string): SaidMessage {
    return this.send({ contentType: 'text/plain;charset=utf-8', content: text, to: uri });
  }

  send(message: RoomMessage): SaidMessage {
    const { userUri, displayName, roomUri, endpoint } = this.#options;
    const octets = serializeMessage({
      from: { uri: userUri, ...(displayName === undefined ? {} : { name: displayName }) },
      to: [{ uri: message.to ?? roomUri }],
      dateTimeMs: endpoint.clock.nowMs(),
      contentType: message.contentType,
      content: message.content,
    });
    return this.sendCpim(octets, message);
  }

  /** Sends a CPIM object made elsewhere, octet for octet. */
  sendCpim(octets: Uint8Array, options: Omit<RoomMessage, 'content' | 'contentType' | 'to'> = {}): SaidMessage {
    const messageId = options.messageId ?? randomIdent(this.#options.endpoint.random);
    const outcome = this.#line
      ? this.#line.send({
          messageId,
          contentType: 'message/cpim',
          body: octets,
          ...(options.successReport === undefined ? {} : { successReport: options.successReport }),
          ...(options.failureReport === undefined ? {} : { failureReport: options.failureReport }),
        })
      : Promise.resolve<SendOutcome>({ kind: 'failed', failure: 'closed' as MessageFailure });
    return { messageId, octets, outcome };
  }

  /** Asks for a nickname (RFC 7701 section 7); empty gives it back. Resolves with the status: 200, 403, 424, 425. */
  async nickname(nickname: string): Promise<number | 'timeout' | 'not-possible'> {
    return this.#line ? this.#line.nickname(nickname) : 'not-possible';
  }

  /** Gives a message up that is still under way. */
  abort(messageId: string): void {
    this.#line?.abort(messageId);
  }

  /** BYE, and the connection goes. Resolves when the focus has answered, or after its timeout. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#end('left');
    await this.#request('BYE');
  }

  /** Loses the connection without a word, as a network does. The dialog stays. */
  cutLine(): void {
    this.#line?.cut();
  }

  /** Stops reading, as a device that is too slow does. */
  pauseReading(): void {
    this.#line?.pause();
  }

  resumeReading(): void {
    this.#line?.resume();
  }

  /** For the endpoint: a request of the focus in our dialog. */
  onRequest(transaction: ServerTransaction): void {
    const { request } = transaction;
    const received = receiveRequest(this.#dialog, request);
    if (!received.ok) {
      transaction.respond(received.error.status);
      return;
    }
    this.#dialog = received.value;
    switch (request.method) {
      case 'BYE':
        transaction.respond(200);
        this.#end(reasonOf(request));
        break;
      case 'INVITE':
        this.#answerInvite(transaction);
        break;
      case 'UPDATE':
      case 'OPTIONS':
        transaction.respond(200, { headers: [['Contact', this.#contact()]] });
        break;
      default:
        transaction.respond(501);
    }
  }

  /** A session refresh by re-INVITE: the session stays as it is (RFC 3264 section 8). */
  #answerInvite(transaction: ServerTransaction): void {
    transaction.respond(200, {
      headers: [['Contact', this.#contact()]],
      contentType: 'application/sdp',
      body: Buffer.from(serializeSdp(this.#options.offer)),
    });
  }

  #contact(): string {
    const { endpoint, userUri } = this.#options;
    const user = /^sips?:([^@]+)@/i.exec(userUri)?.[1] ?? 'anonymous';
    return `<sip:${user}@${endpoint.host}:${endpoint.port}>`;
  }

  #scheduleRefresh(timer: SessionTimer | undefined): void {
    this.#refresh?.cancel();
    if (!timer) return;
    const { refreshInMs, endInMs } = sessionTimerSchedule(timer);
    const { clock } = this.#options.endpoint;
    this.#refresh = clock.setTimer(refreshInMs ?? endInMs, () => {
      if (refreshInMs === undefined) void this.leave();
      else void this.#refreshSession(timer);
    });
  }

  async #refreshSession(timer: SessionTimer): Promise<void> {
    const response = await this.#request('UPDATE', [
      ['Contact', this.#contact()],
      ['Supported', 'timer'],
      ['Session-Expires', `${timer.intervalS};refresher=uac`],
    ]);
    if (response.status === 408 || response.status === 481) this.#end('session expired');
    else this.#scheduleRefresh(timer);
  }

  /** One request of ours in the dialog, with credentials if asked for. */
  async #request(method: string, headers: readonly (readonly [string, string])[] = []): Promise<SipResponse> {
    const built = buildDialogRequest(this.#dialog, method, { headers });
    this.#dialog = built.dialog;
    let request: SipRequest = this.#options.digest.authorize(built.request);
    for (let attempt = 0; ; attempt++) {
      const response = await this.#send(request);
      if (response.status !== 401 || attempt > 0) return response;
      const again = this.#options.digest.answer(request, response);
      if (!again.ok) return response;
      request = again.value;
      this.#dialog = { ...this.#dialog, localSequence: (this.#dialog.localSequence ?? 0) + 1 };
    }
  }

  #send(request: SipRequest): Promise<SipResponse> {
    const { endpoint } = this.#options;
    return new Promise((resolve) => {
      endpoint.userAgent.request(request, endpoint.server, { onFinal: resolve });
    });
  }

  #lineClosed(reason: CloseReason): void {
    if (this.#isOver) return;
    this.#options.handlers.onEnded?.(`the media session is closed: ${reason}`);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#refresh?.cancel();
    this.#options.endpoint.disown(this.#options.dialog);
    this.#line?.close();
    this.#options.handlers.onEnded?.(reason);
  }
}

/** The text of the focus's Reason (RFC 3326), or that it said none. */
function reasonOf(request: SipRequest): string {
  const reason = parseReason(request.headers.get('Reason') ?? '');
  return reason.ok && reason.value.text !== undefined ? reason.value.text : 'ended by the room';
}
