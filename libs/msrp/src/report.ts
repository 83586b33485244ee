/** When a REPORT is owed and what it says, and what one that came means (RFC 4975 sections 7.1.2 to 7.1.4 and 7.3.2). */
import type { ReportFields } from './encoder.js';
import type { ByteRange, MsrpRequestHead } from './message.js';

/**
 * True when the receiver owes a success REPORT for this SEND: only with `Success-Report: yes`, and independent of Failure-Report.
 *
 * Req: RPT-007.
 */
export function owesSuccessReport(head: Pick<MsrpRequestHead, 'method' | 'successReport' | 'messageId'>): boolean {
  // "The endpoint MUST NOT send a success report for a SEND request that either contained no Success-Report header field or contained
  // such a field with a value of "no"" (section 7.1.3).
  return head.method === 'SEND' && head.successReport && head.messageId !== undefined;
}

/** The success REPORT over a whole message of `sizeBytes` octets, sent once. Throws when none is owed. Req: RPT-005, RPT-007. */
export function successReport(head: MsrpRequestHead, sizeBytes: number, transactionId: string): ReportFields {
  if (!owesSuccessReport(head)) throw new Error('no success REPORT is owed');
  return report(head, { start: 1, end: sizeBytes, total: sizeBytes }, 200, transactionId);
}

/**
 * The failure REPORT over one chunk of which `receivedBytes` octets came, for a failure found after its 200; undefined when
 * Failure-Report forbids one. Start and total are the sender's, the end is measured.
 *
 * Req: RPT-002, RPT-005.
 */
export function failureReport(
  head: MsrpRequestHead,
  receivedBytes: number,
  status: number,
  transactionId: string,
): ReportFields | undefined {
  // "If the endpoint receives a SEND request with a Failure-Report header field value of "no", then it MUST NOT send a failure REPORT
  // request" (section 7.1.4).
  if (head.method !== 'SEND' || head.messageId === undefined || head.failureReport === 'no') return undefined;
  const start = head.byteRange?.start ?? 1;
  const range = { start, end: start + receivedBytes - 1, total: head.byteRange?.total };
  return report(head, range, status, transactionId);
}

/** A REPORT that came, as far as it means anything to us. */
export interface ReceivedReport {
  readonly messageId: string;
  readonly byteRange: ByteRange | undefined;
  /** Read like the code of a response. */
  readonly status: number;
}

/** Undefined for a REPORT to be dropped: without Message-ID or Status, or of a namespace other than `000`. Req: RPT-006. */
export function readReport(head: MsrpRequestHead): ReceivedReport | undefined {
  if (head.method !== 'REPORT' || head.messageId === undefined || head.status?.namespace !== '000') return undefined;
  return { messageId: head.messageId, byteRange: head.byteRange, status: head.status.code };
}

function report(head: MsrpRequestHead, byteRange: ByteRange, status: number, transactionId: string): ReportFields {
  return {
    transactionId,
    // The whole From-Path: a REPORT travels all the way back (section 7.1.2).
    toPath: head.fromPath,
    fromPath: head.toPath.slice(-1),
    messageId: head.messageId ?? '',
    byteRange,
    status,
  };
}
