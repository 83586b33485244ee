/** What one transport takes on. */
export interface SipTransportLimits {
  /** TCP and TLS connections at once, both directions, of each; above it new ones are closed unread. Default 10 000. */
  readonly connections: number;
  /** The same from one address; default 500. */
  readonly connectionsPerAddress: number;
  /** A connection without traffic for so long is closed; default 15 minutes. */
  readonly idleMs: number;
  /** Longest time from the first octet of a message to its last; default 10 s. */
  readonly messageMs: number;
  /** Longest time for an outgoing connection to stand, TLS handshake and all; default 5 s. */
  readonly connectMs: number;
  /** Longest time from an accepted connection to its first message: PROXY header and TLS handshake together; default 10 s. */
  readonly handshakeMs: number;
  /** Octets waiting to be read by a peer; above it the connection is closed. Default 1 MiB. */
  readonly pendingBytes: number;
}

export const DEFAULT_TRANSPORT_LIMITS: SipTransportLimits = {
  connections: 10_000,
  connectionsPerAddress: 500,
  idleMs: 15 * 60_000,
  messageMs: 10_000,
  connectMs: 5_000,
  handshakeMs: 10_000,
  pendingBytes: 1024 * 1024,
};
