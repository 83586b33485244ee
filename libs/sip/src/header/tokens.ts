/**
 * Header fields that are lists of tokens: Allow (methods), Supported, Require, Unsupported (option tags), Allow-Events
 * (RFC 3261 sections 20.5, 20.32, 20.37, 20.40; RFC 6665 section 8.2.2).
 */
import { err, type HeaderFields, ok, type Result } from '@plenary/wire';
import { SipError } from '../errors.js';
import { readList } from './list.js';
import { isToken } from './scan.js';

export type TokenListName = 'Allow' | 'Supported' | 'Require' | 'Unsupported' | 'Allow-Events' | 'In-Reply-To';

function parseToken(text: string): Result<string, SipError> {
  return isToken(text) ? ok(text) : err(new SipError('malformed-header', 'An element is no token.'));
}

/** The tokens of all fields of that name, in order, as written. Methods have case, option tags are compared without. */
export function readTokens(headers: HeaderFields, name: TokenListName): Result<string[], SipError> {
  return readList(headers, name, parseToken);
}

/** Writes such a list; throws when an element is no token. Empty is allowed: `Supported:` says "nothing". */
export function formatTokens(tokens: readonly string[]): string {
  for (const token of tokens) if (!isToken(token)) throw new TypeError('not a token');
  return tokens.join(', ');
}

/** Whether a list of option tags names this one; false when the field is absent or unreadable. */
export function hasOption(headers: HeaderFields, name: TokenListName, option: string): boolean {
  const tokens = readTokens(headers, name);
  return tokens.ok && tokens.value.some((token) => token.toLowerCase() === option.toLowerCase());
}
