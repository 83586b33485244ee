import { defaultSipLimits, type SipLimits } from '../limits.js';
import type { SipFlow, SipMessage } from '../message.js';
import type { SipTarget, SipTransport } from '../user-agent/interface.js';
import type { SipTransportFault } from './fault.js';
import { Intake } from './intake.js';
import { DEFAULT_TRANSPORT_LIMITS, type SipTransportLimits } from './limits.js';
import { TcpEndpoint } from './tcp.js';
import { UdpEndpoint } from './udp.js';

export interface SipTransportOptions {
  /** Address to bind: `127.0.0.1`, `0.0.0.0`, `::`. */
  readonly host: string;
  /** 0: any port that is free for both UDP and TCP. */
  readonly port: number;
  readonly limits?: Partial<SipTransportLimits> | undefined;
  /** Of one message. */
  readonly messageLimits?: SipLimits | undefined;
  /** Every message that could be read; requests with `received` and `rport` filled in. */
  onMessage(message: SipMessage, flow: SipFlow): void;
  /** For counting and a debug log. */
  onError(fault: SipTransportFault): void;
  /** A connection is gone; UDP flows never are. */
  onFlowClosed?(flow: SipFlow): void;
}

/** A transport with its listeners open. */
export interface OpenSipTransport extends SipTransport {
  /** Port of UDP and TCP alike. */
  readonly port: number;
  /** TCP connections that stand, for a metric. */
  connectionCount(): number;
}

/** Any port: how often to look for one that both transports can have. */
const ATTEMPTS = 10;

/**
 * Listens on UDP and TCP of one port: "a server MUST be prepared to receive requests ... on any IP address, port and transport combination", and
 * "for any port and interface that a server listens on for UDP, it MUST listen on that same port and interface for TCP" (RFC 3261 section 18.2.1).
 * Rejects when the port is taken. Req: SIP-001, SIP-002, SIP-007, SIP-008, SIP-010.
 */
export async function openSipTransport(options: SipTransportOptions): Promise<OpenSipTransport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openBoth(options);
    } catch (cause) {
      const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
      if (options.port !== 0 || !isTaken || attempt >= ATTEMPTS) throw cause;
    }
  }
}

async function openBoth(options: SipTransportOptions): Promise<OpenSipTransport> {
  const shared = {
    host: options.host,
    intake: new Intake(),
    limits: { ...DEFAULT_TRANSPORT_LIMITS, ...options.limits },
    messageLimits: options.messageLimits ?? defaultSipLimits,
    onMessage: (message: SipMessage, flow: SipFlow): void => options.onMessage(message, flow),
    onError: (fault: SipTransportFault): void => options.onError(fault),
    onFlowClosed: (flow: SipFlow): void => options.onFlowClosed?.(flow),
  };
  const tcp = await TcpEndpoint.open({ ...shared, port: options.port });
  let udp: UdpEndpoint;
  try {
    udp = await UdpEndpoint.open({ ...shared, port: tcp.port });
  } catch (cause) {
    await tcp.close();
    throw cause;
  }
  return {
    port: tcp.port,
    connectionCount: () => tcp.connectionCount,
    hasFlow: (flowId) => udp.owns(flowId) || tcp.hasFlow(flowId),
    send: (message, target) => send(udp, tcp, message, target),
    close: async () => {
      await Promise.all([udp.close(), tcp.close()]);
    },
  };
}

async function send(udp: UdpEndpoint, tcp: TcpEndpoint, message: SipMessage, target: SipTarget): Promise<void> {
  switch (target.transport) {
    case 'UDP':
      return udp.send(message, target);
    case 'TCP':
      return tcp.send(message, target);
    case 'TLS':
    case 'WS':
    case 'WSS':
      throw new Error(`no ${target.transport} here`);
  }
}
