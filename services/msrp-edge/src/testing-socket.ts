import {
  copyOctets,
  createCollector,
  createDecoder,
  type Decoder,
  type MsrpRequest,
  type MsrpResponse,
} from '@plenary/msrp';
import type { OutSocket } from './sessions/socket.interface.js';

/** What the switch writes to one client, and what the client does. */
export class FakeSocket implements OutSocket {
  static #ids = 1;
  readonly id = FakeSocket.#ids++;
  secure = false;
  peerCertificate: Uint8Array | undefined;
  queuedBytes = 0;
  writes = 0;
  ended = false;
  paused = false;
  /** While true nothing is taken from the switch's side. */
  stuck = false;
  readonly responses: MsrpResponse[] = [];
  readonly requests: MsrpRequest[] = [];
  raw = '';
  readonly #decoder: Decoder = createDecoder();
  readonly #collect = createCollector({ bodyBytes: 64 * 1024 * 1024 });
  #waiting: Buffer[] = [];

  write(data: string | Uint8Array): boolean {
    this.writes++;
    const octets = typeof data === 'string' ? Buffer.from(data, 'latin1') : Buffer.from(data);
    if (!this.stuck) {
      this.#take(octets);
      return true;
    }
    this.#waiting.push(octets);
    this.queuedBytes += octets.length;
    return false;
  }

  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  end(): void {
    this.ended = true;
  }
  destroy(): void {
    this.ended = true;
  }

  /** The client reads what waited. */
  release(): void {
    this.stuck = false;
    this.queuedBytes = 0;
    for (const octets of this.#waiting.splice(0)) this.#take(octets);
  }

  #take(octets: Buffer): void {
    this.raw += octets.toString('latin1');
    this.#decoder.push(octets, (event) => {
      const whole = this.#collect(event);
      if (whole?.type === 'response') this.responses.push(whole.response);
      else if (whole?.type === 'request') {
        const { head, body, flag } = whole.request;
        this.requests.push({ head, flag, body: body === undefined ? undefined : copyOctets(body) });
      } else if (whole !== undefined) throw new Error(`the switch wrote something unreadable: ${whole.type}`);
    });
  }
}
