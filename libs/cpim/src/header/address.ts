import { escapeText, unescapeText } from './escapes.js';
import { isToken } from './name.js';

// RFC 3862 §4.1 to §4.3, one grammar for From, To and cc:
//   From-header = "From" ": " [ Formal-name ] "<" URI ">"
//   Formal-name = 1*( Token SP ) / String         URI = absolute-URI

/** Someone: a URI, and perhaps how they are called. The name proves nothing. */
export interface NameAndUri {
  /** Formal name without quotes, escapes resolved; absent when none is written. */
  readonly name?: string;
  /** As written between the angle brackets. */
  readonly uri: string;
}

const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]+$/u;
const QUOTED_NAME = /^"((?:[^"\\]|\\[^])*)"[ \t]*</u;

/** True for an absolute URI in ASCII without characters that would end it early in a header. */
export function isAbsoluteUri(text: string): boolean {
  return ABSOLUTE_URI.test(text);
}

/**
 * Reads the value of From, To or cc. Undefined unless there is exactly one URI in angle brackets at the end (CPIM-006).
 * Tolerates characters in an unquoted name that the grammar keeps to quoted ones, and a missing SP before `<`.
 */
export function parseAddress(value: string): NameAndUri | undefined {
  const end = value.length - 1;
  if (value.charCodeAt(end) !== 0x3e) return undefined;
  const first = value.charCodeAt(0);
  if (first === 0x3c) return withUri(undefined, value.slice(1, end));
  if (first === 0x22) {
    const quoted = QUOTED_NAME.exec(value);
    return quoted === null ? undefined : withUri(unescapeText(quoted[1] ?? ''), value.slice(quoted[0].length, end));
  }
  const open = value.indexOf('<');
  if (open === -1) return undefined;
  const name = value.slice(0, open).trimEnd();
  return name.includes('"') ? undefined : withUri(unescapeText(name), value.slice(open + 1, end));
}

/**
 * Writes the value of From, To or cc: tokens bare, any other name quoted, an empty name not at all.
 * Throws `RangeError` when `uri` is no absolute URI.
 */
export function formatAddress(address: NameAndUri): string {
  if (!isAbsoluteUri(address.uri)) throw new RangeError('a CPIM address needs an absolute URI');
  const name = address.name;
  if (name === undefined || name === '') return `<${address.uri}>`;
  const written = name.split(' ').every(isToken) ? name : `"${escapeText(name, true)}"`;
  return `${written} <${address.uri}>`;
}

function withUri(name: string | undefined, uri: string): NameAndUri | undefined {
  if (!ABSOLUTE_URI.test(uri)) return undefined;
  return name === undefined || name === '' ? { uri } : { name, uri };
}
