import { done, type CcmpUser } from '../../conformance/raw/ccmp-user.js';
import { ident, offer } from '../../conformance/raw/messages.js';
import { introduce, userOf } from '../../conformance/raw/stage.js';
import { Subscription } from '../../conformance/raw/subscription.js';
import type { System } from '../../conformance/raw/system.js';

/** What people said and are called here: none of it may be found in a log line or a metric. */
export const secrets = {
  body: 'zanzibar-body-4711',
  privateBody: 'zanzibar-private-4712',
  nickname: 'Zanzibarfish',
  people: ['zebedee', 'zuleika', 'zoltan', 'zenobia'],
} as const;

/** A bit of everything: joins on two edges, messages, nicknames, refusals, conference control, history, leaves. */
export async function everythingOnce(system: System): Promise<void> {
  const [owner, second, third, stranger] = secrets.people;
  const boss: CcmpUser = userOf(system, owner);
  const room = await boss.room('logged');
  const alice = await system.join(room.uri, owner);
  const bob = await system.join(room.uri, second);
  const watch = await Subscription.open(await system.caller(owner), room.uri);
  if (watch.answer.status >= 300) throw new Error(`no subscription: ${String(watch.answer.status)}`);
  const carol = await system.join(room.uri, third);
  for (let n = 0; n < 20; n++) await alice.say(`${secrets.body} ${String(n)}`);
  await bob.copy(`${secrets.body} 19`);
  await carol.copy(`${secrets.body} 19`);
  const { aor } = bob;
  await alice.say(secrets.privateBody, { body: alice.cpim({ to: aor, text: secrets.privateBody }) });
  await alice.nickname(`"${secrets.nickname}"`);
  await bob.nickname(`"${secrets.nickname}"`);
  await bob.ask({ body: 'no CPIM', headers: [`Message-ID: ${ident()}`, 'Content-Type: text/plain'] });

  // Refusals: a wrong password by SIP and by CCMP, a room that is not there, a session that is not there.
  const wrong = await system.caller(stranger);
  wrong.challenged(await wrong.request('INVITE', room.uri, { body: offer(), authenticate: false }));
  await wrong.request('INVITE', room.uri, {
    body: offer(),
    authenticate: false,
    headers: [`Authorization: ${wrong.credentials('INVITE', room.uri, { password: 'not-the-password' })}`],
  });
  await introduce(system, stranger);
  await (await system.caller(stranger)).invite(system.uri('nowhere'), offer());
  const dead = await system.msrp();
  const id = ident();
  dead.write(
    `MSRP ${id} SEND\r\nTo-Path: msrp://127.0.0.1:2855/nobody;tcp\r\nFrom-Path: msrp://127.0.0.1:7/x;tcp\r\nMessage-ID: ${ident()}\r\n-------${id}$\r\n`,
  );
  await dead.answer(id);
  await boss.ask('conf', {
    confObjID: room.id,
    operation: 'retrieve',
    subject: { username: owner, password: 'wrong' },
  });
  await userOf(system, stranger).ask('conf', { confObjID: room.id, operation: 'delete' });
  await fetch(`http://${system.stack.address('ccmp', 'CCMP')}/ccmp`, {
    method: 'POST',
    body: 'x',
    headers: { 'content-type': 'text/plain' },
  });

  await boss.history(room.id);
  done(await boss.removeUser(room, `xcon-userid:${third}@localhost`));
  await carol.msrp.closed();
  await boss.erase(room.id, `xcon-userid:${second}@localhost`);
  await bob.caller.bye(room.uri);
  await bob.msrp.closed();
  done(await boss.ask('conf', { confObjID: room.id, operation: 'delete' }));
  await alice.msrp.closed();
}
