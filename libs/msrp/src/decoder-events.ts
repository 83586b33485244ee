import type { MsrpError } from './errors.js';
import type { ContinuationFlag, MsrpRequest, MsrpRequestHead, MsrpResponse } from './message.js';

/**
 * What the decoder says, in the order of the octets. A request whose last octet is at hand when its first is decoded
 * comes as one `request`. Any other comes as `head`, then `body` pieces, then `end`: memory is bounded by the look-behind for
 * the end-line, not by the body. The sequence of `head`/`body`/`end` carries the same octets however the input was cut;
 * `collect` in `collect.ts` turns both forms into the same `MsrpRequest`.
 *
 * Octets in `body` and `request` are views on the input where possible: copy what outlives the turn.
 */
export type DecoderEvent =
  | { readonly type: 'request'; readonly request: MsrpRequest }
  | { readonly type: 'response'; readonly response: MsrpResponse }
  | { readonly type: 'head'; readonly head: MsrpRequestHead }
  | { readonly type: 'body'; readonly octets: Uint8Array }
  | { readonly type: 'end'; readonly flag: ContinuationFlag }
  /**
   * One bad request in a readable frame: answer `error.status` with these ids if `failureReport` is not `no`; decoding
   * goes on after it.
   */
  | { readonly type: 'bad-request'; readonly error: MsrpError; readonly head: Partial<MsrpRequestHead> }
  /**
   * The octets cannot be followed any more: the decoder is finished. Answer as a bad request, if `head` tells enough for that, and close the
   * connection.
   */
  | { readonly type: 'fatal'; readonly error: MsrpError; readonly head: Partial<MsrpRequestHead> };

export interface DecoderLimits {
  /** Octets of start line and headers together; default 16 KiB (MSRP-020). */
  readonly headerBytes: number;
  /** Octets of a body of anything but SEND; default 10240 (MSRP-019). */
  readonly nonSendBodyBytes: number;
  /** Header fields in one message; default 64. */
  readonly headerCount: number;
  /** Largest number accepted in Byte-Range, Expires; default 2^48 (MSRP-016). */
  readonly numberCeiling: number;
}
