import { err, ok, type Branded, type Result } from '@plenary/wire';
import { XconError } from './errors.js';
import { IDENTIFIER_MAX_LENGTH, isHost } from './host.js';

// RFC 6501 §3.3.1:
//   XCON-URI       = "xcon" ":" [conf-object-id "@"] host
//   conf-object-id = 1*( unreserved / "+" / "=" / "/" )

/** An XCON-URI as it is stored and compared: all in lower case, with scheme. */
export type XconUri = Branded<'XconUri'>;

/** The parts of an XCON-URI, in lower case. */
export interface XconUriParts {
  /** Absent when the host alone names the object. */
  readonly objectId?: string;
  /** Names a conferencing system; never looked up (RFC 6501 §3.3.1 "MUST NOT attempt to perform a standard DNS lookup"). */
  readonly host: string;
}

const OBJECT_ID = /^[A-Za-z0-9\-._~+=/]+$/u;

/**
 * Reads an XCON-URI. The form without scheme that has an object id (`711331@example.com`) is accepted. Everything comes out in lower
 * case: "all the components of the identifiers MUST be converted to lowercase" (RFC 6501 §3.3.2).
 * Err `malformed-xcon-uri`, also beyond 512 characters.   Req: XCON-002, XCON-003.
 */
export function parseXconUri(text: string): Result<XconUriParts, XconError> {
  if (text.length > IDENTIFIER_MAX_LENGTH) return refused();
  const scheme = /^xcon:/iu.test(text);
  const rest = (scheme ? text.slice(5) : text).toLowerCase();
  const at = rest.indexOf('@');
  if (at === -1) return scheme && isHost(rest) ? ok({ host: rest }) : refused();
  const objectId = rest.slice(0, at);
  const host = rest.slice(at + 1);
  return OBJECT_ID.test(objectId) && isHost(host) ? ok({ objectId, host }) : refused();
}

// Made where it is needed: an error costs more than all the rest of a reading.
function refused(): ReturnType<typeof err<XconError>> {
  return err(new XconError('malformed-xcon-uri'));
}

/** Writes an XCON-URI, with scheme, in lower case. Throws `RangeError` when a part is malformed. */
export function formatXconUri(parts: XconUriParts): XconUri {
  if (!isHost(parts.host) || (parts.objectId !== undefined && !OBJECT_ID.test(parts.objectId))) {
    throw new RangeError('malformed part of an XCON-URI');
  }
  return `xcon:${parts.objectId === undefined ? '' : `${parts.objectId}@`}${parts.host}`.toLowerCase() as XconUri;
}

/** The form in which XCON-URIs are stored and compared character by character. */
export function normalizeXconUri(text: string): Result<XconUri, XconError> {
  const parts = parseXconUri(text);
  return parts.ok ? ok(formatXconUri(parts.value)) : parts;
}
