import { Account, openSipEndpoint } from '@plenary/client';
import type { Stack } from '@plenary/dev/stack';
import { ccmpRequest, postCcmp } from '../../conformance/raw/ccmp.js';
import { runLedger } from '../../ledger/run/run-ledger.js';

/** The rooms and people of the demo: passwords are names. */
const people = ['alice', 'bob', 'carol', 'dave', 'erin'];
const room = 'sip:minutes@localhost';

/** A short time of everything: talk to all and to one, nicknames, control, and what is refused. Bounded; ends by itself. */
export async function load(stack: Stack, messages: number): Promise<void> {
  const [host = '', port = ''] = stack.address('focus', 'SIP').split(':');
  const sip = { host, port: Number(port) };
  const run = await runLedger({
    system: { sip, databaseUrl: stack.postgres.url },
    room,
    people,
    messages,
    privateEvery: 7,
  });
  if (run.violations.length > 0) throw new Error(`the talk broke its ledger: ${JSON.stringify(run.violations)}`);
  await signal(sip);
  await control(`http://${stack.address('ccmp', 'CCMP')}/ccmp`);
}

async function signal(sip: { host: string; port: number }): Promise<void> {
  const endpoint = await openSipEndpoint({ server: { transport: 'UDP', ...sip } });
  try {
    const account = (name: string, password: string): Account =>
      new Account(endpoint, { uri: `sip:${name}@localhost`, username: name, password });
    const handlers = { onMessage: () => undefined };
    await expectRefusal('a wrong password', account('frank', 'not the password').join(room, handlers));
    const first = await account('alice', 'alice').join(room, handlers);
    const second = await account('bob', 'bob').join(room, handlers);
    await first.nickname('Owl');
    await second.nickname('Owl');
    await second.leave();
    await first.leave();
  } finally {
    await endpoint.close();
  }
}

async function expectRefusal(what: string, join: Promise<unknown>): Promise<void> {
  const refused = await join.then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error(`${what} was not refused`);
}

async function control(url: string): Promise<void> {
  const as = (user: string, password: string): object => ({
    subject: { username: user, password },
    confUserID: `xcon-userid:${user}@localhost`,
  });
  for (let turn = 0; turn < 3; turn++) await postCcmp(url, ccmpRequest('blueprints', as('alice', 'alice')));
  await postCcmp(url, ccmpRequest('blueprints', as('alice', 'not the password')));
  const created = { ...as('alice', 'alice'), confObjID: 'xcon:default@localhost', operation: 'create' as const };
  await postCcmp(url, ccmpRequest('conf', created));
}
