import {
  AccountServiceClient,
  ConferenceServiceClient,
  type AuthenticateRequest,
  type AuthenticateResponse,
} from '@plenary/proto/roomstate';
import { status } from '@grpc/grpc-js';
import { openGrpcClient, unary } from '@plenary/service';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, type Installation, type Replica } from './replicas.js';

const deadline = { deadlineMs: 10_000 };

interface Client {
  readonly replica: Replica;
  password(username: string, password: string, source?: string): Promise<AuthenticateResponse>;
  assertion(username: string, uri: string): Promise<AuthenticateResponse>;
  ask(request: AuthenticateRequest): Promise<AuthenticateResponse>;
  putAccount(username: string, password: string, identities?: string[], systemRoles?: string[]): Promise<unknown>;
  close(): void;
}

async function connect(installation: Installation, env: Record<string, string>): Promise<Client> {
  const replica = await installation.start(env);
  const conferences = openGrpcClient(ConferenceServiceClient, replica.server.address);
  const accounts = openGrpcClient(AccountServiceClient, replica.server.address);
  const ask = (request: AuthenticateRequest): Promise<AuthenticateResponse> =>
    unary(conferences, conferences.authenticate, request, deadline);
  return {
    replica,
    ask,
    password: (username, password, source = '') =>
      ask({ proof: { $case: 'password', value: { username, password } }, source }),
    assertion: (username, uri) => ask({ proof: { $case: 'assertion', value: { username, uri } }, source: '' }),
    putAccount: (username, password, identities = [], systemRoles = []) =>
      unary(accounts, accounts.putAccount, { requestId: '', username, password, identities, systemRoles }, deadline),
    close() {
      conferences.close();
      accounts.close();
    },
  };
}

describe('who is this', () => {
  let installation: Installation;
  let demo: Client;
  let real: Client;
  beforeAll(async () => {
    installation = await install('memory');
    demo = await connect(installation, { PLENARY_DEMO: 'true', ROOM_STATE_GUESSES_MAX: '5' });
    real = await connect(installation, { PLENARY_DOMAIN: 'example.com' });
    await real.putAccount('lewis', 'wonderland', ['xmpp:lewis@example.com'], ['administrator']);
  });
  afterAll(async () => {
    demo.close();
    real.close();
    await installation.close();
  });

  it('XCON-010 in demo mode every name is its own password, and its own XCON-USERID', async () => {
    expect(await demo.password('alice', 'alice')).toEqual({
      authenticated: true,
      throttled: false,
      identity: {
        username: 'alice',
        uris: ['sip:alice@localhost'],
        systemRoles: [],
        userIds: ['xcon-userid:alice@localhost'],
      },
    });
    expect((await demo.password('operator', 'operator')).identity?.systemRoles).toEqual(['administrator']);
    expect((await demo.password('Alice', 'Alice')).identity?.userIds).not.toContain('xcon-userid:alice@localhost');
  });

  it('CCMP-050 an account has its own password; wrong, unknown and unusable names have one answer', async () => {
    const right = await real.password('lewis', 'wonderland');
    expect(right.identity).toMatchObject({
      username: 'lewis',
      uris: ['sip:lewis@example.com', 'xmpp:lewis@example.com'],
      systemRoles: ['administrator'],
    });
    expect(right.identity?.userIds).toHaveLength(1);
    const refused = { authenticated: false, identity: undefined, throttled: false };
    for (const [username, password] of [
      ['lewis', 'lewis'],
      ['lewis', ''],
      ['bob', 'bob'],
      ['', ''],
      ['a@b', 'x'],
    ] as const)
      expect(await real.password(username, password)).toEqual(refused);
  });

  it('XCON-007 XCON-010 the ids of an identity are the same at each login, on each replica, by password and by assertion', async () => {
    const other = await connect(installation, { PLENARY_DOMAIN: 'example.com' });
    const ids = (await real.password('lewis', 'wonderland')).identity?.userIds;
    expect((await other.password('lewis', 'wonderland')).identity?.userIds).toEqual(ids);
    expect((await other.assertion('lewis', '')).identity?.userIds).toEqual(ids);
    expect((await other.assertion('', 'xmpp:lewis@example.com')).identity?.userIds).toEqual(ids);
    expect(await other.replica.context.users.idOf(['sip:lewis@example.com'])).toBe(ids?.[0]);
    other.close();
  });

  it('a URI somebody else has proven stands for itself where it has no account', async () => {
    const { identity } = await real.assertion('', 'sip:carol@elsewhere.example');
    expect(identity).toMatchObject({ username: '', uris: ['sip:carol@elsewhere.example'], systemRoles: [] });
    expect((await real.assertion('nobody', 'sip:carol@elsewhere.example')).authenticated).toBe(false);
    expect((await real.assertion('', 'not a uri')).authenticated).toBe(false);
  });

  it('SEC-011 guessing is slowed by source and by user; the answer tells nothing', async () => {
    const answers = [];
    for (let index = 0; index < 50; index++)
      answers.push(await demo.password('victim', `guess${String(index)}`, '192.0.2.66'));
    expect(answers.filter(({ throttled }) => !throttled)).toHaveLength(5);
    expect(answers.every(({ authenticated, identity }) => !authenticated && identity === undefined)).toBe(true);
    expect(await demo.password('victim', 'victim', '192.0.2.66')).toMatchObject({
      authenticated: false,
      throttled: true,
    });
    expect(await demo.password('bob', 'bob', '192.0.2.66')).toMatchObject({ throttled: true });
    expect(await demo.password('bob', 'bob', '192.0.2.7')).toMatchObject({ authenticated: true });
  });

  it('what breaks the contract is INVALID_ARGUMENT', async () => {
    const invalid = { code: status.INVALID_ARGUMENT };
    await expect(demo.ask({ proof: undefined, source: '' })).rejects.toMatchObject(invalid);
    await expect(demo.password('a', 'x'.repeat(2_000))).rejects.toMatchObject(invalid);
    await expect(demo.password('a', 'a', 's'.repeat(300))).rejects.toMatchObject(invalid);
  });
});
