import { attributeOf } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerInfo, answerText, ccmpRequest, postCcmp, type CcmpKind, type CcmpParts } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const address = (): string => system.stack.address('ccmp', 'CCMP');
const url = (): string => `http://${address()}/ccmp`;
const user = (name: string): CcmpUser => new CcmpUser(address(), name);
const subject = { username: 'operator', password: 'operator' };
const confUserID = 'xcon-userid:operator@localhost';
const lobby = 'xcon:lobby@localhost';
const operator = (kind: CcmpKind, parts: CcmpParts = {}): string =>
  ccmpRequest(kind, { subject, confUserID, ...parts });

/** A good request of each message, by an administrator. */
const goodOnes: readonly (readonly [CcmpKind, CcmpParts])[] = [
  ['blueprints', {}],
  ['blueprint', { confObjID: 'xcon:default@localhost', operation: 'retrieve' }],
  ['confs', {}],
  ['conf', { confObjID: lobby, operation: 'retrieve' }],
  ['users', { confObjID: lobby, operation: 'retrieve' }],
  [
    'user',
    {
      confObjID: 'xcon:council@localhost',
      operation: 'retrieve',
      inner: '<userInfo entity="xcon-userid:alice@localhost"/>',
    },
  ],
  ['sidebarsByVal', { confObjID: lobby }],
  ['sidebarsByRef', { confObjID: lobby }],
  ['options', {}],
  [
    'extended',
    {
      confObjID: lobby,
      operation: 'retrieve',
      inner: '<extensionName>chatHistory</extensionName><chat:history-request/>',
    },
  ],
];
/** The text of an answer that may be the bare frame: RFC 6503's schema has no type for one without a message. */
async function refusal(text: string): Promise<string> {
  const headers = { 'content-type': 'application/ccmp+xml' };
  const answer = await fetch(url(), { method: 'POST', body: text, headers });
  expect(answer.status).toBe(200);
  return answer.text();
}

const withOperation = goodOnes.filter(([, { operation }]) => operation !== undefined);

describe('the frame', () => {
  it.each(goodOnes)(
    'CCMP-020 CCMP-021 a %sRequest is answered by its own type, with requestor and code',
    async (kind, parts) => {
      const answer = await postCcmp(url(), operator(kind, parts));
      expect(answer.code).toBe(200);
      expect(answerText(answer, 'confUserID')).toBe(confUserID);
      expect(answerText(answer, 'response-string')).toBeTruthy();
      const type = attributeOf(answer.response, 'type', 'http://www.w3.org/2001/XMLSchema-instance');
      expect(type).toBe(`ccmp:ccmp-${kind}-response-message-type`);
    },
  );

  it.each(goodOnes)(
    'CCMP-020 a %sRequest in the spelling of RFC 6504 is answered in that spelling',
    async (kind, parts) => {
      const namespace = 'urn:ietf:params:xml:ns:xcon:ccmp';
      const answer = await postCcmp(url(), operator(kind, { ...parts, namespace }));
      expect(answer.code).toBe(200);
      expect(answer.text).toContain(`"${namespace}"`);
      expect(answer.text).not.toContain('xcon-ccmp');
    },
  );

  it.each([
    ['a type of another message', 'ccmp-conf-request', 'ccmp-user-request'],
    ['a type nobody knows', 'ccmp-conf-request-message-type', 'ccmp-room-request-message-type'],
    ['the type of an answer', 'ccmp-conf-request', 'ccmp-conf-response'],
    ['no type', / xsi:type="[^"]*"/, ''],
    ['an element of another message', /ccmp:confRequest/g, 'ccmp:usersRequest'],
  ])('CCMP-020 CCMP-041 %s is 400', async (_what, from, to) => {
    const text = operator('conf', { confObjID: lobby, operation: 'retrieve' }).replace(from, to);
    expect(await refusal(text)).toContain('<response-code>400<');
  });

  it.each([
    ['no XML', 'hello'],
    ['another document', '<a xmlns="urn:example"/>'],
    ['a request without any message', operator('conf').replace(/<ccmp:confRequest.*<\/ccmp:confRequest>/, '')],
    ['no ccmpRequest inside', operator('conf').replace(/<ccmpRequest .*<\/ccmpRequest>/, '')],
  ])('CCMP-021 %s is 400 without a message of its own', async (_what, text) => {
    const answer = await refusal(text);
    expect(answer).toContain('<response-code>400<');
    expect(answer).not.toContain('ccmp:confResponse');
  });

  it.each(goodOnes)('CCMP-022 CCMP-041 a %sRequest without confUserID is 400', async (kind, parts) => {
    const answer = await postCcmp(url(), ccmpRequest(kind, { subject, ...parts }));
    expect(answer.code).toBe(400);
  });

  it.each(withOperation)(
    'CCMP-023 the answer to a %sRequest repeats its operation; without one it is 400',
    async (kind, parts) => {
      const good = await postCcmp(url(), operator(kind, parts));
      expect(answerText(good, 'operation')).toBe(parts.operation);
      const { operation: _left, ...rest } = parts;
      expect((await postCcmp(url(), operator(kind, rest))).code).toBe(400);
    },
  );

  it('CCMP-023 list messages and options have no operation, and neither have their answers', async () => {
    for (const [kind, parts] of goodOnes.filter(([, { operation }]) => operation === undefined))
      expect(answerText(await postCcmp(url(), operator(kind, parts)), 'operation')).toBeUndefined();
  });

  it('CCMP-025 documents and changes come with the version, a deleted conference does not', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const bob = user('bob').userId;
    await user('bob').ask('confs');
    const called = '<info:endpoint entity="sip:bob@127.0.0.1:9"/>';
    const versions: (string | undefined)[] = [];
    for (const [kind, operation, inner] of [
      ['conf', 'retrieve', ''],
      ['users', 'retrieve', ''],
      [
        'conf',
        'update',
        `<confInfo entity="${room.id}"><info:conference-description><info:subject>news</info:subject></info:conference-description></confInfo>`,
      ],
      ['users', 'update', '<usersInfo><xcon:join-handling>allow</xcon:join-handling></usersInfo>'],
      ['user', 'create', `<userInfo entity="${bob}">${called}</userInfo>`],
      ['user', 'update', `<userInfo entity="${bob}"><info:display-text>Bob</info:display-text></userInfo>`],
      ['user', 'retrieve', `<userInfo entity="${bob}"/>`],
      ['user', 'delete', `<userInfo entity="${bob}"/>`],
      ['conf', 'delete', ''],
    ] as const) {
      const answer = await alice.ask(kind, { confObjID: room.id, operation, inner });
      expect([kind, operation, answer.code]).toEqual([kind, operation, 200]);
      versions.push(answerText(answer, 'version'));
    }
    const numbers = versions.slice(0, -1).map(Number);
    expect(numbers.every((number) => number > 0)).toBe(true);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(versions.at(-1)).toBeUndefined();
  });

  it('CCMP-028 what a refusal says is for people: its default text or details, no secret and no trace', async () => {
    const room = await user('alice').room('default');
    const asked: [string, CcmpParts][] = [
      ['wrong password', { subject: { username: 'alice', password: 'a secret of hers' } }],
      ['no such object', { subject, confUserID, confObjID: 'xcon:gone@localhost', operation: 'retrieve' }],
      [
        'bad value',
        {
          subject,
          confUserID,
          confObjID: room.id,
          operation: 'update',
          inner:
            '<confInfo><info:conference-description><info:maximum-user-count>many</info:maximum-user-count></info:conference-description></confInfo>',
        },
      ],
      ['no password', { subject, confUserID, confObjID: room.id, operation: 'fly' }],
    ];
    for (const [, parts] of asked) {
      const answer = await postCcmp(
        url(),
        ccmpRequest('conf', { confUserID, confObjID: room.id, operation: 'retrieve', ...parts }),
      );
      expect(answer.code).toBeGreaterThanOrEqual(400);
      const said = answerText(answer, 'response-string') ?? '';
      expect(said).not.toBe('');
      expect(answer.text).not.toMatch(/secret of hers|\bat .*\.[jt]s:\d|node_modules|Error:|select |insert /);
    }
  });
});

describe('placeholders', () => {
  const update = (id: string, inner: string): string =>
    operator('conf', { confObjID: id, operation: 'update', inner: `<confInfo entity="${id}">${inner}</confInfo>` });

  it('CCMP-030 one number is one identifier within a request, another number another one; none is left', async () => {
    const alice = user('alice');
    const inner = `<confInfo entity="xcon:AUTO_GENERATE_1@localhost">
      <info:conference-description><info:available-media>
        <info:entry label="AUTO_GENERATE_2"><info:type>message</info:type></info:entry>
        <info:entry label="AUTO_GENERATE_3"><info:type>message</info:type></info:entry>
      </info:available-media></info:conference-description>
      <xcon:floor-information><xcon:floor-request-handling>confirm</xcon:floor-request-handling><xcon:conference-floor-policy>
        <xcon:floor id="AUTO_GENERATE_4"><xcon:media-label>AUTO_GENERATE_2</xcon:media-label></xcon:floor>
        <xcon:floor id="AUTO_GENERATE_5"><xcon:media-label>AUTO_GENERATE_3</xcon:media-label></xcon:floor>
      </xcon:conference-floor-policy></xcon:floor-information></confInfo>`;
    const made = done(await alice.ask('conf', { operation: 'create', inner }));
    const id = answerText(made, 'confObjID') ?? '';
    const { text } = done(await alice.ask('conf', { confObjID: id, operation: 'retrieve' }));
    for (const answer of [made.text, text]) expect(answer).not.toContain('AUTO_GENERATE');
    const floorLabels = [...text.matchAll(/<xcon:media-label>([^<]*)</g)].map(([, label]) => label);
    const labels = [...text.matchAll(/<info:entry label="([^"]*)"/g)].map(([, label]) => label);
    const floors = [...text.matchAll(/floor id="([^"]*)"/g)].map(([, floor]) => floor);
    expect(new Set(floorLabels).size).toBe(2);
    expect(labels).toEqual(expect.arrayContaining(floorLabels));
    expect(new Set(floors).size).toBe(2);
  });

  it.each([
    ['an element name', '<info:AUTO_GENERATE_1>x</info:AUTO_GENERATE_1>'],
    ['an attribute name', '<info:conference-description AUTO_GENERATE_1="x"/>'],
    ['a comment', '<!-- AUTO_GENERATE_1 --><info:conference-description/>'],
  ])('CCMP-031 CCMP-041 in %s it is 400, on update and on create', async (_what, inner) => {
    const room = await user('alice').room('default');
    expect((await postCcmp(url(), update(room.id, inner))).code).toBe(400);
    const create = operator('conf', {
      operation: 'create',
      inner: `<confInfo entity="xcon:AUTO_GENERATE_2@localhost">${inner}</confInfo>`,
    });
    expect((await postCcmp(url(), create)).code).toBe(400);
  });

  it('CCMP-032 in a URI of another domain it is 427, on create and on update', async () => {
    const create = operator('conf', {
      operation: 'create',
      inner: '<confInfo entity="xcon:AUTO_GENERATE_1@other.example"/>',
    });
    expect((await postCcmp(url(), create)).code).toBe(427);
    const room = await user('alice').room('default');
    const target =
      '<info:users><xcon:allowed-users-list><xcon:target uri="xcon-userid:AUTO_GENERATE_1@other.example" method="dial-in"/></xcon:allowed-users-list></info:users>';
    expect((await postCcmp(url(), update(room.id, target))).code).toBe(427);
    const added = await user('alice').addUser(
      room,
      'xcon-userid:AUTO_GENERATE_1@other.example',
      '<info:endpoint entity="sip:x@127.0.0.1:9"/>',
    );
    expect(added.code).toBe(427);
  });

  it('CCMP-034 an identifier the client made up is 400, one that is in use 409', async () => {
    const alice = user('alice');
    const create = (entity: string): Promise<number> =>
      alice.ask('conf', { operation: 'create', inner: `<confInfo entity="${entity}"/>` }).then(({ code }) => code);
    expect(await create('xcon:my-own-name@localhost')).toBe(400);
    expect(await create(lobby)).toBe(409);
    const made = done(
      await alice.ask('conf', { operation: 'create', inner: '<confInfo entity="xcon:AUTO_GENERATE_1@localhost"/>' }),
    );
    expect(answerText(made, 'confObjID')).toMatch(/^xcon:[0-9a-z]{26,}@localhost$/);
    expect(attributeOf(answerInfo(made, 'conf', 'confInfo'), 'entity')).toBe(answerText(made, 'confObjID'));
  });
});
