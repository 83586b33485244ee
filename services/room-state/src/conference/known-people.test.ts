import { describe, expect, it } from 'vitest';
import { formatDocument } from '@plenary/xcon';
import { decide } from '../room/decide.js';
import { advanceAll, commitChanges } from '../room/commit.js';
import { admitCommand, testRoom, userIdOf } from '../room/testing.js';
import { knownParticipants, knownPeople } from './known-people.js';

const viewer = { userIds: [userIdOf('pat')], uris: ['sip:pat@localhost'], privileged: false };
const entry = (name: string, inner = ''): string => `<user entity="${userIdOf(name)}">${inner}</user>`;

describe('what the maker of a clone may know of people', () => {
  it('SEC-007 lists of people and what is noted of others stay behind, for who does not keep them', () => {
    const { document } = testRoom({
      users: `${entry('pat')}${entry('sue')}<xcon:deny-users-list><xcon:target uri="sip:eve@localhost"/></xcon:deny-users-list>`,
    });
    const known = formatDocument(knownPeople(document, viewer));
    expect(known).toContain(userIdOf('pat'));
    expect(known).not.toMatch(/sue|eve/);
    expect(knownPeople(document, { ...viewer, privileged: true })).toBe(document);
  });

  it('SEC-009 of those in the conference, who hides is known to itself alone', () => {
    const draft = testRoom({
      users: entry('sue', '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>'),
    });
    for (const name of ['pat', 'sue'])
      for (const command of [
        admitCommand(name, `c-${name}`),
        { kind: 'join', chatId: `c-${name}` as never, edgeId: 'e' } as const,
      ]) {
        const decision = decide(draft, command, { nowMs: 1_000 });
        if (decision.kind === 'events') commitChanges(draft, advanceAll(draft, decision.events), 0n);
      }
    expect(knownParticipants(draft, viewer)).toEqual([userIdOf('pat')]);
    expect(knownParticipants(draft, { ...viewer, privileged: true })).toEqual([userIdOf('pat')]);
    expect(knownParticipants(draft, { ...viewer, userIds: [userIdOf('sue')] })).toEqual([
      userIdOf('pat'),
      userIdOf('sue'),
    ]);
  });
});
