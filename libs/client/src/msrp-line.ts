import {
  createCollector,
  createSession,
  encodeRequest,
  MAX_NICKNAME_BYTES,
  step,
  transactionIdFor,
  type ByteRange,
  type CloseReason,
  type ContinuationFlag,
  type DecoderEvent,
  type FailureReport,
  type MessageFailure,
  type MsrpUri,
  type OutgoingMessage,
  type SessionInput,
  type SessionOutput,
  type SessionState,
} from '@plenary/msrp';
import {
  connectTcp,
  connectTls,
  type ConnectTcpOptions,
  type ConnectTlsOptions,
  type MsrpSocket,
} from '@plenary/msrp/net';
import type { RandomBytes, SipClock } from '@plenary/sip';

/** MSRP over TLS, as a participant wants it. */
export interface MediaTls {
  /** PEM of the authorities that are believed; without any, the room's own word for its certificate (a=fingerprint), else those of the system. */
  readonly authorities?: string | undefined;
  /** What we show where we are asked, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
  /** Where a host is, for those no name service knows. */
  readonly addressOf?: ((host: string) => string) | undefined;
}

export interface MsrpLineOptions {
  readonly localUri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  /** What is believed and shown over TLS, where the path says `msrps`; default: the authorities of the system. */
  readonly tls?: MediaTls | undefined;
  /** a=fingerprint of the peer. */
  readonly fingerprints?: readonly string[] | undefined;
  readonly clock: SipClock;
  readonly random: RandomBytes;
  /** Octets of the largest message taken. */
  readonly messageBytes: number;
  /** Runs for every whole message; the body is valid for this turn. */
  onMessage(message: { readonly messageId: string; readonly contentType: string; readonly body: Uint8Array }): void;
  /** Success or failure of a message that was sent before, told by REPORT. */
  onReport?(messageId: string, status: number): void;
  /** Once, and not when `open` has rejected. */
  onClosed(reason: CloseReason): void;
}

/** How a SEND ended: taken, or refused with a status, or what happened to it here. */
export type SendOutcome = { readonly kind: 'accepted' } | { readonly kind: 'failed'; readonly failure: MessageFailure };

/** One request made by hand; see `MsrpLine.chunk`. */
export interface HandMadeChunk {
  readonly messageId: string;
  /** Absent: no Byte-Range header. */
  readonly byteRange?: ByteRange | undefined;
  /** Absent: no body, and no Content-Type. */
  readonly body?: Uint8Array | undefined;
  readonly flag: ContinuationFlag;
  /** Default `message/cpim`. */
  readonly contentType?: string | undefined;
  readonly successReport?: boolean | undefined;
  readonly failureReport?: FailureReport | undefined;
}

/** Requests made by hand that may wait for their answers at once. */
const handMadeAtOnce = 1_024;

interface Sending {
  readonly body: Uint8Array;
  settle(outcome: SendOutcome): void;
  onProgress?: ((sentBytes: number) => void) | undefined;
}

/** One MSRP session over a connection of its own, TCP or TLS: the session core of `@plenary/msrp`, given a socket and the time. */
export class MsrpLine {
  readonly #options: MsrpLineOptions;
  #state: SessionState;
  #socket: MsrpSocket | undefined;
  #timer: { cancel(): void } | undefined;
  #isClosed = false;
  #isBound = false;
  /** The kernel did not take everything: the core writes on after its drain. */
  #mustDrain = false;
  readonly #collect: ReturnType<typeof createCollector>;
  readonly #sending = new Map<string, Sending>();
  /** Those who want to know how far their message is. */
  #watched = 0;
  readonly #handMade = new Map<string, (status: number | 'closed') => void>();
  #nicknameAnswered: ((status: number | 'timeout' | 'not-possible') => void) | undefined;
  #opening: { resolve(): void; reject(error: Error): void } | undefined;

  private constructor(options: MsrpLineOptions) {
    this.#options = options;
    this.#collect = createCollector({ bodyBytes: options.messageBytes });
    this.#state = createSession({
      localUri: options.localUri,
      remotePath: options.remotePath,
      messageBytes: options.messageBytes,
    });
  }

  /** Connects and binds; rejects when the first SEND is not answered 200, or not within `timeoutMs`. */
  static async open(options: MsrpLineOptions, timeoutMs: number): Promise<MsrpLine> {
    const [next] = options.remotePath;
    if (!next) throw new RangeError('empty path');
    const line = new MsrpLine(options);
    const opened = new Promise<void>((resolve, reject) => {
      line.#opening = { resolve, reject };
    });
    // Waited for below; a connection that is lost at once must not count as unhandled before.
    opened.catch(() => undefined);
    const connection: ConnectTcpOptions = {
      host: next.host,
      port: next.port ?? 2855,
      timeoutMs,
      handlers: {
        onEvent: (_socket, event) => {
          line.#receive(event);
        },
        onDrain: () => {
          line.#mustDrain = false;
          line.#put({ kind: 'writable' });
        },
        onClose: () => {
          line.#put({ kind: 'transport-closed' });
        },
      },
    };
    line.#socket = await (next.scheme === 'msrps' ? connectTls(secured(connection, options)) : connectTcp(connection));
    const timer = options.clock.setTimer(timeoutMs, () => {
      line.#opening?.reject(new Error(`the MSRP session was not bound within ${timeoutMs} ms`));
    });
    line.#put({ kind: 'connected' });
    try {
      await opened;
      return line;
    } catch (error) {
      line.#put({ kind: 'close-requested' });
      line.#socket.destroy();
      throw error;
    } finally {
      timer.cancel();
      line.#opening = undefined;
    }
  }

  /** Octets written and not yet taken by the kernel. */
  get queuedBytes(): number {
    return this.#socket?.queuedBytes ?? 0;
  }

  /** Resolves when the message is answered for, chunk for chunk. `onProgress` hears of every piece that was written. */
  send(message: OutgoingMessage, onProgress?: (sentBytes: number) => void): Promise<SendOutcome> {
    return new Promise((resolve) => {
      if (this.#isClosed || this.#sending.has(message.messageId)) {
        resolve({ kind: 'failed', failure: this.#isClosed ? 'closed' : 'duplicate' });
        return;
      }
      if (onProgress) this.#watched++;
      this.#sending.set(message.messageId, { body: message.body, settle: resolve, onProgress });
      this.#put({ kind: 'send-requested', message });
    });
  }

  abort(messageId: string): void {
    this.#put({ kind: 'abort-requested', messageId });
  }

  /**
   * Writes one SEND just as told and resolves with the status of its answer, or with `closed`; where no answer is owed, never before the line
   * closes. For trying what the session core would not do. No other message of ours may be under way.
   */
  chunk(chunk: HandMadeChunk): Promise<number | 'closed'> {
    return new Promise((resolve) => {
      if (this.#isClosed || this.#handMade.size >= handMadeAtOnce) {
        resolve('closed');
        return;
      }
      const { localUri, remotePath, random } = this.#options;
      const { messageId, byteRange, body, flag, contentType, successReport, failureReport } = chunk;
      const transactionId = transactionIdFor(body, random, (id) => this.#handMade.has(id));
      this.#handMade.set(transactionId, resolve);
      this.#write(
        encodeRequest({
          transactionId,
          method: 'SEND',
          toPath: remotePath,
          fromPath: [localUri],
          messageId,
          byteRange,
          successReport,
          failureReport,
          ...(body === undefined ? {} : { contentType: contentType ?? 'message/cpim', body }),
          flag,
        }),
      );
    });
  }

  /** Empty removes. Resolves with the status of the answer; `not-possible` when another request is open or the line is closed. */
  nickname(nickname: string): Promise<number | 'timeout' | 'not-possible'> {
    return new Promise((resolve) => {
      if (this.#nicknameAnswered || this.#isClosed) {
        resolve('not-possible');
        return;
      }
      // What no header can carry is malformed without asking (RFC 7701 section 7.1).
      if (Buffer.byteLength(nickname) > MAX_NICKNAME_BYTES || hasControl(nickname)) {
        resolve(424);
        return;
      }
      this.#nicknameAnswered = resolve;
      this.#put({ kind: 'nickname-requested', nickname });
    });
  }

  close(): void {
    this.#put({ kind: 'close-requested' });
  }

  /** Cuts the connection without a word, as a lost network does. */
  cut(): void {
    this.#socket?.destroy();
  }

  /** Stops (or goes on) reading, as a device that is too slow does. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  #receive(event: DecoderEvent): void {
    const whole = this.#collect(event);
    if (!whole) return;
    switch (whole.type) {
      case 'request':
        this.#put({ kind: 'request-received', request: whole.request });
        break;
      case 'response': {
        const answer = this.#handMade.get(whole.response.transactionId);
        this.#handMade.delete(whole.response.transactionId);
        if (answer) answer(whole.response.status);
        else this.#put({ kind: 'response-received', response: whole.response });
        break;
      }
      case 'bad-request':
        this.#put({ kind: 'bad-request-received', error: whole.error, head: whole.head });
        break;
      case 'fatal':
        this.#socket?.destroy();
        break;
    }
  }

  #put(input: SessionInput): void {
    if (this.#isClosed) return;
    const { state, outputs } = step(this.#state, input, {
      nowMs: this.#options.clock.nowMs(),
      random: this.#options.random,
    });
    this.#state = state;
    for (const output of outputs) this.#carryOut(output);
  }

  #carryOut(output: SessionOutput): void {
    switch (output.kind) {
      case 'write':
        this.#write(output.octets);
        if (this.#watched > 0) this.#tellProgress(output.octets);
        break;
      case 'want-writable':
        // With everything taken there is no drain to wait for.
        if (!this.#mustDrain)
          setImmediate(() => {
            this.#put({ kind: 'writable' });
          });
        break;
      case 'bound':
        this.#isBound = true;
        this.#opening?.resolve();
        break;
      case 'deliver':
        this.#options.onMessage(output);
        break;
      case 'sent':
        this.#settle(output.messageId, { kind: 'accepted' });
        break;
      case 'failed':
        this.#settle(output.messageId, { kind: 'failed', failure: output.failure });
        break;
      case 'reported':
        this.#options.onReport?.(output.messageId, output.status);
        break;
      case 'nickname-answered': {
        const answered = this.#nicknameAnswered;
        this.#nicknameAnswered = undefined;
        answered?.(output.status);
        break;
      }
      case 'set-timer':
        this.#timer?.cancel();
        this.#timer = this.#options.clock.setTimer(Math.max(0, output.atMs - this.#options.clock.nowMs()), () => {
          this.#put({ kind: 'timer-fired' });
        });
        break;
      case 'cancel-timer':
        this.#timer?.cancel();
        break;
      case 'close':
        this.#close(output.reason);
        break;
    }
  }

  #write(octets: string | Uint8Array): void {
    if (this.#socket?.write(octets) === false) this.#mustDrain = true;
  }

  /** The core writes bodies as views: a piece of whose body says how far that message is. */
  #tellProgress(octets: Uint8Array): void {
    for (const { body, onProgress } of this.#sending.values()) {
      if (!onProgress || octets.buffer !== body.buffer) continue;
      const end = octets.byteOffset + octets.byteLength - body.byteOffset;
      if (end > 0 && end <= body.byteLength) onProgress(end);
    }
  }

  #settle(messageId: string, outcome: SendOutcome): void {
    const sending = this.#sending.get(messageId);
    if (!sending) return;
    this.#sending.delete(messageId);
    if (sending.onProgress) this.#watched--;
    sending.settle(outcome);
  }

  #close(reason: CloseReason): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#opening?.reject(new Error(`the MSRP session was not bound: ${reason}`));
    this.#nicknameAnswered?.('not-possible');
    this.#nicknameAnswered = undefined;
    for (const messageId of this.#sending.keys()) this.#settle(messageId, { kind: 'failed', failure: 'closed' });
    for (const answer of this.#handMade.values()) answer('closed');
    this.#handMade.clear();
    this.#socket?.end();
    if (this.#isBound) this.#options.onClosed(reason);
  }
}

function secured(connection: ConnectTcpOptions, { tls, fingerprints }: MsrpLineOptions): ConnectTlsOptions {
  const { authorities, certificate } = tls ?? {};
  return { ...connection, authorities, certificate, fingerprints, address: tls?.addressOf?.(connection.host) };
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u0008\u000a-\u001f\u007f]/.test(text);
}
