import { readXml, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import {
  type CcmpMessageKind,
  ccmpMessageKinds,
  ccmpMessages,
  ccmpOperations,
  type CcmpRequestToSend,
  defaultCcmpLimits,
  readCcmpRequest,
  writeCcmpRequest,
} from './index.js';

const { ccmp, ccmp6504, info, chat } = namespaces;
const conf = 'xcon:room@example.com';
const alice = 'xcon-userid:alice@example.com';
const document = xmlElement('', 'any', { entity: conf });
const user = xmlElement('', 'any', { entity: alice });
const stranger = xmlElement('', 'any', { entity: 'xcon-userid:AUTO_GENERATE_1@example.com' }, [
  xmlElement(info, 'endpoint', { entity: 'sip:alice@example.com' }),
]);

/** The fullest right request of a kind. */
function right(kind: CcmpMessageKind, operation = ccmpMessages[kind].operations.at(-1)): CcmpRequestToSend {
  const form = ccmpMessages[kind];
  const infos: Partial<Record<CcmpMessageKind, XmlElement>> = { user, users: xmlElement('', 'any') };
  return {
    kind,
    confUserId: alice,
    ...(form.confObjId === 'ignored' ? {} : { confObjId: conf }),
    ...(form.operation && operation !== undefined ? { operation } : {}),
    ...(form.requestInfo !== undefined && operation === 'update' ? { info: infos[kind] ?? document } : {}),
    ...(kind === 'extended' ? { extensionName: 'chatHistory' } : {}),
  };
}

function without(request: CcmpRequestToSend, key: keyof CcmpRequestToSend): CcmpRequestToSend {
  const { [key]: _, ...rest } = request;
  return rest as CcmpRequestToSend;
}

const read = (request: CcmpRequestToSend): ReturnType<typeof readCcmpRequest> =>
  readCcmpRequest(writeCcmpRequest(request));

/** A frame around `inside`, `CCMP` in it standing for the prefix. */
function framed(type: string, inside: string, ns: string = ccmp): string {
  return `<c:ccmpRequest xmlns:c="${ns}"><ccmpRequest xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}">${inside}</ccmpRequest></c:ccmpRequest>`;
}
const userType = 'c:ccmp-user-request-message-type';
const head = `<confUserID>${alice}</confUserID><confObjID>${conf}</confObjID><operation>retrieve</operation>`;

describe('the frame', () => {
  it.each(ccmpMessageKinds)('CCMP-020 %s: type and element match, in both spellings', (kind) => {
    for (const spelling of [ccmp, ccmp6504])
      expect(read({ ...right(kind), spelling })).toMatchObject({ ok: true, value: { kind, spelling } });
  });

  it('CCMP-020 every type with every other element is 400, and the answer has no message', () => {
    for (const one of ccmpMessageKinds)
      for (const other of ccmpMessageKinds) {
        const text = writeCcmpRequest(right(one)).replace(
          ccmpMessages[one].requestType,
          ccmpMessages[other].requestType,
        );
        const result = readCcmpRequest(text);
        expect(result.ok, `${one} as ${other}`).toBe(one === other);
        if (!result.ok)
          expect([result.error.code, result.error.kind, result.error.confUserId]).toEqual([400, undefined, alice]);
      }
  });

  it.each([
    ['no type', framed('', head + '<c:userRequest/>')],
    ['a type that is not defined', framed('c:user-request', head + '<c:userRequest/>')],
    ['a type of a prefix that is not declared', framed('d:ccmp-user-request-message-type', head + '<c:userRequest/>')],
    ['a type in no namespace', framed('ccmp-user-request-message-type', head + '<c:userRequest/>')],
    [
      'a type of the other spelling',
      framed(userType, head + '<c:userRequest/>').replace('<c:userRequest/>', `<o:userRequest xmlns:o="${ccmp6504}"/>`),
    ],
    ['two messages', framed(userType, head + '<c:userRequest/><c:userRequest/>')],
    ['none', framed(userType, head)],
    ['a response', framed(userType, head).replaceAll('ccmpRequest', 'ccmpResponse')],
    ['no frame', `<c:ccmpRequest xmlns:c="${ccmp}"/>`],
    [
      'a frame in the namespace',
      framed(userType, head)
        .replaceAll('ccmpRequest xmlns:xsi', 'c:ccmpRequest xmlns:xsi')
        .replace('</ccmpRequest>', '</c:ccmpRequest>'),
    ],
    ['another namespace', framed(userType, head + '<c:userRequest/>', 'urn:example')],
  ])('CCMP-020 CCMP-021 %s: 400 without a kind', (_title, text) => {
    expect(readCcmpRequest(text)).toMatchObject({ ok: false, error: { code: 400, kind: undefined } });
  });

  it.each([
    [
      'out of order',
      framed(
        userType,
        `<confObjID>${conf}</confObjID><confUserID>${alice}</confUserID><operation>retrieve</operation><c:userRequest/>`,
      ),
    ],
    ['twice', framed(userType, `<confUserID>${alice}</confUserID>${head}<c:userRequest/>`)],
    ['after the message', framed(userType, `${head}<c:userRequest/><conference-password>x</conference-password>`)],
    ['unknown', framed(userType, `${head}<nickname>x</nickname><c:userRequest/>`)],
    ['text between', framed(userType, `${head}stray<c:userRequest/>`)],
    ['text in the message', framed(userType, `${head}<c:userRequest>stray</c:userRequest>`)],
    ['info of another message', framed(userType, `${head}<c:userRequest><confInfo entity="x"/></c:userRequest>`)],
    ['info twice', framed(userType, `${head}<c:userRequest><userInfo/><userInfo/></c:userRequest>`)],
    ['a message in the message', framed(userType, `${head}<c:userRequest><c:userRequest/></c:userRequest>`)],
    ['elements in a text', framed(userType, head.replace('retrieve', '<b/>retrieve') + '<c:userRequest/>')],
    ['an operation that is none', framed(userType, head.replace('retrieve', 'join') + '<c:userRequest/>')],
    ['a message in the subject', framed(userType, `<subject><c:x/></subject>${head}<c:userRequest/>`)],
    [
      'the subject out of order',
      framed(userType, `<subject><password>p</password><username>u</username></subject>${head}<c:userRequest/>`),
    ],
  ])('CCMP-041 an element %s: 400 with the kind', (_title, text) => {
    expect(readCcmpRequest(text)).toMatchObject({ ok: false, error: { code: 400, kind: 'user', confUserId: alice } });
  });

  it('CCMP-041 what is not XML is 400 and leaves nothing to repeat', () => {
    for (const text of ['', 'hello', '<a>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
      expect(readCcmpRequest(text)).toMatchObject({ ok: false, error: { code: 400, context: {} } });
  });

  it('CCMP-041 every prefix of a request, and one with any piece cut out, is refused as a value', () => {
    const text = writeCcmpRequest({ ...right('conf', 'update'), subject: { username: 'a', password: 'b' } });
    for (let at = 0; at < text.length; at += 1) {
      expect(readCcmpRequest(text.slice(0, at)).ok).toBe(false);
      const cut = readCcmpRequest(text.slice(0, at) + text.slice(at + 7));
      if (!cut.ok) expect(cut.error.code).toBe(400);
    }
  });

  it('foreign elements and attributes do no harm, and the elements are kept', () => {
    const foreign = `<x:y xmlns:x="urn:example"/>`;
    expect(
      readCcmpRequest(framed(userType, `${head}${foreign}<c:userRequest a="b">${foreign}</c:userRequest>`)),
    ).toMatchObject({ ok: true, value: { extensions: [{ name: 'y' }, { name: 'y' }] } });
  });

  it('comments and prefixes come along', () => {
    const text = framed(userType, `${head}<c:userRequest xmlns:q="urn:q"><!-- AUTO_GENERATE_1 --></c:userRequest>`);
    const result = readCcmpRequest(text);
    expect(result).toMatchObject({ ok: true, value: { comments: [' AUTO_GENERATE_1 '] } });
    if (result.ok) expect(result.value.prefixes.get('q')).toBe('urn:q');
  });

  it('passwords keep their white space, identifiers lose it', () => {
    expect(
      readCcmpRequest(
        framed(
          userType,
          `<subject><username> a </username><password> b </password></subject><confUserID>
          ${alice} </confUserID><confObjID>${conf}</confObjID><operation> retrieve </operation><conference-password> c </conference-password><c:userRequest/>`,
        ),
      ),
    ).toMatchObject({
      ok: true,
      value: {
        subject: { username: 'a', password: ' b ' },
        confUserId: alice,
        operation: 'retrieve',
        conferencePassword: ' c ',
      },
    });
  });

  it.each([
    ['confUserId', { confUserId: 'x'.repeat(513) }],
    ['conferencePassword', { conferencePassword: 'x'.repeat(1025) }],
    ['subject', { subject: { username: 'x'.repeat(1025), password: '' } }],
    ['password', { subject: { username: '', password: 'x'.repeat(1025) } }],
  ])('CCMP-041 %s over its limit is 400', (_key, over) => {
    expect(read({ ...right('user', 'retrieve'), ...over })).toMatchObject({
      ok: false,
      error: { code: 400, kind: 'user' },
    });
  });

  it('SEC-013 the limits are arguments', () => {
    const text = writeCcmpRequest({ ...right('confs'), xpathFilter: 'a'.repeat(20) });
    expect(readCcmpRequest(text).ok).toBe(true);
    expect(readCcmpRequest(text, { ...defaultCcmpLimits, filterLength: 19 })).toMatchObject({
      error: { kind: 'confs' },
    });
    expect(
      readCcmpRequest(text, { ...defaultCcmpLimits, xml: { ...defaultCcmpLimits.xml, elements: 3 } }),
    ).toMatchObject({ error: { code: 400 } });
  });
});

describe('required parameters', () => {
  it.each(ccmpMessageKinds)('CCMP-022 %s without confUserID is 400', (kind) => {
    expect(read(without(right(kind), 'confUserId'))).toMatchObject({ ok: false, error: { code: 400, kind } });
  });

  it.each(ccmpMessageKinds)('CCMP-023 CCMP-043 %s and <operation>', (kind) => {
    const form = ccmpMessages[kind];
    expect(read(without(right(kind), 'operation')).ok).toBe(!form.operation);
    for (const operation of ccmpOperations) {
      const result = read({ ...right(kind, operation), operation });
      if (form.operations.includes(operation)) {
        expect(result, operation).toMatchObject({ ok: true });
        if (result.ok) expect(result.value.operation).toBe(form.operation ? operation : undefined);
      } else expect(result, operation).toMatchObject({ ok: false, error: { code: 403, kind, operation } });
    }
  });

  it('CCMP-043 RFC 6503 Table 1: the cells', () => {
    const cells = Object.fromEntries(ccmpMessageKinds.map((kind) => [kind, ccmpMessages[kind].operations.join(' ')]));
    const all = 'retrieve create update delete';
    expect(cells).toEqual({
      blueprints: 'retrieve',
      blueprint: all,
      confs: 'retrieve',
      conf: all,
      users: 'retrieve update',
      user: all,
      sidebarsByVal: 'retrieve',
      sidebarByVal: all,
      sidebarsByRef: 'retrieve',
      sidebarByRef: all,
      options: 'retrieve',
      extended: all,
    });
  });

  it('CCMP-035 what is missing goes before the operation', () => {
    expect(read(without({ ...right('users'), operation: 'delete' }, 'confObjId'))).toMatchObject({
      error: { code: 400 },
    });
  });

  it.each(ccmpMessageKinds.filter((kind) => ccmpMessages[kind].confObjId === 'required'))(
    'CCMP-041 %s without confObjID is 400',
    (kind) => {
      expect(read(without(right(kind), 'confObjId'))).toMatchObject({ error: { code: 400, kind } });
    },
  );

  it('CCMP-041 CCMP-067 conf needs confObjID but for a create', () => {
    for (const operation of ccmpOperations)
      expect(read(without(right('conf', operation), 'confObjId')).ok, operation).toBe(operation === 'create');
  });

  it('CCMP-060 CCMP-065 confObjID of a message about no object is dropped', () => {
    for (const kind of ['blueprints', 'confs', 'options'] as const) {
      const result = read({ ...right(kind), confObjId: conf });
      expect(result.ok && result.value.confObjId).toBeUndefined();
    }
  });

  it('XCON-002 confObjID is an XCON-URI or 400', () => {
    for (const [confObjId, good] of [
      ['xcon:AudioRoom@example.com', true],
      ['711331@example.com', true],
      ['sip:lobby@example.com', false],
      ['xcon:a b@example.com', false],
      ['room', false],
    ] as const)
      expect(read({ ...right('conf', 'retrieve'), confObjId }).ok, confObjId).toBe(good);
  });

  it.each(ccmpMessageKinds.filter((kind) => ccmpMessages[kind].requestInfo !== undefined))(
    'CCMP-070 CCMP-072 CCMP-079 %s/update without its info is 400',
    (kind) => {
      expect(read(without(right(kind, 'update'), 'info'))).toMatchObject({ error: { code: 400, kind } });
    },
  );

  it('CCMP-066 create with confObjID and confInfo is 400', () => {
    expect(read({ ...right('conf', 'create'), info: document })).toMatchObject({ error: { code: 400 } });
    expect(read(without({ ...right('conf', 'create'), info: document }, 'confObjId')).ok).toBe(true);
  });

  it('CCMP-069 CCMP-071 CCMP-072 info that has to be ignored is left out, that of a user is not', () => {
    for (const kind of ['conf', 'blueprint', 'sidebarByVal', 'sidebarByRef'] as const)
      for (const operation of ['retrieve', 'delete'] as const) {
        const result = read({ ...right(kind, operation), info: document });
        expect(result.ok && result.value.info, `${kind}/${operation}`).toBeUndefined();
      }
    const users = read({ ...right('users', 'retrieve'), info: xmlElement('', 'any') });
    expect(users.ok && users.value.info).toBeUndefined();
    expect(read({ ...right('user', 'delete'), info: user })).toMatchObject({ value: { info: { name: 'userInfo' } } });
  });

  it('CCMP-083 extended without name is 400, and its elements are kept', () => {
    expect(read(without(right('extended'), 'extensionName'))).toMatchObject({ error: { code: 400, kind: 'extended' } });
    expect(read({ ...right('extended'), extensions: [xmlElement(chat, 'history', { count: '5' })] })).toMatchObject({
      value: { extensionName: 'chatHistory', extensions: [{ name: 'history' }] },
    });
  });

  it('CCMP-076 a user without id joins with a placeholder and a contact, and with nothing less', () => {
    const join: CcmpRequestToSend = { kind: 'user', operation: 'create', confObjId: conf, info: stranger };
    const mail = (uri: string): XmlElement => ({
      ...stranger,
      children: [
        xmlElement(info, 'associated-aors', [], [xmlElement(info, 'entry', [], [xmlElement(info, 'uri', [], [uri])])]),
      ],
    });
    const result = read(join);
    expect(result.ok && 'confUserId' in result.value).toBe(false);
    expect(result.ok).toBe(true);
    expect(read({ ...join, confUserId: '' }).ok).toBe(true);
    expect(read({ ...join, info: mail('sip:alice@example.com') }).ok).toBe(true);
    expect(read({ ...join, info: mail('mailto:alice@example.com') }).ok).toBe(false);
    expect(read({ ...join, info: { ...stranger, children: [] } }).ok).toBe(false);
    expect(read({ ...join, info: { ...stranger, attributes: user.attributes } }).ok).toBe(false);
    expect(read(without(join, 'info')).ok).toBe(false);
    expect(read({ ...join, operation: 'retrieve' })).toMatchObject({ error: { code: 400 } });
  });
});

describe('what is read', () => {
  it('the filter of a list', () => {
    const xpathFilter = "/conference-info[conference-state/active='true' and 1 < 2]";
    expect(read({ ...right('sidebarsByVal'), xpathFilter })).toMatchObject({ value: { xpathFilter } });
  });

  it('info is the element as it stands, its own name in no namespace', () => {
    const given = xmlElement(info, 'conference-info', { entity: conf }, [
      xmlElement(info, 'conference-description', [], [xmlElement(info, 'subject', [], ['a & b'])]),
    ]);
    const result = read({ ...right('conf', 'update'), info: given });
    expect(result.ok && result.value.info).toEqual({ ...given, ns: '', name: 'confInfo' });
  });

  it('the document of a request declares the usual prefixes', () => {
    const text = writeCcmpRequest({ ...right('conf', 'update'), info: document });
    const root = readXml(text);
    expect(root.ok && root.value.prefixes.get('ccmp')).toBe(ccmp);
  });
});
