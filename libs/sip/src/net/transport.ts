import { defaultSipLimits, type SipLimits } from '../limits.js';
import type { SipFlow, SipMessage } from '../message.js';
import type { SipTarget, SipTransport } from '../user-agent/interface.js';
import type { SipTransportFault } from './fault.js';
import { Intake } from './intake.js';
import { DEFAULT_TRANSPORT_LIMITS, type SipTransportLimits } from './limits.js';
import { StreamEndpoint } from './stream-endpoint.js';
import type { SipTlsOptions } from './tls-material.js';
import { UdpEndpoint } from './udp.js';

export interface SipTransportOptions {
  /** Address to bind: `127.0.0.1`, `0.0.0.0`, `::`. */
  readonly host: string;
  /** 0: any port that is free for both UDP and TCP. */
  readonly port: number;
  /** TLS beside them; without it there is none. */
  readonly tls?: SipTlsOptions | undefined;
  /** Networks (CIDR) whose TCP and TLS connections have to begin with a PROXY v2 header, which says whose they are. */
  readonly proxyFrom?: readonly string[] | undefined;
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
  /** Port of TLS; undefined where nothing listens for it. */
  readonly tlsPort: number | undefined;
  /** TCP and TLS connections that stand, for a metric. */
  connectionCount(): number;
}

/** Any port: how often to look for one that both transports can have. */
const ATTEMPTS = 10;

/**
 * Listens on UDP and TCP of one port: "a server MUST be prepared to receive requests ... on any IP address, port and transport combination", and
 * "for any port and interface that a server listens on for UDP, it MUST listen on that same port and interface for TCP" (RFC 3261 section 18.2.1);
 * and on TLS where that is asked for. Rejects when a port is taken. Req: SIP-001, SIP-002, SIP-007, SIP-008, SIP-010.
 */
export async function openSipTransport(options: SipTransportOptions): Promise<OpenSipTransport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await openAll(options);
    } catch (cause) {
      const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
      if (options.port !== 0 || !isTaken || attempt >= ATTEMPTS) throw cause;
    }
  }
}

/** The endpoints of one transport. */
interface Endpoints {
  readonly udp: UdpEndpoint;
  readonly tcp: StreamEndpoint;
  readonly tls: StreamEndpoint | undefined;
}

async function openAll(options: SipTransportOptions): Promise<OpenSipTransport> {
  const shared = {
    intake: new Intake(),
    limits: { ...DEFAULT_TRANSPORT_LIMITS, ...options.limits },
    messageLimits: options.messageLimits ?? defaultSipLimits,
    onMessage: (message: SipMessage, flow: SipFlow): void => options.onMessage(message, flow),
    onError: (fault: SipTransportFault): void => options.onError(fault),
    onFlowClosed: (flow: SipFlow): void => options.onFlowClosed?.(flow),
  };
  const { host, port, proxyFrom, tls: secure } = options;
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((endpoint) => endpoint.close()));
  };
  try {
    const tcp = await StreamEndpoint.open({ ...shared, listen: { host, port }, proxyFrom });
    opened.push(tcp);
    const udp = await UdpEndpoint.open({ ...shared, host, port: tcp.port });
    opened.push(udp);
    const tls = secure && (await StreamEndpoint.open({ ...shared, listen: secure.listen, tls: secure, proxyFrom }));
    if (tls) opened.push(tls);
    const endpoints = { udp, tcp, tls };
    return {
      port: tcp.port,
      tlsPort: secure?.listen === undefined ? undefined : tls?.port,
      connectionCount: () => tcp.connectionCount + (tls?.connectionCount ?? 0),
      hasFlow: (flowId) => udp.owns(flowId) || tcp.hasFlow(flowId) || tls?.hasFlow(flowId) === true,
      send: (message, target) => send(endpoints, message, target),
      close,
    };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function send({ udp, tcp, tls }: Endpoints, message: SipMessage, target: SipTarget): Promise<void> {
  switch (target.transport) {
    case 'UDP':
      return udp.send(message, target);
    case 'TCP':
      return tcp.send(message, target);
    case 'TLS':
      if (tls !== undefined) return tls.send(message, target);
      break;
    case 'WS':
    case 'WSS':
  }
  throw new Error(`no ${target.transport} here`);
}
