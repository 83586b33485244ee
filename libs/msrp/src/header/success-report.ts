/** Success-Report (RFC 4975 sections 7.1.1 and 9): `"Success-Report:" SP ("yes" / "no")`, absent = `no`. */
import { err, ok, type Result } from '@plenary/wire';
import { MsrpError } from '../errors.js';

/** True for `yes`, in any case. Err `bad-report-choice`. Req: RPT-001. */
export function parseSuccessReport(value: string): Result<boolean, MsrpError> {
  const choice = value.toLowerCase();
  if (choice === 'yes') return ok(true);
  return choice === 'no' ? ok(false) : err(new MsrpError('bad-report-choice', 'Success-Report'));
}

export function formatSuccessReport(wanted: boolean): string {
  return wanted ? 'yes' : 'no';
}
