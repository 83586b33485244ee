import { createHash } from 'node:crypto';
import { digestHa1, formatChallenge, parseCredentials, verifyDigest, type HashHex } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { SipRequest, SipResponse } from '../message.js';
import { responseTo } from '../response-to.js';
import { DigestClient } from './digest-client.js';
import { countingRandom, requestOf } from './testing.js';

const NAMES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const;
const hash: HashHex = (algorithm, data) => createHash(NAMES[algorithm]).update(data).digest('hex');
const alice = { username: 'alice', password: 'alice' };
const realm = 'localhost';

function challenge(request: SipRequest, fields: Parameters<typeof formatChallenge>[0][]): SipResponse {
  const headers = fields.map((field) => ['WWW-Authenticate', formatChallenge(field)] as const);
  return responseTo(request, 401, { toTag: 't', headers });
}

function check(request: SipRequest): { nonce: string; nc: string | undefined; algorithm: string } {
  const credentials = parseCredentials(request.headers.get('Authorization') ?? '');
  if (!credentials.ok) throw new Error(credentials.error.code);
  const { value } = credentials;
  const ha1 = digestHa1(hash, value.algorithm, { ...alice, realm });
  expect(value.uri).toBe(request.requestUri);
  expect(verifyDigest(hash, ha1, request.method, value)).toBe(true);
  return { nonce: value.nonce, nc: value.nc, algorithm: value.algorithm };
}

describe('DigestClient', () => {
  it('AUTH-002 answers the strongest of several challenges, CSeq one higher, Via off', () => {
    const client = new DigestClient(alice, hash, countingRandom());
    const request = requestOf('INVITE', { CSeq: '7 INVITE' });
    const answer = client.answer(
      request,
      challenge(request, [
        { realm, nonce: 'm', algorithm: 'MD5', qop: 'auth' },
        { realm, nonce: 's', algorithm: 'SHA-256', qop: 'auth' },
      ]),
    );
    if (!answer.ok) throw new Error(answer.error);
    expect(check(answer.value)).toEqual({ nonce: 's', nc: '00000001', algorithm: 'SHA-256' });
    expect(answer.value.headers.get('CSeq')).toBe('8 INVITE');
    expect(answer.value.headers.has('Via')).toBe(false);
    expect(request.headers.has('Authorization')).toBe(false);
  });

  it('AUTH-006 counts the uses of a nonce, starts anew with a new one', () => {
    const client = new DigestClient(alice, hash, countingRandom());
    const request = requestOf('INVITE');
    const first = client.answer(
      request,
      challenge(request, [{ realm, nonce: 'n1', algorithm: 'SHA-256', qop: 'auth' }]),
    );
    if (!first.ok) throw new Error(first.error);
    expect(check(client.authorize(requestOf('BYE'))).nc).toBe('00000002');
    const stale = client.answer(
      first.value,
      challenge(first.value, [{ realm, nonce: 'n2', algorithm: 'SHA-256', qop: 'auth', stale: true }]),
    );
    if (!stale.ok) throw new Error(stale.error);
    expect(check(stale.value)).toMatchObject({ nonce: 'n2', nc: '00000001' });
  });

  it('AUTH-007 does not try wrong credentials twice', () => {
    const client = new DigestClient(alice, hash, countingRandom());
    const request = requestOf('INVITE');
    const first = client.answer(request, challenge(request, [{ realm, nonce: 'n1', algorithm: 'MD5' }]));
    if (!first.ok) throw new Error(first.error);
    check(first.value);
    const again = client.answer(first.value, challenge(first.value, [{ realm, nonce: 'n2', algorithm: 'MD5' }]));
    expect(again).toEqual({ ok: false, error: 'rejected' });
  });

  it('AUTH-002 has nothing to say to Basic or to algorithms it does not know', () => {
    const client = new DigestClient(alice, hash, countingRandom());
    const request = requestOf('INVITE');
    const headers = [
      ['WWW-Authenticate', 'Basic realm="x"'],
      ['WWW-Authenticate', 'Digest realm="x", nonce="n", algorithm=XYZ'],
    ] as const;
    const answer = client.answer(request, responseTo(request, 401, { toTag: 't', headers }));
    expect(answer).toEqual({ ok: false, error: 'no-usable-challenge' });
  });
});
