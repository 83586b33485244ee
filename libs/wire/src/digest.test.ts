import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { answerChallenge, strongestChallenge } from './digest-answer.js';
import { checkNonce, makeNonce } from './digest-nonce.js';
import {
  type DigestCredentials,
  formatChallenge,
  formatCredentials,
  parseChallenge,
  parseCredentials,
} from './digest-params.js';
import {
  digestHa1,
  digestResponse,
  digestRspauth,
  equalInConstantTime,
  formatAuthenticationInfo,
  type HashHex,
  verifyDigest,
} from './digest.js';

const nodeNames = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;
const hash: HashHex = (algorithm, data) => createHash(nodeNames[algorithm]).update(data).digest('hex');

const hmac = (data: string): string => createHmac('sha256', 'key').update(data).digest('base64url');

interface Vector {
  username: string;
  password: string;
  realm: string;
  uri: string;
  method: string;
  nonce: string;
  nc: string;
  cnonce: string;
  responses: Record<'MD5' | 'SHA-256', string>;
}
const path = new URL('../../../test/vectors/sip/rfc7616-s3.9.1-digest.json', import.meta.url);
const vector = JSON.parse(readFileSync(path, 'utf8')) as Vector;

function credentials(algorithm: 'MD5' | 'SHA-256', change: Partial<DigestCredentials> = {}): DigestCredentials {
  const { username, realm, nonce, uri, nc, cnonce } = vector;
  return {
    username,
    realm,
    nonce,
    uri,
    nc,
    cnonce,
    qop: 'auth',
    algorithm,
    response: vector.responses[algorithm],
    ...change,
  };
}

describe('digest', () => {
  it.each(['MD5', 'SHA-256'] as const)('AUTH-003 computes and verifies RFC 7616 section 3.9.1 with %s', (algorithm) => {
    const ha1 = digestHa1(hash, algorithm, vector);
    const { nonce, uri, nc, cnonce, method } = vector;
    const response = digestResponse(hash, ha1, method, { algorithm, nonce, uri, nc, cnonce, qop: 'auth' });
    expect(response).toBe(vector.responses[algorithm]);
    expect(verifyDigest(hash, ha1, method, credentials(algorithm))).toBe(true);
    expect(verifyDigest(hash, ha1, 'POST', credentials(algorithm))).toBe(false);
    expect(verifyDigest(hash, ha1, method, credentials(algorithm, { uri: '/other' }))).toBe(false);
    expect(verifyDigest(hash, ha1, method, credentials(algorithm, { nc: '00000002' }))).toBe(false);
  });

  it('AUTH-004 computes the form without qop (RFC 2617 section 3.2.2.1)', () => {
    const ha1 = digestHa1(hash, 'MD5', vector);
    const ha2 = hash('MD5', 'GET:/dir/index.html');
    const response = digestResponse(hash, ha1, 'GET', { algorithm: 'MD5', nonce: 'n', uri: '/dir/index.html' });
    expect(response).toBe(hash('MD5', `${ha1}:n:${ha2}`));
  });

  it('TRN-022 AUTH without uri is checked against the uri the server names', () => {
    const ha1 = digestHa1(hash, 'MD5', vector);
    const { uri: _uri, ...bare } = credentials('MD5');
    expect(verifyDigest(hash, ha1, 'GET', bare)).toBe(false);
    expect(verifyDigest(hash, ha1, 'GET', bare, vector.uri)).toBe(true);
    expect(verifyDigest(hash, ha1, 'GET', credentials('MD5', { uri: '/x' }), vector.uri)).toBe(false);
  });

  it('AUTH-009 rspauth leaves the method out, and Authentication-Info carries it', () => {
    const ha1 = digestHa1(hash, 'MD5', vector);
    const { nonce, uri, nc, cnonce } = vector;
    const rspauth = digestRspauth(hash, ha1, { algorithm: 'MD5', nonce, uri, nc, cnonce, qop: 'auth' });
    expect(rspauth).toBe(hash('MD5', `${ha1}:${nonce}:${nc}:${cnonce}:auth:${hash('MD5', `:${uri}`)}`));
    expect(
      formatAuthenticationInfo({ rspauth: 'ab', nextnonce: 'n"2', qop: 'auth', nc: '00000001', cnonce: 'c' }),
    ).toBe('nextnonce="n\\"2", qop=auth, rspauth="ab", cnonce="c", nc=00000001');
  });

  it('AUTH-002 a client answers the strongest challenge, and the server takes the answer', () => {
    const [md5, sha] = (['MD5', 'SHA-256'] as const).map((algorithm) => ({
      realm: 'r',
      nonce: 'n',
      algorithm,
      qop: 'auth' as const,
    }));
    const challenge = strongestChallenge([md5!, sha!]);
    expect(challenge?.algorithm).toBe('SHA-256');
    const answer = answerChallenge(
      hash,
      challenge!,
      { username: 'alice', password: 'secret' },
      { method: 'INVITE', uri: 'sip:lobby@localhost', cnonce: 'c', nonceCount: 255 },
    );
    expect(answer.nc).toBe('000000ff');
    const read = parseCredentials(formatCredentials(answer));
    expect(read).toEqual({ ok: true, value: answer });
    const ha1 = digestHa1(hash, 'SHA-256', { username: 'alice', realm: 'r', password: 'secret' });
    expect(verifyDigest(hash, ha1, 'INVITE', answer)).toBe(true);
    expect(strongestChallenge([])).toBeUndefined();
  });

  it('AUTH-007 compares equal only what is equal, whatever the lengths', () => {
    expect(equalInConstantTime('abc', 'abc')).toBe(true);
    expect(equalInConstantTime('abc', 'abd')).toBe(false);
    expect(equalInConstantTime('abc', 'abc\u0000')).toBe(false);
    expect(equalInConstantTime('', 'a')).toBe(false);
  });
});

describe('digest parameters', () => {
  it('AUTH-002 writes qop quoted, algorithm and stale bare in a challenge', () => {
    const challenge = {
      realm: 'a "b"',
      nonce: 'n',
      algorithm: 'SHA-256',
      qop: 'auth',
      opaque: 'o',
      stale: true,
    } as const;
    const text = formatChallenge(challenge);
    expect(text).toBe('Digest realm="a \\"b\\"", nonce="n", opaque="o", stale=true, algorithm=SHA-256, qop="auth"');
    expect(parseChallenge(text)).toEqual({ ok: true, value: challenge });
  });

  it('AUTH-003 writes qop, nc and algorithm bare in credentials', () => {
    expect(formatCredentials(credentials('MD5'))).toContain(', algorithm=MD5, qop=auth, nc=00000001, cnonce="');
  });

  it('AUTH-003 reads commas and escapes between quotes, and spaces round "="', () => {
    const read = parseCredentials(
      `digest  USERNAME = "a,\\"b" ,realm="r",nonce="n", uri="sip:x", response="${'0'.repeat(32)}"`,
    );
    expect(read).toMatchObject({ ok: true, value: { username: 'a,"b', algorithm: 'MD5', uri: 'sip:x' } });
  });

  const response = 'a'.repeat(32);
  it.each([
    ['Basic YWxpY2U6YWxpY2U=', 'not-digest'],
    ['Digest', 'malformed'],
    ['Digest realm="r"', 'incomplete'],
    [`Digest username="u", realm="r", nonce="n", response="xyz"`, 'malformed'],
    [`Digest username="u", realm="r", nonce="n", response="${response}", realm="r"`, 'malformed'],
    [
      `Digest username="u", realm="r", nonce="n", response="${response}", qop=auth-int, nc=00000001, cnonce="c"`,
      'unsupported',
    ],
    [`Digest username="u", realm="r", nonce="n", response="${response}", qop=auth, nc=1, cnonce="c"`, 'malformed'],
    [`Digest username="u", realm="r", nonce="n", response="${response}", qop=auth, nc=00000001`, 'incomplete'],
    [`Digest username="u", realm="r", nonce="n", response="${response}", nc=00000001`, 'malformed'],
    [`Digest username="u", realm="r", nonce="n", response="${response}", algorithm=MD5-sess`, 'unsupported'],
    [`Digest username="u", realm="r", nonce="n", response="${response}", algorithm=SHA-256`, 'malformed'],
    [`Digest username="u`, 'malformed'],
    [`Digest username="u",, realm="r"`, 'malformed'],
    [`Digest username="${'u'.repeat(5000)}"`, 'malformed'],
  ])('AUTH-002 AUTH-003 refuses %s', (value, code) => {
    expect(parseCredentials(value)).toMatchObject({ ok: false, error: { code } });
  });

  it('AUTH-002 refuses a challenge with only auth-int, and reads one that lists it beside auth', () => {
    expect(parseChallenge('Digest realm="r", nonce="n", qop="auth-int"')).toMatchObject({ ok: false });
    expect(parseChallenge('Digest realm="r", nonce="n", qop="auth,auth-int"')).toMatchObject({
      value: { qop: 'auth' },
    });
  });
});

describe('nonce', () => {
  const limits = { lifetimeMs: 60_000 };
  const nonce = makeNonce(1_000_000, 'r/SHA-256', hmac, 'a_1');

  it.each([
    ['fresh', 1_000_000, 'r/SHA-256'],
    ['fresh', 1_060_000, 'r/SHA-256'],
    ['stale', 1_060_001, 'r/SHA-256'],
    ['fresh', 995_000, 'r/SHA-256'],
    ['stale', 994_999, 'r/SHA-256'],
    ['forged', 1_000_000, 'r/MD5'],
  ])('AUTH-005 is %s at %d for %s', (state, nowMs, scope) => {
    expect(checkNonce(nonce, nowMs, scope, hmac, limits)).toBe(state);
  });

  it('AUTH-005 is forged with another key, another time, or as plain text', () => {
    expect(checkNonce(nonce, 1_000_000, 'r/SHA-256', (data) => hmac(`${data}x`), limits)).toBe('forged');
    expect(checkNonce(nonce.replace(/^./, 'z'), 1_000_000, 'r/SHA-256', hmac, limits)).toBe('forged');
    for (const text of ['', 'x', '..', nonce.slice(0, -1), `${nonce}.`]) {
      expect(checkNonce(text, 1_000_000, 'r/SHA-256', hmac, limits)).toBe('forged');
    }
  });

  it('AUTH-006 two nonces of one millisecond differ by their unique part', () => {
    expect(makeNonce(1, 's', hmac, 'a')).not.toBe(makeNonce(1, 's', hmac, 'b'));
    expect(() => makeNonce(1, 's', hmac, 'a.b')).toThrow(TypeError);
  });
});
