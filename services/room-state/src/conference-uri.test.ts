import { describe, expect, it } from 'vitest';
import { conferenceUri, hostOf, userKeyOf } from './conference-uri.js';

describe('conferenceUri', () => {
  it.each([
    ['sip:lobby@localhost', 'sip:lobby@localhost'],
    ['SIP:lobby@LOCALHOST:5060;transport=tcp?subject=x', 'sip:lobby@localhost'],
    ['sip:%6Cobby@localhost', 'sip:lobby@localhost'],
    ['sip:Lobby@localhost', 'sip:Lobby@localhost'],
    ['sip:a%20b@localhost', 'sip:a%20b@localhost'],
    ['sips:lobby@[::1]:5061', 'sips:lobby@[::1]'],
  ])('CHAT-006 %s names the room %s', (given, stored) => {
    expect(conferenceUri(given)).toBe(stored);
    expect(conferenceUri(stored)).toBe(stored);
  });

  it.each([
    '',
    'lobby',
    'sip:localhost',
    'tel:+123',
    'im:lobby@localhost',
    'sip:@localhost',
    `sip:${'x'.repeat(300)}@h`,
  ])('%s names none', (given) => {
    expect(conferenceUri(given)).toBeUndefined();
  });

  it('tells its host, and a user whatever the spelling', () => {
    const uri = conferenceUri('sip:a%40b@Example.COM');
    expect(uri === undefined ? '' : hostOf(uri)).toBe('example.com');
    expect(userKeyOf('sip:alice@LOCALHOST;transport=udp')).toBe(userKeyOf('SIP:alice@localhost'));
    expect(userKeyOf('sip:Alice@localhost')).not.toBe(userKeyOf('sip:alice@localhost'));
  });
});
