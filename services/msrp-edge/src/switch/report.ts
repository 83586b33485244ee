import { encodeReport, parseUri, type MsrpRequestHead, type MsrpUri } from '@plenary/msrp';
import type { EdgeSession } from '../sessions/session.js';

/**
 * The success REPORT the switch owes for a message it has taken over: from itself, as the receiver; what recipients report is never
 * passed on (RFC 7701 section 6.3). Undefined when none was asked for.
 *
 * Spec: RFC 4975 section 7.1.3.   Req: RPT-005, RPT-007, PRIV-009.
 */
export function successReport(
  session: EdgeSession,
  head: MsrpRequestHead,
  sizeBytes: number,
  nextId: () => string,
): string | undefined {
  if (!head.successReport || head.messageId === undefined) return undefined;
  return encodeReport({
    transactionId: nextId(),
    toPath: head.fromPath,
    fromPath: [ownUri(session)],
    messageId: head.messageId,
    byteRange: { start: 1, end: sizeBytes, total: sizeBytes },
    status: 200,
  });
}

function ownUri(session: EdgeSession): MsrpUri {
  const uri = parseUri(session.uri);
  if (!uri.ok) throw new Error('a session has an unreadable URI of our own');
  return uri.value;
}
