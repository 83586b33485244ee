/**
 * MSRP over TCP and TLS (RFC 4975 section 5.4): sockets and a decoder for each. `net/` is the only place of this package that does I/O.
 *
 * Every socket has Nagle's algorithm off and TCP keep-alive after 30 s. What is written is handed to the kernel at once; gathering what
 * belongs to one turn of the event loop is the caller's business.
 */
import { listenSockets, type RefusalReason, type SocketListener, type TlsMaterial } from '@plenary/wire/net';
import type { DecoderLimits } from '../decoder-events.js';
import { type MsrpSocket, type MsrpSocketHandlers, StreamSocket } from './socket.js';

export interface ListenMsrpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly handlers: MsrpSocketHandlers & {
    onOpen?(socket: MsrpSocket): void;
    /** A connection that never got ready, by its PROXY header or its handshake. */
    onRefused?(reason: RefusalReason, detail: string, remoteAddress: string): void;
  };
  readonly limits?: Partial<DecoderLimits>;
  /** With it, MSRP over TLS. Ask for certificates of clients here, and leave it to the session whether they are the right ones. */
  readonly tls?: TlsMaterial | undefined;
  /** Networks whose connections begin with a PROXY v2 header. */
  readonly proxyFrom?: readonly string[] | undefined;
  /** PROXY header and handshake together may take so long; default 10 s. */
  readonly handshakeMs?: number | undefined;
  /** Handshakes under way at once; default 1,000. */
  readonly handshakesMax?: number | undefined;
  /** Connections the kernel holds for us before they are accepted; default 511. */
  readonly backlog?: number;
  /** Further connections are closed as soon as accepted; default no limit. */
  readonly maxConnections?: number;
}

const HANDSHAKE_MS = 10_000;

/** Listens; rejects when the address cannot be bound. `close` resolves when the last open connection is closed: those are the caller's to end. */
export function listenMsrp(options: ListenMsrpOptions): Promise<SocketListener> {
  const { host, port, handlers, limits, tls, proxyFrom, backlog, maxConnections } = options;
  return listenSockets({
    host,
    port,
    tls,
    proxyFrom,
    backlog,
    maxConnections,
    handshakeMs: options.handshakeMs ?? HANDSHAKE_MS,
    handshakesMax: options.handshakesMax,
    onSocket({ socket, remoteAddress, remotePort, tls: secured }) {
      const facts = { remoteAddress, remotePort, secure: secured !== undefined, peerCertificate: secured?.peer?.raw };
      handlers.onOpen?.(new StreamSocket(socket, facts, handlers, limits));
    },
    onRefused(reason, detail, remoteAddress) {
      handlers.onRefused?.(reason, detail, remoteAddress);
    },
  });
}
