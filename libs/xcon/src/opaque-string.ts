import { err, ok, type Result } from '@plenary/wire';
import { XconError } from './errors.js';
import { freeformFault } from './precis/freeform-class.js';

/** Octets of UTF-8 a password may have, before and after the rules. */
export const PASSWORD_MAX_BYTES = 1023;

const OTHER_SPACES = /\p{Zs}/gu;

/**
 * Enforces the OpaqueString profile on a password: what comes out is what is hashed and compared. Other spaces become U+0020, then NFC;
 * case and width stay (RFC 8265 §4.2.2). Enforcing twice is enforcing once.
 *
 * Err `password-empty` ("a zero-length password … MUST be rejected"), `password-too-long`, `password-disallowed`, `password-unassigned`
 * or `password-context`, with the code point.   Spec: RFC 8265 §4.2, RFC 8264 §4.3.   Req: POL-017.
 */
export function enforceOpaqueString(password: string): Result<string, XconError> {
  if (byteLength(password) > PASSWORD_MAX_BYTES) return err(new XconError('password-too-long'));
  const refused = refusal(password);
  if (refused !== undefined) return err(refused);
  const enforced = password.replace(OTHER_SPACES, ' ').normalize('NFC');
  if (enforced === '') return err(new XconError('password-empty'));
  if (byteLength(enforced) > PASSWORD_MAX_BYTES) return err(new XconError('password-too-long'));
  const refusedAfter = refusal(enforced);
  return refusedAfter === undefined ? ok(enforced) : err(refusedAfter);
}

function refusal(text: string): XconError | undefined {
  const fault = freeformFault(text);
  return fault === undefined ? undefined : new XconError(`password-${fault.reason}`, fault.codePoint);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
