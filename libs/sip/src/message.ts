import type { HeaderFields } from '@plenary/wire';
import type { TlsPeer } from './certificate-identities.js';

/**
 * A SIP message as the parser leaves it (RFC 3261 section 7): start line, header fields in order with compact names
 * written out (`v` is `Via`) and folding undone, body octets. Header values stay text; `header/*.ts` parse the ones
 * somebody asks for, so that a malformed header nobody needs harms nobody (section 8.2.2).
 */
export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  /** As written; parse with `parseUri`. */
  readonly requestUri: string;
  readonly headers: HeaderFields;
  readonly body: Uint8Array;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: HeaderFields;
  readonly body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;

/** How a message came, and how an answer goes back. */
export type SipTransportName = 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';

export interface SipFlow {
  /** Names the connection (or UDP socket and peer) within this process. */
  readonly id: string;
  readonly transport: SipTransportName;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Of a TLS connection whose other end showed a certificate that was checked. */
  readonly tlsPeer?: TlsPeer | undefined;
}
