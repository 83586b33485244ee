import type { Socket } from 'node:net';
import type { DecoderEvent, DecoderLimits } from '../decoder-events.js';
import { createDecoder } from '../decoder.js';

/** One MSRP connection. */
export interface MsrpSocket {
  /** Unique among all sockets of the process. */
  readonly id: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** Over TLS: `msrps` in URIs (RFC 4975 section 6). */
  readonly secure: boolean;
  /** The certificate the peer showed, DER; nobody has believed it yet. */
  readonly peerCertificate: Uint8Array | undefined;
  /**
   * Queues octets on the socket; strings are latin1. Returns false when the kernel does not take more now (wait for onDrain).
   * After the end of the socket the octets are dropped and the answer is false.
   */
  write(data: string | Uint8Array): boolean;
  /** Octets accepted by `write` but not yet taken by the kernel. */
  readonly queuedBytes: number;
  /** Stops reading; events of the read under way still come. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then FIN. Reading goes on until the peer closes. */
  end(): void;
  /** Closes at once; no event follows but `onClose`. */
  destroy(): void;
}

export interface MsrpSocketHandlers {
  /** Views in the event are valid for this turn; copy what outlives it. After `fatal` the handler decides: no octet is decoded any more. */
  onEvent(socket: MsrpSocket, event: DecoderEvent): void;
  /** After all events of one read. */
  onReadEnd?(socket: MsrpSocket): void;
  /** The kernel takes octets again. */
  onDrain(socket: MsrpSocket): void;
  /** Exactly once; `error` when the connection failed rather than ended. */
  onClose(socket: MsrpSocket, error?: Error): void;
}

/** What is known of a connection beside its socket. */
export interface ConnectionFacts {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly secure: boolean;
  readonly peerCertificate?: Uint8Array | undefined;
}

let nextSocketId = 1;

/** A socket that is ready, TCP or TLS, with a decoder. */
export class StreamSocket implements MsrpSocket {
  readonly id = nextSocketId++;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly secure: boolean;
  readonly peerCertificate: Uint8Array | undefined;
  readonly #socket: Socket;
  #isClosed = false;

  constructor(
    socket: Socket,
    facts: ConnectionFacts,
    handlers: MsrpSocketHandlers,
    limits: Partial<DecoderLimits> | undefined,
  ) {
    this.#socket = socket;
    this.remoteAddress = facts.remoteAddress;
    this.remotePort = facts.remotePort;
    this.secure = facts.secure;
    this.peerCertificate = facts.peerCertificate;
    const decoder = createDecoder(limits);
    let failure: Error | undefined;
    const sink = (event: DecoderEvent): void => {
      if (!this.#isClosed) handlers.onEvent(this, event);
    };
    socket.on('data', (octets: Buffer) => {
      if (this.#isClosed) return;
      decoder.push(octets, sink);
      handlers.onReadEnd?.(this);
    });
    socket.on('drain', () => {
      if (!this.#isClosed) handlers.onDrain(this);
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => {
      this.#isClosed = true;
      handlers.onClose(this, failure);
    });
  }

  get queuedBytes(): number {
    return this.#socket.writableLength;
  }

  write(data: string | Uint8Array): boolean {
    if (this.#isClosed || !this.#socket.writable) return false;
    return typeof data === 'string' ? this.#socket.write(data, 'latin1') : this.#socket.write(data);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }
}
