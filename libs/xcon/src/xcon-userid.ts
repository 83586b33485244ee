import { err, ok, type Result, type UserId } from '@plenary/wire';
import { XconError } from './errors.js';
import { IDENTIFIER_MAX_LENGTH, isHost } from './host.js';

// RFC 6501 §4.6.5:
//   XCON-USERID  = "xcon-userid" ":" conf-user-id        conf-user-id = 1*unreserved
// Every example of RFC 6503 and RFC 6504 has "@" host behind it: that is written, both are read.

/** The parts of an XCON-USERID, in lower case. */
export interface XconUserIdParts {
  readonly userId: string;
  /** Absent: the own domain. */
  readonly host?: string;
}

const SCHEME = 'xcon-userid:';
const UNRESERVED = /^[A-Za-z0-9\-._~]+$/u;

/**
 * Reads an XCON-USERID; everything comes out in lower case (RFC 6501 §4.6.5: "MUST be converted to lowercase").
 * Err `malformed-xcon-userid`, also beyond 512 characters.   Req: XCON-008.
 */
export function parseXconUserId(text: string): Result<XconUserIdParts, XconError> {
  const lower = text.length > IDENTIFIER_MAX_LENGTH ? '' : text.toLowerCase();
  if (!lower.startsWith(SCHEME)) return refused();
  const at = lower.indexOf('@');
  const userId = lower.slice(SCHEME.length, at === -1 ? undefined : at);
  if (!UNRESERVED.test(userId)) return refused();
  if (at === -1) return ok({ userId });
  const host = lower.slice(at + 1);
  return isHost(host) ? ok({ userId, host }) : refused();
}

// Made where it is needed: an error costs more than all the rest of a reading.
function refused(): ReturnType<typeof err<XconError>> {
  return err(new XconError('malformed-xcon-userid'));
}

/** Writes an XCON-USERID in lower case. Throws `RangeError` when a part is malformed. */
export function formatXconUserId(parts: XconUserIdParts): UserId {
  if (!UNRESERVED.test(parts.userId) || (parts.host !== undefined && !isHost(parts.host))) {
    throw new RangeError('malformed part of an XCON-USERID');
  }
  return `${SCHEME}${parts.userId}${parts.host === undefined ? '' : `@${parts.host}`}`.toLowerCase() as UserId;
}

/** The form in which XCON-USERIDs are stored and compared; one without host gets `ownDomain`. */
export function normalizeXconUserId(text: string, ownDomain: string): Result<UserId, XconError> {
  const parts = parseXconUserId(text);
  return parts.ok ? ok(formatXconUserId({ host: ownDomain, ...parts.value })) : parts;
}
