import { connect, type Socket } from 'node:net';
import { createCollector, createDecoder, copyOctets, type MsrpRequest, type MsrpResponse } from '@plenary/msrp';

/** A participant made of a TCP socket: writes octets, keeps what comes, answers tracked copies. */
export class RawClient {
  readonly requests: MsrpRequest[] = [];
  readonly responses = new Map<string, MsrpResponse>();
  closed = false;
  #transactions = 0;
  #waiting: (() => void)[] = [];

  private constructor(
    readonly socket: Socket,
    readonly path: string,
    readonly own: string,
  ) {
    const decoder = createDecoder();
    const collect = createCollector({ bodyBytes: 64 * 1024 * 1024 });
    socket.on('data', (octets: Buffer) => {
      decoder.push(octets, (event) => {
        const whole = collect(event);
        if (whole?.type === 'response') this.responses.set(whole.response.transactionId, whole.response);
        else if (whole?.type === 'request') {
          const { head, body, flag } = whole.request;
          this.requests.push({ head, flag, body: body === undefined ? undefined : copyOctets(body) });
          if (head.failureReport === 'yes' && head.method === 'SEND') this.#respond(head.transactionId);
        } else if (whole !== undefined) throw new Error(`unreadable octets from the edge: ${whole.type}`);
      });
      this.#wake();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake();
    });
  }

  static connect(path: string, own: string): Promise<RawClient> {
    const [, host, port] = /^msrp:\/\/([^:/]+):(\d+)\//.exec(path)!;
    return new Promise((resolve, reject) => {
      const socket = connect({ host: host!, port: Number(port), noDelay: true }, () => {
        resolve(new RawClient(socket, path, own));
      });
      socket.once('error', reject);
    });
  }

  /** Writes one SEND; returns its transaction id. */
  send(
    body: Uint8Array | string | undefined,
    options: { messageId?: string; byteRange?: string; flag?: string } = {},
  ): string {
    const id = `rawtx${this.#transactions++}`;
    const lines = [
      `MSRP ${id} SEND`,
      `To-Path: ${this.path}`,
      `From-Path: ${this.own}`,
      `Message-ID: ${options.messageId ?? `m${id}`}`,
    ];
    if (options.byteRange !== undefined) lines.push(`Byte-Range: ${options.byteRange}`);
    const end = `-------${id}${options.flag ?? '$'}\r\n`;
    if (body === undefined) this.socket.write(`${lines.join('\r\n')}\r\n${end}`);
    else
      this.socket.write(
        Buffer.concat([
          Buffer.from(`${lines.join('\r\n')}\r\nContent-Type: message/cpim\r\n\r\n`),
          typeof body === 'string' ? Buffer.from(body) : body,
          Buffer.from(`\r\n${end}`),
        ]),
      );
    return id;
  }

  /** The status of a transaction, when it has come. */
  async status(id: string): Promise<number> {
    await this.until(() => this.responses.has(id));
    return this.responses.get(id)!.status;
  }

  /** Waits for a state, told by every read and by the end of the connection. */
  async until(state: () => boolean, withinMs = 10_000): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!state()) {
      const leftMs = deadline - Date.now();
      if (leftMs <= 0) throw new Error('did not come to that state in time');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** All bodies, one after the other. */
  get received(): Buffer {
    return Buffer.concat(this.requests.map(({ body }) => body ?? Buffer.alloc(0)));
  }

  #respond(id: string): void {
    this.socket.write(`MSRP ${id} 200 OK\r\nTo-Path: ${this.path}\r\nFrom-Path: ${this.own}\r\n-------${id}$\r\n`);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
