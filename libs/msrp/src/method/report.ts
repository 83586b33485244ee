/** REPORT (RFC 4975 section 7.1.2): which headers it needs. A REPORT that lacks them is dropped, never answered. */
import { MsrpError } from '../errors.js';
import type { MsrpRequestHead } from '../message.js';

/** Undefined when the head may stand over a REPORT: Message-ID and Status are there, Byte-Range is readable if present. */
export function checkReport(head: MsrpRequestHead): MsrpError | undefined {
  if (head.messageId === undefined) return new MsrpError('bad-message-id');
  if (head.status === undefined) return new MsrpError('bad-status');
  return head.malformed.includes('Byte-Range') ? new MsrpError('bad-byte-range') : undefined;
}
