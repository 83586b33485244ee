import { connect, isIP, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectSecure, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { DecoderLimits } from '../decoder-events.js';
import { matchesFingerprint } from './fingerprint.js';
import { type MsrpSocket, type MsrpSocketHandlers, StreamSocket } from './socket.js';

export interface ConnectTcpOptions {
  readonly host: string;
  readonly port: number;
  readonly handlers: MsrpSocketHandlers;
  readonly limits?: Partial<DecoderLimits>;
  readonly timeoutMs: number;
}

export interface ConnectTlsOptions extends ConnectTcpOptions {
  /** PEM of the authorities that are believed; default: those of the system, or where there are fingerprints none but them. */
  readonly authorities?: string | undefined;
  /**
   * a=fingerprint of the peer, `sha-256 AB:CD:...`: its certificate has to be one of these. It may be signed by nobody known then, unless `authorities`
   * are given. Without any fingerprint it has to be signed by an authority and to name the host.
   */
  readonly fingerprints?: readonly string[] | undefined;
  /** Where to connect to instead of looking `host` up; the certificate is still that of `host`. */
  readonly address?: string | undefined;
  /** What we show where the peer asks for a certificate, PEM. */
  readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
}

const KEEP_ALIVE_MS = 30_000;

/** Connects; rejects when refused, unreachable, or not connected within `timeoutMs`. `onClose` follows only a success. */
export async function connectTcp(options: ConnectTcpOptions): Promise<MsrpSocket> {
  const socket = dial(options);
  await ready(socket, 'connect', options, undefined);
  return new StreamSocket(socket, factsOf(socket, false), options.handlers, options.limits);
}

/**
 * Connects over TLS, 1.2 or later, and says whom it wants to reach (SNI). Rejects as `connectTcp` does, and when the certificate is not the
 * right one: by the fingerprint where there is one, else by authority and by the name of the host, which has to be among its
 * subjectAltNames.
 *
 * Spec: RFC 4975 §14.2, §14.4.   Req: TRN-007, TRN-008.
 */
export async function connectTls(options: ConnectTlsOptions): Promise<MsrpSocket> {
  const { host, authorities, fingerprints = [], certificate } = options;
  const byFingerprint = fingerprints.length > 0;
  const socket = connectSecure({
    socket: dial({ host: options.address ?? host, port: options.port }),
    minVersion: 'TLSv1.2',
    // A name only: "Literal IPv4 and IPv6 addresses are not permitted" (RFC 6066 section 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...certificate,
    rejectUnauthorized: authorities !== undefined || !byFingerprint,
    checkServerIdentity: (_servername, shown) => identityFault(host, shown),
  });
  await ready(socket, 'secureConnect', options, () => {
    if (!byFingerprint) return undefined;
    const { raw } = socket.getPeerCertificate() as Partial<PeerCertificate>;
    if (raw !== undefined && matchesFingerprint(raw, fingerprints)) return undefined;
    return new Error(`the certificate of ${host} is not the one its fingerprint is of`);
  });
  return new StreamSocket(socket, factsOf(socket, true), options.handlers, options.limits);
}

/** Names in the subject alone, as certificates of long ago have them, are none. */
function identityFault(host: string, shown: PeerCertificate): Error | undefined {
  if (shown.subjectaltname === undefined) return new Error(`the certificate of ${host} has no subjectAltName`);
  return checkServerIdentity(host, shown);
}

function dial({ host, port }: Pick<ConnectTcpOptions, 'host' | 'port'>): Socket {
  return connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS });
}

/** Resolves at `event` if `faultOf` finds nothing wrong then. */
function ready(
  socket: Socket | TLSSocket,
  event: 'connect' | 'secureConnect',
  { host, port, timeoutMs }: ConnectTcpOptions,
  faultOf: (() => Error | undefined) | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection to ${host}:${port} within ${timeoutMs} ms`));
    }, timeoutMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', fail);
    socket.once('close', () => {
      fail(new Error(`the connection to ${host}:${port} was closed`));
    });
    socket.once(event, () => {
      clearTimeout(timer);
      const fault = faultOf?.();
      if (fault === undefined) {
        socket.off('error', fail);
        resolve();
      } else socket.destroy(fault);
    });
  });
}

function factsOf(socket: Socket | TLSSocket, secure: boolean) {
  return { remoteAddress: socket.remoteAddress ?? '', remotePort: socket.remotePort ?? 0, secure };
}
