import { xmlElement } from '@plenary/wire/xml';
import { type CcmpResponse, namespaces, sidebarsInfo, urisInfo } from '@plenary/xcon';
import { afterEach, describe, expect, it } from 'vitest';
import { CcmpClient } from './client.js';
import type { CcmpResult } from './results.js';
import { startServer, type TestServer } from './testing.js';

const { info, chat } = namespaces;
const room = 'xcon:room@localhost';
const document = xmlElement(info, 'conference-info', { entity: room, version: '4' }, [
  xmlElement(info, 'conference-description', [], [xmlElement(info, 'subject', [], ['Agenda'])]),
]);
const bob = xmlElement(info, 'user', { entity: 'xcon-userid:bob@localhost' }, [
  xmlElement(info, 'display-text', [], ['Bob']),
]);
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

async function start(answers: Partial<CcmpResponse>): Promise<[CcmpClient, TestServer]> {
  const server = await startServer(({ answer }) => {
    answer(answers);
  });
  const client = new CcmpClient({ url: server.url, userId: 'xcon-userid:alice@localhost' });
  opened.push(client, server);
  return [client, server];
}

async function value<T>(asked: Promise<CcmpResult<T>>): Promise<T> {
  const result = await asked;
  if (!result.ok) throw result.error;
  return result.value.value;
}

describe('lists', () => {
  it('CCMP-060 CCMP-061 CCMP-065 blueprints and conferences, filtered', async () => {
    const entries = [{ uri: 'xcon:a@localhost', displayText: 'A' }, { uri: 'xcon:b@localhost' }];
    const [client, { seen }] = await start({ info: urisInfo(entries) });
    expect(await value(client.blueprints('//a'))).toEqual(entries);
    expect(await value(client.conferences())).toEqual(entries);
    expect(await value(client.sidebarsByRef(room, { password: 'p', xpathFilter: '//b' }))).toEqual(entries);
    expect(
      seen.map(({ request }) => [request.kind, request.confObjId, request.xpathFilter, request.conferencePassword]),
    ).toEqual([
      ['blueprints', undefined, '//a', undefined],
      ['confs', undefined, undefined, undefined],
      ['sidebarsByRef', room, '//b', 'p'],
    ]);
  });

  it('CCMP-082 sidebars by value are conferences; an empty list is one', async () => {
    const [client] = await start({ info: sidebarsInfo([document]) });
    expect((await value(client.sidebarsByVal(room)))[0]?.view.subject).toBe('Agenda');
    const [other] = await start({});
    expect(await value(other.sidebarsByVal(room))).toEqual([]);
    expect(await value(other.conferences())).toEqual([]);
  });
});

describe('conference objects', () => {
  it.each([
    ['conference', 'conf'],
    ['blueprint', 'blueprint'],
    ['sidebarByVal', 'sidebarByVal'],
    ['sidebarByRef', 'sidebarByRef'],
  ] as const)('CCMP-063..071 %s: retrieve, create, update, delete', async (name, kind) => {
    const [client, { seen }] = await start({ info: document, version: 4, confObjId: room });
    const objects = client[name];
    expect((await value(objects.retrieve(room, { password: ' p ' }))).view.subject).toBe('Agenda');
    const created = await objects.create({ from: room });
    expect(created).toMatchObject({
      ok: true,
      value: { version: 4, confObjId: room, value: { view: { version: 4 } } },
    });
    expect((await objects.update(room, document)).ok).toBe(true);
    expect(await objects.delete(room)).toMatchObject({ ok: true, value: { value: undefined } });
    expect(seen.map(({ request }) => [request.kind, request.operation, request.confObjId, request.info?.name])).toEqual(
      [
        [kind, 'retrieve', room, undefined],
        [kind, 'create', room, undefined],
        [kind, 'update', room, `${kind}Info`],
        [kind, 'delete', room, undefined],
      ],
    );
    expect(seen[0]?.request.conferencePassword).toBe(' p ');
  });

  it('CCMP-067 a conference of a document, or of nothing', async () => {
    const [client, { seen }] = await start({ version: 1, confObjId: room });
    expect(await client.conference.create({ document })).toMatchObject({
      value: { value: undefined, confObjId: room },
    });
    expect(await client.conference.create()).toMatchObject({ ok: true });
    expect(seen.map(({ request }) => [request.confObjId, request.info?.name])).toEqual([
      [undefined, 'confInfo'],
      [undefined, undefined],
    ]);
  });

  it('an answer without the document that was asked for is no answer', async () => {
    const [client] = await start({});
    expect(await client.conference.retrieve(room)).toMatchObject({ ok: false, error: { origin: 'protocol' } });
    expect(await client.users(room)).toMatchObject({ ok: false, error: { origin: 'protocol' } });
    expect(await client.user(room)).toMatchObject({ ok: false, error: { origin: 'protocol' } });
  });
});

describe('users', () => {
  it('CCMP-072 the whole <users>, and changes of it', async () => {
    const users = xmlElement(info, 'users', [], [bob]);
    const [client, { seen }] = await start({ info: users });
    expect((await value(client.users(room))).children).toHaveLength(1);
    expect((await client.updateUsers(room, users)).ok).toBe(true);
    expect(seen.map(({ request }) => [request.kind, request.operation, request.info?.name])).toEqual([
      ['users', 'retrieve', undefined],
      ['users', 'update', 'usersInfo'],
    ]);
  });

  it('CCMP-074 CCMP-078..080 one user: who, join, change, put out', async () => {
    const [client, { seen }] = await start({ info: bob, version: 9 });
    expect((await value(client.user(room, bob))).view.displayText).toBe('Bob');
    expect((await value(client.join(room)))?.view.entity).toBe('xcon-userid:bob@localhost');
    expect((await client.updateUser(room, bob)).ok).toBe(true);
    expect(await client.removeUser(room, bob, { password: 'p' })).toMatchObject({ ok: true, value: { version: 9 } });
    expect((await client.removeUser(room)).ok).toBe(true);
    expect(seen.map(({ request }) => [request.operation, request.info?.name, request.conferencePassword])).toEqual([
      ['retrieve', 'userInfo', undefined],
      ['create', undefined, undefined],
      ['update', 'userInfo', undefined],
      ['delete', 'userInfo', 'p'],
      ['delete', undefined, undefined],
    ]);
  });

  it('CCMP-076 who has no id is given one', async () => {
    const server = await startServer(({ answer }) => {
      answer({ confUserId: 'xcon-userid:new@localhost' });
    });
    const client = new CcmpClient({ url: server.url });
    opened.push(client, server);
    const stranger = xmlElement(info, 'user', { entity: 'xcon-userid:AUTO_GENERATE_1@localhost' }, [
      xmlElement(info, 'endpoint', { entity: 'sip:me@localhost' }),
    ]);
    expect(await client.join(room, stranger)).toMatchObject({
      ok: true,
      value: { confUserId: 'xcon-userid:new@localhost', value: undefined },
    });
  });
});

describe('what else there is', () => {
  it('CCMP-084 options', async () => {
    const options = { standard: [{ name: 'confRequest', operations: ['retrieve'] as const }], extended: [] };
    const [client] = await start({ options });
    expect(await value(client.options())).toEqual(options);
    const [bare] = await start({});
    expect(await value(bare.options())).toEqual({ standard: [], extended: [] });
  });

  it('CCMP-083 extensions', async () => {
    const [client, { seen }] = await start({ extensions: [xmlElement(chat, 'message', { id: '1' })] });
    const extensions = [xmlElement(chat, 'history', { count: '5' })];
    expect(await value(client.extended('chatHistory', 'retrieve', { uri: room, extensions }))).toMatchObject([
      { name: 'message' },
    ]);
    expect(seen[0]?.request).toMatchObject({ extensionName: 'chatHistory', confObjId: room, extensions });
    expect((await client.extended('other', 'delete')).ok).toBe(true);
  });
});
