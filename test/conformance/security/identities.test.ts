import { describe, expect, it } from 'vitest';
import { answerText } from '../raw/ccmp.js';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { ident } from '../raw/messages.js';
import { receivedBy } from '../raw/received.js';
import { inRoster, rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { anonymousEntry, askUnproven, inUsers, introduce, userOf } from '../raw/stage.js';
import { conferenceInfo, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2, logLevel: 'debug', settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

/** The URI somebody is shown by in the room. */
async function shownBy(room: MadeRoom, name: string): Promise<string> {
  return inRoster(await user(name).document(room), idOf(name))?.aors[0] ?? '';
}

/** Answers of CCMP to everything bob may think of to find out who somebody is. */
async function questions(room: MadeRoom): Promise<string> {
  const bob = user('bob');
  const answers = [
    await bob.ask('confs'),
    await bob.ask('conf', { confObjID: room.id, operation: 'retrieve' }),
    await bob.ask('users', { confObjID: room.id, operation: 'retrieve' }),
    await bob.ask('user', { confObjID: room.id, operation: 'retrieve' }),
    await bob.ask('sidebarsByVal', { confObjID: room.id }),
    await bob.ask('confs', { inner: '<xpathFilter>//info:user</xpathFilter>' }),
  ];
  return [
    ...answers.map(({ text }) => text),
    JSON.stringify(await bob.history(room.id, { direction: 'forward' })),
  ].join('\n');
}

describe('an identity that is kept back', () => {
  it.each(['private', 'hidden', 'semi-private'])(
    'SEC-009 %s: not in one octet that comes to another participant',
    async (level) => {
      const secret = `quentin${ident(4)}`;
      const room = await boss().room('logged');
      await introduce(system, secret);
      const wish = `<xcon:provide-anonymity>${level}</xcon:provide-anonymity><info:display-text>Q ${secret}</info:display-text>`;
      done(await boss().updateUser(room, idOf(secret), wish));
      const bob = await system.join(room.uri, 'bob');
      const watches = [];
      for (const accept of [conferenceInfo, xconInfo])
        watches.push(await Subscription.open(await system.caller('bob'), room.uri, { accept }));
      for (const watch of watches) await watch.notify();
      const hidden = await system.join(room.uri, secret);
      const phone = await system.join(room.uri, secret);
      const from = await shownBy(room, secret);
      expect(from).not.toContain(secret);
      const say = async (seat: Seat, text: string, to = room.uri): Promise<number> =>
        (await seat.ask({ body: seat.cpim({ from, to, text }) })).status;
      expect(await say(hidden, 'first')).toBe(200);
      await bob.copy('first');
      expect((await phone.ask({ body: phone.cpim({ from, text: 'x'.repeat(70_000) }) })).status).toBe(200);
      expect(await say(hidden, 'to bob alone', bob.aor)).toBe(200);
      await bob.copy('to bob alone');
      expect((await bob.ask({ body: bob.cpim({ to: from, text: 'who are you?' }) })).status).toBe(200);
      expect((await hidden.nickname('"Somebody"')).status).toBe(200);
      done(await boss().updateUser(room, idOf('bob'), '<info:display-text>Bob</info:display-text>'));
      await phone.leave();
      await boss().update(
        room,
        '<info:conference-description><info:subject>the end</info:subject></info:conference-description>',
      );
      for (const watch of watches) await watch.until('the end');
      await expect.poll(async () => (await user('bob').history(room.id)).messages.length).toBe(2);
      const asked = await questions(room);
      const everything = [receivedBy(bob, ...watches.map(({ caller }) => caller)), asked].join('\n');
      expect(everything).toContain('first');
      const places = [...everything.matchAll(new RegExp(`.{0,80}${secret}.{0,40}`, 'gi'))].map(([place]) => place);
      expect(places).toEqual([]);
      // Nor is the device told by which it could be known.
      expect(everything).not.toContain(`:${String(hidden.caller.sip.localPort)}`);
      expect(everything).not.toContain(hidden.caller.callId);
      expect(everything).not.toContain(hidden.fromPath);
      expect(system.logged.join('')).not.toContain(secret);
    },
  );

  it('SEC-009 refusals say the same of somebody hidden as of nobody', async () => {
    const room = await boss().room('default');
    await introduce(system, 'quiet');
    done(await boss().updateUser(room, idOf('quiet'), '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>'));
    await system.join(room.uri, 'quiet');
    const bob = await system.join(room.uri, 'bob');
    const about = async (name: string): Promise<unknown> => {
      const said = async (answer: ReturnType<CcmpUser['ask']>): Promise<unknown> => {
        const { code, text } = await answer;
        return [code, text.replaceAll(name, '***')];
      };
      const [endpoint, inner] = [
        `<info:endpoint entity="sip:${name}@localhost"/>`,
        `<userInfo entity="${idOf(name)}"/>`,
      ];
      return [
        await said(user('bob').updateUser(room, idOf(name), '<info:display-text>x</info:display-text>')),
        await said(user('bob').removeUser(room, idOf(name))),
        await said(user('bob').addUser(room, idOf(name), endpoint)),
        await said(user('bob').ask('user', { confObjID: room.id, operation: 'retrieve', inner })),
        (await bob.ask({ body: bob.cpim({ to: `sip:${name}@localhost`, text: 'there?' }) })).octets
          .toString()
          .split('\r\n')[0]
          ?.replace(/^MSRP \S+/, ''),
      ];
    };
    await introduce(system, 'absent');
    expect(await about('quiet')).toEqual(await about('absent'));
  });

  it('SEC-009 nor does a secret room: 404 as for none, by every message and in about the same time', async () => {
    const room = await boss().room(
      'default',
      '<info:conference-description><chat:room-policy secret="true"/></info:conference-description>',
    );
    await introduce(system, 'mallory');
    const nowhere = { id: room.id.replace(/xcon:.{6}/, `xcon:${ident(6)}`), uri: system.uri(ident(26)) };
    const ask = async ({ id }: Pick<MadeRoom, 'id'>): Promise<readonly unknown[]> => {
      const answers = [
        await user('mallory').ask('conf', { confObjID: id, operation: 'retrieve' }),
        await user('mallory').ask('conf', { confObjID: id, operation: 'delete' }),
        await user('mallory').ask('users', { confObjID: id, operation: 'retrieve' }),
        await user('mallory').ask('user', { confObjID: id, operation: 'retrieve' }),
        await user('mallory').ask('sidebarsByVal', { confObjID: id }),
      ];
      return answers.map(({ code, text }) => [code, text.replaceAll(id, '***')]);
    };
    const [there, notThere] = [await ask(room), await ask(nowhere)];
    expect(there).toEqual(notThere);
    expect(there.map((each) => (each as unknown[])[0])).toEqual([404, 404, 404, 404, 404]);
    const timeOf = async (id: string): Promise<number> => {
      const samples: number[] = [];
      for (let n = 0; n < 15; n++) {
        const beganMs = performance.now();
        await user('mallory').ask('conf', { confObjID: id, operation: 'retrieve' });
        samples.push(performance.now() - beganMs);
      }
      return samples.toSorted((a, b) => a - b)[7] ?? 0;
    };
    await timeOf(room.id);
    expect(Math.abs((await timeOf(room.id)) - (await timeOf(nowhere.id)))).toBeLessThan(15);
  });
});

describe('who proved nothing', () => {
  it('SEC-019 is shown under an id of its own, and not as whom it claims to be', async () => {
    const room = await boss().room(
      'default',
      inUsers('<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>'),
    );
    await system.join(room.uri, 'bob');
    await introduce(system, 'victim');
    const claim = anonymousEntry('sip:victim@localhost', '<info:display-text>Somebody</info:display-text>');
    const made = done(await askUnproven(system, 'user', { confObjID: room.id, operation: 'create', inner: claim }));
    const stranger = answerText(made, 'confUserID') ?? '';
    expect(stranger).toMatch(/^xcon-userid:[0-9a-z]{20,}@localhost$/);
    const roster = rosterOf(await boss().document(room));
    expect(roster.map(({ entity }) => entity)).not.toContain(idOf('victim'));
    expect(roster.find(({ entity }) => entity === idOf('bob'))?.aors).toEqual(['sip:bob@localhost']);
    expect(roster.find(({ entity }) => entity === stranger)?.displayText).toBe('Somebody');
  });
});
