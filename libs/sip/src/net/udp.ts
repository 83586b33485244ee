import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP, isIPv4, isIPv6 } from 'node:net';
import { readTopVia } from '../header/via.js';
import type { SipLimits } from '../limits.js';
import type { SipFlow, SipMessage } from '../message.js';
import { parseMessage } from '../parser.js';
import { serializeMessage } from '../serializer.js';
import { isFlow, type SipTarget } from '../user-agent/interface.js';
import type { SipTransportFault } from './fault.js';
import { type Intake, plainAddress } from './intake.js';
import { responseAddress } from './response-route.js';

export interface UdpOptions {
  readonly host: string;
  readonly port: number;
  readonly intake: Intake;
  readonly messageLimits: SipLimits;
  onMessage(message: SipMessage, flow: SipFlow): void;
  onError(fault: SipTransportFault): void;
}

/**
 * One UDP socket: what comes in, and everything that goes out, so that answers leave "from the same address and port that the request was received on"
 * (RFC 3581 section 4). Req: SIP-001, SIP-007, SIP-008.
 */
export class UdpEndpoint {
  readonly port: number;
  readonly #socket: Socket;
  readonly #address: string;
  readonly #options: UdpOptions;
  #isOpen = true;

  private constructor(socket: Socket, options: UdpOptions) {
    const bound = socket.address();
    this.port = bound.port;
    this.#address = plainAddress(bound.address);
    this.#socket = socket;
    this.#options = options;
    socket.on('message', (octets, remote) => this.#receive(octets, remote));
    socket.on('error', (cause) => options.onError({ code: 'socket', detail: cause.message, remoteAddress: undefined }));
  }

  /** Binds the socket. Rejects when the port is taken. */
  static async open(options: UdpOptions): Promise<UdpEndpoint> {
    const socket = createSocket({ type: isIPv6(options.host) ? 'udp6' : 'udp4' });
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind(options.port, options.host, () => {
        socket.removeListener('error', reject);
        resolve();
      });
    });
    return new UdpEndpoint(socket, options);
  }

  owns(flowId: string): boolean {
    return this.#isOpen && flowId.startsWith(`udp:${this.port}:`);
  }

  /** Sends one datagram. A response goes where its top Via says. */
  async send(message: SipMessage, target: SipTarget): Promise<void> {
    const { host, port } = place(message, target);
    const address = await this.#resolve(host);
    const octets = serializeMessage(message);
    if (!this.#isOpen) throw new Error('the UDP socket is closed');
    await new Promise<void>((resolve, reject) => {
      this.#socket.send(octets, port, address, (cause) => (cause === null ? resolve() : reject(cause)));
    });
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  async #resolve(host: string): Promise<string> {
    const isSix = isIPv6(this.#address) || isIPv6(this.#options.host);
    const address = isIP(host) === 0 ? (await lookup(host, isSix ? {} : { family: 4 })).address : host;
    return isSix && isIPv4(address) ? `::ffff:${address}` : address;
  }

  #receive(octets: Uint8Array, remote: RemoteInfo): void {
    const remoteAddress = plainAddress(remote.address);
    const flow: SipFlow = {
      id: `udp:${this.port}:${remoteAddress}:${remote.port}`,
      transport: 'UDP',
      remoteAddress,
      remotePort: remote.port,
      localAddress: this.#address,
      localPort: this.port,
    };
    const { intake, messageLimits, onError, onMessage } = this.#options;
    const parsed = parseMessage(octets, messageLimits);
    if (parsed.ok) {
      onMessage(intake.stamp(parsed.value, flow), flow);
      return;
    }
    // Keep-alives (RFC 5626 section 3.5 and older habits) are nothing to report.
    if (parsed.error.code === 'empty-message' || octets.every((octet) => octet === 0)) return;
    onError({ code: 'bad-message', detail: parsed.error.message, remoteAddress, error: parsed.error });
    const answer = intake.answer(parsed.error, flow);
    if (answer === undefined) return;
    this.send(answer, flow).catch((cause: unknown) => {
      onError({ code: 'socket', detail: String(cause), remoteAddress });
    });
  }
}

function place(message: SipMessage, target: SipTarget): { host: string; port: number } {
  if (message.kind === 'response') {
    const via = readTopVia(message.headers);
    const address = via.ok ? responseAddress(via.value) : undefined;
    if (address !== undefined) return address;
  }
  return isFlow(target) ? { host: target.remoteAddress, port: target.remotePort } : target;
}
