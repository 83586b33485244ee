import type { SipError } from '../errors.js';

export type SipTransportFaultCode =
  /** The peer sent something that is no message; it was answered where that is possible. */
  | 'bad-message'
  /** A connection was turned away or cut off by a limit. */
  | 'limit'
  /** A connection never got to its first message: PROXY header or TLS handshake failed or took too long. */
  | 'refused'
  /** A socket failed. */
  | 'socket';

/** Something a service counts and perhaps logs; nothing it must act on. */
export interface SipTransportFault {
  readonly code: SipTransportFaultCode;
  /** Fit for a log: no header values, no body. */
  readonly detail: string;
  readonly remoteAddress: string | undefined;
  /** For `bad-message`. */
  readonly error?: SipError | undefined;
}
