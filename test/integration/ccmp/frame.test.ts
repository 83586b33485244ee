import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { childElement, readXml, textOf, type XmlElement } from '@plenary/wire/xml';
import {
  answerInfo,
  answerText,
  type CcmpKind,
  type CcmpParts,
  ccmpRequest,
  postCcmp,
} from '../../conformance/raw/ccmp.js';
import { alice, alicesSubject, type Installation, startInstallation } from './installation.js';

let installation: Installation;
let untouched: Installation['script'];

beforeAll(async () => {
  installation = await startInstallation();
  untouched = installation.script;
});
beforeEach(() => {
  installation.script = { ...untouched };
  for (const calls of Object.values(installation.asked)) calls.splice(0);
});
afterAll(() => installation.stop());

const room = 'xcon:8977794@localhost';
const parts: CcmpParts = { subject: alicesSubject, confUserID: alice, confObjID: room };
const rfc6504 = 'urn:ietf:params:xml:ns:xcon:ccmp';

async function ask(kind: CcmpKind, more: CcmpParts = {}): ReturnType<typeof postCcmp> {
  return postCcmp(installation.url, ccmpRequest(kind, { ...parts, ...more }));
}

/** The frame of an answer that has no message in it, which the schema does not know. */
async function bareFrame(body: string | Uint8Array<ArrayBuffer>): Promise<XmlElement | undefined> {
  const answer = await fetch(installation.url, {
    method: 'POST',
    headers: { 'content-type': 'application/ccmp+xml', accept: 'application/ccmp+xml' },
    body,
  });
  expect(answer.status).toBe(200);
  const document = readXml(await answer.text());
  return document.ok ? childElement(document.value.root, '', 'ccmpResponse') : undefined;
}

function code(frame: XmlElement | undefined): string {
  const element = childElement(frame, '', 'response-code');
  return element === undefined ? '' : textOf(element);
}

describe('the frame', () => {
  it.each([
    ['no XML', 'hello'],
    ['an empty body', ''],
    ['another document', '<a/>'],
    ['octets that are no UTF-8', new Uint8Array([0x3c, 0x61, 0xff, 0xfe, 0x2f, 0x3e])],
  ])('CCMP-021 %s is answered 400 without a message', async (_, body) => {
    const frame = await bareFrame(body);
    expect(code(frame)).toBe('400');
    expect(installation.asked.authenticate).toHaveLength(0);
  });

  it('CCMP-020 a type that does not match its element is 400', async () => {
    const wrong = ccmpRequest('conf', { ...parts, operation: 'retrieve' }).replace('ccmp-conf-', 'ccmp-user-');
    expect(code(await bareFrame(wrong))).toBe('400');
  });

  it('CCMP-020 the spelling of RFC 6504 is understood and answered in itself', async () => {
    const answer = await ask('conf', { operation: 'retrieve', namespace: rfc6504 });
    expect(answer.code).toBe(200);
    expect(answer.text).toContain(`"${rfc6504}"`);
    expect(answer.text).not.toContain('urn:ietf:params:xml:ns:xcon-ccmp');
  });

  it('CCMP-021 an answer repeats confUserID, confObjID and operation', async () => {
    const answer = await ask('users', { operation: 'retrieve' });
    expect(answerText(answer, 'confUserID')).toBe(alice);
    expect(answerText(answer, 'confObjID')).toBe(room);
    expect(answerText(answer, 'operation')).toBe('retrieve');
  });

  it.each(['blueprint', 'conf', 'users', 'user', 'sidebarByVal', 'sidebarByRef'] as const)(
    'CCMP-022 CCMP-023 %sRequest without confUserID or operation is 400, in its own kind of answer',
    async (kind) => {
      const withoutId = ccmpRequest(kind, { subject: alicesSubject, confObjID: room, operation: 'retrieve' });
      expect((await postCcmp(installation.url, withoutId)).code).toBe(400);
      const answer = await ask(kind);
      expect(answer.code).toBe(400);
      expect(answer.text).toContain(`ccmp-${kind}-response-message-type`);
      expect(installation.asked.authenticate).toHaveLength(0);
    },
  );

  it('CCMP-031 a placeholder in a comment is 400', async () => {
    const answer = await ask('conf', {
      operation: 'update',
      inner: '<confInfo entity="xcon:a@localhost"><!-- AUTO_GENERATE_1 --></confInfo>',
    });
    expect(answer.code).toBe(400);
    expect(installation.asked.perform).toHaveLength(0);
  });
});

describe('what room-state is asked', () => {
  it.each([
    ['blueprint', 1],
    ['conf', 2],
    ['users', 3],
    ['user', 4],
    ['sidebarByVal', 5],
    ['sidebarByRef', 6],
  ] as const)('%sRequest is one question about message %i', async (kind, message) => {
    for (const [number, operation] of ['retrieve', 'create', 'update', 'delete'].entries()) {
      installation.asked.perform.splice(0);
      const element = `${kind}Info`;
      const isUsersChange = kind === 'users' && (operation === 'create' || operation === 'delete');
      const inner = operation === 'update' ? `<${element} entity="${kind === 'user' ? alice : room}"/>` : '';
      const answer = await ask(kind, { operation, inner, conferencePassword: '8601' });
      expect(answer.code, operation).toBe(isUsersChange ? 403 : 200);
      if (isUsersChange) continue;
      expect(installation.asked.perform).toHaveLength(1);
      expect(installation.asked.perform[0]).toMatchObject({
        message,
        operation: number + 1,
        object: room,
        conferencePassword: '8601',
        source: '127.0.0.1',
        requestor: { userId: alice, identity: { username: 'alice' } },
      });
      expect(installation.asked.perform[0]?.requestId).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('the document part keeps its content and its namespaces', async () => {
    await ask('conf', {
      operation: 'update',
      inner:
        '<confInfo entity="xcon:a@localhost" version="4"><info:conference-description><info:subject>a &amp; b</info:subject>' +
        '<chat:room-policy moderated="true"/></info:conference-description></confInfo>',
    });
    const read = readXml(installation.asked.perform[0]?.document ?? '');
    if (!read.ok) throw read.error;
    const description = childElement(
      read.value.root,
      'urn:ietf:params:xml:ns:conference-info',
      'conference-description',
    );
    const subject = childElement(description, 'urn:ietf:params:xml:ns:conference-info', 'subject');
    expect(subject === undefined ? undefined : textOf(subject)).toBe('a & b');
    expect(childElement(description, 'urn:x-plenary:ns:chat:1', 'room-policy')?.attributes[0]?.value).toBe('true');
  });

  it('CCMP-069 what confInfo holds in a retrieve is not sent on', async () => {
    await ask('conf', { operation: 'retrieve', inner: '<confInfo entity="xcon:a@localhost"/>' });
    expect(installation.asked.perform[0]?.document).toBe('');
  });
});

describe('what is answered', () => {
  it.each([200, 400, 401, 403, 404, 409, 420, 421, 422, 423, 425, 426, 427, 501, 510, 511])(
    'CCMP-028 code %i of room-state comes with its own text unless there is a better one',
    async (wanted) => {
      installation.script.perform = () => ({ code: wanted });
      const plain = await ask('conf', { operation: 'retrieve' });
      expect(plain.code).toBe(wanted);
      expect(answerText(plain, 'response-string')).toMatch(/^[A-Z]/);
      installation.script.perform = () => ({ code: wanted, detail: 'the subject is longer than 256 characters' });
      const told = await ask('conf', { operation: 'retrieve' });
      expect(answerText(told, 'response-string')).toBe('the subject is longer than 256 characters');
    },
  );

  it('CCMP-054 a fault inside is 500 and tells nothing about itself', async () => {
    installation.script.perform = () => {
      throw new Error('relation "room_state.rooms" does not exist');
    };
    const answer = await ask('conf', { operation: 'retrieve' });
    expect(answer.code).toBe(500);
    expect(answerText(answer, 'response-string')).toBe('Server Internal Error');
    expect(answer.text).not.toMatch(/relation|room_state|Error:/);
    installation.script.perform = () => ({ code: 500, detail: 'deadlock detected at 0x1234' });
    expect((await ask('conf', { operation: 'retrieve' })).text).not.toContain('deadlock');
  });

  it('CCMP-045 CCMP-025 a version comes with what carries one', async () => {
    installation.script.perform = () => ({ code: 409, version: 12n });
    expect(answerText(await ask('conf', { operation: 'retrieve' }), 'version')).toBe('12');
    installation.script.perform = () => ({ code: 200, object: room });
    expect(answerText(await ask('conf', { operation: 'delete' }), 'version')).toBeUndefined();
  });

  it('XCON-009 a stranger who joins is told the id it got', async () => {
    installation.script.perform = () => ({
      code: 200,
      userId: 'xcon-userid:fresh@localhost',
      object: room,
      version: 3n,
    });
    const inner =
      '<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost"><info:endpoint entity="sip:x@example.com"/></userInfo>';
    const body = ccmpRequest('user', { confObjID: room, operation: 'create', inner });
    const answer = await postCcmp(installation.url, body);
    expect(answerText(answer, 'confUserID')).toBe('xcon-userid:fresh@localhost');
    expect(installation.asked.perform[0]?.requestor).toMatchObject({ userId: '', identity: undefined });
  });

  it('a create or update is answered with exactly one conference URI, a retrieve with all', async () => {
    const uri = (text: string): string => `<entry><uri>${text}</uri><purpose>participation</purpose></entry>`;
    const document =
      '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="xcon:new@localhost">' +
      `<conference-description><conf-uris>${uri('xcon:new@localhost')}${uri('sip:new@localhost')}${uri('xmpp:new@muc.localhost')}</conf-uris>` +
      '</conference-description></conference-info>';
    installation.script.perform = () => ({ code: 200, object: 'xcon:new@localhost', version: 1n, document });
    const urisIn = (text: string): string[] => [...text.matchAll(/<info:uri>([^<]*)</g)].map(([, found = '']) => found);
    expect(urisIn((await ask('conf', { operation: 'create' })).text)).toEqual(['sip:new@localhost']);
    const inner = '<confInfo entity="xcon:new@localhost"/>';
    expect(urisIn((await ask('conf', { operation: 'update', inner })).text)).toEqual(['sip:new@localhost']);
    expect(urisIn((await ask('conf', { operation: 'retrieve' })).text)).toHaveLength(3);
  });

  it('LOG-002 who joins a logged room is warned in words and by element', async () => {
    installation.script.perform = () => ({
      code: 200,
      object: room,
      version: 4n,
      document: `<user xmlns="urn:ietf:params:xml:ns:conference-info" entity="${alice}"/>`,
      loggingNotice: 'What is said here is kept.',
      loggingSince: '2026-11-29T12:00:00Z',
    });
    const answer = await ask('user', { operation: 'create' });
    expect(answerText(answer, 'response-string')).toBe('What is said here is kept.');
    expect(answer.text).toContain('<chat:logging active="true" since="2026-11-29T12:00:00Z"/>');
    expect(answerInfo(answer, 'user', 'userInfo')).toBeDefined();
  });

  it('VENUE-002 the 404 of a closed room names the one that took its place', async () => {
    installation.script.perform = () => ({ code: 404, alternateVenue: 'xcon:next@localhost' });
    const answer = await ask('user', { operation: 'create' });
    expect(answer.code).toBe(404);
    expect(answer.text).toContain('<chat:alternate-venue uri="xcon:next@localhost"/>');
  });
});
