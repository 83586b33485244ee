/**
 * Authentication-Info of the 200 to an AUTH (RFC 4976 section 7): the server proves itself and hands out the next nonce.
 *
 * ```abnf
 * Authentication-Info = "Authentication-Info:" SP ainfo *("," ainfo)
 * ainfo               = nextnonce / message-qop / response-auth / cnonce / nonce-count
 * ```
 */
import { ok, type Result } from '@plenary/wire';
import type { MsrpError } from '../errors.js';
import { formatDigestParams, parseDigestParams } from './digest-params.js';

export interface AuthenticationInfo {
  readonly nextNonce: string | undefined;
  readonly responseAuth: string | undefined;
  readonly cnonce: string | undefined;
  readonly nonceCount: string | undefined;
  readonly qop: string | undefined;
}

const BARE = new Set(['qop', 'nc']);

/** Every part may be missing. Err `bad-digest`. */
export function parseAuthenticationInfo(value: string): Result<AuthenticationInfo, MsrpError> {
  const read = parseDigestParams(value);
  if (!read.ok) return read;
  return ok({
    nextNonce: read.value.get('nextnonce'),
    responseAuth: read.value.get('rspauth'),
    cnonce: read.value.get('cnonce'),
    nonceCount: read.value.get('nc'),
    qop: read.value.get('qop'),
  });
}

export function formatAuthenticationInfo(info: AuthenticationInfo): string {
  const pairs: [string, string | undefined][] = [
    ['nextnonce', info.nextNonce],
    ['rspauth', info.responseAuth],
    ['cnonce', info.cnonce],
    ['nc', info.nonceCount],
    ['qop', info.qop],
  ];
  return formatDigestParams(pairs, BARE);
}
