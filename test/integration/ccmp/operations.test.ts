import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { childElement, childrenNamed, readXml, textOf } from '@plenary/wire/xml';
import { type CcmpAnswer, type CcmpKind, ccmpNamespace, ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';

const room = 'xcon:8977794@localhost';
const operations = ['retrieve', 'create', 'update', 'delete'] as const;

/** Cells of RFC 6503 Table 1 that are "N/A". */
const invalid: readonly (readonly [CcmpKind, (typeof operations)[number]])[] = [
  ...(['blueprints', 'confs', 'sidebarsByVal', 'sidebarsByRef'] as const).flatMap((kind) =>
    (['create', 'update', 'delete'] as const).map((operation) => [kind, operation] as const),
  ),
  ['users', 'create'],
  ['users', 'delete'],
];

/** Messages whose update has a part of a document. */
const hasInfo: ReadonlySet<CcmpKind> = new Set(['blueprint', 'conf', 'users', 'user', 'sidebarByVal', 'sidebarByRef']);

function ask(
  installation: Installation,
  kind: CcmpKind,
  operation: string | undefined,
  inner = '',
): Promise<CcmpAnswer> {
  return postCcmp(
    installation.url,
    ccmpRequest(kind, {
      subject: alicesSubject,
      confUserID: alice,
      confObjID: room,
      ...(operation === undefined ? {} : { operation }),
      inner:
        inner === '' && operation === 'update' && hasInfo.has(kind)
          ? `<${kind}Info entity="${kind === 'user' ? alice : room}"/>`
          : inner,
    }),
  );
}

/** name → operations, as optionsResponse lists them. */
function listed(answer: CcmpAnswer): Map<string, string[]> {
  const document = readXml(answer.text);
  if (!document.ok) throw document.error;
  const frame = childElement(document.value.root, '', 'ccmpResponse');
  const options = childElement(childElement(frame, ccmpNamespace, 'optionsResponse'), '', 'options');
  const found = new Map<string, string[]>();
  for (const list of ['standard', 'extended'])
    for (const message of childrenNamed(childElement(options, '', `${list}-message-list`), '', `${list}-message`)) {
      const name = childElement(message, '', 'name');
      const words = childrenNamed(childElement(message, '', 'operations'), '', 'operation').map(textOf);
      found.set(name === undefined ? '' : textOf(name), words);
    }
  return found;
}

describe('the operations table', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation();
  });
  afterAll(() => installation.stop());

  it.each(invalid)('CCMP-043 %sRequest/%s is 403, and nobody is asked', async (kind, operation) => {
    for (const calls of Object.values(installation.asked)) calls.splice(0);
    const answer = await ask(installation, kind, operation);
    expect(answer.code).toBe(403);
    expect(installation.asked.authenticate).toHaveLength(0);
  });

  it('CCMP-084 what optionsResponse lists is what is answered other than 501', async () => {
    const answer = await ask(installation, 'options', undefined);
    expect(answer.code).toBe(200);
    const found = listed(answer);
    expect([...found.keys()].toSorted()).toEqual([
      'blueprintRequest',
      'blueprintsRequest',
      'chatHistory',
      'confRequest',
      'confsRequest',
      'sidebarByRefRequest',
      'sidebarByValRequest',
      'sidebarsByRefRequest',
      'sidebarsByValRequest',
      'userRequest',
      'usersRequest',
    ]);
    expect(found.get('usersRequest')).toEqual(['retrieve', 'update']);
    expect(found.get('chatHistory')).toEqual(['retrieve', 'delete']);
    for (const name of ['blueprint', 'conf', 'users', 'user', 'sidebarByVal', 'sidebarByRef'] as const)
      for (const operation of found.get(`${name}Request`) ?? [])
        expect((await ask(installation, name, operation)).code, `${name} ${operation}`).toBe(200);
    expect(answer.text).toContain('<schema-def>');
    expect(answer.text).not.toMatch(/ccmpResponse[^]*<operation>[^]*<ccmp:optionsResponse/);
  });

  it('CCMP-083 an extension nobody knows is 501', async () => {
    const answer = await ask(installation, 'extended', 'retrieve', '<extensionName>confSummaryRequest</extensionName>');
    expect(answer.code).toBe(501);
    expect(answer.text).toContain('<extensionName>confSummaryRequest</extensionName>');
  });

  it.each(['create', 'update'])('CCMP-083 chatHistory/%s is 403', async (operation) => {
    expect((await ask(installation, 'extended', operation, '<extensionName>chatHistory</extensionName>')).code).toBe(
      403,
    );
  });
});

describe('messages that are switched off', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await startInstallation({
      CCMP_MESSAGES_OFF: 'sidebarByRefRequest, usersRequest, confsRequest, confRequest/delete, chatHistory',
    });
  });
  afterAll(() => installation.stop());

  it('CCMP-055 CCMP-084 are answered 501 and not listed', async () => {
    for (const operation of operations)
      expect((await ask(installation, 'sidebarByRef', operation)).code, operation).toBe(501);
    expect((await ask(installation, 'confs', undefined)).code).toBe(501);
    expect((await ask(installation, 'conf', 'delete')).code).toBe(501);
    expect((await ask(installation, 'conf', 'retrieve')).code).toBe(200);
    const history = '<extensionName>chatHistory</extensionName>';
    expect((await ask(installation, 'extended', 'retrieve', history)).code).toBe(501);
    const found = listed(await ask(installation, 'options', undefined));
    for (const name of ['sidebarByRefRequest', 'usersRequest', 'confsRequest', 'chatHistory'])
      expect([...found.keys()]).not.toContain(name);
    expect(found.get('confRequest')).toEqual(['retrieve', 'create', 'update']);
  });

  it('CCMP-035 501 goes before 403 and 424', async () => {
    expect((await ask(installation, 'users', 'delete')).code).toBe(501);
    const unproven = ccmpRequest('confs', { confUserID: alice });
    expect((await postCcmp(installation.url, unproven)).code).toBe(501);
  });

  it('a word that is no message keeps the service from starting', async () => {
    await expect(startInstallation({ CCMP_MESSAGES_OFF: 'confRequests' })).rejects.toThrow(/CCMP_MESSAGES_OFF/);
  });
});
