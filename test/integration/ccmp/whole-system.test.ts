import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type CcmpServer, ccmpSettings, createContext, createServer } from '@plenary/ccmp';
import { runProgram } from '@plenary/cli';
import { readSettings } from '@plenary/config';
import { startStack, type Stack } from '@plenary/dev/stack';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerText,
  type CcmpAnswer,
  type CcmpKind,
  type CcmpParts,
  ccmpRequest,
  postCcmp,
} from '../../conformance/raw/ccmp.js';
import { freshDatabase, type FreshDatabase } from '../setup/database.js';

let folder = '';
let database: FreshDatabase;
let stack: Stack;
let second: CcmpServer;
/** Of the two replicas of ccmp. */
let urls: readonly string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-ccmp-'));
  database = await freshDatabase();
  const kinds = ['room-state', 'history', 'ccmp'] as const;
  stack = await startStack({ dataDir: folder, databaseUrl: database.url, kinds, broker: { bus: 'memory' } });
  second = await startReplica();
  urls = [`http://${stack.address('ccmp', 'CCMP')}/ccmp`, urlOf(second)];
});
/** One more ccmp over the same room-state and history. */
async function startReplica(env: Readonly<Record<string, string>> = {}): Promise<CcmpServer> {
  const settings = readSettings(ccmpSettings, {
    CCMP_HTTP_PORT: '0',
    CCMP_ROOM_STATE_ADDRESS: stack.address('room-state', 'gRPC'),
    CCMP_HISTORY_ADDRESS: stack.address('history', 'gRPC'),
    ...env,
  });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  const server = createServer(createContext(settings.value));
  await server.start();
  return server;
}
function urlOf({ httpPort }: CcmpServer): string {
  return `http://127.0.0.1:${String(httpPort)}/ccmp`;
}

afterAll(async () => {
  await second.stop();
  await stack.stop();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

let turn = 0;
/** Asks as a user of the demo, each time another replica. */
function ask(kind: CcmpKind, parts: CcmpParts, user = 'alice'): Promise<CcmpAnswer> {
  const body = ccmpRequest(kind, {
    subject: { username: user, password: user },
    confUserID: `xcon-userid:${user}@localhost`,
    ...parts,
  });
  return postCcmp(urls[turn++ % 2] ?? '', body);
}
const version = (answer: CcmpAnswer): number => Number(answerText(answer, 'version'));
const object = (answer: CcmpAnswer): string => answerText(answer, 'confObjID') ?? '';

describe('CCMP over the whole system', () => {
  it('FLOW-6503 CCMP-014 runs with every request at another replica, and exactly the versions of RFC 6503 section 6', async () => {
    const blueprints = await ask('blueprints', {});
    expect(blueprints.code).toBe(200);
    expect(blueprints.text).toContain('xcon:default@localhost');
    const blueprint = await ask('blueprint', { confObjID: 'xcon:default@localhost', operation: 'retrieve' });
    expect(blueprint.code).toBe(200);

    const created = await ask('conf', { confObjID: 'xcon:default@localhost', operation: 'create' });
    expect([created.code, version(created)]).toEqual([200, 1]);
    const room = object(created);
    expect(room).toMatch(/^xcon:[a-z0-9]{26,}@localhost$/);
    const inner =
      `<confInfo entity="${room}"><info:conference-description><info:display-text>Alice and friends</info:display-text>` +
      '</info:conference-description></confInfo>';
    const updated = await ask('conf', { confObjID: room, operation: 'update', inner });
    expect([updated.code, version(updated)]).toEqual([200, 2]);

    const users =
      '<usersInfo><xcon:allowed-users-list><xcon:target uri="sip:bob@localhost" method="dial-in"/></xcon:allowed-users-list></usersInfo>';
    const listed = await ask('users', { confObjID: room, operation: 'update', inner: users });
    expect([listed.code, version(listed)]).toEqual([200, 3]);
    const joined = await ask('user', {
      confObjID: room,
      operation: 'create',
      inner: '<userInfo entity="xcon-userid:alice@localhost"><info:endpoint entity="sip:alice@192.0.2.1"/></userInfo>',
    });
    expect([joined.code, version(joined)]).toEqual([200, 4]);
    const added = await ask('user', {
      confObjID: room,
      operation: 'create',
      inner:
        '<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost"><info:display-text>Ciccio</info:display-text>' +
        '<info:endpoint entity="sip:Ciccio@example.com"/></userInfo>',
    });
    expect([added.code, version(added)]).toEqual([200, 5]);
    expect(added.text).not.toContain('AUTO_GENERATE');

    const options = await ask('options', {});
    expect(options.code).toBe(200);
    expect(answerText(options, 'operation')).toBeUndefined();
    const extended = await ask('extended', {
      confObjID: room,
      operation: 'retrieve',
      inner: '<extensionName>chatHistory</extensionName>',
    });
    expect(extended.code).toBe(200);
    expect(extended.text).toContain('<extensionName>chatHistory</extensionName>');
  });

  it('CCMP-047 SEC-008 an id nobody has, and one that is another’s, whatever is asked', async () => {
    const unknown = { confUserID: 'xcon-userid:nobody-of-that-name@localhost' };
    expect([421, 401]).toContain((await ask('confs', unknown)).code);
    const stolen = { confUserID: 'xcon-userid:bob@localhost' };
    await ask('confs', {}, 'bob');
    for (const kind of ['blueprints', 'confs', 'options'] as const)
      expect((await ask(kind, stolen)).code, kind).toBe(401);
    const conf = { ...stolen, confObjID: 'xcon:lobby@localhost', operation: 'retrieve' };
    expect((await ask('conf', conf)).code).toBe(401);
  });

  it('CCMP-013 with the database stalled, 510, and nothing is committed', async () => {
    const impatient = await startReplica({ CCMP_DEADLINE_MS: '700ms' });
    const before = await ask('conf', { confObjID: 'xcon:lobby@localhost', operation: 'retrieve' }, 'operator');
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE room_state.rooms IN ACCESS EXCLUSIVE MODE');
    try {
      const body = ccmpRequest('conf', {
        subject: { username: 'operator', password: 'operator' },
        confUserID: 'xcon-userid:operator@localhost',
        confObjID: 'xcon:lobby@localhost',
        operation: 'update',
        inner:
          '<confInfo entity="xcon:lobby@localhost"><info:conference-description><info:subject>too late</info:subject></info:conference-description></confInfo>',
      });
      expect((await postCcmp(urlOf(impatient), body)).code).toBe(510);
    } finally {
      await holder.query('ROLLBACK');
      await holder.end();
      await impatient.stop();
    }
    const after = await ask('conf', { confObjID: 'xcon:lobby@localhost', operation: 'retrieve' }, 'operator');
    expect(after.text).not.toContain('too late');
    expect(version(after)).toBe(version(before));
  });
});

describe('the operators’ command line', () => {
  async function plenary(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const said = { stdout: '', stderr: '' };
    const sink = (name: 'stdout' | 'stderr') => ({
      write: (text: string) => {
        said[name] += text;
        return true;
      },
      once: () => undefined as never,
    });
    const env = { PLENARY_CCMP_URL: urls[0], PLENARY_ACCOUNTS_ADDRESS: stack.address('room-state', 'gRPC') };
    const stdin = Object.assign(Readable.from(['secret\n']), { isTTY: false }) as never;
    const code = await runProgram({ argv, env, stdin, stdout: sink('stdout'), stderr: sink('stderr') });
    return { code, ...said };
  }

  it('makes, shows, changes and ends a room', async () => {
    expect((await plenary('room', 'create', 'board', '--title', 'The board', '--moderated')).code).toBe(0);
    expect((await plenary('room', 'list')).stdout).toMatch(/^xcon:\S+\s+The board/m);
    expect((await plenary('room', 'set', 'board', 'subject=Budget', 'maximum=20')).code).toBe(0);
    const shown = await plenary('room', 'show', 'board', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      title: 'The board',
      subject: 'Budget',
      maximumUserCount: 20,
      policy: { moderated: true },
    });
    expect((await plenary('room', 'log', 'board', 'on')).code).toBe(0);
    expect((await plenary('room', 'show', 'The board')).stdout).toMatch(/^logged\s+yes/m);
    expect((await plenary('room', 'delete', 'board')).code).toBe(0);
    expect(await plenary('room', 'show', 'board')).toMatchObject({ code: 1 });
  });

  it('bans and lifts the ban, without losing others from the list', async () => {
    await plenary('room', 'create', 'open');
    await plenary('room', 'ban', 'open', '*@spam.example');
    await plenary('room', 'ban', 'open', 'sip:eve@localhost');
    await plenary('room', 'unban', 'open', '*@spam.example');
    expect((await plenary('room', 'show', 'open')).stdout).toMatch(/^denied\s+sip:eve@localhost$/m);
  });

  it('exports an empty log as an empty file', async () => {
    const path = join(folder, 'minutes.jsonl');
    const exported = await plenary('room', 'export', 'minutes', '--output', path);
    expect(exported).toMatchObject({ code: 0, stdout: `0 messages written to ${path}.\n` });
    expect(readFileSync(path, 'utf8')).toBe('');
  });

  it('keeps accounts', async () => {
    expect((await plenary('user', 'add', 'carol', '--password-file', '-')).code).toBe(0);
    expect((await plenary('user', 'add', 'carol', '--password-file', '-')).code).toBe(1);
    expect((await plenary('user', 'list')).stdout).toMatch(/^carol\s+sip:carol@localhost/m);
    expect((await plenary('user', 'remove', 'carol')).code).toBe(0);
  });

  it('knows refused, wrong and not reachable apart', async () => {
    expect((await plenary('room', 'show', 'nowhere')).code).toBe(1);
    expect((await plenary('room', 'show')).code).toBe(2);
    const surface = {
      argv: ['room', 'list'],
      env: { PLENARY_CCMP_URL: 'http://127.0.0.1:9/ccmp' },
      stdin: Readable.from([]) as never,
      stdout: { write: () => true, once: () => undefined as never },
      stderr: { write: () => true },
    };
    expect(await runProgram(surface)).toBe(3);
  });
});
