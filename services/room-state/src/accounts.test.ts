import { DigestAlgorithm } from '@plenary/proto/roomstate';
import { describe, expect, it } from 'vitest';
import { accountRecord, Accounts, ha1, isUsername } from './accounts.js';
import { Authentication } from './authentication.js';
import type { AccountRecord, AccountStore } from './store/interface.js';
import { Throttle } from './throttle.js';

const domain = 'example.com';

function storeOf(...records: readonly AccountRecord[]): AccountStore {
  return {
    findAccount: async (username) => records.find((record) => record.username === username),
    findAccountByIdentity: async (uri) => records.find(({ identities }) => identities.includes(uri)),
    putAccount: async () => undefined,
    deleteAccount: async () => false,
    listAccounts: async () => [],
  };
}

const alice = accountRecord(domain, {
  username: 'alice',
  password: 'wonderland',
  identities: ['xmpp:alice@example.com', 'sip:alice@example.com'],
  systemRoles: ['administrator'],
});

function accounts(demo = false): Accounts {
  return new Accounts({ store: storeOf(alice), domain, demo, demoAdministrators: ['operator'] });
}

function authentication(demo = false, attempts = 0): Authentication {
  const ids = async (): Promise<never[]> => ['xcon-userid:one@example.com', 'xcon-userid:two@example.com'] as never[];
  const users = { proven: async () => 'xcon-userid:one@example.com' as never, idsOf: ids };
  const throttle = new Throttle({ attempts, windowMs: 60_000, keysMax: 100, nowMs: () => 0 });
  return new Authentication({ accounts: accounts(demo), users, throttle });
}

describe('accounts', () => {
  it('AUTH-016 hold digest secrets for the realm of the domain, the AOR first among the identities', () => {
    expect(alice.ha1Sha256).toBe(ha1('sha256', 'alice', domain, 'wonderland'));
    expect(alice.identities).toEqual(['sip:alice@example.com', 'xmpp:alice@example.com']);
    expect(JSON.stringify(alice)).not.toContain('wonderland');
    expect(['alice', 'a+b', 'u1'].every(isUsername)).toBe(true);
    expect(['', 'a b', 'a@b', 'a:b', 'x'.repeat(65)].some(isUsername)).toBe(false);
  });

  it('AUTH-016 a credential is given for the own realm and known algorithms only', async () => {
    const asked = { username: 'alice', realm: domain, algorithm: DigestAlgorithm.SHA256 };
    expect(await accounts().credential(asked)).toMatchObject({ ha1: alice.ha1Sha256, systemRoles: ['administrator'] });
    expect((await accounts().credential({ ...asked, algorithm: DigestAlgorithm.MD5 }))?.ha1).toBe(alice.ha1Md5);
    for (const change of [{ realm: 'other' }, { username: 'bob' }, { algorithm: DigestAlgorithm.UNSPECIFIED }])
      expect(await accounts().credential({ ...asked, ...change })).toBeUndefined();
  });

  it('CCMP-050 a password proves the account it belongs to', async () => {
    expect(await accounts().checkPassword('alice', 'wonderland')).toEqual({
      username: 'alice',
      uris: ['sip:alice@example.com', 'xmpp:alice@example.com'],
      systemRoles: ['administrator'],
    });
    for (const [username, password] of [
      ['alice', 'wonderlanD'],
      ['alice', ''],
      ['bob', 'bob'],
      ['', ''],
      ['a b', 'a b'],
    ] as const)
      expect(await accounts().checkPassword(username, password)).toBeUndefined();
  });

  it('in demo mode every name is its own password, accounts keep theirs, and the administrators are named', async () => {
    expect(await accounts(true).checkPassword('bob', 'bob')).toMatchObject({ username: 'bob', systemRoles: [] });
    expect(await accounts(true).checkPassword('alice', 'alice')).toBeUndefined();
    expect(await accounts(true).checkPassword('operator', 'operator')).toMatchObject({
      systemRoles: ['administrator'],
    });
    expect(await accounts().checkPassword('operator', 'operator')).toBeUndefined();
  });

  it.each([
    ['alice', '', 'alice'],
    ['', 'sip:alice@EXAMPLE.com;transport=tls', 'alice'],
    ['', 'xmpp:alice@example.com', 'alice'],
    ['', 'sip:carol@elsewhere.example', ''],
    ['', 'sip:bob@example.com', ''],
    ['bob', 'sip:alice@example.com', undefined],
    ['', '', undefined],
  ])('an assertion of name %j and URI %j is of account %j', async (username, uri, account) => {
    expect((await accounts().asserted(username, uri))?.username).toBe(account);
  });

  it('an assertion of a URI without an account stands for that URI alone, without rights of the system', async () => {
    expect(await accounts().asserted('', 'sip:carol@elsewhere.example')).toEqual({
      username: '',
      uris: ['sip:carol@elsewhere.example'],
      systemRoles: [],
    });
  });
});

describe('authentication', () => {
  it('CCMP-050 unknown user and wrong password have the same answer; a right one tells identity and ids', async () => {
    const wrong = await authentication().byPassword('alice', 'guess', 's');
    expect(wrong).toEqual({ kind: 'refused' });
    expect(await authentication().byPassword('nobody', 'guess', 's')).toEqual(wrong);
    expect(await authentication().byPassword('alice', 'wonderland', 's')).toEqual({
      kind: 'authenticated',
      username: 'alice',
      uris: ['sip:alice@example.com', 'xmpp:alice@example.com'],
      systemRoles: ['administrator'],
      userIds: ['xcon-userid:one@example.com', 'xcon-userid:two@example.com'],
    });
    expect(await authentication().byAssertion('', 'nobody')).toEqual({ kind: 'refused' });
    expect(await authentication().byAssertion('alice', '')).toMatchObject({ kind: 'authenticated', username: 'alice' });
  });

  it('SEC-011 10,000 guesses are slowed, by source and by user name, and the right one among them is not told', async () => {
    const guarded = authentication(false, 10);
    const kinds = new Map<string, number>();
    for (let index = 0; index < 10_000; index++) {
      const password = index === 5_000 ? 'wonderland' : String(index);
      const { kind } = await guarded.byPassword('alice', password, 'evil');
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(Object.fromEntries(kinds)).toEqual({ refused: 10, throttled: 9_990 });
    expect((await guarded.byPassword('carol', 'x', 'evil')).kind).toBe('throttled');
    expect((await guarded.byPassword('alice', 'x', 'elsewhere')).kind).toBe('throttled');
    expect((await guarded.byPassword('carol', 'x', 'elsewhere')).kind).toBe('refused');
  });

  it('right passwords are never slowed', async () => {
    const guarded = authentication(false, 2);
    for (let index = 0; index < 100; index++)
      expect((await guarded.byPassword('alice', 'wonderland', 'home')).kind).toBe('authenticated');
  });
});
