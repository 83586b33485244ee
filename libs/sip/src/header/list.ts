import { err, ok, type Result } from '@plenary/wire';
import type { HeaderFields } from '@plenary/wire';
import { SipError } from '../errors.js';

/**
 * Splits a comma list; a comma between quotes or inside `<` `>` does not split (RFC 3261 section 7.3.1).
 *
 * Elements are trimmed. An element that is empty, a quote or a `<` that never ends make the list malformed. Empty
 * text is the empty list: `Supported:` with nothing says "nothing is supported".
 */
export function splitList(value: string): Result<string[], SipError> {
  if (value.trim() === '') return ok([]);
  const elements: string[] = [];
  let start = 0;
  let quoted = false;
  let inAngle = false;
  const close = (end: number): boolean => {
    const element = value.slice(start, end).trim();
    start = end + 1;
    if (element === '') return false;
    elements.push(element);
    return true;
  };
  for (let i = 0; i < value.length; i++) {
    const char = value.charAt(i);
    if (quoted) {
      if (char === '\\') i++;
      else if (char === '"') quoted = false;
    } else if (char === '"' && !inAngle) quoted = true;
    else if (char === '<') inAngle = true;
    else if (char === '>') inAngle = false;
    else if (char === ',' && !inAngle && !close(i)) return err(new SipError('malformed-header', 'Empty list element.'));
  }
  if (quoted || inAngle) return err(new SipError('malformed-header', 'A quote or < is never closed.'));
  if (!close(value.length)) return err(new SipError('malformed-header', 'Empty list element.'));
  return ok(elements);
}

/** Reads a header field that stands at most once: `undefined` when it is absent. Err `repeated-header`. */
export function readOptional<T>(
  headers: HeaderFields,
  name: string,
  parse: (value: string) => Result<T, SipError>,
): Result<T | undefined, SipError> {
  const values = headers.getAll(name);
  if (values.length > 1) return err(new SipError('repeated-header', `${name}.`));
  const value = values[0];
  return value === undefined ? ok(undefined) : named(name, parse(value));
}

/** Reads a header field that stands exactly once. Err `missing-header`, `repeated-header`. */
export function readRequired<T>(
  headers: HeaderFields,
  name: string,
  parse: (value: string) => Result<T, SipError>,
): Result<T, SipError> {
  const value = readOptional(headers, name, parse);
  if (!value.ok) return value;
  return value.value === undefined ? err(new SipError('missing-header', `${name}.`)) : ok(value.value);
}

/**
 * Reads a comma list that may be spread over several header fields of one name, which means the same (section 7.3.1).
 * Absent is the empty list.
 */
export function readList<T>(
  headers: HeaderFields,
  name: string,
  parse: (element: string) => Result<T, SipError>,
): Result<T[], SipError> {
  const elements: T[] = [];
  for (const value of headers.getAll(name)) {
    const split = splitList(value);
    if (!split.ok) return named(name, split);
    for (const element of split.value) {
      const parsed = named(name, parse(element));
      if (!parsed.ok) return parsed;
      elements.push(parsed.value);
    }
  }
  return ok(elements);
}

/** Puts the name of the header field before the text of an error. */
function named<T>(name: string, result: Result<T, SipError>): Result<T, SipError> {
  if (result.ok || result.error.message.startsWith(`${name}: `)) return result;
  result.error.message = `${name}: ${result.error.message}`;
  return result;
}
