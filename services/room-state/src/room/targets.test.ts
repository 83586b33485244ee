import { describe, expect, it } from 'vitest';
import { listsOf, namesSomebody, userEntry } from './targets.js';
import { testRoom, userIdOf } from './testing.js';

const bob = { userId: userIdOf('bob'), uris: ['sip:bob@example.com', 'xmpp:bob@chat.example'], roles: ['moderator'] };

describe('targets of a list', () => {
  it.each([
    ['sip:bob@example.com', true],
    ['sip:bob@EXAMPLE.com;transport=tcp', true],
    ['SIP:Bob@example.com', false],
    ['xmpp:bob@chat.example', true],
    ['XMPP:BOB@chat.example', true],
    ['xcon-userid:BOB@localhost', true],
    ['*@chat.example', true],
    ['xmpp:*@chat.example', true],
    ['sip:*@chat.example', false],
    ['*@example', false],
    ['moderator', true],
    ['observer', false],
    ['sip:carol@example.com', false],
  ])('POL-012 %s names the user: %s', (target, expected) => {
    expect(namesSomebody([target], bob)).toBe(expected);
    expect(namesSomebody(['sip:other@example.net', { uri: target }], bob)).toBe(expected);
  });

  it('an empty list names nobody, and nobody is named by what names nothing', () => {
    expect(namesSomebody([], bob)).toBe(false);
    expect(namesSomebody(['sip:bob@example.com', ''], { userId: '', uris: [], roles: [] })).toBe(false);
    expect(namesSomebody(['sip:bob@example.com'], { userId: '', uris: [], roles: [] })).toBe(false);
  });
});

describe('entries and lists of a document', () => {
  it('XCON-008 an entry is found by its id in lower case', () => {
    const { view } = testRoom({
      users: '<user entity="xcon-userid:Bob@localhost"><display-text>B</display-text></user>',
    });
    expect(userEntry(view, userIdOf('bob'))?.displayText).toBe('B');
    expect(userEntry(view, userIdOf('carol'))).toBeUndefined();
    expect(userEntry(view, '')).toBeUndefined();
  });

  it('POL-009 POL-010 only the lists the admission policy looks at count', () => {
    const allowed =
      '<xcon:allowed-users-list><xcon:target uri="sip:a@b.c" method="dial-in"/></xcon:allowed-users-list>';
    const denied = '<xcon:deny-users-list><xcon:target uri="sip:a@b.c"/></xcon:deny-users-list>';
    expect(listsOf(testRoom({ users: allowed }).view)).toBe(false);
    expect(listsOf(testRoom({ users: allowed, admission: 'closedAuthenticated' }).view)).toBe(true);
    expect(listsOf(testRoom({ users: denied }).view)).toBe(true);
    expect(listsOf(testRoom({ users: denied, admission: 'anonymous' }).view)).toBe(false);
  });
});
