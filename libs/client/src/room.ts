import { serializeMessage } from '@plenary/cpim';
import { randomIdent, type CloseReason } from '@plenary/msrp';
import type { PeerCapabilities } from '@plenary/sdp';
import {
  answerSessionTimer,
  glareIntervalMs,
  parseReason,
  readSessionTimer,
  readSessionTimerAnswer,
  sessionTimerHeaders,
  type ServerTransaction,
  type SessionTimer,
  type SipRequest,
  type SipResponse,
} from '@plenary/sip';
import { JoinFailure } from './join-failure.js';
import { MsrpLine, type HandMadeChunk } from './msrp-line.js';
import { Outgoing } from './outgoing.js';
import type { AgreedSession } from './own-description.js';
import { readReceived } from './received-message.js';
import { SessionRefresh } from './refresh.js';
import { SeenIds } from './seen-ids.js';
import type { RoomMessage, RoomOptions, SaidMessage, SendOptions } from './room.types.js';
import type { DialogOwner } from './sip-endpoint.js';

/** How long `leave` waits for the answer to BYE. */
const leaveMs = 5_000;
/** How often `move` tries again after a 491 or 500 (RFC 3261 section 14.1). */
const moveAttempts = 4;
/** How long a BYE is waited for once the room no longer knows our dialog: it may be sent for a second and a third time (RFC 3261 section 17.1.2.2). */
const farewellMs = 2_500;

/** A stay in a room: one dialog, one MSRP session at a time. */
export class Room implements DialogOwner {
  readonly #options: RoomOptions;
  readonly #outgoing = new Outgoing();
  readonly #seen = new SeenIds();
  readonly #refresh: SessionRefresh;
  #line: MsrpLine | undefined;
  #isOver = false;
  /** Set while a BYE is waited for. */
  #onOver: (() => void) | undefined;
  #isJoined = false;
  #capabilities: PeerCapabilities | undefined;
  #edge: { readonly host: string; readonly port: number } | undefined;

  /** For the account. */
  constructor(options: RoomOptions) {
    this.#options = options;
    options.dialog.own(this);
    this.#refresh = new SessionRefresh(options.endpoint.clock, {
      refresh: (timer) => this.#sendRefresh(timer),
      onExpired: () => {
        this.#giveUp('the session has expired');
      },
    });
    this.#refresh.restart(options.timer);
  }

  get uri(): string {
    return this.#options.roomUri;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether there is a connection now. */
  get isConnected(): boolean {
    return this.#line !== undefined;
  }

  /** What the room's description says of it; undefined before `connect`. */
  get capabilities(): PeerCapabilities | undefined {
    return this.#capabilities;
  }

  /** Address of the edge that serves us; undefined before `connect`. */
  get edge(): { readonly host: string; readonly port: number } | undefined {
    return this.#edge;
  }

  /** Opens and binds an agreed MSRP session; the one before it is closed. Rejects with `JoinFailure`. */
  async connect(session: AgreedSession): Promise<void> {
    const { endpoint, roomUri, handlers, messageBytes, timeoutMs } = this.#options;
    this.#outgoing.hold();
    const earlier = this.#line;
    this.#line = undefined;
    const current: { line?: MsrpLine } = {};
    let line: MsrpLine;
    try {
      line = await MsrpLine.open(
        {
          localUri: session.localUri,
          remotePath: session.remotePath,
          fingerprints: session.fingerprints,
          tls: this.#options.tls,
          clock: endpoint.clock,
          random: endpoint.random,
          messageBytes,
          onMessage: ({ messageId, contentType, body }) => {
            if (!/^message\/cpim\b/i.test(contentType) || !this.#seen.add(messageId)) return;
            const message = readReceived(messageId, body, roomUri);
            if (message) handlers.onMessage(message);
          },
          onReport: (messageId, status) => handlers.onReport?.(messageId, status),
          onClosed: (reason) => {
            if (current.line !== undefined) this.#lineClosed(current.line, reason);
          },
        },
        timeoutMs,
      );
    } catch (error) {
      throw new JoinFailure('media', undefined, error instanceof Error ? error.message : 'no media session', {
        cause: error,
      });
    } finally {
      earlier?.close();
    }
    current.line = line;
    if (this.#isOver) {
      line.close();
      throw new JoinFailure('media', undefined, 'the stay has ended meanwhile');
    }
    const [first] = session.remotePath;
    if (first) this.#edge = { host: first.host, port: first.port ?? 2855 };
    this.#capabilities = session.room;
    this.#isJoined = true;
    this.#line = line;
    this.#outgoing.useLine(line);
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
      ...(message.contentHeaders === undefined ? {} : { contentHeaders: message.contentHeaders }),
      content: message.content,
    });
    return this.sendOctets(octets, message);
  }

  /** Sends what was made elsewhere, octet for octet: a CPIM object, or what `mediaType` says. */
  sendOctets(octets: Uint8Array, options: SendOptions & { readonly mediaType?: string | undefined } = {}): SaidMessage {
    const messageId = options.messageId ?? randomIdent(this.#options.endpoint.random);
    const { onProgress, successReport, failureReport, mediaType = 'message/cpim' } = options;
    const outcome = this.#outgoing.send(
      {
        messageId,
        contentType: mediaType,
        body: octets,
        ...(successReport === undefined ? {} : { successReport }),
        ...(failureReport === undefined ? {} : { failureReport }),
      },
      onProgress && ((sentBytes) => onProgress(sentBytes, octets.byteLength)),
    );
    return { messageId, octets, outcome };
  }

  /** Writes one SEND by hand and resolves with the status of its answer; see `MsrpLine.chunk`. For tests of servers. */
  chunk(chunk: HandMadeChunk): Promise<number | 'closed'> {
    return this.#line ? this.#line.chunk(chunk) : Promise.resolve('closed');
  }

  /** Asks for a nickname (RFC 7701 section 7); empty gives it back. Resolves with the status: 200, 403, 424, 425. */
  async nickname(nickname: string): Promise<number | 'timeout' | 'not-possible'> {
    return this.#line ? this.#line.nickname(nickname) : 'not-possible';
  }

  /** Gives a message up that is still under way. */
  abort(messageId: string): void {
    this.#outgoing.abort(messageId);
  }

  /** BYE, and the connection goes. Resolves when the focus has answered, or after 5 s. Never rejects. */
  async leave(): Promise<void> {
    if (this.#isOver) return;
    this.#end('left');
    await this.#bye();
  }

  /**
   * Moves the session to a new path by re-INVITE (RFC 4975 sections 5.4, 8.4): another connection, perhaps another edge. What was not answered for goes
   * out again there, and what we missed comes. Rejects with `JoinFailure`; the dialog then stands as before, unless the room says it is gone: its
   * BYE, which says why, is then waited for up to 2.5 s, and the stay is over.
   */
  async move(): Promise<void> {
    const { dialog, description, contact, endpoint } = this.#options;
    if (this.#isOver) throw new JoinFailure('refused', 481, 'the stay is over');
    this.#outgoing.hold();
    try {
      for (let attempt = 1; ; attempt++) {
        const offer = description.offer(true);
        const { response } = await dialog.request(
          'INVITE',
          [
            ['Contact', contact],
            ['Supported', 'timer'],
            ['Content-Type', 'application/sdp'],
          ],
          offer,
        );
        if (response.status < 300) {
          this.#refresh.restart(timerIn(response));
          const session = description.takeAnswer(response.body);
          if (!session) throw new JoinFailure('refused', 488, 'the answer of the room cannot be used');
          await this.connect(session);
          return;
        }
        if (response.status === 481) await this.#farewell();
        if (response.status === 408 || response.status === 481) this.#giveUp('the room no longer knows us');
        const isBusy = response.status === 491 || response.status === 500;
        if (!isBusy || attempt >= moveAttempts || this.#isOver)
          throw new JoinFailure('refused', response.status, `${response.status} ${response.reason}`);
        await this.#pause(glareIntervalMs(true, (endpoint.random(1)[0] ?? 0) / 256));
      }
    } finally {
      // Refused: what stood still stands.
      if (this.#line) this.#outgoing.useLine(this.#line);
    }
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
    if (!this.#options.dialog.receive(transaction)) return;
    const { request } = transaction;
    switch (request.method) {
      case 'BYE':
        transaction.respond(200);
        this.#endedByFocus(request);
        break;
      case 'INVITE':
      case 'UPDATE':
        this.#answerChange(transaction);
        break;
      case 'OPTIONS':
        transaction.respond(200, { headers: [['Contact', this.#options.contact]] });
        break;
      default:
        transaction.respond(501);
    }
  }

  onEndpointClosed(): void {
    this.#end('the SIP endpoint was closed');
  }

  /** A refresh or a change by the focus (RFC 3261 section 14.2, RFC 3311, RFC 4028 section 9); one without an offer gets ours. */
  #answerChange(transaction: ServerTransaction): void {
    const { request } = transaction;
    const { description, contact } = this.#options;
    const asked = readSessionTimer(request.headers);
    if (!asked.ok) {
      transaction.respond(400);
      return;
    }
    const isOfferless = request.body.byteLength === 0;
    const answered = isOfferless ? undefined : description.answer(request.body);
    if (!isOfferless && answered === undefined) {
      transaction.respond(488);
      return;
    }
    const timer = answerSessionTimer(asked.value, { minSeS: 90, intervalS: 1_800, preferredRefresher: 'uac' });
    const headers = [['Contact', contact], ...sessionTimerHeaders(timer)] as [string, string][];
    if (timer.type === 'too-small') {
      transaction.respond(422, { headers });
      return;
    }
    // An INVITE without an offer gets ours: with a new URI where the connection is lost, so that the answer brings a new one.
    const offered = isOfferless && request.method === 'INVITE' ? description.offer(!this.isConnected) : undefined;
    const body = answered?.body ?? offered;
    if (offered)
      transaction.watch({
        onAcknowledged: (ack) => {
          this.#takeLateAnswer(ack);
        },
      });
    transaction.respond(200, { headers, ...(body ? { contentType: 'application/sdp', body } : {}) });
    this.#refresh.restart({ intervalS: timer.intervalS, weRefresh: timer.refresher === 'uas' });
    if (answered?.session) this.#follow(answered.session);
  }

  #takeLateAnswer(ack: SipRequest): void {
    const session = this.#options.description.takeAnswer(ack.body);
    const [next] = session?.remotePath ?? [];
    const isSame = this.isConnected && next?.sessionId === this.#sessionId;
    if (session && !isSame) this.#follow(session);
  }

  #follow(session: AgreedSession): void {
    this.connect(session).catch((error: unknown) => {
      if (!this.#isOver)
        this.#options.handlers.onLineLost?.(error instanceof Error ? error.message : 'no media session');
    });
  }

  get #sessionId(): string | undefined {
    const path = this.#capabilities?.peerPath[0];
    return path === undefined ? undefined : /\/([^/;]+);/.exec(path.replace('://', ''))?.[1];
  }

  async #sendRefresh(timer: SessionTimer): Promise<SessionTimer | undefined | 'failed' | 'gone'> {
    const { dialog, contact } = this.#options;
    const { response } = await dialog.request('UPDATE', [
      ['Contact', contact],
      ['Supported', 'timer'],
      ['Session-Expires', `${timer.intervalS};refresher=uac`],
    ]);
    if (response.status === 408 || response.status === 481) return 'gone';
    return response.status < 300 ? timerIn(response) : 'failed';
  }

  /** Resolves when the stay is over by the focus's BYE, or when none has come. */
  #farewell(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#options.endpoint.clock.setTimer(farewellMs, resolve);
      this.#onOver = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.endpoint.clock.setTimer(ms, resolve);
    });
  }

  async #bye(): Promise<void> {
    const answered = this.#options.dialog.request('BYE').then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([answered, this.#pause(leaveMs)]);
  }

  #lineClosed(line: MsrpLine, reason: CloseReason): void {
    if (line !== this.#line) return;
    this.#line = undefined;
    this.#outgoing.hold();
    if (!this.#isOver) this.#options.handlers.onLineLost?.(reason);
  }

  #giveUp(reason: string): void {
    if (this.#isOver) return;
    this.#end(reason);
    void this.#bye();
  }

  #endedByFocus(request: SipRequest): void {
    const reason = parseReason(request.headers.get('Reason') ?? '');
    this.#end(
      (reason.ok ? reason.value.text : undefined) ?? 'ended by the room',
      reason.ok ? reason.value.cause : undefined,
    );
  }

  #end(reason: string, cause?: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#refresh.stop();
    this.#options.dialog.disown();
    this.#outgoing.end();
    const line = this.#line;
    this.#line = undefined;
    line?.close();
    if (this.#isJoined) this.#options.handlers.onEnded?.(reason, cause);
    this.#onOver?.();
  }
}

/** The session timer a 2xx sets. */
export function timerIn(response: SipResponse): SessionTimer | undefined {
  const read = readSessionTimer(response.headers);
  return read.ok
    ? readSessionTimerAnswer({ intervalS: read.value.intervalS, refresher: read.value.refresher })
    : undefined;
}
