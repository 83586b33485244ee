/**
 * Call-ID (RFC 3261 section 20.8): callid = word [ "@" word ]. Compared octet by octet.
 */
import { err, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';

// word = 1*( alphanum / - . ! % * _ + ` ' ~ ( ) < > : \ " / [ ] ? { } )
const callIdOnly = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;

/** Parses Call-ID: the text itself, once it follows the grammar. Err `malformed-header`. */
export function parseCallId(value: string): Result<string, SipError> {
  const text = value.trim();
  return callIdOnly.test(text) ? ok(text) : err(new SipError('malformed-header', 'Call-ID is no word.'));
}

/** Writes a Call-ID; throws when it does not follow the grammar. */
export function formatCallId(callId: string): string {
  if (!callIdOnly.test(callId)) throw new TypeError('not a Call-ID');
  return callId;
}
