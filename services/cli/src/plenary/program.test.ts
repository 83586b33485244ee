import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeXml } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Refused, NotReachable } from './failures.js';
import { runProgram } from './program.js';
import { lobbyServer, memoryAccounts, type Run, run, xml } from './testing.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plenary-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The document part of the last request, written down. */
function lastInfo({ asked }: Run): string {
  const info = asked.at(-1)?.info;
  return info === undefined
    ? ''
    : writeXml(info, {
        declaration: false,
        prefixes: { [namespaces.info]: '', [namespaces.xcon]: 'xcon', [namespaces.chat]: 'chat' },
      }).replaceAll(/ xmlns(?::\w+)?="[^"]*"/g, '');
}

const onLobby = (line: string | readonly string[]): Promise<Run> => run(line, { answer: lobbyServer });

describe('who asks', () => {
  it('is the operator of the dev stack, without any setting', async () => {
    const { asked, code } = await onLobby('room list');
    expect(code).toBe(0);
    expect(asked[0]).toMatchObject({
      subject: { username: 'operator', password: 'operator' },
      confUserId: 'xcon-userid:operator@localhost',
    });
  });

  it('is whom the environment names, with the password of a file', async () => {
    const path = join(folder, 'password.txt');
    writeFileSync(path, 'secret word\n');
    const env = { PLENARY_USER: 'alice', PLENARY_PASSWORD_FILE: path, PLENARY_DOMAIN: 'example.com' };
    const { asked } = await run('blueprints', { env });
    expect(asked[0]).toMatchObject({
      subject: { username: 'alice', password: 'secret word' },
      confUserId: 'xcon-userid:alice@example.com',
    });
  });

  it('is never asked for a password where there is no terminal', async () => {
    const { code, stderr } = await run('blueprints', { env: { PLENARY_USER: 'alice' } });
    expect(code).toBe(2);
    expect(stderr).toContain('Password of alice: there is no terminal to ask');
  });
});

describe('exit codes', () => {
  it('1 with the CCMP code where the server refuses', async () => {
    const answer = () => ({ code: 401, text: 'you may not' });
    expect(await run('room list', { answer })).toMatchObject({
      code: 1,
      stderr: 'plenary: refused (401): Unauthorized: you may not\n',
    });
    const { stdout, stderr } = await run('room list --json', { answer });
    expect(stdout).toBe('');
    expect(JSON.parse(stderr)).toEqual({ error: 'Unauthorized: you may not', exitCode: 1, code: 401 });
  });

  it('2 for a wrong command line', async () => {
    for (const line of [
      'frobnicate',
      'room',
      'room kick lobby',
      'room log lobby perhaps',
      'room list --colour',
      'room set lobby a=b',
      'room set lobby',
    ])
      expect((await onLobby(line)).code, line).toBe(2);
  });

  it('3 where nobody answers', async () => {
    const surface = {
      argv: ['room', 'list'],
      env: { PLENARY_CCMP_URL: 'http://127.0.0.1:9/ccmp' },
      stdin: Object.assign((async function* () {})(), { isTTY: false }) as never,
      stdout: { write: () => true, once: () => undefined as never },
      stderr: { write: () => true },
    };
    expect(await runProgram(surface, { exchange: () => Promise.reject(new NotReachable('no')) })).toBe(3);
    expect(await runProgram(surface, { exchange: () => Promise.reject(new Refused(0, 'no')) })).toBe(1);
  });
});

describe('rooms', () => {
  it('are listed in a table, or as JSON', async () => {
    expect((await onLobby('room list')).stdout).toBe(
      'ROOM                  TITLE      PURPOSE\nxcon:lobby@localhost  The lobby  For all\n',
    );
    expect((await onLobby('room list --json')).json).toEqual([
      { uri: 'xcon:lobby@localhost', displayText: 'The lobby', purpose: 'For all' },
    ]);
  });

  it('are found by a word, by one question', async () => {
    const { asked, stdout } = await onLobby('room show lobby');
    expect(asked[0]?.xpathFilter).toContain("uri='sip:lobby@localhost'");
    expect(asked[1]).toMatchObject({ kind: 'conf', operation: 'retrieve', confObjId: 'xcon:lobby@localhost' });
    expect(stdout).toMatch(/^title\s+The lobby$/m);
    expect(stdout).toMatch(/^people\s+2$/m);
    expect(stdout).toMatch(/^xcon-userid:alice@localhost\s+Ally\s+Alice\s+moderator\s+connected\s+yes$/m);
    expect(stdout).toMatch(/^xcon-userid:bob@localhost\s+Bob\s+participant\s+connected\s+no$/m);
  });

  it('that are not there, or there twice, are told apart', async () => {
    const none = await run('room show nowhere', { answer: () => ({}) });
    expect(none).toMatchObject({ code: 1 });
    expect(none.stderr).toContain('there is no room nowhere');
    const twice = await run('room show it', {
      answer: () => ({ info: xml('<i><entry><uri>xcon:a@x</uri></entry><entry><uri>xcon:b@x</uri></entry></i>') }),
    });
    expect(twice).toMatchObject({ code: 2 });
    expect(twice.stderr).toContain('xcon:a@x, xcon:b@x');
  });

  it('are made of the default blueprint with what is asked for', async () => {
    const answer = () => ({
      confObjId: 'xcon:new@localhost',
      version: 1,
      info: xml('<i entity="xcon:new@localhost"/>'),
    });
    const line = ['room', 'create', 'board', '--title', 'The board', '--members-only', '--allow', 'alice', '--logged'];
    const made = await run(line, { answer });
    expect(made.code).toBe(0);
    expect(made.asked).toHaveLength(1);
    expect(lastInfo(made)).toBe(
      '<conference-info entity="xcon:AUTO_GENERATE_1@localhost"><conference-description>' +
        '<conf-uris><entry><uri>sip:board@localhost</uri><purpose>participation</purpose></entry></conf-uris>' +
        '<display-text>The board</display-text><chat:room-policy members-only="true"/></conference-description>' +
        '<conference-state><chat:logging active="true"/></conference-state>' +
        '<users><xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy>' +
        '<xcon:allowed-users-list><xcon:target uri="sip:alice@localhost" method="dial-in"/></xcon:allowed-users-list></users></conference-info>',
    );
    expect(made.stdout).toContain('xcon:new@localhost');
    const plain = await run('room create', { answer });
    expect(plain.asked[0]).not.toHaveProperty('info');
  });

  it('made of a blueprint that cannot take the changes are not left behind', async () => {
    const { code, asked } = await run('room create --from moderated --title X', {
      answer: ({ operation }) =>
        operation === 'update'
          ? { code: 426 }
          : { confObjId: 'xcon:new@localhost', version: 1, info: xml('<i entity="xcon:new@localhost"/>') },
    });
    expect(code).toBe(1);
    expect(asked.map(({ operation }) => operation)).toEqual(['create', 'update', 'delete']);
    expect(asked[0]).toMatchObject({ confObjId: 'xcon:moderated@localhost' });
    expect(asked[0]).not.toHaveProperty('info');
  });

  it('made of a blueprint say why they could not be changed, also when they cannot be removed', async () => {
    const { code, stderr } = await run('room create --from moderated --title X', {
      answer: ({ operation }) =>
        operation === 'create'
          ? { confObjId: 'xcon:new@localhost', version: 1, info: xml('<i entity="xcon:new@localhost"/>') }
          : { code: operation === 'update' ? 426 : 500 },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('(426)');
  });

  it('are changed all at once, on condition of a version', async () => {
    const words = 'locked=true moderated=true secret=false history-readers=members join-handling=confirm --version 12';
    const changed = await onLobby(['room', 'set', 'lobby', 'subject=Release on Friday', ...words.split(' ')]);
    expect(lastInfo(changed)).toBe(
      '<conference-info entity="xcon:lobby@localhost" version="12"><conference-description><subject>Release on Friday</subject>' +
        '<chat:room-policy moderated="true" secret="false"/><chat:history readers="members"/></conference-description>' +
        '<conference-state><locked>true</locked></conference-state><users><xcon:join-handling>confirm</xcon:join-handling></users></conference-info>',
    );
    expect(changed.stdout).toBe('Done: xcon:lobby@localhost is version 13.\n');
    expect(lastInfo(await onLobby('room set lobby subject='))).toContain('<subject/>');
  });

  it('get a password from a file', async () => {
    const path = join(folder, 'room.txt');
    writeFileSync(path, '8601\n');
    expect(lastInfo(await onLobby(`room set lobby --password-file ${path} locked=false`))).toContain(
      '<entry><uri>sip:lobby@localhost</uri><purpose>participation</purpose><xcon:conference-password>8601</xcon:conference-password></entry>',
    );
    const { asked } = await onLobby(`room show lobby --room-password-file ${path}`);
    expect(asked.at(-1)).toMatchObject({ conferencePassword: '8601' });
  });

  it.each([
    ['room log lobby on', '<conference-state><chat:logging active="true"/></conference-state>'],
    ['room log lobby off', '<conference-state><chat:logging active="false"/></conference-state>'],
    ['room hold lobby on', '<conference-description><chat:history legal-hold="true"/></conference-description>'],
  ])('%s', async (line, part) => {
    const done = await onLobby(line);
    expect(lastInfo(done)).toBe(`<conference-info entity="xcon:lobby@localhost">${part}</conference-info>`);
    expect(done.asked.at(-1)).toMatchObject({ kind: 'conf', operation: 'update' });
  });

  it('are closed for another, then deleted', async () => {
    const { asked } = await onLobby('room move lobby xcon:foyer@localhost');
    expect(asked.map(({ kind, operation = '' }) => `${kind}/${operation}`)).toEqual([
      'confs/',
      'conf/update',
      'conf/delete',
    ]);
    expect((await onLobby('room delete xcon:lobby@localhost')).asked).toMatchObject([
      { kind: 'conf', operation: 'delete', confObjId: 'xcon:lobby@localhost' },
    ]);
  });
});

describe('people', () => {
  it.each([
    ['room kick lobby bob', 'delete', '<user entity="xcon-userid:bob@localhost"/>'],
    ['room kick lobby Ally', 'delete', '<user entity="xcon-userid:alice@localhost"/>'],
    ['room kick lobby xcon-userid:zed@localhost', 'delete', '<user entity="xcon-userid:zed@localhost"/>'],
    [
      'room mute lobby alice',
      'update',
      '<user entity="xcon-userid:alice@localhost"><endpoint entity="aaaaaaaaaaaa"><media id="1"><status>recvonly</status></media></endpoint></user>',
    ],
    [
      'room unmute lobby bob',
      'update',
      '<user entity="xcon-userid:bob@localhost"><endpoint entity="bbbbbbbbbbbb"><media id="1"><status>sendrecv</status></media></endpoint></user>',
    ],
    [
      'room admit lobby carol',
      'update',
      '<user entity="xcon-userid:carol@localhost"><endpoint entity="cccccccccccc"><status>connected</status></endpoint></user>',
    ],
    ['room admit lobby carol --refuse', 'delete', '<user entity="xcon-userid:carol@localhost"/>'],
    [
      'room role lobby bob moderator',
      'update',
      '<user entity="xcon-userid:bob@localhost"><roles><entry>moderator</entry></roles></user>',
    ],
    ['room nick lobby bob Bobby', 'update', '<user entity="xcon-userid:bob@localhost" xcon:nickname="Bobby"/>'],
    ['room nick lobby bob', 'update', '<user entity="xcon-userid:bob@localhost" xcon:nickname=""/>'],
    [
      'room invite lobby dave --nick Dee',
      'create',
      '<user entity="xcon-userid:AUTO_GENERATE_1@localhost" xcon:nickname="Dee"><endpoint entity="sip:dave@localhost"/></user>',
    ],
    ['room invite lobby xcon-userid:dave@localhost', 'create', '<user entity="xcon-userid:dave@localhost"/>'],
  ])('%s', async (line, operation, info) => {
    const done = await onLobby(line);
    expect(done.stderr).toBe('');
    expect(done.asked.at(-1)).toMatchObject({ kind: 'user', operation, confObjId: 'xcon:lobby@localhost' });
    expect(lastInfo(done)).toBe(info);
  });

  it('who are not there cannot be muted, who do not wait not let in', async () => {
    expect((await onLobby('room mute lobby zed')).stderr).toContain('refused (420)');
    expect((await onLobby('room admit lobby bob')).stderr).toContain('refused (409)');
    expect((await onLobby('room role lobby bob king')).code).toBe(2);
  });

  it('are banned by the list of those denied, on condition that nobody else changed it', async () => {
    const done = await onLobby('room ban lobby bob');
    expect(lastInfo(done)).toBe(
      '<conference-info entity="xcon:lobby@localhost" version="12"><users><xcon:deny-users-list>' +
        '<xcon:target uri="sip:mallory@localhost"/><xcon:target uri="xcon-userid:bob@localhost"/></xcon:deny-users-list></users></conference-info>',
    );
    let turns = 0;
    const answer = (request: Parameters<typeof lobbyServer>[0]) =>
      request.operation === 'update' && ++turns < 3 ? { code: 409, version: 12 } : lobbyServer(request);
    expect((await run('room ban lobby *@spam.example', { answer })).code).toBe(0);
    expect(turns).toBe(3);
    turns = -10;
    expect((await run('room ban lobby bob', { answer })).code).toBe(1);
  });

  it('are let back in again', async () => {
    expect(lastInfo(await onLobby('room unban lobby sip:mallory@localhost'))).toContain('<xcon:deny-users-list/>');
    expect((await onLobby('room unban lobby bob')).stderr).toContain('is not banned');
  });
});

describe('the log', () => {
  const message = (id: number, text: string): string =>
    `<chat:message id="1.${String(id)}" time="2026-11-29T12:00:0${String(id)}.000Z" from="sip:bob@localhost" nickname="Bobby" content-type="text/plain"><chat:content>${text}</chat:content></chat:message>`;
  const pages = [
    xml(`<chat:messages cursor="two">${message(1, 'one')}${message(2, 'two\nlines')}</chat:messages>`),
    xml(
      `<chat:messages>${message(3, 'three')}<chat:message id="1.4" time="2026-11-29T12:00:04.000Z" from="sip:x@y" content-type="image/png"><chat:content encoding="base64">AAEC</chat:content></chat:message></chat:messages>`,
    ),
  ];
  const answer = (request: Parameters<typeof lobbyServer>[0]) => {
    if (request.kind !== 'extended') return lobbyServer(request);
    const cursor = request.extensions?.[0]?.attributes.find(({ name }) => name === 'cursor');
    const page = pages[cursor === undefined ? 0 : 1];
    return { extensions: page === undefined ? [] : [page] };
  };

  it('is shown oldest first', async () => {
    const { stdout, asked } = await run('room history lobby --count 2 --since 2026-11-29', { answer });
    expect(stdout).toBe(
      '2026-11-29 12:00:01  Bobby: one\n2026-11-29 12:00:02  Bobby: two\n                     lines\n',
    );
    expect(asked.at(-1)?.extensions?.[0]?.attributes).toEqual([
      { ns: '', name: 'since', value: '2026-11-29T00:00:00.000Z' },
      { ns: '', name: 'count', value: '2' },
    ]);
  });

  it('is exported page by page, to a file or to standard output', async () => {
    const path = join(folder, 'log.jsonl');
    const written = await run(`room export lobby --output ${path}`, { answer });
    expect(written.stdout).toBe(`4 messages written to ${path}.\n`);
    const lines = readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatchObject({ id: '1.2', nickname: 'Bobby', text: 'two\nlines', contentType: 'text/plain' });
    expect(lines[3]).toMatchObject({ base64: 'AAEC' });
    const text = await run('room export lobby --format text', { answer });
    expect(text.stdout.split('\n')).toHaveLength(6);
    expect(text.stdout).toContain('x@y: [image/png, 3 octets]');
    expect(text.stderr).toBe('4 messages written.\n');
  });

  it('that may not be read leaves no file behind', async () => {
    const path = join(folder, 'none.jsonl');
    const refused = (request: Parameters<typeof lobbyServer>[0]) =>
      request.kind === 'extended' ? { code: 401 } : lobbyServer(request);
    expect((await run(`room export lobby --output ${path}`, { answer: refused })).code).toBe(1);
    expect(() => readFileSync(path)).toThrow();
  });

  it('a file that cannot be written is said, and is a wrong command line', async () => {
    const { code, stderr } = await run('room export lobby --output /nowhere/at/all', { answer });
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere/at/all cannot be written');
  });

  it('is erased of one person’s words', async () => {
    const { stdout, asked } = await run('room erase lobby bob', {
      answer: (request) =>
        request.kind === 'extended' ? { extensions: [xml('<chat:erased count="3"/>')] } : lobbyServer(request),
    });
    expect(stdout).toContain('3 messages of xcon-userid:bob@localhost were erased');
    expect(asked.at(-1)).toMatchObject({ operation: 'delete', extensionName: 'chatHistory' });
  });

  it('steers no terminal', async () => {
    const evil = (request: Parameters<typeof lobbyServer>[0]) =>
      request.kind === 'extended'
        ? { extensions: [xml(`<chat:messages>${message(1, 'a&#x9b;31mred‮')}</chat:messages>`)] }
        : lobbyServer(request);
    const { stdout } = await run('room history lobby', { answer: evil });
    expect(stdout).not.toMatch(/\u009b|\u202e/);
  });
});

describe('sidebars, blueprints, options', () => {
  it('sidebars of both kinds are listed', async () => {
    const { stdout } = await run('room sidebar list xcon:m@localhost', {
      answer: ({ kind }) =>
        kind === 'sidebarsByVal'
          ? {
              info: xml(
                '<i><entry entity="xcon:s1@localhost"><conference-description><display-text>One</display-text></conference-description></entry></i>',
              ),
            }
          : { info: xml('<i><entry><uri>xcon:s2@localhost</uri></entry></i>') },
    });
    expect(stdout).toMatch(/^xcon:s1@localhost\s+by-val\s+One$/m);
    expect(stdout).toMatch(/^xcon:s2@localhost\s+by-ref$/m);
  });

  it('a sidebar is made, and then given its name and people', async () => {
    const made = await run('room sidebar create xcon:m@localhost --title Aside --call alice', {
      answer: () => ({ confObjId: 'xcon:s@localhost', version: 1 }),
    });
    expect(made.asked.map(({ kind, operation }) => `${kind}/${operation ?? ''}`)).toEqual([
      'sidebarByVal/create',
      'sidebarByVal/update',
    ]);
    expect(lastInfo(made)).toContain('<xcon:target uri="sip:alice@localhost" method="dial-out"/>');
  });

  it('a sidebar is found whatever its kind', async () => {
    const { code, asked } = await run('room sidebar delete xcon:s@localhost', {
      answer: ({ kind }) => (kind === 'sidebarByVal' ? { code: 404 } : {}),
    });
    expect(code).toBe(0);
    expect(asked.map(({ kind }) => kind)).toEqual(['sidebarByVal', 'sidebarByRef']);
    expect((await run('room sidebar show lobby')).code).toBe(2);
  });

  it('what the server offers', async () => {
    const { stdout } = await run('options', {
      answer: () => ({
        options: {
          standard: [{ name: 'confRequest', operations: ['retrieve', 'create'] }],
          extended: [{ name: 'chatHistory', schemaDef: 'x', description: 'what was said' }],
        },
      }),
    });
    expect(stdout).toMatch(/^confRequest\s+retrieve create$/m);
    expect(stdout).toMatch(/^chatHistory\s+all\s+what was said$/m);
  });
});

describe('accounts', () => {
  it('are made, listed, changed and removed', async () => {
    const accounts = memoryAccounts();
    const path = join(folder, 'carol.txt');
    writeFileSync(path, 'first\n');
    const add = `user add carol --password-file ${path} --role administrator --identity xmpp:carol@example.com`;
    expect((await run(add, { accounts })).stdout).toBe('carol may sign in.\n');
    expect(accounts.kept.get('carol')).toEqual({
      username: 'carol',
      password: 'first',
      identities: ['xmpp:carol@example.com'],
      systemRoles: ['administrator'],
    });
    expect((await run(add, { accounts })).stderr).toContain('refused (409)');
    expect((await run(`user passwd carol --password-file -`, { accounts, stdin: 'second\n' })).code).toBe(0);
    expect(accounts.kept.get('carol')).toMatchObject({ password: 'second', systemRoles: ['administrator'] });
    const { stdout } = await run('user list', { accounts });
    expect(stdout).toMatch(/^carol\s+sip:carol@localhost/m);
    expect(stdout).not.toContain('second');
    expect((await run('user remove carol', { accounts })).code).toBe(0);
    expect((await run('user remove carol', { accounts })).code).toBe(1);
    expect((await run('user passwd carol --password-file -', { accounts, stdin: 'x' })).code).toBe(1);
  });

  it('are imported all or, with a fault in the file, none', async () => {
    const accounts = memoryAccounts();
    const stdin = '{"username":"a","password":"1"}\n{"username":"b","password":"2","systemRoles":["administrator"]}\n';
    expect((await run('user import -', { accounts, stdin })).stdout).toBe('2 accounts may sign in.\n');
    const { code, stderr } = await run('user import -', { accounts, stdin: 'c,3\nd\n' });
    expect(code).toBe(2);
    expect(stderr).toContain('-: line 2: no password');
    expect([...accounts.kept.keys()]).toEqual(['a', 'b']);
  });
});
