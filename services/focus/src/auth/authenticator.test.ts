import { FakeClock } from '@plenary/service';
import type { SipFlow, SipRequest } from '@plenary/sip';
import { answerChallenge, digestHa1, formatCredentials, parseChallenge, type DigestChallenge } from '@plenary/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DigestAlgorithmName } from '../room-state/interface.js';
import { flowOf, requestOf } from '../signalling/testing.js';
import { Authenticator, type AuthOutcome } from './authenticator.js';
import { CredentialCache } from './credential-cache.js';
import { FailureLimit } from './failure-limit.js';
import { hashHex, hmacWith } from './hash.js';

const realm = 'example.com';
const alice = 'sip:alice@example.com';
const lifetimeMs = 60_000;
let clock: FakeClock;
let failed: string[];
let uses: Map<string, number>;
let asked: string[];
let serial: number;

beforeEach(() => {
  clock = new FakeClock();
  failed = [];
  uses = new Map();
  asked = [];
  serial = 0;
});

function authenticatorOf(
  change: { algorithms?: readonly DigestAlgorithmName[]; key?: string; trusted?: string; wrongMax?: number } = {},
): Authenticator {
  const { algorithms = ['SHA-256', 'MD5'], key = 'k', trusted, wrongMax = 100 } = change;
  const roomState = {
    credential: (username: string, of: string, algorithm: DigestAlgorithmName) => {
      asked.push(username);
      if (username !== 'alice') return Promise.resolve(undefined);
      const ha1 = digestHa1(hashHex, algorithm, { username, realm: of, password: 'secret' });
      return Promise.resolve({ ha1, identities: [alice, 'tel:+12015550123'], systemRoles: ['operator'] });
    },
  };
  return new Authenticator({
    realm,
    algorithms,
    hmac: hmacWith(key),
    nonceLifetimeMs: lifetimeMs,
    clock,
    credentials: new CredentialCache({ roomState, clock, keepMs: 1_000, entries: 10 }),
    nonces: {
      use: (nonce, count) => {
        if ((uses.get(nonce) ?? 0) >= count) return Promise.resolve(false);
        uses.set(nonce, count);
        return Promise.resolve(true);
      },
      forgetExpired: () => Promise.resolve(),
    },
    failures: new FailureLimit(clock, wrongMax),
    trustedPeers: new Set(trusted === undefined ? [] : [trusted]),
    unique: () => String((serial += 1)),
    events: { authFailed: (reason) => failed.push(reason) },
  });
}

interface Try {
  readonly user?: string;
  readonly password?: string;
  readonly nc?: number;
  readonly uri?: string;
  readonly from?: string;
  readonly method?: string;
  readonly algorithm?: DigestAlgorithmName;
  readonly nonce?: string;
  readonly flow?: SipFlow;
}

const challengesOf = (outcome: AuthOutcome): DigestChallenge[] =>
  outcome.kind !== 'challenge'
    ? []
    : outcome.challenges.map((value) => {
        const parsed = parseChallenge(value);
        if (!parsed.ok) throw new Error(parsed.error.code);
        return parsed.value;
      });

async function challengeBy(authenticator: Authenticator, algorithm = 'SHA-256'): Promise<DigestChallenge> {
  const outcome = await authenticator.authenticate(requestOf('INVITE'), flowOf(), alice);
  const found = challengesOf(outcome).find((challenge) => challenge.algorithm === algorithm);
  if (!found) throw new Error(`no challenge for ${algorithm}`);
  return found;
}

function answered(challenge: DigestChallenge, attempt: Try = {}): SipRequest {
  const { user = 'alice', password = 'secret', nc = 1, uri = 'sip:lobby@example.com', method = 'INVITE' } = attempt;
  const nonce = attempt.nonce ?? challenge.nonce;
  const credentials = answerChallenge(
    hashHex,
    { ...challenge, nonce },
    { username: user, password },
    { method, uri, cnonce: 'c', nonceCount: nc },
  );
  return requestOf(method, { Authorization: formatCredentials(credentials) });
}

const tried = (authenticator: Authenticator, challenge: DigestChallenge, attempt: Try = {}): Promise<AuthOutcome> =>
  authenticator.authenticate(answered(challenge, attempt), attempt.flow ?? flowOf(), attempt.from ?? alice);

describe('digest', () => {
  it('AUTH-001 AUTH-002 a request without credentials is challenged, SHA-256 first, then MD5', async () => {
    const outcome = await authenticatorOf().authenticate(requestOf('INVITE'), flowOf(), alice);
    expect(challengesOf(outcome)).toMatchObject([
      { algorithm: 'SHA-256', realm, qop: 'auth' },
      { algorithm: 'MD5', realm, qop: 'auth' },
    ]);
    expect(challengesOf(outcome).some(({ stale }) => stale)).toBe(false);
  });

  it('AUTH-002 without MD5 enabled it is neither offered nor taken', async () => {
    const both = authenticatorOf();
    const strict = authenticatorOf({ algorithms: ['SHA-256'] });
    expect(challengesOf(await strict.authenticate(requestOf('INVITE'), flowOf(), alice))).toHaveLength(1);
    expect((await tried(strict, await challengeBy(both, 'MD5'))).kind).toBe('challenge');
    expect((await tried(both, await challengeBy(both, 'MD5'))).kind).toBe('authenticated');
  });

  it.each(['Basic YWxpY2U6c2VjcmV0', 'Digest username="alice"', 'nonsense', ''])(
    'AUTH-002 "%s" is as good as nothing',
    async (value) => {
      const request = requestOf('INVITE', { Authorization: value });
      expect((await authenticatorOf().authenticate(request, flowOf(), alice)).kind).toBe('challenge');
      expect(failed).toEqual([]);
    },
  );

  it('AUTH-003 right credentials say who it is', async () => {
    const authenticator = authenticatorOf();
    expect(await tried(authenticator, await challengeBy(authenticator))).toEqual({
      kind: 'authenticated',
      user: { uri: alice, identities: [alice, 'tel:+12015550123'], systemRoles: ['operator'] },
    });
  });

  it.each([
    ['the Request-URI', 'sip:lobby@example.com', 'authenticated'],
    ['the same target, written otherwise', 'SIP:lobby@EXAMPLE.com;transport=tcp', 'authenticated'],
    ['another room', 'sip:council@example.com', 'challenge'],
    ['no URI', '/', 'challenge'],
  ])('AUTH-003 uri names %s (%s): %s', async (_what, uri, kind) => {
    const authenticator = authenticatorOf();
    expect((await tried(authenticator, await challengeBy(authenticator), { uri })).kind).toBe(kind);
  });

  it('AUTH-003 credentials for another method are wrong', async () => {
    const authenticator = authenticatorOf();
    const request = { ...answered(await challengeBy(authenticator), { method: 'BYE' }), method: 'INVITE' };
    expect((await authenticator.authenticate(request, flowOf(), alice)).kind).toBe('challenge');
  });

  it('AUTH-004 credentials without qop, which count nothing, are not taken', async () => {
    const authenticator = authenticatorOf();
    const { qop: _, ...legacy } = await challengeBy(authenticator, 'MD5');
    expect((await tried(authenticator, legacy)).kind).toBe('challenge');
    expect(failed).toEqual(['wrong']);
  });

  it('AUTH-005 a replica with the same key takes the answer, one with another key does not', async () => {
    const challenge = await challengeBy(authenticatorOf());
    expect((await tried(authenticatorOf(), challenge)).kind).toBe('authenticated');
    const outcome = await tried(authenticatorOf({ key: 'other' }), challenge);
    expect(challengesOf(outcome)[0]).not.toHaveProperty('stale');
  });

  it('AUTH-005 a nonce that was made up is wrong, however right the rest', async () => {
    const authenticator = authenticatorOf();
    const challenge = await challengeBy(authenticator);
    for (const nonce of ['x', challenge.nonce.replace(/^./u, 'z'), (await challengeBy(authenticator, 'MD5')).nonce]) {
      const outcome = await tried(authenticator, challenge, { nonce });
      expect(challengesOf(outcome)[0]).not.toHaveProperty('stale');
    }
    expect(failed).toEqual(['wrong', 'wrong', 'wrong']);
    expect(asked, 'nobody is asked about it').toEqual([]);
  });

  it('AUTH-005 an old nonce with right credentials: stale=true; with wrong ones: not', async () => {
    const authenticator = authenticatorOf();
    const challenge = await challengeBy(authenticator);
    clock.advance(lifetimeMs + 1);
    const stale = await tried(authenticator, challenge);
    expect(challengesOf(stale).map((again) => again.stale)).toEqual([true, true]);
    expect(challengesOf(await tried(authenticator, challenge, { password: 'x' }))[0]).not.toHaveProperty('stale');
    expect(challengesOf(await tried(authenticator, challenge, { user: 'nobody' }))[0]).not.toHaveProperty('stale');
    expect(failed).toEqual(['stale', 'wrong', 'unknown']);
    const [fresh] = challengesOf(stale);
    expect(fresh && (await tried(authenticator, fresh)).kind).toBe('authenticated');
  });

  it('AUTH-006 a count must rise: the same or a lower one is stale', async () => {
    const authenticator = authenticatorOf();
    const challenge = await challengeBy(authenticator);
    const kinds = [];
    for (const nc of [1, 1, 5, 3, 6]) {
      const outcome = await tried(authenticator, challenge, { nc });
      kinds.push(outcome.kind === 'challenge' ? challengesOf(outcome)[0]?.stale : outcome.kind);
    }
    expect(kinds).toEqual(['authenticated', true, 'authenticated', true, 'authenticated']);
    expect(failed).toEqual(['replayed', 'replayed']);
  });

  it('AUTH-006 wrong credentials use nothing up', async () => {
    const authenticator = authenticatorOf();
    const challenge = await challengeBy(authenticator);
    await tried(authenticator, challenge, { password: 'x', nc: 9 });
    expect((await tried(authenticator, challenge)).kind).toBe('authenticated');
  });

  it('AUTH-007 unknown user and wrong password: the same answer after the same work', async () => {
    const authenticator = authenticatorOf();
    const challenge = await challengeBy(authenticator);
    const [unknown, wrong] = [
      await tried(authenticator, challenge, { user: 'nobody' }),
      await tried(authenticator, challenge, { password: 'x' }),
    ];
    const plain = (outcome: AuthOutcome): unknown => challengesOf(outcome).map((each) => ({ ...each, nonce: '' }));
    expect(plain(unknown)).toEqual(plain(wrong));
    expect(asked).toEqual(['nobody', 'alice']);
  });

  it('AUTH-007 after several wrong answers: forbidden, also with the right one, for a minute', async () => {
    const authenticator = authenticatorOf({ wrongMax: 2 });
    const challenge = await challengeBy(authenticator);
    const kinds = [];
    for (const password of ['x', 'y', 'z', 'secret'])
      kinds.push((await tried(authenticator, challenge, { password })).kind);
    expect(kinds).toEqual(['challenge', 'challenge', 'forbidden', 'forbidden']);
    expect((await tried(authenticator, challenge, { flow: flowOf('192.0.2.99') })).kind).toBe('authenticated');
    clock.advance(60_000);
    expect((await tried(authenticator, await challengeBy(authenticator))).kind).toBe('authenticated');
  });

  it('AUTH-007 an old nonce is no guess', async () => {
    const authenticator = authenticatorOf({ wrongMax: 1 });
    const challenge = await challengeBy(authenticator);
    clock.advance(lifetimeMs + 1);
    for (let time = 0; time < 3; time++) expect((await tried(authenticator, challenge)).kind).toBe('challenge');
  });

  it.each([
    ['sip:alice@example.com', 'authenticated'],
    ['sip:alice@example.com;transport=tcp', 'authenticated'],
    ['tel:+1-201-555-0123', 'authenticated'],
    ['sip:bob@example.com', 'forbidden'],
    ['sip:Alice@example.com', 'forbidden'],
    ['sip:alice@example.org', 'forbidden'],
  ])('AUTH-015 From %s with credentials of alice: %s', async (from, kind) => {
    const authenticator = authenticatorOf();
    expect((await tried(authenticator, await challengeBy(authenticator), { from })).kind).toBe(kind);
  });
});

describe('P-Asserted-Identity', () => {
  const asserting = (value: string): SipRequest => requestOf('INVITE', { 'P-Asserted-Identity': value });

  it('AUTH-011 of a trusted peer needs no digest, the sip address first', async () => {
    const authenticator = authenticatorOf({ trusted: '192.0.2.7' });
    const request = asserting('<tel:+12015550123>, "Carol" <sip:carol@partner.example>');
    expect(await authenticator.authenticate(request, flowOf('192.0.2.7'), 'sip:whoever@partner.example')).toEqual({
      kind: 'authenticated',
      user: {
        uri: 'sip:carol@partner.example',
        identities: ['tel:+12015550123', 'sip:carol@partner.example'],
        systemRoles: [],
      },
    });
  });

  it('AUTH-010 of anybody else counts for nothing', async () => {
    const authenticator = authenticatorOf({ trusted: '192.0.2.7' });
    const outcome = await authenticator.authenticate(asserting(`<${alice}>`), flowOf('192.0.2.8'), alice);
    expect(outcome.kind).toBe('challenge');
  });

  it.each(['<sip:a@x.example>, <sip:b@x.example>', '<http://x.example>', 'not an address'])(
    'AUTH-010 %s asserts nothing: digest is asked for',
    async (value) => {
      const authenticator = authenticatorOf({ trusted: '192.0.2.7' });
      expect((await authenticator.authenticate(asserting(value), flowOf('192.0.2.7'), alice)).kind).toBe('challenge');
    },
  );

  it('AUTH-010 P-Preferred-Identity is no assertion, from whomever', async () => {
    const authenticator = authenticatorOf({ trusted: '192.0.2.7' });
    const request = requestOf('INVITE', { 'P-Preferred-Identity': `<${alice}>` });
    expect((await authenticator.authenticate(request, flowOf('192.0.2.7'), alice)).kind).toBe('challenge');
  });
});
