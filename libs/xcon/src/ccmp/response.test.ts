import { xmlElement } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { schemaFaults } from '../testing.js';
import {
  CcmpFault,
  ccmpMessageKinds,
  ccmpMessages,
  type CcmpResponse,
  isCcmpOperation,
  listedObjects,
  readCcmpRequest,
  readCcmpResponse,
  responseCode,
  responseCodes,
  responseTo,
  responseToFault,
  sidebarDocuments,
  sidebarsInfo,
  standardMessageNames,
  urisInfo,
  writeCcmpRequest,
  writeCcmpResponse,
} from './index.js';

const { ccmp, ccmp6504, info, chat } = namespaces;
const conf = 'xcon:room@example.com';
const alice = 'xcon-userid:alice@example.com';
const document = xmlElement(info, 'conference-info', { entity: conf, version: '3' }, [
  xmlElement(info, 'conference-description', [], [xmlElement(info, 'subject', [], ['Agenda'])]),
]);
const base = { spelling: ccmp, confUserId: alice, confObjId: conf, code: 200, version: 3 } as const;
const entries = [{ uri: 'xcon:a@example.com', displayText: 'A', purpose: 'a < b' }, { uri: 'xcon:b@example.com' }];

/** A good answer of each kind, as full as it can be. */
const answers: readonly CcmpResponse[] = [
  { spelling: ccmp, confUserId: alice, code: 200, kind: 'blueprints', info: urisInfo(entries) },
  { ...base, kind: 'blueprint', operation: 'retrieve', info: document },
  { spelling: ccmp, confUserId: alice, code: 200, kind: 'confs', info: urisInfo(entries) },
  { ...base, kind: 'conf', operation: 'update', info: document, extensions: [xmlElement(chat, 'warning')] },
  { ...base, kind: 'users', operation: 'retrieve', info: xmlElement(info, 'users') },
  { ...base, kind: 'user', operation: 'create', info: xmlElement(info, 'user', { entity: alice }) },
  { ...base, kind: 'sidebarsByVal', info: sidebarsInfo([document]) },
  { ...base, kind: 'sidebarByVal', operation: 'create', info: document },
  { ...base, kind: 'sidebarsByRef', info: urisInfo(entries) },
  { ...base, kind: 'sidebarByRef', operation: 'create', info: document },
  {
    spelling: ccmp,
    confUserId: alice,
    code: 200,
    kind: 'options',
    options: {
      standard: standardMessageNames.map((name) => ({ name, operations: ['retrieve', 'create'] as const })),
      extended: [
        { name: 'chatHistory', operations: ['retrieve'], schemaDef: 'https://example.com/chat.rnc', description: 'd' },
      ],
    },
  },
  {
    ...base,
    kind: 'extended',
    operation: 'retrieve',
    extensionName: 'chatHistory',
    extensions: [xmlElement(chat, 'x')],
  },
];

describe('answers', () => {
  it.each(answers)('CCMP-021 $kind is written valid, with the id of the requestor, and read back', (answer) => {
    const text = writeCcmpResponse(answer);
    expect(schemaFaults(text, 'rfc6503.xsd')).toEqual([]);
    const back = readCcmpResponse(text);
    const name = ccmpMessages[answer.kind ?? 'conf'].responseInfo ?? '';
    expect(back).toEqual({
      ok: true,
      value: {
        extensions: [],
        ...answer,
        text: 'Success',
        ...(answer.info === undefined ? {} : { info: { ...answer.info, ns: '', name } }),
      },
    });
  });

  it.each(ccmpMessageKinds)('CCMP-021 %s refused is valid with nothing in it', (kind) => {
    for (const code of Object.keys(responseCodes).map(Number)) {
      const text = writeCcmpResponse({ spelling: ccmp, kind, code });
      expect(schemaFaults(text, 'rfc6503.xsd')).toEqual([]);
      expect(readCcmpResponse(text)).toMatchObject({
        ok: true,
        value: { kind, code, text: responseCodes[code]?.text },
      });
    }
  });

  it('CCMP-021 one without kind is a frame with id, code and nothing more', () => {
    const text = writeCcmpResponse({ spelling: ccmp, code: 400 });
    expect(text).not.toContain('type=');
    expect(text).toContain('<ccmpResponse><confUserID/><response-code>400</response-code>');
    expect(readCcmpResponse(text)).toEqual({
      ok: true,
      value: { spelling: ccmp, code: 400, text: 'Bad Request', extensions: [] },
    });
  });

  it('CCMP-060 an empty list is left out', () => {
    for (const kind of ['blueprints', 'confs', 'sidebarsByRef'] as const) {
      const text = writeCcmpResponse({ ...base, kind, info: urisInfo([]) });
      expect(text).not.toContain('Info');
      expect(schemaFaults(text, 'rfc6503.xsd')).toEqual([]);
    }
    const text = writeCcmpResponse({ ...base, kind: 'sidebarsByVal', info: sidebarsInfo([]) });
    expect(text).toContain('<sidebarsByValInfo/>');
    expect(schemaFaults(text, 'rfc6503.xsd')).toEqual([]);
  });

  it('CCMP-023 CCMP-082 messages without operation are answered without one', () => {
    for (const kind of ccmpMessageKinds) {
      const text = writeCcmpResponse({ ...base, kind, operation: 'retrieve' });
      expect(text.includes('<operation>'), kind).toBe(ccmpMessages[kind].operation);
    }
  });

  it('lists give their objects back', () => {
    expect(listedObjects(urisInfo(entries))).toEqual(entries);
    expect(listedObjects(undefined)).toEqual([]);
    expect(listedObjects(xmlElement('', 'x', [], [xmlElement(info, 'entry')]))).toEqual([]);
    expect(sidebarDocuments(sidebarsInfo([document]))).toEqual([document]);
  });
});

describe('what an answer repeats', () => {
  it('CCMP-020 CCMP-023 kind, spelling, ids and operation of the request', () => {
    const request = readCcmpRequest(
      writeCcmpRequest({ kind: 'user', spelling: ccmp6504, confUserId: alice, confObjId: conf, operation: 'delete' }),
    );
    expect(request.ok && responseTo(request.value)).toEqual({
      kind: 'user',
      spelling: ccmp6504,
      confUserId: alice,
      confObjId: conf,
      operation: 'delete',
    });
  });

  it('CCMP-021 a request that is refused is answered in its own type as far as it was read', () => {
    const request = readCcmpRequest(
      writeCcmpRequest({ kind: 'users', spelling: ccmp6504, confUserId: alice, confObjId: conf, operation: 'create' }),
    );
    if (request.ok) throw new Error('not refused');
    const answer = responseToFault(request.error);
    expect(answer).toMatchObject({
      kind: 'users',
      spelling: ccmp6504,
      confUserId: alice,
      operation: 'create',
      code: 403,
    });
    const text = writeCcmpResponse(answer).replaceAll(ccmp6504, ccmp);
    expect(schemaFaults(text, 'rfc6503.xsd')).toEqual([]);
    expect(responseToFault(new CcmpFault(400, 'why'))).toEqual({ spelling: ccmp, code: 400, text: 'why' });
  });
});

describe('what is no response', () => {
  const good = writeCcmpResponse({ ...base, kind: 'conf', operation: 'retrieve', info: document });
  it.each([
    ['not XML', '<'],
    ['a request', writeCcmpRequest({ kind: 'confs', confUserId: alice })],
    ['another type', good.replace('ccmp-conf-response', 'ccmp-user-response')],
    ['no code', good.replace('<response-code>200</response-code>', '')],
    ['four digits', good.replace('>200<', '>2000<')],
    ['version 0', good.replace('<version>3<', '<version>0<')],
    ['a version that is a word', good.replace('<version>3<', '<version>new<')],
    ['two documents', good.replace('</ccmp:confResponse>', '<confInfo/></ccmp:confResponse>')],
    ['elements out of order', good.replace('<response-code>', '<version>1</version><response-code>')],
  ])('%s', (_title, text) => {
    expect(readCcmpResponse(text)).toMatchObject({ ok: false, error: { code: 400 } });
  });

  it.each([
    ['no list', '<options/>'],
    ['a message without name', '<options><standard-message-list><standard-message/></standard-message-list></options>'],
    [
      'a name that is not defined',
      '<options><standard-message-list><standard-message><name>x</name></standard-message></standard-message-list></options>',
    ],
    [
      'an operation that is none',
      '<options><standard-message-list><standard-message><name>confRequest</name><operations><operation>x</operation></operations></standard-message></standard-message-list></options>',
    ],
    [
      'an extension without name',
      '<options><standard-message-list/><extended-message-list><extended-message/></extended-message-list></options>',
    ],
  ])('options: %s', (_title, options) => {
    const text = writeCcmpResponse({ ...base, kind: 'options' }).replace(
      '<ccmp:optionsResponse/>',
      `<ccmp:optionsResponse>${options}</ccmp:optionsResponse>`,
    );
    expect(readCcmpResponse(text)).toMatchObject({ ok: false, error: { code: 400, kind: 'options' } });
  });
});

it('CCMP-057 an unknown code is taken as 500; 400, 401, 403 are never sent again, 510 may be', () => {
  expect(responseCode(599)).toBe(responseCodes[500]);
  expect([400, 401, 403, 500].map((code) => responseCode(code).retry)).toEqual(['never', 'never', 'never', 'never']);
  expect(responseCode(510).retry).toBe('later');
  expect(responseCode(200).retry).toBe('done');
});

it('an operation is one of four words', () => {
  expect(['retrieve', 'create', 'update', 'delete', 'Create', ''].map(isCcmpOperation)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
