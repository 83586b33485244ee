import { type XmlElement, xmlElement } from '@plenary/wire/xml';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { schemaFaults } from '../testing.js';
import {
  ccmpMessageKinds,
  ccmpMessages,
  type CcmpRequestToSend,
  type CcmpResponse,
  readCcmpRequest,
  readCcmpResponse,
  writeCcmpRequest,
  writeCcmpResponse,
} from './index.js';

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => `a${text.trim()}z`.replace(/[^\P{C}]/gu, ''));
const spelling = fc.constantFrom(namespaces.ccmp, namespaces.ccmp6504);
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });
const extensions = fc.array(
  word.map((value) => xmlElement(namespaces.chat, 'x', { value })),
  { maxLength: 2 },
);
const document: fc.Arbitrary<XmlElement> = word.map((text) =>
  xmlElement(namespaces.info, 'any', { entity: 'xcon:a@b' }, [
    xmlElement(namespaces.info, 'conference-description', [], [xmlElement(namespaces.info, 'subject', [], [text])]),
  ]),
);

const requests: fc.Arbitrary<CcmpRequestToSend> = fc
  .record({
    kind: fc.constantFrom(...ccmpMessageKinds),
    spelling,
    subject: optional(fc.record({ username: word, password: word })),
    confUserId: word,
    conferencePassword: optional(word),
    filter: optional(word),
    extensionName: word,
    extensions,
    info: document,
  })
  .chain(({ kind, filter, extensionName, info, subject, conferencePassword, ...others }) => {
    const form = ccmpMessages[kind];
    return fc.constantFrom(...form.operations).map((operation): CcmpRequestToSend => ({
      ...others,
      kind,
      ...(subject === undefined ? {} : { subject }),
      ...(conferencePassword === undefined ? {} : { conferencePassword }),
      ...(form.confObjId === 'ignored' ? {} : { confObjId: 'xcon:room@example.com' }),
      ...(form.operation ? { operation } : {}),
      ...(form.filter && filter !== undefined ? { xpathFilter: filter } : {}),
      ...(kind === 'extended' ? { extensionName } : {}),
      ...(form.requestInfo !== undefined && operation === 'update'
        ? { info: { ...info, ns: '', name: form.requestInfo } }
        : {}),
    }));
  });

it('CCMP-020 what is written of a request is read again', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const read = readCcmpRequest(writeCcmpRequest(request));
      if (!read.ok) throw read.error;
      const { comments, prefixes, ...rest } = read.value;
      expect(rest).toEqual(request);
      expect([comments, prefixes.get('ccmp')]).toEqual([[], request.spelling]);
    }),
    { numRuns: 300 },
  );
});

it('CCMP-021 CCMP-028 what is written of a response is valid and read again', () => {
  const responses = fc.record(
    {
      kind: fc.constantFrom(
        ...ccmpMessageKinds.filter((kind) => !['options', 'extended', 'users', 'user'].includes(kind)),
      ),
      spelling,
      code: fc.integer({ min: 100, max: 999 }),
      text: word,
      confUserId: word,
      confObjId: word,
      version: fc.integer({ min: 1, max: 2 ** 40 }),
      extensions,
    },
    { requiredKeys: ['kind', 'spelling', 'code', 'text', 'extensions'] },
  );
  fc.assert(
    fc.property(responses, (response: CcmpResponse) => {
      const text = writeCcmpResponse(response);
      const { confObjId, ...others } = response;
      const hasObject = confObjId !== undefined && ccmpMessages[response.kind ?? 'conf'].confObjId !== 'ignored';
      expect(readCcmpResponse(text)).toEqual({ ok: true, value: hasObject ? response : others });
      expect(schemaFaults(text.replaceAll(namespaces.ccmp6504, namespaces.ccmp), 'rfc6503.xsd')).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

it('CCMP-041 a request with any octets put in anywhere is read or refused, never thrown at', () => {
  fc.assert(
    fc.property(requests, fc.nat(), fc.string({ maxLength: 6 }), fc.nat(9), (request, at, piece, cut) => {
      const text = writeCcmpRequest(request);
      const place = at % text.length;
      const read = readCcmpRequest(text.slice(0, place) + piece + text.slice(place + cut));
      expect(read.ok || [400, 403].includes(read.error.code)).toBe(true);
    }),
    { numRuns: 500 },
  );
});
