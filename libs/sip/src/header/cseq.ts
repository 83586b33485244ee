/**
 * CSeq (RFC 3261 section 20.16): CSeq = 1*DIGIT LWS Method
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { formatNumber, parseNumber } from './numbers.js';
import { isToken } from './scan.js';

export interface CSeq {
  /** Below 2**31. */
  readonly sequence: number;
  /** Methods have case. */
  readonly method: string;
}

/** "The sequence number MUST be expressible as a 32-bit unsigned integer and less than 2**31" (section 8.1.1.5). */
export const maxCSeq = 2 ** 31 - 1;

/** Parses CSeq. Err `malformed-header`. */
export function parseCSeq(value: string): Result<CSeq, SipError> {
  const [, digits = '', method = ''] = /^\s*(\d+)[ \t]+(\S+)\s*$/.exec(value) ?? [];
  if (!isToken(method)) return err(new SipError('malformed-header', 'CSeq is no number and method.'));
  const sequence = parseNumber(digits, maxCSeq);
  return sequence.ok ? ok({ sequence: sequence.value, method }) : sequence;
}

export function formatCSeq(cseq: CSeq): string {
  return `${formatNumber(cseq.sequence, maxCSeq)} ${cseq.method}`;
}
