import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { Waiting } from './waiting.js';

/** One SIP message as text. Header names as they came; `headerOf` compares them without case. */
export interface SipText {
  readonly startLine: string;
  /** 0 for a request. */
  readonly status: number;
  /** Empty for a response. */
  readonly method: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** First value of a header field. */
export function headerOf(message: SipText, name: string): string | undefined {
  return headersOf(message, name)[0];
}

export function headersOf(message: SipText, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
}

/** A SIP connection or datagram socket that writes what it is given and reads messages by Content-Length, with a reader of its own. */
export class SipSocket {
  readonly messages: SipText[] = [];
  readonly #waiting = new Waiting<SipText>(this.messages);
  readonly #write: (octets: string | Uint8Array) => Promise<void>;
  readonly #close: () => void;
  #held = Buffer.alloc(0);
  #whenClosed: (() => void) | undefined;
  #isClosed = false;
  /** CRLF received between messages. */
  keepAlives = 0;

  private constructor(
    readonly transport: 'TCP' | 'UDP',
    readonly localPort: number,
    write: (octets: string | Uint8Array) => Promise<void>,
    close: () => void,
  ) {
    this.#write = write;
    this.#close = close;
  }

  static tcp(address: string): Promise<SipSocket> {
    const { host, port } = split(address);
    const socket: Socket = connect({ host, port });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        socket.on('error', () => undefined);
        socket.setNoDelay(true);
        const made = new SipSocket(
          'TCP',
          (socket.address() as AddressInfo).port,
          (octets) => new Promise((written) => socket.write(octets, () => written())),
          () => socket.destroy(),
        );
        socket.on('data', (octets: Buffer) => made.#octets(octets));
        socket.once('close', () => made.#ended());
        resolve(made);
      });
    });
  }

  static udp(address: string): Promise<SipSocket> {
    const { host, port } = split(address);
    const socket: DatagramSocket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', () => {
        const made = new SipSocket(
          'UDP',
          socket.address().port,
          (octets) => new Promise((sent) => socket.send(octets, port, host, () => sent())),
          () => {
            if (!made.#isClosed) socket.close();
            made.#isClosed = true;
          },
        );
        socket.on('message', (octets) => {
          made.#held = Buffer.alloc(0);
          made.#octets(octets);
        });
        resolve(made);
      });
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  write(octets: string | Uint8Array): Promise<void> {
    return this.#write(octets);
  }

  async pieces(pieces: readonly Uint8Array[]): Promise<void> {
    for (const piece of pieces) {
      await this.#write(piece);
      await turn();
      await turn();
    }
  }

  next(fits: (message: SipText) => boolean = () => true, timeoutMs?: number): Promise<SipText> {
    return this.#waiting.next(fits, timeoutMs);
  }

  /** The answer to a request of ours with this Call-ID and CSeq, final unless asked otherwise. */
  answer(callId: string, cseq: string, options: { provisional?: boolean; timeoutMs?: number } = {}): Promise<SipText> {
    return this.next(
      (message) =>
        message.status >= (options.provisional === true ? 100 : 200) &&
        headerOf(message, 'Call-ID') === callId &&
        headerOf(message, 'CSeq') === cseq,
      options.timeoutMs,
    );
  }

  async closed(timeoutMs = 10_000): Promise<void> {
    if (this.#isClosed) return;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`still open after ${String(timeoutMs)} ms`)), timeoutMs);
      this.#whenClosed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  destroy(): void {
    this.#close();
  }

  #ended(): void {
    this.#isClosed = true;
    this.#waiting.ended();
    this.#whenClosed?.();
  }

  #octets(octets: Buffer): void {
    this.#held = Buffer.concat([this.#held, octets]);
    for (;;) {
      while (this.#held.subarray(0, 2).toString() === '\r\n') {
        this.keepAlives++;
        this.#held = this.#held.subarray(2);
      }
      const headEnd = this.#held.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const [startLine = '', ...lines] = this.#held.toString('utf8', 0, headEnd).split('\r\n');
      const headers = lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
      });
      const length = Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1] ?? '0');
      const end = headEnd + 4 + length;
      if (this.#held.length < end) return;
      const body = this.#held.toString('utf8', headEnd + 4, end);
      this.#held = this.#held.subarray(end);
      const [first = '', second = ''] = startLine.split(' ');
      const isResponse = first === 'SIP/2.0';
      this.#waiting.came({
        startLine,
        status: isResponse ? Number(second) : 0,
        method: isResponse ? '' : first,
        headers,
        body,
      });
    }
  }
}

function split(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
}
