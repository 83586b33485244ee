import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { TlsMaterial } from '@plenary/wire/net';
import { certificateIdentities, standsFor, type TlsPeer } from '../certificate-identities.js';
import { isAddress } from '../header/host.js';
import type { SipAddress } from '../user-agent/interface.js';

/** SIP over TLS: what it listens with, and what its own connections are made with. */
export interface SipTlsOptions {
  /** Without it nothing is listened on, and TLS is for connections of ours alone. */
  readonly listen?:
    | {
        readonly host: string;
        /** 0: any that is free. */
        readonly port: number;
        readonly material: TlsMaterial;
      }
    | undefined;
  /** For a connection of ours, asked each time: `ca` (default: the public authorities Node knows), and our `cert` and `key` for a peer that asks. */
  client(): Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;
}

/**
 * Begins a connection whose peer has to prove by its certificate that it is the host the request is for: another one is an error of the socket,
 * before anything was sent. TLS 1.2 or later. Spec: RFC 5922 §7.3, RFC 3261 §26.3.1.   Req: SIP-035.
 */
export function connectTls({ host, port, name = host }: SipAddress, tls: SipTlsOptions): TLSSocket {
  return connect({
    host,
    port,
    ...tls.client(),
    minVersion: 'TLSv1.2',
    rejectUnauthorized: true,
    // A server name is a DNS name (RFC 6066 section 3).
    ...(isAddress(name) ? {} : { servername: name }),
    checkServerIdentity: (_host, { subjectaltname }) =>
      standsFor(certificateIdentities(subjectaltname), name)
        ? undefined
        : new Error('the certificate there is for another host'),
  });
}

/** Who is at the other end; undefined when it showed no certificate, or none to be believed. */
export function tlsPeerOf(socket: TLSSocket): TlsPeer | undefined {
  if (!socket.authorized) return undefined;
  const { subjectaltname } = socket.getPeerCertificate();
  return subjectaltname === undefined ? undefined : certificateIdentities(subjectaltname);
}
