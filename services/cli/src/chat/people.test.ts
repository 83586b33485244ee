import { describe, expect, it } from 'vitest';
import { People } from './people.js';

describe('who was seen', () => {
  const people = new People('sip:alice@localhost');
  people.heard('sip:bob@localhost', 'Bobby', 1);
  people.heard('sip:carol@elsewhere.example', '', 2);
  people.heard('sip:bob@localhost', 'Bobby', 3);

  it('EVT-016 is listed once, the latest last', () => {
    expect(people.all.map(({ uri, lastHeardMs }) => [uri, lastHeardMs])).toEqual([
      ['sip:carol@elsewhere.example', 2],
      ['sip:bob@localhost', 3],
    ]);
  });

  it('CHAT-005 has a short name in our domain, and the whole address outside of it', () => {
    expect(people.nameOf('sip:bob@LOCALHOST;transport=tcp')).toBe('bob');
    expect(people.nameOf('sip:carol@elsewhere.example')).toBe('sip:carol@elsewhere.example');
    expect(people.isOwn('sip:alice@localhost;transport=udp')).toBe(true);
  });

  it('PRIV-012 is found by name, display name or address; a stranger by the domain', () => {
    expect(people.addressOf('bob')).toBe('sip:bob@localhost');
    expect(people.addressOf('BOB')).toBe('sip:bob@localhost');
    expect(people.addressOf('bobby')).toBe('sip:bob@localhost');
    expect(people.addressOf('dave')).toBe('sip:dave@localhost');
    expect(people.addressOf('dave@example.com')).toBe('sip:dave@example.com');
    expect(people.addressOf('sip:x@y.example')).toBe('sip:x@y.example');
    expect(people.addressOf('sip:')).toBeUndefined();
  });

  it('PRIV-012 EVT-017 who is here is found by nickname first', () => {
    const here = new People('sip:alice@localhost');
    here.heard('sip:bob@localhost', 'Zoe', 1);
    const user = { displayName: undefined, roles: [], isMuted: false };
    here.present([
      { ...user, uri: 'sip:carl@localhost', nickname: 'Zoe' },
      { ...user, uri: 'sip:dora@localhost', nickname: undefined, displayName: 'Dora D.' },
    ]);
    expect(here.addressOf('zoe')).toBe('sip:carl@localhost');
    expect(here.addressOf('CARL')).toBe('sip:carl@localhost');
    expect(here.addressOf('dora d.')).toBe('sip:dora@localhost');
    here.present([]);
    expect(here.addressOf('zoe')).toBe('sip:bob@localhost');
  });

  it('HIST-004 was heard when it was said: what is shown again makes nobody heard later, or earlier', () => {
    const shown = new People('sip:alice@localhost');
    shown.heard('sip:bob@localhost', 'Bobby', 100);
    shown.heard('sip:carol@localhost', '', 50);
    shown.heard('sip:bob@localhost', 'Robert', 40);
    expect(shown.all).toEqual([
      { uri: 'sip:carol@localhost', displayName: '', lastHeardMs: 50 },
      { uri: 'sip:bob@localhost', displayName: 'Bobby', lastHeardMs: 100 },
    ]);
  });

  it('is bounded', () => {
    const many = new People('sip:alice@localhost');
    for (let n = 0; n < 2_100; n++) many.heard(`sip:u${n}@localhost`, '', n);
    expect(many.all.length).toBe(2_000);
    expect(many.all[0]?.uri).toBe('sip:u100@localhost');
  });
});
