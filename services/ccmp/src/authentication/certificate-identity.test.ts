import { expect, it } from 'vitest';
import { identityOfCertificate } from './certificate-identity.js';

it.each([
  ['URI:sip:alice@example.com', 'CN=x', { uri: 'sip:alice@example.com' }],
  [
    'DNS:host.example.com, URI:https://example.com/, URI:xmpp:alice@example.com',
    'CN=x',
    { uri: 'xmpp:alice@example.com' },
  ],
  ['email:alice@example.com, URI:sip:alice@example.com', 'CN=x', { uri: 'sip:alice@example.com' }],
  ['DNS:host, email:alice@example.com', 'CN=x', { uri: 'mailto:alice@example.com' }],
  [undefined, 'O=Example\nCN=alice', { username: 'alice' }],
  ['DNS:host.example.com', 'CN=alice', { username: 'alice' }],
  [undefined, 'CN=alice\nCN=bob', undefined],
  [undefined, 'O=Example', undefined],
  ['', '', undefined],
  // A value that looks like another entry is quoted, and stays one value.
  ['DNS:"x, URI:sip:root@example.com"', 'CN=alice', { username: 'alice' }],
  ['URI:"sip:a\\u0022b@example.com"', 'CN=x', { uri: 'sip:a"b@example.com' }],
])('%j with subject %j is %j', (subjectAltName, subject, identity) => {
  expect(identityOfCertificate({ subjectAltName, subject })).toEqual(identity);
});
