import {
  createCollector,
  createSession,
  step,
  type CloseReason,
  type DecoderEvent,
  type MessageFailure,
  type MsrpUri,
  type OutgoingMessage,
  type SessionInput,
  type SessionOutput,
  type SessionState,
} from '@plenary/msrp';
import { connectTcp, type MsrpSocket } from '@plenary/msrp/net';
import type { RandomBytes, SipClock } from '@plenary/sip';

export interface MsrpLineOptions {
  readonly localUri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  readonly clock: SipClock;
  readonly random: RandomBytes;
  /** Octets of the largest message taken. */
  readonly messageBytes: number;
  /** Runs for every whole message, once per Message-ID; the body is valid for this turn. */
  onMessage(message: { readonly messageId: string; readonly contentType: string; readonly body: Uint8Array }): void;
  /** Success or failure of a message that was sent before, told by REPORT. */
  onReport?(messageId: string, status: number): void;
  onClosed(reason: CloseReason): void;
}

/** How a SEND ended: taken, or refused with a status, or what happened to it here. */
export type SendOutcome = { readonly kind: 'accepted' } | { readonly kind: 'failed'; readonly failure: MessageFailure };

/** Message-IDs remembered to drop repeats after a move (RFC 4975 section 5.4). */
const rememberedIds = 4_096;

/** One MSRP session over a TCP connection of its own: the session core of `@plenary/msrp`, given a socket and the time. */
export class MsrpLine {
  readonly #options: MsrpLineOptions;
  #state: SessionState;
  #socket: MsrpSocket | undefined;
  #timer: { cancel(): void } | undefined;
  #isClosed = false;
  readonly #collect: ReturnType<typeof createCollector>;
  readonly #sends = new Map<string, (outcome: SendOutcome) => void>();
  readonly #seen = new Set<string>();
  #nicknameAnswered: ((status: number | 'timeout' | 'not-possible') => void) | undefined;
  #bound: { resolve: () => void; reject: (error: Error) => void } | undefined;

  private constructor(options: MsrpLineOptions) {
    this.#options = options;
    this.#collect = createCollector({ bodyBytes: options.messageBytes });
    this.#state = createSession({
      localUri: options.localUri,
      remotePath: options.remotePath,
      messageBytes: options.messageBytes,
    });
  }

  /** Connects and binds; rejects when the first SEND is not answered 200. */
  static async open(options: MsrpLineOptions, timeoutMs: number): Promise<MsrpLine> {
    const [next] = options.remotePath;
    if (!next) throw new RangeError('empty path');
    const line = new MsrpLine(options);
    line.#socket = await connectTcp({
      host: next.host,
      port: next.port ?? 2855,
      timeoutMs,
      handlers: {
        onEvent: (_socket, event) => {
          line.#receive(event);
        },
        onDrain: () => {
          line.#put({ kind: 'writable' });
        },
        onClose: () => {
          line.#put({ kind: 'transport-closed' });
        },
      },
    });
    await new Promise<void>((resolve, reject) => {
      line.#bound = { resolve, reject };
      line.#put({ kind: 'connected' });
    });
    return line;
  }

  /** Resolves when the message is answered for, chunk for chunk. */
  send(message: OutgoingMessage): Promise<SendOutcome> {
    return new Promise((resolve) => {
      this.#sends.set(message.messageId, resolve);
      this.#put({ kind: 'send-requested', message });
    });
  }

  abort(messageId: string): void {
    this.#put({ kind: 'abort-requested', messageId });
  }

  /** Empty removes. Resolves with the status of the answer. */
  nickname(nickname: string): Promise<number | 'timeout' | 'not-possible'> {
    return new Promise((resolve) => {
      if (this.#nicknameAnswered) {
        resolve('not-possible');
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
      case 'response':
        this.#put({ kind: 'response-received', response: whole.response });
        break;
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
        this.#socket?.write(output.octets);
        break;
      case 'want-writable':
        // With nothing queued there is no drain to wait for.
        if (this.#socket?.queuedBytes === 0) setImmediate(() => this.#put({ kind: 'writable' }));
        break;
      case 'bound':
        this.#bound?.resolve();
        break;
      case 'deliver':
        this.#deliver(output);
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

  #deliver(message: { messageId: string; contentType: string; body: Uint8Array }): void {
    if (this.#seen.has(message.messageId)) return;
    this.#seen.add(message.messageId);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= rememberedIds) break;
      this.#seen.delete(oldest);
    }
    this.#options.onMessage(message);
  }

  #settle(messageId: string, outcome: SendOutcome): void {
    const settle = this.#sends.get(messageId);
    this.#sends.delete(messageId);
    settle?.(outcome);
  }

  #close(reason: CloseReason): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#bound?.reject(new Error(`the MSRP session was not bound: ${reason}`));
    this.#nicknameAnswered?.('not-possible');
    for (const messageId of this.#sends.keys()) this.#settle(messageId, { kind: 'failed', failure: 'closed' });
    this.#socket?.end();
    this.#options.onClosed(reason);
  }
}
