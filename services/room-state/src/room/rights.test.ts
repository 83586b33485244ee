import { describe, expect, it } from 'vitest';
import { standingOf, type Actor, type Standing } from './actor.js';
import { advanceAll } from './commit.js';
import { decide } from './decide.js';
import { isAllowed, isBanned, isNamed, isOwner, isShutOut, may } from './rights.js';
import { rightsTable, type Right } from './rights.table.js';
import { admitCommand, testRoom, userIdOf, type TestRoom } from './testing.js';
import type { RoomDraft } from './apply.js';
import type { ChatId } from '@plenary/wire';

const standings: readonly Standing[] = ['administrator', 'moderator', 'participant', 'user', 'observer', 'none'];
const roles = (name: string, role: string, more = ''): string =>
  `<user entity="${userIdOf(name)}"><roles><entry>${role}</entry></roles>${more}</user>`;

function actor(name: string, systemRoles: readonly string[] = []): Actor {
  return { userId: userIdOf(name), uris: [`sip:${name}@localhost`], systemRoles, authenticated: true };
}

const nobody: Actor = { userId: '', uris: [], systemRoles: [], authenticated: false };

function room(form: TestRoom = {}, present: readonly string[] = []): RoomDraft {
  const draft = testRoom(form);
  for (const name of present)
    for (const command of [
      admitCommand(name, `c-${name}`, 1_000, { systemRoles: ['administrator'] }),
      { kind: 'join', chatId: `c-${name}` as ChatId, edgeId: 'e' } as const,
    ]) {
      const decision = decide(draft, command, { nowMs: 0 });
      if (decision.kind === 'refused') throw new Error(decision.code);
      advanceAll(draft, decision.events);
    }
  return draft;
}

describe('the matrix of rights', () => {
  it('POL-001 is as decided', () => {
    const rows = Object.entries(rightsTable).map(
      ([right, row]) => `${right}: ${standings.map((standing) => row[standing]).join(' ')}`,
    );
    expect(rows.join('\n')).toMatchInlineSnapshot(`
      "discover: yes yes yes visible yes visible
      retrieve: yes yes yes named yes named
      retrieve-users: yes yes yes named yes named
      clone: yes yes yes named no no
      delete: yes delete-by no no no no
      describe: yes yes no no no no
      set-subject: yes yes subject-by no no no
      manage: yes yes no no no no
      log: yes yes no no no no
      read-log: yes yes readers readers no no
      invite: yes yes invite-flag no no no
      remove: yes yes remove-flag no no no
      ban: yes yes no no no no
      set-media: yes yes no no no no
      set-roles: yes yes no no no no
      set-user: yes yes no no no no
      own-media: yes yes yes yes yes yes
      own-user: yes yes yes yes yes yes
      see-private: yes yes no no no no
      create-sidebar: yes yes sidebars no no no
      administer: yes no no no no no"
    `);
  });

  it('POL-004 who somebody is to a room: by its entry, by being there, by the system', () => {
    const state = room({ users: roles('ann', 'administrator') + roles('mo', 'moderator') + roles('ob', 'observer') }, [
      'pat',
      'ob',
    ]);
    expect(standingOf(state, actor('ann'))).toBe('administrator');
    expect(standingOf(state, actor('mo'))).toBe('moderator');
    expect(standingOf(state, actor('pat'))).toBe('participant');
    expect(standingOf(state, actor('ob'))).toBe('observer');
    expect(standingOf(state, actor('eve'))).toBe('user');
    expect(standingOf(state, actor('eve', ['administrator']))).toBe('administrator');
    expect(standingOf(state, nobody)).toBe('none');
    // An id that nothing proves gives no role.
    expect(standingOf(state, { ...actor('mo'), authenticated: false })).toBe('none');
  });
});

describe('conditions', () => {
  const allows = (form: TestRoom, right: Right, name: string, present: readonly string[] = []): boolean =>
    may(room(form, present), actor(name), right);

  it('Q22 a secret room is discovered by those it names, a public one by everybody the system knows', () => {
    expect(allows({}, 'discover', 'eve')).toBe(true);
    expect(may(room(), nobody, 'discover')).toBe(false);
    expect(may(room({ admission: 'anonymous' }), nobody, 'discover')).toBe(true);
    const secret = { policy: { secret: 'true' }, users: roles('mo', 'participant') };
    expect(allows(secret, 'discover', 'eve')).toBe(false);
    expect(allows(secret, 'discover', 'mo')).toBe(true);
    expect(allows(secret, 'discover', 'eve', ['eve'])).toBe(true);
  });

  it('deleting, subjects and flags go by what the room says', () => {
    const moderator = roles('mo', 'moderator');
    expect(allows({ users: moderator }, 'delete', 'mo')).toBe(false);
    expect(allows({ users: moderator, policy: { 'delete-by': 'moderators' } }, 'delete', 'mo')).toBe(true);
    expect(allows({}, 'set-subject', 'pat', ['pat'])).toBe(false);
    expect(allows({ policy: { 'subject-by': 'participants' } }, 'set-subject', 'pat', ['pat'])).toBe(true);
    const flags = roles(
      'pat',
      'participant',
      '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>',
    );
    expect(allows({ users: flags }, 'invite', 'pat', ['pat'])).toBe(true);
    expect(allows({ users: flags }, 'remove', 'pat', ['pat'])).toBe(false);
    expect(
      allows({ description: '<xcon:allow-sidebars>true</xcon:allow-sidebars>' }, 'create-sidebar', 'pat', ['pat']),
    ).toBe(true);
    expect(allows({}, 'create-sidebar', 'pat', ['pat'])).toBe(false);
  });

  it('HIST-008 the log is read by those the room names, never by who is banned', () => {
    const readers = (by: string): TestRoom => ({ description: `<chat:history readers="${by}"/>` });
    expect(allows(readers('participants'), 'read-log', 'pat', ['pat'])).toBe(true);
    expect(allows(readers('participants'), 'read-log', 'eve')).toBe(false);
    expect(allows(readers('moderators'), 'read-log', 'pat', ['pat'])).toBe(false);
    expect(allows({ ...readers('members'), users: roles('mem', 'participant') }, 'read-log', 'mem')).toBe(true);
    const banned = '<xcon:deny-users-list><xcon:target uri="sip:mem@localhost"/></xcon:deny-users-list>';
    expect(allows({ ...readers('members'), users: roles('mem', 'participant') + banned }, 'read-log', 'mem')).toBe(
      false,
    );
  });
});

describe('lists', () => {
  const target = (uri: string): string => `<xcon:target uri="${uri}" method="dial-in"/>`;
  const allowed = `<xcon:allowed-users-list>${target('sip:bob@localhost')}
    <xcon:persistent-list><xcon:user name="Pia" nickname="pia" id="${userIdOf('pia')}"/></xcon:persistent-list></xcon:allowed-users-list>`.replace(
    />\s+</g,
    '><',
  );
  const denied = '<xcon:deny-users-list><xcon:target uri="*@localhost"/></xcon:deny-users-list>';

  it('POL-009 a closed conference looks at its allowed list alone, and at bans of its own', () => {
    const closed = { admission: 'closedAuthenticated', users: allowed + denied };
    expect(isShutOut(room(closed), actor('bob'))).toBe(false);
    expect(isShutOut(room(closed), actor('pia'))).toBe(false);
    expect(isShutOut(room(closed), actor('eve'))).toBe(true);
    expect(isAllowed(room(closed), { ...actor('bob'), authenticated: false })).toBe(false);
    const banned = { ...closed, users: `${allowed}<chat:banned><chat:target uri="sip:bob@localhost"/></chat:banned>` };
    expect(isBanned(room(banned), actor('bob'))).toBe(true);
    expect(isShutOut(room(banned), actor('bob'))).toBe(true);
  });

  it('POL-010 an open one looks at its deny list alone; where everybody is admitted nobody is kept out', () => {
    expect(isShutOut(room({ users: allowed + denied }), actor('bob'))).toBe(true);
    expect(isBanned(room({ users: denied, admission: 'anonymous' }), actor('bob'))).toBe(false);
    expect(isShutOut(room({ users: denied + roles('mo', 'moderator') }), actor('mo'))).toBe(false);
  });

  it('who a document names, and whose it is', () => {
    const state = room({ users: allowed });
    expect(isNamed(state, actor('bob'))).toBe(true);
    expect(isNamed(state, actor('eve'))).toBe(false);
    state.ownerUserId = userIdOf('eve');
    expect(isNamed(state, actor('eve'))).toBe(true);
    expect([isOwner(state, actor('eve')), isOwner(state, actor('bob')), isOwner(testRoom(), nobody)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
