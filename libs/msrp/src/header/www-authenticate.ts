/**
 * WWW-Authenticate of a 401 (RFC 4976 sections 7 and 9.1): a challenge.
 *
 * ```abnf
 * WWW-Authenticate = "WWW-Authenticate:" SP "Digest" SP digest-param *("," SP digest-param)
 * digest-param     = ( realm / nonce / [ opaque ] / [ stale ] / [ algorithm ] / qop-options / [auth-param] )
 * qop-options      = "qop=" DQUOTE qop-list DQUOTE
 * ```
 * Here `qop` is quoted; in Authorization it is bare.
 */
import { err, ok, type Result } from '@plenary/wire';
import { MsrpError } from '../errors.js';
import { formatDigestParams, parseDigest } from './digest-params.js';

export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  /** The choices, `auth` among them. */
  readonly qop: readonly string[];
  /** Absent: MD5. */
  readonly algorithm: string | undefined;
  readonly opaque: string | undefined;
  readonly stale: boolean;
}

const BARE = new Set(['algorithm', 'stale']);

/** Err `bad-digest` when realm, nonce or qop is missing: "MUST include a qop parameter in all" challenges (section 9.1). */
export function parseWwwAuthenticate(value: string): Result<Challenge, MsrpError> {
  const read = parseDigest(value);
  if (!read.ok) return read;
  const realm = read.value.get('realm');
  const nonce = read.value.get('nonce');
  const qop = read.value.get('qop');
  if (realm === undefined || nonce === undefined || qop === undefined) return err(new MsrpError('bad-digest'));
  return ok({
    realm,
    nonce,
    qop: qop.split(',').map((choice) => choice.trim()),
    algorithm: read.value.get('algorithm'),
    opaque: read.value.get('opaque'),
    stale: read.value.get('stale')?.toLowerCase() === 'true',
  });
}

export function formatWwwAuthenticate(challenge: Challenge): string {
  const pairs: [string, string | undefined][] = [
    ['realm', challenge.realm],
    ['qop', challenge.qop.join(',')],
    ['nonce', challenge.nonce],
    ['opaque', challenge.opaque],
    ['stale', challenge.stale ? 'true' : undefined],
    ['algorithm', challenge.algorithm],
  ];
  return `Digest ${formatDigestParams(pairs, BARE)}`;
}
