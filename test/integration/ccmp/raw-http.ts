import { connect, type Socket } from 'node:net';

/** One HTTP answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A TCP connection to an HTTP server, for what an HTTP library would not send. */
export class RawHttp {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #isEnded = false;
  #wake: () => void = () => undefined;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    this.#socket.on('data', (piece) => {
      this.#received = Buffer.concat([this.#received, piece]);
      this.#wake();
    });
    for (const event of ['end', 'close', 'error'])
      this.#socket.on(event, () => {
        this.#isEnded = true;
        this.#wake();
      });
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  /** Closes the sending half. */
  endSending(): void {
    this.#socket.end();
  }

  /** The next answer; undefined when the connection ends before it is whole. */
  async next(): Promise<RawAnswer | undefined> {
    for (;;) {
      const answer = this.#take();
      if (answer !== undefined) return answer;
      if (this.#isEnded) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [first = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n');
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const length = Number(headers.get('content-length') ?? 0);
    const bodyEnd = end + 4 + length;
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.subarray(end + 4, bodyEnd).toString('utf8');
    this.#received = this.#received.subarray(bodyEnd);
    return { status: Number(first.split(' ')[1]), headers, body };
  }
}

/** A POST of a CCMP text, as octets of HTTP/1.1; `headers` over the usual ones, an empty value leaves one out. */
export function rawPost(url: string, body: string, headers: Readonly<Record<string, string>> = {}): string {
  const { host, pathname } = new URL(url);
  const all = {
    Host: host,
    'Content-Type': 'application/ccmp+xml;charset=UTF-8',
    Accept: 'application/ccmp+xml',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]));
  return [`POST ${pathname} HTTP/1.1`, ...lines, '', body].join('\r\n');
}
