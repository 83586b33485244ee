import { attributeOf, childElement, childElements, textOf } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer, type CcmpKind } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const info = 'urn:ietf:params:xml:ns:conference-info';
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const filter = (expression: string): { readonly inner: string } => ({
  inner: `<xpathFilter>${expression.replaceAll('<', '&lt;')}</xpathFilter>`,
});

interface Entry {
  readonly uri: string;
  readonly displayText: string;
  readonly purpose: string;
}

/** The entries of a list answer. */
function entriesOf(answer: CcmpAnswer, kind: CcmpKind): readonly Entry[] {
  const list = answerInfo(done(answer), kind, `${kind}Info`);
  return (list === undefined ? [] : childElements(list)).map((entry) => {
    const [uri = '', displayText = '', purpose = ''] = ['uri', 'display-text', 'purpose'].map((name) => {
      const found = childElement(entry, info, name);
      return found === undefined ? '' : textOf(found);
    });
    return { uri, displayText, purpose };
  });
}
const urisOf = (answer: CcmpAnswer, kind: CcmpKind): string[] => entriesOf(answer, kind).map(({ uri }) => uri);

describe('blueprints', () => {
  it('CCMP-060 the blueprints one may use are listed with URI, name and purpose, and nothing secret', async () => {
    const answer = await user('alice').ask('blueprints');
    const entries = entriesOf(answer, 'blueprints');
    expect(entries.map(({ uri }) => uri)).toEqual(
      expect.arrayContaining(['xcon:default@localhost', 'xcon:password@localhost', 'xcon:logged@localhost']),
    );
    for (const entry of entries) for (const part of Object.values(entry)) expect(part).not.toBe('');
    expect(answer.text).not.toContain('conference-password');
  });

  it('CCMP-060 who may make no conferences is shown none, who may is', async () => {
    const state = await startRoomState(system, {
      ROOM_STATE_CREATE_BY: 'listed',
      ROOM_STATE_CREATORS: 'sip:alice@localhost',
    });
    const pod = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: state.address });
    const listed = await Promise.all(
      ['alice', 'mallory'].map(async (name) =>
        urisOf(await new CcmpUser(pod.address, name).ask('blueprints'), 'blueprints'),
      ),
    );
    await pod.stop();
    await state.stop();
    expect(listed[0]?.length).toBeGreaterThan(0);
    expect(listed[1]).toEqual([]);
  });

  it('CCMP-061 a filter selects those for which it is true', async () => {
    const select = async (expression: string): Promise<string[]> =>
      urisOf(await user('alice').ask('blueprints', filter(expression)), 'blueprints');
    const all = urisOf(await user('alice').ask('blueprints'), 'blueprints');
    expect(await select("/conference-info[conference-description/available-media/entry/type='message']")).toEqual(all);
    expect(
      await select(
        "/conference-info[conference-description/available-media/entry/type='audio' and conference-description/available-media/entry/type='video']",
      ),
    ).toEqual([]);
    expect(await select("/conference-info[conference-description/display-text='Logged']")).toEqual([
      'xcon:logged@localhost',
    ]);
  });

  it('CCMP-061 CCMP-041 a broken filter is 400', async () => {
    for (const expression of ['/conference-info[', 'a/b/c)', '$variable = 1', "concat('a'"])
      for (const kind of ['blueprints', 'confs'] as const)
        expect([expression, (await user('alice').ask(kind, filter(expression))).code]).toEqual([expression, 400]);
  });

  it('CCMP-061 an expression made to take long is refused soon', async () => {
    const bomb = `${'//*['.repeat(12)}count(//*)>0${']'.repeat(12)}`;
    const startedMs = performance.now();
    const answer = await user('alice').ask('confs', filter(bomb));
    expect([400, 510]).toContain(answer.code);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('CCMP-063 a blueprint is retrieved whole; only an administrator makes, changes and deletes one', async () => {
    const operator = user('operator');
    const whole = done(
      await user('alice').ask('blueprint', { confObjID: 'xcon:logged@localhost', operation: 'retrieve' }),
    );
    const document = answerInfo(whole, 'blueprint', 'blueprintInfo');
    expect(attributeOf(document, 'entity')).toBe('xcon:logged@localhost');
    expect(
      childElements(document ?? { ns: '', name: '', attributes: [], children: [] }).map(({ name }) => name),
    ).toEqual(['conference-description', 'conference-state', 'users']);
    const inner = `<blueprintInfo entity="xcon:AUTO_GENERATE_1@localhost">${describing('<info:display-text>Tea room</info:display-text>')}</blueprintInfo>`;
    const create = { confObjID: 'xcon:default@localhost', operation: 'create', inner };
    expect((await user('alice').ask('blueprint', create)).code).toBe(403);
    const made = done(await operator.ask('blueprint', create));
    const id = answerText(made, 'confObjID') ?? '';
    expect(urisOf(await user('alice').ask('blueprints'), 'blueprints')).toContain(id);
    const change = {
      confObjID: id,
      operation: 'update',
      inner: `<blueprintInfo entity="${id}">${describing('<info:subject>tea</info:subject>')}</blueprintInfo>`,
    };
    expect((await user('alice').ask('blueprint', change)).code).toBe(403);
    done(await operator.ask('blueprint', change));
    const room = done(await user('alice').ask('conf', { confObjID: id, operation: 'create' }));
    expect(room.text).toContain('<info:subject>tea<');
    expect((await user('alice').ask('blueprint', { confObjID: id, operation: 'delete' })).code).toBe(403);
    done(await operator.ask('blueprint', { confObjID: id, operation: 'delete' }));
    expect((await operator.ask('blueprint', { confObjID: id, operation: 'retrieve' })).code).toBe(404);
  });
});

describe('conferences', () => {
  it('CCMP-065 a list of those one may see: a secret room is in its member’s alone', async () => {
    const alice = user('alice');
    const open = await alice.room('default');
    const secret = await alice.room('default', describing('<chat:room-policy secret="true"/>'));
    done(
      await alice.ask('users', {
        confObjID: secret.id,
        operation: 'update',
        inner:
          '<usersInfo><xcon:allowed-users-list><xcon:target uri="sip:bob@localhost" method="dial-in"/></xcon:allowed-users-list></usersInfo>',
      }),
    );
    const reserved = answerText(done(await alice.ask('conf', { operation: 'create' })), 'confObjID');
    const seen = async (name: string): Promise<string[]> => urisOf(await user(name).ask('confs'), 'confs');
    for (const name of ['alice', 'bob']) expect(await seen(name)).toEqual(expect.arrayContaining([open.id, secret.id]));
    const strangers = await seen('carol');
    expect(strangers).toEqual(expect.arrayContaining([open.id, reserved]));
    expect(strangers).not.toContain(secret.id);
  });

  it('CCMP-061 CCMP-065 a filter selects conferences; the path RFC 6503 prints is taken by the letter', async () => {
    const alice = user('alice');
    const subject = ident();
    const room = await alice.room('default', describing(`<info:subject>${subject}</info:subject>`));
    const select = async (expression: string): Promise<string[]> =>
      urisOf(await alice.ask('confs', filter(expression)), 'confs');
    const own = `conference-description/subject='${subject}'`;
    expect(await select(`/conference-info[${own}]`)).toEqual([room.id]);
    expect(await select(`/conference-info[${own} and conference-state/active='true']`)).toEqual([room.id]);
    expect(await select(`/conference-info[${own} and conference-description/conference-state/active='true']`)).toEqual(
      [],
    );
  });
});

describe('sidebars', () => {
  it('CCMP-082 the sidebars of a room, by value and by reference, with the room’s version; and filtered', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    await system.join(room.uri, 'alice');
    const made = { sidebarByVal: [] as string[], sidebarByRef: [] as string[] };
    for (const kind of ['sidebarByVal', 'sidebarByRef'] as const)
      for (const name of ['one', 'two']) {
        const answer = done(await alice.ask(kind, { confObjID: room.id, operation: 'create' }));
        const id = answerText(answer, 'confObjID') ?? '';
        made[kind].push(id);
        const inner = `<${kind}Info entity="${id}">${describing(`<info:display-text>${name}</info:display-text>`)}</${kind}Info>`;
        done(await alice.ask(kind, { confObjID: id, operation: 'update', inner }));
      }
    const version = answerText(await alice.ask('conf', { confObjID: room.id, operation: 'retrieve' }), 'version');
    const byVal = done(await alice.ask('sidebarsByVal', { confObjID: room.id }));
    const byRef = done(await alice.ask('sidebarsByRef', { confObjID: room.id }));
    expect([answerText(byVal, 'version'), answerText(byRef, 'version')]).toEqual([version, version]);
    const documents = (answer: CcmpAnswer): (string | undefined)[] => {
      const list = answerInfo(answer, 'sidebarsByVal', 'sidebarsByValInfo');
      return list === undefined ? [] : childElements(list).map((entry) => attributeOf(entry, 'entity'));
    };
    expect(new Set(documents(byVal))).toEqual(new Set(made.sidebarByVal));
    expect(new Set(urisOf(byRef, 'sidebarsByRef'))).toEqual(new Set(made.sidebarByRef));
    const one = filter("/conference-info[conference-description/display-text='one']");
    expect(documents(done(await alice.ask('sidebarsByVal', { confObjID: room.id, ...one })))).toEqual([
      made.sidebarByVal[0],
    ]);
    expect(urisOf(await alice.ask('sidebarsByRef', { confObjID: room.id, ...one }), 'sidebarsByRef')).toEqual([
      made.sidebarByRef[0],
    ]);
    for (const kind of ['sidebarsByVal', 'sidebarsByRef'] as const) {
      expect((await alice.ask(kind, { confObjID: room.id, operation: 'retrieve' })).code).toBe(200);
      expect((await alice.ask(kind, { confObjID: room.id, operation: 'update' })).code).toBe(403);
      expect((await alice.ask(kind, { confObjID: room.id, ...filter('//*[') })).code).toBe(400);
    }
  });
});

describe('options and extensions', () => {
  it('CCMP-083 an extension nobody knows is 501; chatHistory is known, and 401 without the right', async () => {
    const room = await user('alice').room('default');
    const unknown = {
      confObjID: room.id,
      operation: 'retrieve',
      inner: '<extensionName>confSummaryRequest</extensionName>',
    };
    expect((await user('alice').ask('extended', unknown)).code).toBe(501);
    expect((await user('bob').history(room.id)).code).toBe(401);
    expect((await user('alice').history(room.id)).code).toBe(200);
    expect((await user('alice').history('xcon:gone@localhost')).code).toBe(404);
  });

  it('CCMP-084 what is listed is what is answered other than 501', async () => {
    const alice = user('alice');
    const { text } = done(await alice.ask('options'));
    const listed = [...text.matchAll(/<name>(\w+)<\/name>/g)].map(([, name = '']) => name);
    const ofObjects = ['blueprints', 'blueprint', 'confs', 'conf', 'users', 'user'];
    const ofSidebars = ['sidebarsByVal', 'sidebarByVal', 'sidebarsByRef', 'sidebarByRef'];
    expect(listed).toEqual([...[...ofObjects, ...ofSidebars].map((kind) => `${kind}Request`), 'chatHistory']);
    expect(text).toMatch(
      /<extended-message><name>chatHistory<\/name><operations>.*<\/operations><schema-def>[^<]+<\/schema-def>/,
    );
    for (const [, name = '', block = ''] of text.matchAll(
      /<standard-message><name>(\w+)<\/name>(.*?)<\/standard-message>/g,
    )) {
      const kind = name.replace(/Request$/, '') as CcmpKind;
      const operations = [...block.matchAll(/<operation>(\w+)</g)].map(([, operation = '']) => operation);
      for (const operation of operations.length === 0 ? [undefined] : operations) {
        const asked = { confObjID: 'xcon:gone@localhost', ...(operation === undefined ? {} : { operation }) };
        expect([name, operation, (await alice.ask(kind, asked)).code === 501]).toEqual([name, operation, false]);
      }
    }
  });
});
