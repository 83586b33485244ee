import { createSocket, type Socket } from 'node:dgram';
import { attributes, ident, offer, request as requestOctets, type RequestParts } from './messages.js';
import { MsrpSocket } from './msrp-socket.js';
import { headerOf, headersOf, type SipText } from './sip-socket.js';
import { Waiting } from './waiting.js';

/** A session that came of a call to a device. */
export interface TakenCall {
  readonly invite: SipText;
  readonly msrp: MsrpSocket;
  /** The room's URI in this session, and ours. */
  readonly toPath: string;
  readonly fromPath: string;
}

/** A SIP device that sits somewhere and is called: it reads requests off a datagram socket and answers by hand. */
export class Device {
  readonly messages: SipText[] = [];
  readonly #waiting = new Waiting<SipText>(this.messages);
  readonly #sources = new Map<SipText, { readonly port: number; readonly address: string }>();
  readonly #tag = ident(8);

  private constructor(
    readonly user: string,
    readonly socket: Socket,
  ) {
    socket.on('message', (octets, { port, address }) => {
      const message = readMessage(octets.toString('utf8'));
      this.#sources.set(message, { port, address });
      this.#waiting.came(message);
    });
  }

  static open(user: string): Promise<Device> {
    const socket = createSocket('udp4');
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(0, '127.0.0.1', () => {
        resolve(new Device(user, socket));
      });
    });
  }

  /** Where it can be called. */
  get uri(): string {
    return `sip:${this.user}@127.0.0.1:${String(this.socket.address().port)}`;
  }

  /** The next call, not answered yet; `user`: to this user, where the device stands for several. */
  invite(timeoutMs?: number, user?: string): Promise<SipText> {
    return this.#waiting.next(
      ({ method, startLine }) => method === 'INVITE' && (user === undefined || startLine.includes(`:${user}@`)),
      timeoutMs,
    );
  }

  /** The first `count` calls out of one room, each once however often its INVITE comes; not answered yet. */
  async invitesFrom(room: string, count: number): Promise<readonly SipText[]> {
    const calls = new Map<string, SipText>();
    while (calls.size < count) {
      const invite = await this.invite();
      const isNew = headerOf(invite, 'From')?.includes(room) === true && !calls.has(callIdOf(invite));
      if (isNew) calls.set(callIdOf(invite), invite);
    }
    return [...calls.values()];
  }

  /** The BYE that ends a call; answered. `callId`: of that call. */
  async bye(timeoutMs?: number, callId?: string): Promise<SipText> {
    const request = await this.#waiting.next(
      (message) => message.method === 'BYE' && (callId === undefined || headerOf(message, 'Call-ID') === callId),
      timeoutMs,
    );
    await this.answer(request, 200);
    return request;
  }

  /** Takes the next call: 200 with an answer, and the MSRP connection the offer asks for, bound by an empty SEND. */
  async take(): Promise<TakenCall> {
    const invite = await this.invite();
    return this.accept(invite);
  }

  async accept(invite: SipText): Promise<TakenCall> {
    const [toPath = ''] = attributes(invite.body, 'path');
    const fromPath = `msrp://127.0.0.1:7654/${ident()};tcp`;
    await this.answer(invite, 200, offer({ path: fromPath }));
    const callId = headerOf(invite, 'Call-ID');
    await this.#waiting.next((message) => message.method === 'ACK' && headerOf(message, 'Call-ID') === callId);
    const msrp = await MsrpSocket.open(/^msrp:\/\/([^/]+)\//.exec(toPath)?.[1] ?? '');
    await askOver(msrp, { toPath, fromPath, headers: [`Message-ID: ${ident()}`] });
    return { invite, msrp, toPath, fromPath };
  }

  async answer(request: SipText, status: number, body = ''): Promise<void> {
    const source = this.#sources.get(request);
    if (source === undefined) throw new Error('no request of this device');
    const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
      headersOf(request, name).map((value) =>
        name === 'To' && !value.includes(';tag=') ? `To: ${value};tag=${this.#tag}` : `${name}: ${value}`,
      ),
    );
    const lines = [
      `SIP/2.0 ${String(status)} Answer`,
      ...copied,
      `Contact: <${this.uri}>`,
      ...(body === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${String(Buffer.byteLength(body))}`,
      '',
      body,
    ];
    await new Promise((sent) => this.socket.send(lines.join('\r\n'), source.port, source.address, sent));
  }

  destroy(): void {
    this.socket.close();
  }
}

/** Sends a request over a bare connection and waits for its answer. */
export async function askOver(msrp: MsrpSocket, parts: RequestParts): Promise<{ readonly status: number }> {
  const id = ident();
  msrp.write(requestOctets({ ...parts, id }));
  return msrp.answer(id);
}

/** Call-ID of a request: names the call. */
export function callIdOf(message: SipText): string {
  return headerOf(message, 'Call-ID') ?? '';
}

function readMessage(text: string): SipText {
  const headEnd = text.indexOf('\r\n\r\n');
  const [startLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const [first = '', second = ''] = startLine.split(' ');
  const isResponse = first === 'SIP/2.0';
  return {
    startLine,
    status: isResponse ? Number(second) : 0,
    method: isResponse ? '' : first,
    headers: lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
    }),
    body: text.slice(headEnd + 4),
  };
}
