/**
 * Status of a REPORT (RFC 4975 sections 7.1.2 and 9).
 *
 * ```abnf
 * Status    = "Status:" SP namespace SP status-code [SP comment]
 * namespace = 3(DIGIT); "000" for all codes defined in this document.
 * ```
 */
import { err, ok, type Result } from '@plenary/wire';
import { digits } from '../characters.js';
import { MsrpError } from '../errors.js';
import type { ReportStatus } from '../message.js';

/** Err `bad-status`. A namespace other than `000` is read like any; what it means is not defined (RPT-006). */
export function parseStatus(value: string): Result<ReportStatus, MsrpError> {
  const namespace = value.slice(0, 3);
  const code = digits(value.slice(4, 7), 999);
  const isShaped = value.length >= 7 && value[3] === ' ' && (value.length === 7 || value[7] === ' ');
  if (!isShaped || code < 0 || digits(namespace, 999) < 0) return err(new MsrpError('bad-status'));
  return ok({ namespace, code, comment: value.slice(8) });
}

export function formatStatus(status: ReportStatus): string {
  const code = String(status.code).padStart(3, '0');
  return status.comment === '' ? `${status.namespace} ${code}` : `${status.namespace} ${code} ${status.comment}`;
}
