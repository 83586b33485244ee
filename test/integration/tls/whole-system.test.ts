import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { connect } from 'node:tls';
import { type Client as GrpcClient, credentials, status } from '@grpc/grpc-js';
import { newBusUser } from '@plenary/bus';
import { runProgram } from '@plenary/cli';
import { Account, openSipEndpoint, type SipEndpoint } from '@plenary/client';
import {
  type DevCertificates,
  makeAuthority,
  type NatsServer,
  provideDevCertificates,
  startNatsServer,
  writeCertificate,
} from '@plenary/dev';
import { startStack, type Stack } from '@plenary/dev/stack';
import { busPermissions, type BusUser, busUsers, run } from '@plenary/nats';
import { EdgeServiceClient } from '@plenary/proto/edge';
import { HistoryServiceClient } from '@plenary/proto/history';
import {
  AccountServiceClient,
  AuthenticateRequest,
  ConferenceServiceClient,
  RoomStateServiceClient,
} from '@plenary/proto/roomstate';
import {
  type GrpcClientClass,
  type InternalIdentity,
  type InternalName,
  openGrpcClient,
  openInternalIdentity,
  RpcError,
  towards,
  unary,
} from '@plenary/service';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { natsServerPath } from '../setup/nats-server.js';

let folder = '';
let certificates: DevCertificates;
let nats: NatsServer;
let stack: Stack;
let endpoint: SipEndpoint;
const logged: string[] = [];
const opened: { close(): void }[] = [];
const users = Object.fromEntries(busUsers.map((user) => [user, newBusUser()])) as Record<
  BusUser,
  ReturnType<typeof newBusUser>
>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-inside-'));
  chmodSync(folder, 0o755);
  certificates = await provideDevCertificates(join(folder, 'tls'));
  nats = await startNatsServer({
    binary: natsServerPath(),
    dataDir: join(folder, 'nats'),
    tls: { ...certificates.internal.nats, authorities: certificates.internalAuthority },
    users: busUsers.map((user) => ({ nkey: users[user].publicKey, ...busPermissions[user] })),
  });
  await prepareBus();
  const nkeys = (['focus', 'msrp-edge', 'room-state', 'history'] as const).map(
    (kind) => [kind, { NATS_NKEY: users[kind].seed }] as const,
  );
  stack = await startStack({
    dataDir: folder,
    durable: false,
    discard: true,
    edges: 2,
    broker: { natsUrl: [nats.url] },
    inside: certificates,
    certificate: certificates.public,
    env: { ROOM_STATE_SHARDS: '4' },
    settings: { ...Object.fromEntries(nkeys), focus: { NATS_NKEY: users.focus.seed, FOCUS_EDGE_ROOM_CAP: '1' } },
    logLevel: 'warn',
    logTo: (service) => ({ write: (line) => void logged.push(`${service} ${line}`) }),
  });
  const [host = '', port = ''] = stack.address('focus', 'SIP').split(':');
  endpoint = await openSipEndpoint({ server: { transport: 'UDP', host, port: Number(port) } });
});
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});
afterAll(async () => {
  await endpoint?.close();
  await stack?.stop();
  await nats?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function prepareBus(): Promise<void> {
  let told = '';
  const { certificate, key } = certificates.internal.operator;
  const code = await run({
    args: [],
    env: {
      NATS_URL: nats.url,
      NATS_NKEY: users.bootstrap.seed,
      ROOM_STATE_SHARDS: '4',
      PLENARY_INTERNAL_TLS_CERTIFICATE: certificate,
      PLENARY_INTERNAL_TLS_KEY: key,
      PLENARY_INTERNAL_TLS_AUTHORITIES: certificates.internalAuthority,
    },
    readFile: (path) => readFileSync(path, 'utf8'),
    writeNew: () => undefined,
    out: (text) => (told += text),
    err: (text) => (told += text),
  });
  if (code !== 0) throw new Error(told);
}

/** One command line of an operator. */
async function plenary(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const told = { code: 0, stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      told[name] += text;
      return true;
    },
    once: () => undefined as never,
  });
  const code = await runProgram({
    argv: args,
    env: {
      PLENARY_CCMP_URL: `http://${stack.address('ccmp', 'CCMP')}/ccmp`,
      PLENARY_ACCOUNTS_ADDRESS: stack.address('room-state', 'gRPC'),
      ...env,
    },
    stdin: Object.assign(Readable.from([]), { isTTY: false }) as never,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
  });
  return { ...told, code };
}

const operatorEnv = () => ({
  PLENARY_INTERNAL_TLS_CERTIFICATE: certificates.internal.operator.certificate,
  PLENARY_INTERNAL_TLS_KEY: certificates.internal.operator.key,
  PLENARY_INTERNAL_TLS_AUTHORITIES: certificates.internalAuthority,
});

function identity(
  name: InternalName,
  paths = certificates.internal[name],
  authorities = certificates.internalAuthority,
) {
  const found = openInternalIdentity(
    {
      PLENARY_INTERNAL_TLS_CERTIFICATE: paths.certificate,
      PLENARY_INTERNAL_TLS_KEY: paths.key,
      PLENARY_INTERNAL_TLS_AUTHORITIES: authorities,
      PLENARY_INTERNAL_PLAINTEXT: false,
    },
    { name, addresses: {} },
  );
  if (found === undefined) throw new Error('no identity');
  opened.push(found);
  return found;
}

function client<C extends GrpcClient>(
  Class: GrpcClientClass<C>,
  service: string,
  expected: InternalName,
  who: InternalIdentity | undefined,
): C {
  const made = openGrpcClient(Class, stack.address(service, 'gRPC'), { tls: towards(who, expected) });
  opened.push(made);
  return made;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    if (error instanceof RpcError) return status[error.code];
    throw error;
  }
}

const options = { deadlineMs: 3_000 };
const accounts = (who?: InternalIdentity) => {
  const made = client(AccountServiceClient, 'room-state', 'room-state', who);
  return codeOf(unary(made, made.listAccounts, { limit: 1, after: '' }, options));
};
const rooms = (who?: InternalIdentity) => {
  const made = client(RoomStateServiceClient, 'room-state', 'room-state', who);
  return codeOf(unary(made, made.getRoom, { key: { $case: 'room', value: 'none' } }, options));
};
const conferences = (who?: InternalIdentity) => {
  const made = client(ConferenceServiceClient, 'room-state', 'room-state', who);
  return codeOf(unary(made, made.authenticate, AuthenticateRequest.fromPartial({}), options));
};
const control = (who?: InternalIdentity) => {
  const made = client(EdgeServiceClient, 'msrp-edge-1', 'msrp-edge', who);
  return codeOf(unary(made, made.stats, {}, options));
};
const kept = (who?: InternalIdentity) => {
  const made = client(HistoryServiceClient, 'history', 'history', who);
  const request = { room: 'r', sinceUs: 0n, beforeUs: 0n, count: 1, cursor: '', forward: true };
  return codeOf(unary(made, made.read, request, options));
};

describe('the whole system with TLS between all its parts', () => {
  it('two people talk over two edges, and what they said is kept and read by CCMP', async () => {
    const heard: string[] = [];
    const person = (name: string) =>
      new Account(endpoint, { uri: `sip:${name}@localhost`, username: name, password: name });
    const alice = await person('alice').join('sip:minutes@localhost', { onMessage: () => undefined });
    const bob = await person('bob').join('sip:minutes@localhost', {
      onMessage: ({ content }) => void heard.push(Buffer.from(content).toString()),
    });
    expect(alice.edge).not.toEqual(bob.edge);
    expect((await alice.say('nobody between us').outcome).kind).toBe('accepted');
    await vi.waitFor(() => expect(heard).toContain('nobody between us'), { timeout: 10_000 });
    await vi.waitFor(
      async () => {
        const { code, stdout } = await plenary(['room', 'export', 'minutes', '--format', 'text']);
        expect(code).toBe(0);
        expect(stdout).toContain('nobody between us');
      },
      { timeout: 20_000, interval: 500 },
    );
    await alice.leave();
    await bob.leave();
  });

  it('PostgreSQL and the bus are spoken to over TLS alone', async () => {
    const database = new Client({ connectionString: stack.postgres.url });
    await database.connect();
    try {
      const { rows } = await database.query<{ name: string; ssl: boolean }>(
        `select application_name as name, bool_and(ssl) as ssl from pg_stat_activity join pg_stat_ssl using (pid)
         where application_name in ('focus', 'room-state', 'history') group by 1 order by 1`,
      );
      expect(rows).toEqual([
        { name: 'focus', ssl: true },
        { name: 'history', ssl: true },
        { name: 'room-state', ssl: true },
      ]);
    } finally {
      await database.end();
    }
    expect(logged.filter((line) => /permissions violation|reports an error/i.test(line))).toEqual([]);
  });

  it('clients reach SIP, MSRP and CCMP over TLS, believing one authority', async () => {
    const ca = readFileSync(certificates.publicAuthority);
    const places = [
      ['focus', 'SIPS'],
      ['msrp-edge-1', 'MSRPS'],
      ['msrp-edge-2', 'MSRPS'],
      ['ccmp', 'CCMPS'],
    ] as const;
    for (const [service, what] of places) {
      const [host = '', port = ''] = stack.address(service, what).split(':');
      const version = await new Promise<string | null>((resolve, reject) => {
        const socket = connect({ host, port: Number(port), servername: 'localhost', ca }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', reject);
      });
      expect(version, service).toBe('TLSv1.3');
    }
  });

  it('every service tells when its certificate ends', async () => {
    for (const { name } of stack.plan) {
      const text = await (await fetch(`http://${stack.address(name, 'health')}/metrics`)).text();
      expect(text, name).toMatch(/^chat_tls_cert_expiry_seconds\{name="internal"\} 2\d{6}/m);
    }
  });

  it('the operator reads accounts by the certificate, and not without', async () => {
    const put = await plenary(['user', 'list'], operatorEnv());
    expect([put.code, put.stderr]).toEqual([0, '']);
    expect((await plenary(['user', 'list'])).code).toBe(3);
    const { certificate, key } = certificates.internal.focus;
    const asFocus = { PLENARY_INTERNAL_TLS_CERTIFICATE: certificate, PLENARY_INTERNAL_TLS_KEY: key };
    const wrong = await plenary(['user', 'list'], { ...operatorEnv(), ...asFocus });
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/is not for operator: it carries focus/);
  });
});

describe('SEC-014 a caller inside', () => {
  it.each<[InternalName, Readonly<Record<string, string>>]>([
    ['focus', { accounts: 'no', rooms: 'yes', conferences: 'yes', control: 'yes', kept: 'yes' }],
    ['msrp-edge', { accounts: 'no', rooms: 'yes', conferences: 'no', control: 'no', kept: 'yes' }],
    ['ccmp', { accounts: 'no', rooms: 'yes', conferences: 'yes', control: 'no', kept: 'yes' }],
    ['history', { accounts: 'no', rooms: 'yes', conferences: 'no', control: 'no', kept: 'no' }],
    ['room-state', { accounts: 'no', rooms: 'no', conferences: 'no', control: 'no', kept: 'no' }],
    ['operator', { accounts: 'yes', rooms: 'yes', conferences: 'yes', control: 'no', kept: 'no' }],
  ])('%s reaches what it may and nothing else', async (name, may) => {
    const who = identity(name);
    const asked = { accounts, rooms, conferences, control, kept };
    const answers: Record<string, string> = {};
    for (const [what, ask] of Object.entries(asked))
      answers[what] = (await ask(who)) === 'PERMISSION_DENIED' ? 'no' : 'yes';
    expect(answers).toEqual(may);
  });

  it('without a certificate, or with one of another authority, reaches nothing', async () => {
    const foreign = await makeAuthority('Foreign');
    const paths = writeCertificate(folder, 'foreign', await foreign.issue({ dns: ['focus'] }));
    for (const ask of [accounts, rooms, control, kept]) {
      expect(await ask()).toBe('UNAVAILABLE');
      expect(await ask(identity('focus', paths))).toBe('UNAVAILABLE');
    }
    const ca = readFileSync(certificates.internalAuthority);
    const bare = new RoomStateServiceClient(stack.address('room-state', 'gRPC'), credentials.createSsl(ca), {
      'grpc.ssl_target_name_override': 'room-state',
    });
    opened.push(bare);
    expect(await codeOf(unary(bare, bare.getRoom, { key: { $case: 'room', value: 'r' } }, options))).toBe(
      'UNAVAILABLE',
    );
  });
});
