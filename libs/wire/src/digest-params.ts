/**
 * The parameter lists of Digest: WWW-Authenticate and Authorization values (RFC 7616 sections 3.3, 3.4; RFC 3261
 * section 25.1; RFC 4976 section 9.1).
 *
 * challenge = "Digest" LWS digest-cln *( COMMA digest-cln ); credentials = "Digest" LWS dig-resp *( COMMA dig-resp )
 */
import { err, ok, type Result } from './result.js';

/** Algorithms we compute with, strongest first (RFC 8760 section 2.1). */
export const digestAlgorithms = ['SHA-256', 'SHA-512-256', 'MD5'] as const;
export type DigestAlgorithm = (typeof digestAlgorithms)[number];

/** Longest header value that is looked at, in characters. */
export const maxDigestLength = 4096;

/** What a server asks with. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  /** True when `auth` was offered. */
  readonly qop?: 'auth' | undefined;
  readonly opaque?: string | undefined;
  /** Right credentials, old nonce: try again with the new one without asking the user. */
  readonly stale?: boolean | undefined;
}

/** What a client answers with. */
export interface DigestCredentials {
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  /** Absent only from MSRP clients that follow the figures of RFC 4976. */
  readonly uri?: string | undefined;
  /** Hex. */
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop?: 'auth' | undefined;
  /** 8 hex digits, lower case. There with qop. */
  readonly nc?: string | undefined;
  readonly cnonce?: string | undefined;
  readonly opaque?: string | undefined;
}

export type DigestFaultCode =
  /** Another scheme, for instance Basic. */
  | 'not-digest'
  | 'malformed'
  /** A needed parameter is missing. */
  | 'incomplete'
  /** An algorithm or qop we do not compute. */
  | 'unsupported';

/** Why a Digest value was not taken. `detail` names a parameter, never its value. */
export interface DigestFault {
  readonly code: DigestFaultCode;
  readonly detail: string;
}

const fault = (code: DigestFaultCode, detail: string): Result<never, DigestFault> => err({ code, detail });

/**
 * Reads `Digest name=value, …` into a map with names in lower case. A name twice, an empty element, or text after a
 * value is malformed. Whether a value was quoted does not matter here.
 */
export function parseDigestParams(value: string): Result<Map<string, string>, DigestFault> {
  if (value.length > maxDigestLength) return fault('malformed', 'too long');
  const scheme = /^[ \t]*([^\s,=]+)[ \t]+/.exec(value);
  if (scheme === null) return fault('malformed', 'no scheme');
  if (scheme[1]?.toLowerCase() !== 'digest') return fault('not-digest', 'another scheme');
  const params = new Map<string, string>();
  // token EQUAL ( token / quoted-string ), with the LWS the grammar allows
  const param = /[ \t]*([A-Za-z0-9\-.!%*_+`'~]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))[ \t]*(?:,|$)/sy;
  param.lastIndex = scheme[0].length;
  for (;;) {
    const found = param.exec(value);
    const name = found?.[1]?.toLowerCase();
    if (found === null || name === undefined) return fault('malformed', 'parameter list');
    if (params.has(name)) return fault('malformed', `${name} twice`);
    params.set(name, found[3] ?? (found[2] ?? '').replace(/\\(.)/gs, '$1'));
    if (!found[0].endsWith(',')) return ok(params);
  }
}

/**
 * Parses a WWW-Authenticate value. A challenge that offers no qop we know is `unsupported`; without any qop it is one
 * of RFC 2069. Without algorithm it is MD5 (RFC 7616 section 3.3).
 */
export function parseChallenge(value: string): Result<DigestChallenge, DigestFault> {
  const params = parseDigestParams(value);
  if (!params.ok) return params;
  const get = (name: string): string | undefined => params.value.get(name);
  const [realm, nonce, qops, opaque, stale] = [get('realm'), get('nonce'), get('qop'), get('opaque'), get('stale')];
  if (realm === undefined) return fault('incomplete', 'realm');
  if (nonce === undefined) return fault('incomplete', 'nonce');
  const algorithm = readAlgorithm(get('algorithm'));
  if (algorithm === undefined) return fault('unsupported', 'algorithm');
  const hasAuth = qops?.split(',').some((qop) => qop.trim().toLowerCase() === 'auth') ?? false;
  if (qops !== undefined && !hasAuth) return fault('unsupported', 'qop');
  return ok({
    realm,
    nonce,
    algorithm,
    ...(hasAuth ? { qop: 'auth' as const } : {}),
    ...(opaque === undefined ? {} : { opaque }),
    ...(stale?.toLowerCase() === 'true' ? { stale: true } : {}),
  });
}

/** Writes a WWW-Authenticate value: qop quoted, algorithm and stale bare (RFC 7616 section 3.3). */
export function formatChallenge(challenge: DigestChallenge): string {
  const params = [`realm=${quoteDigest(challenge.realm)}`, `nonce=${quoteDigest(challenge.nonce)}`];
  if (challenge.opaque !== undefined) params.push(`opaque=${quoteDigest(challenge.opaque)}`);
  if (challenge.stale === true) params.push('stale=true');
  params.push(`algorithm=${challenge.algorithm}`);
  if (challenge.qop !== undefined) params.push(`qop="${challenge.qop}"`);
  return `Digest ${params.join(', ')}`;
}

/**
 * Parses an Authorization value. With qop, nc must be 8 hex digits and cnonce be there; nc or cnonce without qop is
 * malformed. A response that is no hex of the algorithm's length is malformed.
 */
export function parseCredentials(value: string): Result<DigestCredentials, DigestFault> {
  const params = parseDigestParams(value);
  if (!params.ok) return params;
  const get = (name: string): string | undefined => params.value.get(name);
  const [username, realm, nonce, response] = [get('username'), get('realm'), get('nonce'), get('response')];
  if (username === undefined) return fault('incomplete', 'username');
  if (realm === undefined) return fault('incomplete', 'realm');
  if (nonce === undefined) return fault('incomplete', 'nonce');
  if (response === undefined) return fault('incomplete', 'response');
  const algorithm = readAlgorithm(get('algorithm'));
  if (algorithm === undefined) return fault('unsupported', 'algorithm');
  if (!/^[0-9a-f]+$/i.test(response) || response.length !== responseLength(algorithm)) {
    return fault('malformed', 'response');
  }
  const [uri, qop, nc, cnonce, opaque] = [get('uri'), get('qop'), get('nc'), get('cnonce'), get('opaque')];
  if (qop === undefined) {
    if (nc !== undefined || cnonce !== undefined) return fault('malformed', 'nc or cnonce without qop');
  } else {
    if (qop.toLowerCase() !== 'auth') return fault('unsupported', 'qop');
    if (nc === undefined || !/^[0-9a-f]{8}$/i.test(nc)) return fault('malformed', 'nc');
    if (cnonce === undefined || cnonce === '') return fault('incomplete', 'cnonce');
  }
  return ok({
    username,
    realm,
    nonce,
    response,
    algorithm,
    ...(uri === undefined ? {} : { uri }),
    ...(qop === undefined ? {} : { qop: 'auth' as const }),
    ...(nc === undefined ? {} : { nc }),
    ...(cnonce === undefined ? {} : { cnonce }),
    ...(opaque === undefined ? {} : { opaque }),
  });
}

/** Writes an Authorization value: username, realm, nonce, uri, response quoted; algorithm, qop, nc bare (section 3.4). */
export function formatCredentials(credentials: DigestCredentials): string {
  const { username, realm, nonce, uri, response, algorithm, qop, nc, cnonce, opaque } = credentials;
  const params = [`username=${quoteDigest(username)}`, `realm=${quoteDigest(realm)}`, `nonce=${quoteDigest(nonce)}`];
  if (uri !== undefined) params.push(`uri=${quoteDigest(uri)}`);
  params.push(`response="${response}"`, `algorithm=${algorithm}`);
  if (qop !== undefined) params.push(`qop=${qop}`);
  if (nc !== undefined) params.push(`nc=${nc}`);
  if (cnonce !== undefined) params.push(`cnonce=${quoteDigest(cnonce)}`);
  if (opaque !== undefined) params.push(`opaque=${quoteDigest(opaque)}`);
  return `Digest ${params.join(', ')}`;
}

/** Algorithm names have no case; none is MD5. */
function readAlgorithm(value: string | undefined): DigestAlgorithm | undefined {
  if (value === undefined) return 'MD5';
  return digestAlgorithms.find((algorithm) => algorithm === value.toUpperCase());
}

/** Hex digits of a response. */
function responseLength(algorithm: DigestAlgorithm): number {
  return algorithm === 'MD5' ? 32 : 64;
}

/** quoted-string of a Digest parameter; throws when the text holds a line end. */
export function quoteDigest(text: string): string {
  if (/[\r\n]/.test(text)) throw new TypeError('a quoted-string cannot hold a line end');
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
