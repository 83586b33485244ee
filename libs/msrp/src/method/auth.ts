/** AUTH (RFC 4976 section 5.1): what its request carries. The relay role itself is not part of this package. */
import { err, ok, type Result } from '@plenary/wire';
import { MsrpError } from '../errors.js';
import { parseAuthorization, type Authorization } from '../header/authorization.js';
import { parseExpires } from '../header/expires.js';
import type { MsrpRequestHead } from '../message.js';

export interface AuthRequest {
  /** Undefined: the first request, to be answered by a challenge. */
  readonly credentials: Authorization | undefined;
  /** Wanted lifetime of the path in seconds. */
  readonly expiresSeconds: number | undefined;
}

/** Ceiling of what is read as a number of seconds at all (MSRP-016); what is granted is a relay's own setting. */
export const MAX_AUTH_EXPIRES_SECONDS = 2 ** 31 - 1;

/** Reads the headers of an AUTH. Err `bad-digest` or `bad-expires`. */
export function readAuth(head: MsrpRequestHead): Result<AuthRequest, MsrpError> {
  let credentials: Authorization | undefined;
  let expiresSeconds: number | undefined;
  for (const [name, value] of head.otherHeaders) {
    const key = name.toLowerCase();
    if (key === 'authorization') {
      if (credentials !== undefined) return err(new MsrpError('bad-digest', 'twice'));
      const read = parseAuthorization(value);
      if (!read.ok) return read;
      credentials = read.value;
    } else if (key === 'expires') {
      const read = parseExpires(value, MAX_AUTH_EXPIRES_SECONDS);
      if (!read.ok) return read;
      expiresSeconds = read.value;
    }
  }
  return ok({ credentials, expiresSeconds });
}

/** Undefined when the headers of an AUTH are readable. */
export function checkAuth(head: MsrpRequestHead): MsrpError | undefined {
  const read = readAuth(head);
  return read.ok ? undefined : read.error;
}
