/** SEND (RFC 4975 section 7.1.1): which headers it needs. */
import { MsrpError } from '../errors.js';
import type { MsrpRequestHead } from '../message.js';

/**
 * Undefined when the head may stand over a SEND, else what is wrong with it: Message-ID must be there, and Byte-Range,
 * Success-Report and Failure-Report must be readable where they are. The decoder asks this of every SEND.
 *
 * Req: MSRP-020.
 */
export function checkSend(head: MsrpRequestHead): MsrpError | undefined {
  // "the sender MUST insert a Message-ID header field"; chunks are told apart by it.
  if (head.messageId === undefined) return new MsrpError('bad-message-id');
  if (head.malformed.length === 0) return undefined;
  if (head.malformed.includes('Byte-Range')) return new MsrpError('bad-byte-range');
  if (head.malformed.includes('Success-Report')) return new MsrpError('bad-report-choice', 'Success-Report');
  if (head.malformed.includes('Failure-Report')) return new MsrpError('bad-report-choice', 'Failure-Report');
  return undefined;
}
