import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { setImmediate as turn } from 'node:timers/promises';
import { Waiting } from './waiting.js';

/** One MSRP request or response as it stood on the wire. */
export interface Frame {
  readonly id: string;
  /** `SEND`, `REPORT`, …; empty for a response. */
  readonly method: string;
  /** 0 for a request. */
  readonly status: number;
  readonly phrase: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Undefined: no blank line, so no body at all. */
  readonly body: Buffer | undefined;
  readonly flag: string;
  /** Everything, from the start line to the end-line. */
  readonly octets: Buffer;
}

/** The value of the header field; names as they are spelled in the RFC. */
export function field(frame: Frame, name: string): string | undefined {
  return frame.headers.find(([key]) => key === name)?.[1];
}

/**
 * An MSRP connection that writes what it is given, right or wrong, and reads frames with a reader of its own: a start line, lines up to
 * a blank line or the end-line, octets up to the end-line. It shares no code with what it tests.
 */
export class MsrpSocket {
  readonly frames: Frame[] = [];
  /** Octets received. */
  receivedBytes = 0;
  readonly #socket: Socket;
  readonly #waiting: Waiting<Frame>;
  readonly #closed: Promise<void>;
  #held = Buffer.alloc(0);
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#waiting = new Waiting(this.frames);
    socket.on('data', (octets: Buffer) => {
      this.receivedBytes += octets.length;
      this.#held = Buffer.concat([this.#held, octets]);
      for (let frame = this.#take(); frame !== undefined; frame = this.#take()) this.#waiting.came(frame);
    });
    // A reset by the other side is a way of closing.
    socket.on('error', () => undefined);
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#isClosed = true;
        this.#waiting.ended();
        resolve();
      });
    });
  }

  /** `address` is `host:port`. */
  static open(address: string): Promise<MsrpSocket> {
    const at = address.lastIndexOf(':');
    const socket = connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new MsrpSocket(socket));
      });
    });
  }

  /** The same over TLS; rejects where the handshake fails. */
  static openTls(address: string, options: ConnectionOptions): Promise<MsrpSocket> {
    const at = address.lastIndexOf(':');
    const place = { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
    const socket = connectTls({ ...place, ...options });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.off('error', reject);
        resolve(new MsrpSocket(socket));
      });
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(octets: string | Uint8Array): void {
    this.#socket.write(octets);
  }

  /** Resolves when the system has taken them. */
  async written(octets: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.write(octets, () => resolve());
    });
  }

  /** Each piece in a write of its own, with a turn of the loop between two, so that the other side reads them apart. */
  async pieces(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      await this.written(piece);
      await turn();
      await turn();
    }
  }

  /** The first frame not yet taken that fits; rejects with what came instead. */
  next(fits: (frame: Frame) => boolean = () => true, timeoutMs?: number): Promise<Frame> {
    return this.#waiting.next(fits, timeoutMs);
  }

  /** The answer to a request of ours. */
  answer(id: string, timeoutMs?: number): Promise<Frame> {
    return this.next((frame) => frame.status !== 0 && frame.id === id, timeoutMs);
  }

  /** A request of the other side. */
  request(method: string, timeoutMs?: number): Promise<Frame> {
    return this.next((frame) => frame.method === method, timeoutMs);
  }

  /** Resolves when the other side has closed the connection. */
  async closed(timeoutMs = 10_000): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`still open after ${String(timeoutMs)} ms`)), timeoutMs);
    });
    try {
      await Promise.race([this.#closed, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stops reading: what comes stays in the socket. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes without a word, as a broken cable would. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Takes one frame off the octets held, if a whole one is there. */
  #take(): Frame | undefined {
    const held = this.#held;
    const lineEnd = held.indexOf('\r\n');
    if (lineEnd === -1) return undefined;
    const [protocol = '', id = '', ...rest] = held.toString('latin1', 0, lineEnd).split(' ');
    if (protocol !== 'MSRP') throw new Error(`not MSRP: ${held.toString('latin1', 0, lineEnd)}`);
    const endLine = `\r\n-------${id}`;
    let end = held.indexOf(endLine, lineEnd);
    while (end !== -1 && !/^[$+#]\r\n/.test(held.toString('latin1', end + endLine.length, end + endLine.length + 3)))
      end = held.indexOf(endLine, end + 1);
    if (end === -1) return undefined;
    const after = end + endLine.length + 3;
    const octets = held.subarray(0, after);
    this.#held = held.subarray(after);
    const blank = octets.indexOf('\r\n\r\n', lineEnd - 2);
    const hasBody = blank !== -1 && blank < end;
    const headEnd = hasBody ? blank : end;
    const lines = headEnd <= lineEnd ? [] : octets.toString('utf8', lineEnd + 2, headEnd).split('\r\n');
    const status = /^\d{3}$/.test(rest[0] ?? '') ? Number(rest[0]) : 0;
    return {
      id,
      method: status === 0 ? (rest[0] ?? '') : '',
      status,
      phrase: status === 0 ? '' : rest.slice(1).join(' '),
      headers: lines.map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)] as const;
      }),
      body: hasBody ? Buffer.from(octets.subarray(blank + 4, end)) : undefined,
      flag: octets.toString('latin1', after - 3, after - 2),
      octets: Buffer.from(octets),
    };
  }
}
