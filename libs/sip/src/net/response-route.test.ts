import { describe, expect, it } from 'vitest';
import { parseVia } from '../header/via.js';
import { responseAddress } from './response-route.js';

describe('responses without a connection', () => {
  it.each([
    ['UDP 10.1.1.1:4540;received=192.0.2.1;rport=9988', 'UDP 192.0.2.1 9988'],
    ['UDP 10.1.1.1:4540;received=192.0.2.1', 'UDP 192.0.2.1 4540'],
    ['UDP host.example.com;received=192.0.2.1', 'UDP 192.0.2.1 5060'],
    ['UDP 192.0.2.1:4540', 'UDP 192.0.2.1 4540'],
    ['UDP [2001:db8::1]:4540', 'UDP 2001:db8::1 4540'],
    ['UDP 192.0.2.1:4540;maddr=224.2.0.1;ttl=1', 'UDP 224.2.0.1 4540'],
    ['TCP 10.1.1.1:4540;received=192.0.2.1;rport=9988', 'TCP 192.0.2.1 4540'],
    ['TLS host.example.com;received=192.0.2.1', 'TLS 192.0.2.1 5061'],
  ])('SIP-008 %s', (text, expected) => {
    const via = parseVia(`SIP/2.0/${text}`);
    if (!via.ok) throw via.error;
    const address = responseAddress(via.value);
    expect(`${address?.transport} ${address?.host} ${address?.port}`).toBe(expected);
  });

  it('SIP-008 a transport nobody knows has no way back', () => {
    const via = parseVia('SIP/2.0/SCTP 192.0.2.1');
    expect(via.ok && responseAddress(via.value)).toBeUndefined();
  });
});
