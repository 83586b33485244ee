/** Failure-Report (RFC 4975 sections 7.1.1 and 9): `"Failure-Report:" SP ("yes" / "no" / "partial")`, absent = `yes`. */
import { err, ok, type Result } from '@plenary/wire';
import { MsrpError } from '../errors.js';
import type { FailureReport } from '../message.js';

/** The choice, read in any case. Err `bad-report-choice`. Req: RPT-001. */
export function parseFailureReport(value: string): Result<FailureReport, MsrpError> {
  const choice = value.toLowerCase();
  return choice === 'yes' || choice === 'no' || choice === 'partial'
    ? ok(choice)
    : err(new MsrpError('bad-report-choice', 'Failure-Report'));
}

export function formatFailureReport(choice: FailureReport): string {
  return choice;
}
