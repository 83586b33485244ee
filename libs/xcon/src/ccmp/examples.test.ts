import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { namespaces } from '../namespaces.js';
import { schemaFaults, vector } from '../testing.js';
import { type CcmpRequest, type CcmpResponse, readCcmpRequest, readCcmpResponse } from './index.js';
import { writeCcmpRequest, writeCcmpResponse } from './index.js';

const folder = (name: string): string[] =>
  readdirSync(new URL(`../../../../test/vectors/${name}/`, import.meta.url))
    .filter((file) => file.endsWith('.xml') && !file.includes('conference-info'))
    .map((file) => `${name}/${file}`);
const messages = [...folder('rfc6503'), ...folder('rfc6504')];
const requests = messages.filter((file) => file.includes('-request'));
const responses = messages.filter((file) => file.includes('-response'));

/** What the file's name says it is: `NN-kind-direction[-operation].xml`. */
function named(file: string): { kind: string | undefined; operation: string | undefined } {
  const [, kind, operation] = /\d+-(\w+)-(?:request|response)(?:-(\w+))?\.xml$/u.exec(file) ?? [];
  return { kind, operation };
}

function request(file: string): CcmpRequest {
  const read = readCcmpRequest(vector(file));
  if (!read.ok) throw read.error;
  return read.value;
}

function response(file: string): CcmpResponse {
  const read = readCcmpResponse(vector(file));
  if (!read.ok) throw read.error;
  return read.value;
}

function isValid(text: string): boolean {
  return schemaFaults(text.replaceAll(namespaces.ccmp6504, namespaces.ccmp), 'rfc6503.xsd').length === 0;
}

/** Those whose document part the schema refuses as printed: values broken over two lines, a floor without label. */
const brokenByLayout = ['02', '08', '10', '14', '34'].map((number) => `rfc6504/${number}`);
/** The printed form of this one is refused: `<conference-password>` in `<subject>`. */
const refused = 'rfc6504/17-user-request-update.xml';

describe('the requests RFC 6503 and RFC 6504 print', () => {
  it('there are all of them', () => {
    expect([requests.length, responses.length]).toEqual([9 + 22, 9 + 22]);
  });

  it.each(requests.filter((file) => file !== refused))('CCMP-020 %s is read and written again', (file) => {
    const read = request(file);
    expect(read).toMatchObject({
      kind: named(file).kind,
      spelling: file.startsWith('rfc6504') ? namespaces.ccmp6504 : namespaces.ccmp,
    });
    expect(read.operation).toBe(named(file).operation);
    const text = writeCcmpRequest(read);
    const again = readCcmpRequest(text);
    expect(again).toMatchObject({ ok: true, value: { ...read, prefixes: expect.any(Map), comments: [] } });
    expect(isValid(text)).toBe(!brokenByLayout.some((prefix) => file.startsWith(prefix)));
  });

  it.each(responses)('%s is read and written again', (file) => {
    const read = response(file);
    expect(read.code).toBe(file.includes('/22-') ? 423 : 200);
    expect(read.kind).toBe(named(file).kind);
    const text = writeCcmpResponse(read);
    const again = readCcmpResponse(text);
    expect(again).toMatchObject({ ok: true, value: { ...read, text: read.text ?? 'Success' } });
    expect(isValid(text)).toBe(!brokenByLayout.some((prefix) => file.startsWith(prefix)));
  });

  it('CCMP-020 RFC 6504 §6.2: <conference-password> in <subject> is refused, <password> is read', () => {
    const printed = vector(refused);
    expect(readCcmpRequest(printed)).toMatchObject({
      ok: false,
      error: {
        code: 400,
        kind: 'user',
        operation: 'update',
        confUserId: 'xcon-userid:Alice@example.com',
        confObjId: 'xcon:8977878@example.com',
        spelling: namespaces.ccmp6504,
      },
    });
    expect(readCcmpRequest(printed.replaceAll('conference-password>', 'password>'))).toMatchObject({
      ok: true,
      value: { subject: { username: 'Alice83', password: '13011983' }, info: { name: 'userInfo', ns: '' } },
    });
  });

  it('RFC 6503 §6.5: the answer says retrieve to an update, and is read as it stands', () => {
    expect(request('rfc6503/09-users-request-update.xml').operation).toBe('update');
    expect(response('rfc6503/10-users-response-retrieve.xml').operation).toBe('retrieve');
  });

  it('RFC 6503 §6.9: the two names of one extension are read as they stand', () => {
    expect(request('rfc6503/17-extended-request-retrieve.xml').extensionName).toBe('confRequestSummary');
    const answer = response('rfc6503/18-extended-response-retrieve.xml');
    expect(answer.extensionName).toBe('confSummaryRequest');
    expect(answer.extensions).toMatchObject([{ ns: 'http://example.com/ccmp-extension', name: 'confSummary' }]);
  });

  it('CCMP-084 RFC 6503 §6.8: the options', () => {
    const { options } = response('rfc6503/16-options-response-retrieve.xml');
    expect(options?.standard.map(({ name }) => name)).toEqual([
      'blueprintsRequest',
      'blueprintRequest',
      'confsRequest',
      'confRequest',
      'usersRequest',
      'userRequest',
      'sidebarsByRefRequest',
      'sidebarByRefRequest',
    ]);
    expect(options?.standard[1]?.operations).toEqual(['retrieve']);
    expect(options?.extended).toMatchObject([
      {
        name: 'confSummaryRequest',
        operations: ['retrieve'],
        schemaDef: 'http://example.com/ccmp-extension-schema.xsd',
      },
    ]);
  });
});
