import { formatCredentials, HeaderFields } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../parser.js';
import { vector } from '../vectors.test-data.js';
import { contactPriority, featureValues, formatContact, isFocus, readContacts, readDialogContact } from './contact.js';
import { hostKey, isHost, isIpv6, uriHost } from './host.js';
import { readAssertedIdentities } from './p-asserted-identity.js';
import { formatReferTo, parseReferTo, referTarget } from './refer-to.js';
import { formatRoute, isLooseRouter, readRoutes } from './route.js';
import { appendChallenges, readChallenges, readCredentials } from './www-authenticate.js';

const fields = (name: string, ...values: string[]): HeaderFields =>
  new HeaderFields(values.map((value) => [name, value]));

describe('Contact', () => {
  it('ROOM-002 reads the focus of RFC 7701 section 9.1, its feature tags quoted lists', () => {
    const message = parseMessage(vector('rfc7701-s9.1-f2-200.sip'));
    if (!message.ok) throw message.error;
    const contact = readDialogContact(message.value.headers);
    if (!contact.ok) throw contact.error;
    expect(isFocus(contact.value)).toBe(true);
    expect(featureValues(contact.value, 'methods')).toContain('INVITE');
    expect(featureValues(contact.value, 'isfocus')).toEqual([]);
    expect(formatContact(contact.value)).toContain(';isfocus');
    expect(formatContact(contact.value)).toMatch(/;methods="[A-Z,]+"/);
  });

  it('SIP-003 reads lists with quoted commas, and *', () => {
    const contacts = readContacts(fields('Contact', '"A, B" <sip:a@h>;q=0.5, sip:b@h', '<sip:c@h>;q=2'));
    if (!contacts.ok || contacts.value === '*') throw new Error('contacts');
    expect(contacts.value.map(({ displayName }) => displayName)).toEqual(['A, B', undefined, undefined]);
    expect(contacts.value.map(contactPriority)).toEqual([0.5, 1, 1]);
    expect(readContacts(fields('Contact', '*'))).toEqual({ ok: true, value: '*' });
    expect(readContacts(fields('Contact', '*', '<sip:a@h>')).ok).toBe(false);
  });

  it.each([
    [[], 'missing-header'],
    [['*'], 'malformed-header'],
    [['<sip:a@h>, <sip:b@h>'], 'malformed-header'],
    [['<tel:+1201>'], 'malformed-header'],
  ])('SIP-019 a dialog needs one SIP Contact, not %j', (values, code) => {
    expect(readDialogContact(fields('Contact', ...values))).toMatchObject({ ok: false, error: { code } });
  });
});

describe('Route', () => {
  it('SIP-019 reads routes in order over fields and lists, and knows loose routers', () => {
    const routes = readRoutes(fields('Record-Route', '<sip:p1;lr>, <sip:p2>', '<sip:p3;lr=on>;x=1'), 'Record-Route');
    if (!routes.ok) throw routes.error;
    expect(routes.value.map(isLooseRouter)).toEqual([true, false, true]);
    expect(routes.value.map(formatRoute)).toEqual(['<sip:p1;lr>', '<sip:p2>', '<sip:p3;lr=on>;x=1']);
    expect(readRoutes(fields('Route', 'sip:p1;lr'), 'Route')).toMatchObject({ ok: false });
  });
});

describe('Refer-To', () => {
  it.each([
    ['<sip:dave@example.com>', 'INVITE', []],
    ['<sip:dave@example.com;method=BYE>', 'BYE', []],
    ['<sip:dave@example.com?method=BYE>', 'BYE', []],
    ['<sip:d@h;method=REFER?Refer-To=%3Csip:conf@h%3E>', 'REFER', [['Refer-To', '<sip:conf@h>']]],
    [
      '<sip:d@h?Replaces=12345%40h%3Bto-tag%3D1%3Bfrom-tag%3D2>',
      'INVITE',
      [['Replaces', '12345@h;to-tag=1;from-tag=2']],
    ],
    ['<cid:cn35t8jf02@example.com>', 'INVITE', []],
  ])('REFR-003 REFR-004 REFR-010 reads %s', (text, method, headers) => {
    const referTo = parseReferTo(text);
    if (!referTo.ok) throw referTo.error;
    expect(referTarget(referTo.value)).toEqual({ method, headers });
    expect(formatReferTo(referTo.value)).toBe(text);
  });
});

describe('P-Asserted-Identity', () => {
  it.each([
    [['"C" <sip:c@h>'], 1],
    [['<tel:+1201>, <sips:c@h>'], 2],
    [['<tel:+1201>', '<sip:c@h>'], 2],
    [[], 0],
  ])('AUTH-010 reads %j', (values, count) => {
    const identities = readAssertedIdentities(fields('P-Asserted-Identity', ...values));
    expect(identities.ok && identities.value.length).toBe(count);
  });

  it.each(['<sip:a@h>, <sip:b@h>', '<http://h>', '<tel:+1>, <sip:a@h>, <tel:+2>'])('AUTH-010 refuses %s', (value) => {
    expect(readAssertedIdentities(fields('P-Asserted-Identity', value)).ok).toBe(false);
  });
});

describe('WWW-Authenticate and Authorization', () => {
  const credentials = {
    username: 'alice',
    realm: 'localhost',
    nonce: 'n',
    uri: 'sip:lobby@localhost',
    response: 'a'.repeat(64),
    algorithm: 'SHA-256',
  } as const;

  it('AUTH-002 writes one field per challenge in the order given, and skips what it cannot answer', () => {
    const headers = fields('WWW-Authenticate', 'Basic realm="x"', 'Digest realm="r", nonce="n", algorithm=TOKEN');
    const offered = (['SHA-256', 'MD5'] as const).map((algorithm) => ({
      realm: 'r',
      nonce: 'n',
      algorithm,
      qop: 'auth' as const,
    }));
    appendChallenges(headers, offered);
    expect(headers.getAll('WWW-Authenticate')).toHaveLength(4);
    expect(readChallenges(headers)).toEqual(offered);
  });

  it('AUTH-001 AUTH-002 finds the credentials for its realm among others', () => {
    const headers = fields(
      'Authorization',
      'NoOneKnowsThisScheme opaque-data=here',
      'Digest broken',
      formatCredentials({ ...credentials, realm: 'elsewhere' }),
      formatCredentials(credentials),
    );
    expect(readCredentials(headers, 'localhost')).toEqual(credentials);
    expect(readCredentials(headers, 'nowhere')).toBeUndefined();
  });
});

describe('hosts', () => {
  it.each(['h', 'a.b-c.example.', '192.0.2.1', '[::]', '[2001:db8::192.0.2.1]', '[1:2:3:4:5:6:7:8]'])(
    'SIP-003 %s is one',
    (host) => {
      expect(isHost(host)).toBe(true);
    },
  );

  it.each([
    '',
    '.',
    'a..b',
    '-a',
    'a-',
    'a_b',
    '::1',
    '[::1',
    '[1:2]',
    '[1:2:3:4:5:6:7:8:9]',
    '[::12345]',
    '[1:2:3:4:5:6:7::8]x',
    'x'.repeat(64),
  ])('SIP-003 "%s" is none', (host) => {
    expect(isHost(host)).toBe(false);
  });

  it('SIP-034 addresses have one key for all spellings', () => {
    expect(hostKey('[2001:DB8::1]')).toBe(hostKey('2001:db8:0:0::0:1'));
    expect(hostKey('Example.COM.')).toBe('example.com');
    expect(isIpv6('::ffff:192.0.2.1')).toBe(true);
    expect(uriHost('::1')).toBe('[::1]');
    expect(uriHost('192.0.2.1')).toBe('192.0.2.1');
  });
});
