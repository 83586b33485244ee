/** What goes into a session and what comes out of it. */
import type { MsrpError } from './errors.js';
import type { RandomBytes } from './ident.js';
import type { ByteRange, FailureReport, MsrpRequest, MsrpRequestHead, MsrpResponse } from './message.js';
import type { MsrpUri } from './uri.js';

/** A message to send; the Message-ID is the caller's, and new for every message. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly contentType: string;
  /** Must not change until the message is sent or failed. */
  readonly body: Uint8Array;
  /** Default false. */
  readonly successReport?: boolean;
  /** Default `yes`. */
  readonly failureReport?: FailureReport;
}

export type SessionInput =
  | { readonly kind: 'connected' }
  | { readonly kind: 'request-received'; readonly request: MsrpRequest }
  | { readonly kind: 'response-received'; readonly response: MsrpResponse }
  | { readonly kind: 'bad-request-received'; readonly error: MsrpError; readonly head: Partial<MsrpRequestHead> }
  | { readonly kind: 'send-requested'; readonly message: OutgoingMessage }
  | { readonly kind: 'abort-requested'; readonly messageId: string }
  /** Empty removes the nickname. One request at a time. */
  | { readonly kind: 'nickname-requested'; readonly nickname: string }
  /** The connection takes octets again, after `want-writable`. */
  | { readonly kind: 'writable' }
  | { readonly kind: 'timer-fired' }
  | { readonly kind: 'transport-closed' }
  | { readonly kind: 'close-requested' };

export type CloseReason =
  | 'asked'
  /** The connection is gone. */
  | 'transport-closed'
  /** No answer to the first SEND in time. */
  | 'bind-timeout'
  /** The first SEND was refused. */
  | 'bind-refused'
  /** 481 or 506 (RFC 4975 sections 10.8, 10.10). */
  | 'ended-by-peer'
  /** An input the table has no row for. */
  | 'protocol-error';

/** Why a message did not get through: a status, or what happened here. */
export type MessageFailure = number | 'timeout' | 'closed' | 'aborted' | 'queue-full' | 'duplicate' | 'type-refused';

export type SessionOutput =
  /** Octets for the connection, in order. */
  | { readonly kind: 'write'; readonly octets: Uint8Array }
  /** There is more to write: say `writable` when the connection has taken what it got. */
  | { readonly kind: 'want-writable' }
  | { readonly kind: 'bound' }
  /** A whole message came; the body is a view for this turn or a copy. */
  | { readonly kind: 'deliver'; readonly messageId: string; readonly contentType: string; readonly body: Uint8Array }
  /**
   * The message was taken: every chunk was answered 200. With Failure-Report `partial` or `no`: it is written; with `partial` a
   * `failed` may still follow.
   */
  | { readonly kind: 'sent'; readonly messageId: string }
  | { readonly kind: 'failed'; readonly messageId: string; readonly failure: MessageFailure }
  | {
      readonly kind: 'reported';
      readonly messageId: string;
      readonly status: number;
      readonly byteRange: ByteRange | undefined;
    }
  /** `status` is 200, or why not; `not-possible`: not connected, or a request is open already. */
  | {
      readonly kind: 'nickname-answered';
      readonly nickname: string;
      readonly status: number | 'timeout' | 'not-possible';
    }
  /** One timer per session: a new one replaces the old. */
  | { readonly kind: 'set-timer'; readonly atMs: number }
  | { readonly kind: 'cancel-timer' }
  /** The connection is not needed by this session any more. Nothing is written after it. */
  | { readonly kind: 'close'; readonly reason: CloseReason; readonly status: number | undefined };

export interface SessionOptions {
  /** Our URI of the session, as in our SDP. */
  readonly localUri: MsrpUri;
  /** The path of the peer's SDP, next hop first. */
  readonly remotePath: readonly MsrpUri[];
  /** Octets of the largest message taken; default 10 MiB. */
  readonly messageBytes?: number;
  /** Messages accepted for sending and not yet through; default 256. */
  readonly outgoingMessages?: number;
  /** Octets written before `want-writable`; default 64 KiB. */
  readonly writeBytes?: number;
  /** Default 30 s, as RFC 4975 section 7.1.1 says. */
  readonly timeoutMs?: number;
}

/** What a core may not have: the time, which must not go back, and randomness. */
export interface SessionContext {
  readonly nowMs: number;
  readonly random: RandomBytes;
}
