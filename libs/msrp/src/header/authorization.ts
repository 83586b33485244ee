/**
 * Authorization of an AUTH request (RFC 4976 sections 7 and 9.1): the answer to a challenge.
 *
 * ```abnf
 * Authorization   = "Authorization:" SP credentials
 * credentials     = "Digest" SP digest-response *( "," SP digest-response)
 * digest-response = ( username / realm / nonce / response / [ algorithm ] / cnonce / [opaque] / message-qop /
 *                     [nonce-count] / [auth-param] )
 * ```
 * `qop`, `algorithm` and `nc` are bare, everything else is quoted.
 */
import { err, ok, type Result } from '@plenary/wire';
import { MsrpError } from '../errors.js';
import { formatDigestParams, parseDigest } from './digest-params.js';

export interface Authorization {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  /** Lower-case hex: 32 digits for MD5, 64 for SHA-256. */
  readonly response: string;
  readonly cnonce: string;
  /** 8 lower-case hex digits. */
  readonly nonceCount: string;
  readonly qop: string;
  /** Absent: MD5. */
  readonly algorithm: string | undefined;
  readonly opaque: string | undefined;
  /** Absent in the examples of RFC 4976; then it is the rightmost URI of To-Path. */
  readonly uri: string | undefined;
}

const BARE = new Set(['qop', 'algorithm', 'nc']);

/** Err `bad-digest` when a parameter that "MUST" be there (section 9.1: qop, cnonce, nc) or the response is missing. */
export function parseAuthorization(value: string): Result<Authorization, MsrpError> {
  const read = parseDigest(value);
  if (!read.ok) return read;
  const get = (name: string): string | undefined => read.value.get(name);
  const username = get('username');
  const realm = get('realm');
  const nonce = get('nonce');
  const response = get('response');
  const cnonce = get('cnonce');
  const nonceCount = get('nc');
  const qop = get('qop');
  if (username === undefined || realm === undefined || nonce === undefined || response === undefined)
    return err(new MsrpError('bad-digest'));
  if (cnonce === undefined || nonceCount === undefined || qop === undefined) return err(new MsrpError('bad-digest'));
  if (!/^[0-9a-f]{8}$/.test(nonceCount) || !/^(?:[0-9a-f]{32}|[0-9a-f]{64})$/.test(response))
    return err(new MsrpError('bad-digest', 'hex digits'));
  return ok({
    username,
    realm,
    nonce,
    response,
    cnonce,
    nonceCount,
    qop,
    algorithm: get('algorithm'),
    opaque: get('opaque'),
    uri: get('uri'),
  });
}

export function formatAuthorization(credentials: Authorization): string {
  const pairs: [string, string | undefined][] = [
    ['username', credentials.username],
    ['realm', credentials.realm],
    ['nonce', credentials.nonce],
    ['uri', credentials.uri],
    ['qop', credentials.qop],
    ['nc', credentials.nonceCount],
    ['cnonce', credentials.cnonce],
    ['response', credentials.response],
    ['algorithm', credentials.algorithm],
    ['opaque', credentials.opaque],
  ];
  return `Digest ${formatDigestParams(pairs, BARE)}`;
}
