import { describe, expect, it } from 'vitest';
import { timeOf } from './format.js';
import { People } from './people.js';
import { rosterLines, seenLines } from './who.js';

const people = new People('sip:alice@localhost');
const user = (uri: string, more: object = {}): Parameters<typeof rosterLines>[0][number] => ({
  uri,
  nickname: undefined,
  displayName: undefined,
  roles: ['participant'],
  isMuted: false,
  ...more,
});

describe('/who', () => {
  it('lists who is in the room, as the room says', () => {
    const roster = [
      user('sip:alice@localhost'),
      user('sip:bob@localhost', { nickname: 'Bobby', displayName: 'Bob B.', roles: ['moderator', 'participant'] }),
      user('sip:carol@elsewhere.example', { isMuted: true }),
    ];
    expect(rosterLines(roster, 3, people)).toEqual([
      'In the room: 3',
      '  alice  sip:alice@localhost  you',
      '  Bobby (Bob B.)  sip:bob@localhost  moderator',
      '  sip:carol@elsewhere.example  sip:carol@elsewhere.example  muted',
    ]);
  });

  it('says that there are more than are listed', () => {
    expect(rosterLines([], 10_000, people)).toEqual(['In the room: 10000', '  … and 10000 who are not listed']);
  });

  it('lets nobody steer the terminal', () => {
    const [, line] = rosterLines([user('sip:eve@localhost', { nickname: '\u001b[2J' })], undefined, people);
    expect(line).not.toContain('\u001b');
  });

  it('lists who was heard where the room does not say', () => {
    const heard = new People('sip:alice@localhost');
    expect(seenLines(heard)).toHaveLength(1);
    heard.heard('sip:bob@localhost', 'Bob', 0);
    expect(seenLines(heard)[1]).toBe(`  ${timeOf(0)}  bob (Bob)  sip:bob@localhost`);
  });
});
