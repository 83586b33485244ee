import { attributeOf, childElement, childElements, textOf, type XmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const info = 'urn:ietf:params:xml:ns:conference-info';
const describing = (inner: string): string => `<info:conference-description>${inner}</info:conference-description>`;
const inUsers = (inner: string): string => `<info:users>${inner}</info:users>`;
const versionOf = (answer: CcmpAnswer): number => Number(answerText(answer, 'version'));
const codeOf = async (answer: Promise<CcmpAnswer>): Promise<number> => (await answer).code;

/** What stands at a path of `info:` names. */
function at(document: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((element, name) => childElement(element, info, name), document);
}
const textAt = (document: XmlElement | undefined, ...path: readonly string[]): string | undefined => {
  const element = at(document, ...path);
  return element === undefined ? undefined : textOf(element);
};
/** Attribute `name` of the children of `element`. */
const keys = (element: XmlElement | undefined, name: string): (string | undefined)[] =>
  element === undefined ? [] : childElements(element).map((child) => attributeOf(child, name));

describe('confRequest/create', () => {
  it('CCMP-066 a blueprint is cloned by its name, under a new identity', async () => {
    const alice = user('alice');
    const made = done(await alice.ask('conf', { confObjID: 'xcon:moderated@localhost', operation: 'create' }));
    const id = answerText(made, 'confObjID') ?? '';
    expect(id).not.toBe('xcon:moderated@localhost');
    expect(versionOf(made)).toBe(1);
    const document = await alice.document({ id });
    expect(attributeOf(document, 'entity')).toBe(id);
    expect(
      at(document, 'conference-description')?.children.some(
        (child) => typeof child !== 'string' && child.name === 'cloning-parent',
      ),
    ).toBe(false);
    expect((await alice.ask('conf', { confObjID: id, operation: 'retrieve' })).text).toContain('moderated="true"');
  });

  it('CCMP-066 CCMP-041 a parent and a description together are 400', async () => {
    const inner = '<confInfo entity="xcon:AUTO_GENERATE_1@localhost"/>';
    const asked = { confObjID: 'xcon:default@localhost', operation: 'create', inner };
    expect(await codeOf(user('alice').ask('conf', asked))).toBe(400);
  });

  it('CCMP-066 an active room is not cloned: 403; while it is not active it is', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    expect(await codeOf(alice.ask('conf', { confObjID: room.id, operation: 'create' }))).toBe(403);
    await alice.update(room, '<info:conference-state><info:active>false</info:active></info:conference-state>');
    const clone = done(await alice.ask('conf', { confObjID: room.id, operation: 'create' }));
    const { text } = done(
      await alice.ask('conf', { confObjID: answerText(clone, 'confObjID') ?? '', operation: 'retrieve' }),
    );
    expect(text).toContain(`<xcon:cloning-parent>${room.id}<`);
  });

  it('CCMP-067 with nothing at all the default blueprint is cloned; with a description that is what it becomes', async () => {
    const alice = user('alice');
    const plain = done(await alice.ask('conf', { operation: 'create' }));
    const inner = `<confInfo entity="xcon:AUTO_GENERATE_1@localhost">${describing('<info:display-text>Tea</info:display-text>')}</confInfo>`;
    const told = done(await alice.ask('conf', { operation: 'create', inner }));
    expect([versionOf(plain), versionOf(told)]).toEqual([1, 1]);
    const ids = [plain, told].map((answer) => answerText(answer, 'confObjID') ?? '');
    expect(new Set(ids).size).toBe(2);
    const [first, second] = await Promise.all(ids.map((id) => alice.document({ id })));
    expect(textAt(first, 'conference-description', 'display-text')).toBe('Default');
    expect(textAt(second, 'conference-description', 'display-text')).toBe('Tea');
    expect(textAt(first, 'conference-state', 'active')).toBe('false');
  });
});

describe('confRequest/retrieve, update and delete', () => {
  it('CCMP-069 a retrieve gives the whole document and its version, whatever description came with it', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const inner = `<confInfo entity="${room.id}">${describing('<info:subject>other</info:subject>')}</confInfo>`;
    const answer = done(await alice.ask('conf', { confObjID: room.id, operation: 'retrieve', inner }));
    const document = answerInfo(answer, 'conf', 'confInfo');
    expect(textAt(document, 'conference-description', 'subject')).toBeUndefined();
    expect(childElements(document as XmlElement).map(({ name }) => name)).toEqual([
      'conference-description',
      'conference-state',
      'users',
    ]);
    expect(attributeOf(document, 'version')).toBe(answerText(answer, 'version'));
  });

  it('CCMP-069 what the moderator sees and a participant does not is filtered by their rights', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    await alice.update(
      room,
      inUsers('<xcon:deny-users-list><xcon:target uri="sip:mallory@localhost"/></xcon:deny-users-list>'),
    );
    await system.join(room.uri, 'bob');
    const [full, seen] = await Promise.all(
      [alice, user('bob')].map(
        async (one) => done(await one.ask('conf', { confObjID: room.id, operation: 'retrieve' })).text,
      ),
    );
    expect(full).toContain('mallory');
    expect(seen).not.toContain('mallory');
    expect(seen).toContain('xcon-userid:bob@localhost');
  });

  it('CCMP-070 an update is a change set: what it does not name stays, an empty element removes, the version grows by one', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const first = await alice.update(
      room,
      describing('<info:display-text>One</info:display-text><info:subject>Two</info:subject>'),
    );
    const second = await alice.update(room, describing('<info:subject/>'));
    expect(versionOf(second)).toBe(versionOf(first) + 1);
    const document = await alice.document(room);
    expect(textAt(document, 'conference-description', 'display-text')).toBe('One');
    expect(at(document, 'conference-description', 'subject')).toBeUndefined();
    expect(keys(at(document, 'conference-description', 'available-media'), 'label')).toHaveLength(1);
  });

  it('CCMP-071 a delete has no confInfo in its answer and the confObjID that was asked; a description is not looked at', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const inner = `<confInfo entity="${room.id}">${describing('<info:subject>bye</info:subject>')}</confInfo>`;
    const answer = done(await alice.ask('conf', { confObjID: room.id, operation: 'delete', inner }));
    expect(answerText(answer, 'confObjID')).toBe(room.id);
    expect(answerText(answer, 'version')).toBeUndefined();
    expect(answerInfo(answer, 'conf', 'confInfo')).toBeUndefined();
    expect(await codeOf(alice.ask('conf', { confObjID: room.id, operation: 'retrieve' }))).toBe(404);
  });

  it('CCMP-026 a change with one good and one bad part changes nothing', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const half = '<info:subject>half</info:subject>';
    const ownRole = `<info:user entity="${alice.userId}"><info:roles><info:entry>none</info:entry></info:roles></info:user>`;
    const bad = [
      describing(`${half}<info:service-uris><info:entry><info:uri/></info:entry></info:service-uris>`),
      `${describing(half)}${inUsers('<xcon:join-handling>never</xcon:join-handling>')}`,
      // The last administrator stays one.
      `${describing(half)}${inUsers(ownRole)}`,
    ];
    const codes = [];
    for (const change of bad) codes.push(await codeOf(alice.tryUpdate(room, change)));
    expect(codes).toEqual([400, 400, 426]);
    expect(textAt(await alice.document(room), 'conference-description', 'subject')).toBeUndefined();
  });
});

describe('usersRequest', () => {
  it('CCMP-072 a retrieve gives the <users> of the document, whatever came with it', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    await system.join(room.uri, 'bob');
    const inner = '<usersInfo><xcon:join-handling>block</xcon:join-handling></usersInfo>';
    const answer = done(await alice.ask('users', { confObjID: room.id, operation: 'retrieve', inner }));
    const users = answerInfo(answer, 'users', 'usersInfo');
    const document = await alice.document(room);
    expect(users?.children).toEqual(at(document, 'users')?.children);
    expect(JSON.stringify(users)).toContain('xcon-userid:bob@localhost');
  });

  it('CCMP-072 an update changes lists, join handling and admission, and its answer has no usersInfo', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const inner = `<usersInfo><xcon:join-handling>allow</xcon:join-handling>
      <xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy>
      <xcon:allowed-users-list><xcon:target uri="sip:bob@localhost" method="dial-in"/></xcon:allowed-users-list></usersInfo>`;
    const answer = done(await alice.ask('users', { confObjID: room.id, operation: 'update', inner }));
    expect(answerInfo(answer, 'users', 'usersInfo')).toBeUndefined();
    expect(versionOf(answer)).toBe(3);
    await system.join(room.uri, 'bob');
    await expect(system.join(room.uri, 'carol')).rejects.toThrow(/refused/);
  });
});

describe('what an update merges', () => {
  const start =
    describing(`<info:display-text>A</info:display-text><info:subject>B</info:subject><info:keywords>k1 k2</info:keywords>
    <info:available-media><info:entry label="77"><info:display-text>seventy-seven</info:display-text><info:type>message</info:type></info:entry></info:available-media>`);
  const room = async (): Promise<{ alice: CcmpUser; room: MadeRoom }> => {
    const alice = user('alice');
    return { alice, room: await alice.room('default', start) };
  };

  it('CCMP-033 a scalar replaces, an empty one removes', async () => {
    const made = await room();
    await made.alice.update(made.room, describing('<info:display-text>Z</info:display-text><info:subject/>'));
    const document = await made.alice.document(made.room);
    expect(textAt(document, 'conference-description', 'display-text')).toBe('Z');
    expect(at(document, 'conference-description', 'subject')).toBeUndefined();
  });

  it('CCMP-033 media merge by label, and one with nothing but its label is removed', async () => {
    const made = await room();
    const media = async (change: string): Promise<XmlElement | undefined> => {
      await made.alice.update(made.room, describing(`<info:available-media>${change}</info:available-media>`));
      return at(await made.alice.document(made.room), 'conference-description', 'available-media');
    };
    const merged = await media('<info:entry label="77"><info:status>recvonly</info:status></info:entry>');
    expect(keys(merged, 'label')).toHaveLength(2);
    const entry = childElements(merged as XmlElement).find((one) => attributeOf(one, 'label') === '77');
    expect([textAt(entry, 'display-text'), textAt(entry, 'status')]).toEqual(['seventy-seven', 'recvonly']);
    expect(keys(await media('<info:entry label="77"/>'), 'label')).not.toContain('77');
  });

  it('CCMP-033 conference URIs merge by URI, and one with nothing but its URI is removed', async () => {
    const made = await room();
    const xmpp = 'xmpp:tea@muc.localhost';
    const uris = async (inner: string): Promise<string> => {
      await made.alice.update(made.room, describing(`<info:conf-uris>${inner}</info:conf-uris>`));
      return JSON.stringify(at(await made.alice.document(made.room), 'conference-description', 'conf-uris'));
    };
    const added = await uris(
      `<info:entry><info:uri>${xmpp}</info:uri><info:display-text>by XMPP</info:display-text><info:purpose>participation</info:purpose></info:entry>`,
    );
    expect(added).toContain(xmpp);
    expect(added).toContain(made.room.uri);
    expect(
      await uris(`<info:entry><info:uri>${xmpp}</info:uri><info:display-text>Tea</info:display-text></info:entry>`),
    ).toContain('Tea');
    const removed = await uris(`<info:entry><info:uri>${xmpp}</info:uri></info:entry>`);
    expect(removed).not.toContain(xmpp);
    expect(removed).toContain(made.room.uri);
  });

  it('CCMP-033 users merge by entity and are never removed so; their roles replace whole', async () => {
    const made = await room();
    await user('bob').ask('confs');
    const bob = user('bob').userId;
    const put = async (inner: string): Promise<XmlElement | undefined> => {
      await made.alice.update(made.room, inUsers(`<info:user entity="${bob}">${inner}</info:user>`));
      const users = at(await made.alice.document(made.room), 'users');
      return childElements(users as XmlElement).find((one) => attributeOf(one, 'entity') === bob);
    };
    const roles = (one: XmlElement | undefined): string[] => childElements(at(one, 'roles') as XmlElement).map(textOf);
    await put(
      '<info:display-text>Bob</info:display-text><info:roles><info:entry>participant</info:entry></info:roles>',
    );
    const changed = await put('<info:roles><info:entry>moderator</info:entry></info:roles>');
    expect([textAt(changed, 'display-text'), roles(changed)]).toEqual(['Bob', ['moderator']]);
    const bare = await put('');
    expect([textAt(bare, 'display-text'), roles(bare)]).toEqual(['Bob', ['moderator']]);
  });

  it('CCMP-033 keywords, allowed and denied users replace whole', async () => {
    const made = await room();
    await made.alice.update(made.room, describing('<info:keywords>k3</info:keywords>'));
    expect(textAt(await made.alice.document(made.room), 'conference-description', 'keywords')).toBe('k3');
    for (const list of ['allowed-users-list', 'deny-users-list']) {
      const method = list === 'allowed-users-list' ? ' method="dial-in"' : '';
      const put = async (names: readonly string[]): Promise<string[]> => {
        const targets = names.map((name) => `<xcon:target uri="sip:${name}@localhost"${method}/>`).join('');
        await made.alice.update(made.room, inUsers(`<xcon:${list}>${targets}</xcon:${list}>`));
        const { text } = done(await made.alice.ask('conf', { confObjID: made.room.id, operation: 'retrieve' }));
        const found = new RegExp(`<xcon:${list}>(.*?)</xcon:${list}>`).exec(text)?.[1] ?? '';
        return [...found.matchAll(/sip:(\w+)@/g)].map(([, name = '']) => name);
      };
      expect(await put(['bob', 'carol'])).toEqual(['bob', 'carol']);
      expect(await put(['dave'])).toEqual(['dave']);
      expect(await put([])).toEqual([]);
    }
  });

  it('CCMP-033 media of an endpoint merge by id, floors by id', async () => {
    const made = await room();
    const floors = (inner: string): string =>
      `<xcon:floor-information><xcon:floor-request-handling>confirm</xcon:floor-request-handling><xcon:conference-floor-policy>${inner}</xcon:conference-floor-policy></xcon:floor-information>`;
    const text = async (inner: string): Promise<string> => {
      await made.alice.update(made.room, floors(inner));
      return done(await made.alice.ask('conf', { confObjID: made.room.id, operation: 'retrieve' })).text;
    };
    await text(
      '<xcon:floor id="5"><xcon:media-label>77</xcon:media-label></xcon:floor><xcon:floor id="6"><xcon:media-label>77</xcon:media-label></xcon:floor>',
    );
    const merged = await text('<xcon:floor id="5"><xcon:algorithm>FCFS</xcon:algorithm></xcon:floor>');
    expect(merged).toMatch(/<xcon:floor id="5"><xcon:media-label>77<\/xcon:media-label>/);
    expect(await text('<xcon:floor id="5"/>')).not.toContain('floor id="5"');
  });
});
