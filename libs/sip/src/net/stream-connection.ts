import type { Socket } from 'node:net';
import type { TlsPeer } from '../certificate-identities.js';
import type { SipError } from '../errors.js';
import type { SipLimits } from '../limits.js';
import type { SipFlow, SipMessage } from '../message.js';
import { serializeMessage } from '../serializer.js';
import { StreamFramer } from '../stream-framer.js';
import type { SipTransportFault } from './fault.js';
import { type Intake, plainAddress } from './intake.js';
import type { SipTransportLimits } from './limits.js';

export interface StreamConnectionOptions {
  readonly intake: Intake;
  readonly messageLimits: SipLimits;
  readonly limits: SipTransportLimits;
  onMessage(message: SipMessage, flow: SipFlow): void;
  onError(fault: SipTransportFault): void;
  onClosed(connection: StreamConnection): void;
}

/** A socket fit for messages: handshakes and PROXY headers are over. */
export interface StreamSocket {
  readonly socket: Socket;
  readonly transport: 'TCP' | 'TLS';
  /** Of the peer itself, whatever balancer is between. */
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly tlsPeer?: TlsPeer | undefined;
}

const CRLF = Uint8Array.of(0x0d, 0x0a);

/** One TCP or TLS connection that stands, whoever opened it. Req: SIP-002, SIP-008, SIP-010. */
export class StreamConnection {
  readonly flow: SipFlow;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  readonly #options: StreamConnectionOptions;
  #unfinished: NodeJS.Timeout | undefined;
  #isOpen = true;

  constructor({ socket, ...ends }: StreamSocket, flowId: string, options: StreamConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#framer = new StreamFramer(options.messageLimits);
    this.flow = {
      id: flowId,
      transport: ends.transport,
      remoteAddress: ends.remoteAddress,
      remotePort: ends.remotePort,
      localAddress: plainAddress(socket.localAddress),
      localPort: socket.localPort ?? 0,
      ...(ends.tlsPeer === undefined ? {} : { tlsPeer: ends.tlsPeer }),
    };
    socket.setNoDelay(true);
    socket.setKeepAlive(true, 60_000);
    socket.setTimeout(options.limits.idleMs, () => this.#socket.destroy());
    socket.on('data', (octets) => this.#receive(octets));
    // 'close' follows, and with it `onClosed`.
    socket.on('error', (cause) => this.#fault('socket', cause.message));
    socket.on('close', () => this.#closed());
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#socket.writable;
  }

  /** Resolves when the octets have left for the kernel; rejects when the connection is gone or its peer does not read. */
  async send(message: SipMessage): Promise<void> {
    await this.#write(serializeMessage(message));
  }

  /** Sends what is waiting, then closes. */
  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #write(octets: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#socket.write(octets, (cause) => {
        // A write that was under way when the socket was destroyed reports no error; nobody knows how far it got.
        if (cause !== null && cause !== undefined) reject(cause);
        else if (this.#socket.destroyed) reject(new Error('the connection was cut'));
        else resolve();
      });
      if (this.#socket.writableLength > this.#options.limits.pendingBytes) {
        this.#fault('limit', 'the peer does not read');
        this.#socket.destroy();
      }
    });
  }

  #receive(octets: Uint8Array): void {
    const events = this.#framer.push(octets);
    for (const event of events) {
      if (event.kind === 'message') {
        this.#options.onMessage(this.#options.intake.stamp(event.message, this.flow), this.flow);
      } else if (event.kind === 'ping') {
        // "The server MUST respond ... with a single CRLF" (RFC 5626 section 4.4.1).
        this.#write(CRLF).catch(() => undefined);
      } else this.#refuse(event.error, event.finished);
    }
    if (events.length > 0 || this.#framer.bufferedBytes === 0) this.#stopWatch();
    if (this.#framer.bufferedBytes > 0) this.#startWatch();
  }

  #refuse(error: SipError, finished: boolean): void {
    const { remoteAddress } = this.flow;
    this.#options.onError({ code: 'bad-message', detail: error.message, remoteAddress, error });
    const answer = this.#options.intake.answer(error, this.flow);
    if (answer !== undefined) this.send(answer).catch(() => undefined);
    if (finished) this.end();
  }

  /** A message that was begun must come to its end: nobody holds a buffer by sending one octet a minute. */
  #startWatch(): void {
    this.#unfinished ??= setTimeout(() => {
      this.#fault('limit', 'a message was begun and not finished');
      this.#socket.destroy();
    }, this.#options.limits.messageMs);
  }

  #stopWatch(): void {
    clearTimeout(this.#unfinished);
    this.#unfinished = undefined;
  }

  #closed(): void {
    this.#isOpen = false;
    this.#stopWatch();
    this.#options.onClosed(this);
  }

  #fault(code: 'limit' | 'socket', detail: string): void {
    this.#options.onError({ code, detail, remoteAddress: this.flow.remoteAddress });
  }
}
