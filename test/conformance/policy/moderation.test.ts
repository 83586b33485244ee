import { describe, expect, it } from 'vitest';
import type { CcmpAnswer } from '../raw/ccmp.js';
import type { CcmpUser, MadeRoom } from '../raw/ccmp-user.js';
import { done } from '../raw/ccmp-user.js';
import { ident, offer } from '../raw/messages.js';
import { inRoster, targetsOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { inUsers, introduce, roomPolicy, rolesOf, userOf } from '../raw/stage.js';
import { conferenceInfo, Subscription } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2, settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const admission = (value: string): string => `<xcon:user-admission-policy>${value}</xcon:user-admission-policy>`;
const targets = (list: string, ...uris: string[]): string =>
  `<xcon:${list}>${uris.map((uri) => `<xcon:target uri="${uri}"${list === 'allowed-users-list' ? ' method="dial-in"' : ''}/>`).join('')}</xcon:${list}>`;
const denied = (...uris: string[]): string => inUsers(targets('deny-users-list', ...uris));
const allowed = (...uris: string[]): string => inUsers(targets('allowed-users-list', ...uris));

async function invited(uri: string, name: string): Promise<number> {
  const caller = await system.caller(name);
  const answer = await caller.invite(uri, offer());
  if (answer.status === 200) {
    await caller.ack(uri);
    await caller.bye(uri);
  }
  caller.sip.destroy();
  return answer.status;
}

/** Somebody was put out: the focus hung up, the session is closed. */
async function putOut(seat: Seat): Promise<void> {
  const bye = await seat.caller.sip.next(({ method }) => method === 'BYE');
  await seat.caller.accept(bye);
  await seat.msrp.closed();
}

describe('kick and ban', () => {
  it('POL-014 a kick ends all sessions of the user in that room, no other, and it may come again', async () => {
    const [room, other] = [await boss().room('default'), await boss().room('default')];
    const watcher = await system.join(room.uri, 'alice');
    const [phone, laptop] = [await system.join(room.uri, 'bob'), await system.join(room.uri, 'bob')];
    const elsewhere = await system.join(other.uri, 'bob');
    const caller = await system.caller('alice');
    const watch = await Subscription.open(caller, room.uri, { accept: conferenceInfo });
    await watch.until('bob@localhost');
    done(await boss().removeUser(room, idOf('bob')));
    await Promise.all([putOut(phone), putOut(laptop)]);
    expect((await watch.until('booted')).body).toContain('<disconnection-method>booted');
    expect(inRoster(await boss().document(room), idOf('bob'))).toBeUndefined();
    expect((await elsewhere.say('still here')).status).toBe(200);
    await watcher.say('without bob');
    const back = await system.join(room.uri, 'bob');
    expect((await back.say('and again')).status).toBe(200);
    await watcher.copy('and again');
    expect([...phone.copies(), ...laptop.copies()].some(({ body }) => body?.includes('without bob'))).toBe(false);
  });

  it('POL-013 a ban puts out and keeps out, until it is lifted', async () => {
    const room = await boss().room('default');
    const bob = await system.join(room.uri, 'bob');
    await boss().update(room, denied('sip:bob@localhost'));
    await putOut(bob);
    expect(await invited(room.uri, 'bob')).toBe(403);
    const again = await user('bob').ask('user', { confObjID: room.id, operation: 'create' });
    expect(again.code).toBe(401);
    expect(targetsOf(await boss().document(room), 'deny-users-list')).toEqual(['sip:bob@localhost']);
    await boss().update(room, denied());
    expect(await invited(room.uri, 'bob')).toBe(200);
  });

  it('POL-013 in a closed room a ban is removal from the list, and chat:banned holds against an invitation', async () => {
    const room = await boss().room('default');
    await boss().update(
      room,
      inUsers(admission('closedAuthenticated') + targets('allowed-users-list', 'sip:bob@localhost')),
    );
    const bob = await system.join(room.uri, 'bob');
    await boss().update(room, allowed());
    await putOut(bob);
    expect(await invited(room.uri, 'bob')).toBe(403);
    await boss().update(room, inUsers('<chat:banned><chat:target uri="sip:bob@localhost"/></chat:banned>'));
    const added = await boss().addUser(room, idOf('bob'), '<info:endpoint entity="sip:bob@192.0.2.1"/>');
    expect(added.code).toBe(409);
    await boss().update(room, inUsers(`<chat:banned/>${targets('allowed-users-list', 'sip:bob@localhost')}`));
    expect(await invited(room.uri, 'bob')).toBe(200);
  });

  it('POL-013 where everybody is admitted there is no ban: 409', async () => {
    const room = await boss().room('default');
    await boss().update(room, inUsers(admission('anonymous')));
    expect((await boss().tryUpdate(room, denied('sip:bob@localhost'))).code).toBe(409);
    expect(targetsOf(await boss().document(room), 'deny-users-list')).toEqual([]);
  });
});

describe('a policy that changes', () => {
  it.each<[string, (room: MadeRoom) => Promise<unknown>]>([
    ['banned', (room) => boss().update(room, denied('sip:bob@localhost'))],
    ['removed from the allowed list', (room) => boss().update(room, allowed('sip:alice@localhost'))],
    ['the room is closed', (room) => boss().update(room, inUsers(admission('closedAuthenticated')))],
    ['members only', (room) => boss().update(room, roomPolicy('members-only="true"'))],
    [
      'by usersRequest',
      (room) =>
        boss()
          .ask('users', {
            confObjID: room.id,
            operation: 'update',
            inner: `<usersInfo>${targets('deny-users-list', 'sip:bob@localhost')}</usersInfo>`,
          })
          .then(done),
    ],
  ])('POL-022 %s: nothing said after the 200 reaches the user', async (what, change) => {
    const room = await boss().room('default');
    await boss().update(room, allowed('sip:alice@localhost', 'sip:carol@localhost'));
    if (what === 'removed from the allowed list')
      await boss().update(
        room,
        inUsers(
          admission('closedAuthenticated') + targets('allowed-users-list', 'sip:alice@localhost', 'sip:bob@localhost'),
        ),
      );
    const alice = await system.join(room.uri, 'alice');
    const bob = await system.join(room.uri, 'bob');
    const flowing = new AbortController();
    const flow = (async () => {
      for (let n = 0; !flowing.signal.aborted; n++) await alice.say(`flow ${String(n)}`);
    })();
    await bob.copy('flow 0');
    await change(room);
    flowing.abort();
    const secret = `secret ${ident()}`;
    expect((await alice.say(secret)).status).toBe(200);
    await flow;
    await bob.msrp.closed();
    expect(bob.copies().some(({ body }) => body?.includes(secret))).toBe(false);
    expect(inRoster(await boss().document(room), idOf('bob'))).toBeUndefined();
    expect(await invited(room.uri, 'bob')).toBe(403);
  });
});

describe('a moderated room', () => {
  const voice = async (room: MadeRoom, name: string, status: string): Promise<number> => {
    const entity = inRoster(await boss().document(room), idOf(name))?.endpoints[0]?.entity ?? '';
    const change = `<info:endpoint entity="${entity}"><info:media id="1"><info:status>${status}</info:status></info:media></info:endpoint>`;
    return (await boss().updateUser(room, idOf(name), change)).code;
  };

  it('POL-018 without voice one is refused and not heard; with it heard; muted again not', async () => {
    const room = await boss().room('moderated');
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    const chair = await system.join(room.uri, 'boss');
    expect((await alice.say('one')).status).toBe(403);
    expect(await voice(room, 'alice', 'sendrecv')).toBe(200);
    expect((await alice.say('two')).status).toBe(200);
    expect(await voice(room, 'alice', 'recvonly')).toBe(200);
    expect((await alice.say('three')).status).toBe(403);
    expect((await alice.ask({ body: alice.cpim({ to: bob.aor, text: 'four' }) })).status).toBe(403);
    expect(await voice(room, 'alice', 'sendrecv')).toBe(200);
    expect((await alice.say('five')).status).toBe(200);
    await bob.copy('five');
    const heard = bob.copies().flatMap(({ body }) => /(one|two|three|four|five)$/.exec(String(body).trim())?.[1] ?? []);
    expect(heard).toEqual(['two', 'five']);
    await chair.say('from the chair');
    await alice.copy('from the chair');
  });

  it('POL-018 a room that becomes moderated takes the voice of those who have no role', async () => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    expect((await alice.say('one')).status).toBe(200);
    await boss().update(room, roomPolicy('moderated="true"'));
    expect((await alice.say('two')).status).toBe(403);
    done(await boss().updateUser(room, idOf('alice'), rolesOf('moderator')));
    expect((await alice.say('three')).status).toBe(200);
    done(await boss().updateUser(room, idOf('alice'), rolesOf('participant')));
    expect((await alice.say('four')).status).toBe(403);
    await boss().update(room, roomPolicy('moderated="false"'));
    expect((await alice.say('five')).status).toBe(200);
  });
});

describe('what participants may do to others', () => {
  const flag = (name: string, value: string): string =>
    inUsers(`<info:user entity="${idOf('alice')}"><xcon:${name}>${value}</xcon:${name}></info:user>`);

  it.each(['allow-invite-users-dynamically', 'allow-remove-users-dynamically', 'allow-refer-users-dynamically'])(
    'POL-019 %s: absent or false, the participant’s REFER, invitation and removal are refused; true allows what it names',
    async (name) => {
      const room = await boss().room('default');
      await introduce(system, 'alice', 'guest');
      const alice = await system.join(room.uri, 'alice');
      const invite = async (): Promise<number> => {
        const { code } = await user('alice').addUser(
          room,
          idOf('guest'),
          '<info:endpoint entity="sip:guest@192.0.2.1"><info:joining-method>dialed-in</info:joining-method></info:endpoint>',
        );
        return code;
      };
      const remove = async (): Promise<number> => {
        const bob = await system.join(room.uri, 'bob');
        const { code } = await user('alice').removeUser(room, idOf('bob'));
        if (code !== 200) await bob.leave();
        return code;
      };
      const refer = async (): Promise<number> =>
        (await alice.caller.request('REFER', room.uri, { headers: ['Refer-To: <sip:guest@192.0.2.1>'] })).status;
      const no = { invite: 401, remove: 401 };
      for (const value of ['', 'false']) {
        if (value !== '') await boss().update(room, flag(name, value));
        expect({ invite: await invite(), remove: await remove() }).toEqual(no);
        expect(await refer()).toBeGreaterThanOrEqual(400);
      }
      await boss().update(room, flag(name, 'true'));
      expect({ invite: await invite(), remove: await remove() }).toEqual({
        invite: name.startsWith('allow-invite') ? 200 : 401,
        remove: name.startsWith('allow-remove') ? 200 : 401,
      });
    },
  );
});

describe('roles', () => {
  /** A room of boss with a moderator, and alice in it. */
  async function staffed(): Promise<MadeRoom> {
    const room = await boss().room('default');
    await introduce(system, 'mod', 'alice');
    done(await boss().updateUser(room, idOf('mod'), rolesOf('moderator')));
    await system.join(room.uri, 'alice');
    return room;
  }
  const rolesIn = async (room: MadeRoom, name: string): Promise<readonly string[]> =>
    inRoster(await user('operator').document(room), idOf(name))?.roles ?? [];

  it('POL-021 nobody raises a role above the own, or touches one above it, by whichever message: 426', async () => {
    const room = await staffed();
    const before = JSON.stringify(await boss().document(room));
    const mod = user('mod');
    const breaches = [
      await mod.updateUser(room, idOf('alice'), rolesOf('administrator')),
      await mod.updateUser(room, idOf('mod'), rolesOf('administrator')),
      await mod.updateUser(room, idOf('boss'), rolesOf('participant')),
      await user('alice').updateUser(room, idOf('alice'), rolesOf('moderator')),
      await user('alice').updateUser(
        room,
        idOf('alice'),
        '<xcon:allow-invite-users-dynamically>true</xcon:allow-invite-users-dynamically>',
      ),
      await mod.tryUpdate(
        room,
        inUsers(`<info:user entity="${idOf('alice')}">${rolesOf('administrator')}</info:user>`),
      ),
      await mod.ask('users', {
        confObjID: room.id,
        operation: 'update',
        inner: `<usersInfo><info:user entity="${idOf('boss')}">${rolesOf('participant')}</info:user></usersInfo>`,
      }),
    ];
    expect(breaches.map(({ code }) => code)).toEqual([426, 426, 426, 426, 426, 426, 426]);
    expect(JSON.stringify(await boss().document(room))).toBe(before);
  });

  it('POL-021 the last administrator cannot give up the role: 426; one of two can', async () => {
    const room = await staffed();
    const giveUp = (): Promise<CcmpAnswer> => boss().updateUser(room, idOf('boss'), rolesOf('participant'));
    expect((await giveUp()).code).toBe(426);
    done(await boss().updateUser(room, idOf('alice'), rolesOf('administrator')));
    done(await giveUp());
    expect(await rolesIn(room, 'alice')).toContain('administrator');
    expect(await rolesIn(room, 'boss')).toEqual(['participant']);
    expect((await boss().updateUser(room, idOf('mod'), rolesOf('participant'))).code).toBe(401);
  });

  it('POL-021 an administrator names moderators and administrators, a moderator moderators; they can act at once', async () => {
    const room = await staffed();
    done(await user('mod').updateUser(room, idOf('alice'), rolesOf('moderator', 'participant')));
    expect(await rolesIn(room, 'alice')).toEqual(['moderator', 'participant']);
    const subject = (text: string): string =>
      `<info:conference-description><info:subject>${text}</info:subject></info:conference-description>`;
    await user('alice').update(room, subject('by alice'));
    done(await user('mod').updateUser(room, idOf('alice'), rolesOf('participant')));
    expect((await user('alice').tryUpdate(room, subject('again'))).code).toBe(401);
  });
});
