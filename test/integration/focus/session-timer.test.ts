import type { SipRequest } from '@plenary/sip';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { offer, type Client, type Joined } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start();
});
afterAll(() => installation.close());

let users = 0;

/** Joins with a timer of 100 s, refreshed by us or by the device. */
async function seated(
  refresher: 'uac' | 'uas',
  allow: string,
): Promise<{ client: Client; joined: Joined; chatId: string }> {
  users += 1;
  const client = await installation.client(replica, { user: `u${String(users)}`, transport: 'TCP' });
  const headers = { Supported: 'timer', 'Session-Expires': `100;refresher=${refresher}`, Allow: allow };
  const joined = await client.join({ headers, body: offer() });
  expect(joined.response.headers.get('Session-Expires')).toBe(`100;refresher=${refresher}`);
  const chatId = installation.edges.calls.findLast(({ call }) => call === 'reserve')?.chatId ?? '';
  await vi.waitFor(async () => expect((await replica.context.dialogs.findByChatId(chatId))?.state).toBe('confirmed'));
  await vi.waitFor(() => expect(installation.roomState.seats.get(chatId)?.joined).toBe(true));
  return { client, joined, chatId };
}

const dueAtMs = async (chatId: string): Promise<number> =>
  (await replica.context.dialogs.findByChatId(chatId))?.timer?.dueAtMs ?? 0;

const isThere = async (chatId: string): Promise<boolean> =>
  (await replica.context.dialogs.findByChatId(chatId)) !== undefined;

const requests = (client: Client, method: string): SipRequest[] =>
  client.received.filter((message): message is SipRequest => message.kind === 'request' && message.method === method);

describe('session timers', () => {
  it('SIP-032 the device was to refresh and did not: BYE, and the participant is out', async () => {
    const { client, chatId } = await seated('uac', 'INVITE, ACK, BYE, UPDATE');
    // 100 s less min(32 s, a third).
    installation.clock.pass(60_000);
    await replica.context.dialogs.count(replica.context.replica);
    expect(await isThere(chatId)).toBe(true);
    installation.clock.pass(10_000);
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain('session timer expired');
    await vi.waitFor(() => expect(installation.roomState.seats.has(chatId)).toBe(false));
    expect(requests(client, 'UPDATE')).toHaveLength(0);
  });

  it('SIP-032 a refresh by the device keeps it', async () => {
    const { client, joined, chatId } = await seated('uac', 'INVITE, ACK, BYE, UPDATE');
    installation.clock.pass(60_000);
    const headers = { Supported: 'timer', 'Session-Expires': '100;refresher=uac' };
    expect((await client.inDialog(joined, 'UPDATE', { headers })).response.status).toBe(200);
    expect(await dueAtMs(chatId)).toBeGreaterThan(installation.clock.nowMs() + 60_000);
    expect(requests(client, 'BYE')).toHaveLength(0);
  });

  it('SIP-032 ours is an UPDATE where the device takes it, at half the interval', async () => {
    const { client, chatId } = await seated('uas', 'INVITE, ACK, BYE, UPDATE');
    client.onRequest = (transaction) => {
      transaction.respond(200, {
        headers: [
          ['Session-Expires', '100;refresher=uac'],
          ['Require', 'timer'],
        ],
      });
    };
    const before = await dueAtMs(chatId);
    installation.clock.pass(51_000);
    const update = await client.nextRequest('UPDATE');
    expect(update.headers.get('Session-Expires')).toBe('100;refresher=uac');
    expect(update.headers.get('Contact')).toContain(';isfocus');
    expect(update.body).toHaveLength(0);
    await vi.waitFor(async () => expect(await dueAtMs(chatId)).toBeGreaterThan(before + 50_000));
  });

  it('SIP-032 SDP-013 else a re-INVITE with what stands, acknowledged', async () => {
    const { client, joined, chatId } = await seated('uas', 'INVITE, ACK, BYE');
    client.onRequest = (transaction) => {
      transaction.respond(200, {
        headers: [
          ['Contact', '<sip:elsewhere@127.0.0.1:9>'],
          ['Session-Expires', '100;refresher=uac'],
        ],
        contentType: 'application/sdp',
        body: Buffer.from(offer()),
      });
    };
    const before = await dueAtMs(chatId);
    installation.clock.pass(51_000);
    const invite = await client.nextRequest('INVITE');
    const [theirs, answered] = [invite.body, joined.response.body].map((body) => Buffer.from(body).toString('utf8'));
    expect(theirs).toContain('a=setup:actpass');
    expect(/a=path:.*/u.exec(theirs ?? '')?.[0]).toBe(/a=path:.*/u.exec(answered ?? '')?.[0]);
    await client.nextRequest('ACK');
    await vi.waitFor(async () => expect(await dueAtMs(chatId)).toBeGreaterThan(before + 50_000));
    const record = await replica.context.dialogs.findByChatId(chatId);
    expect(record?.dialog.remoteTarget, 'SIP-020').toBe('sip:elsewhere@127.0.0.1:9');
  });

  it.each([408, 481])('SIP-032 %i to a refresh of ours ends the dialog', async (status) => {
    const { client, chatId } = await seated('uas', 'INVITE, ACK, BYE, UPDATE');
    client.onRequest = (transaction) => {
      transaction.respond(transaction.request.method === 'UPDATE' ? status : 200);
    };
    installation.clock.pass(51_000);
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain(`cause=${String(status)}`);
    await vi.waitFor(() => expect(installation.roomState.seats.has(chatId)).toBe(false));
  });

  it('SIP-032 a refresh that is refused is tried again, and the session ends at its time', async () => {
    const { client, chatId } = await seated('uas', 'INVITE, ACK, BYE, UPDATE');
    client.onRequest = (transaction) => {
      transaction.respond(transaction.request.method === 'UPDATE' ? 500 : 200);
    };
    installation.clock.pass(51_000);
    await vi.waitFor(() => expect(requests(client, 'UPDATE')).toHaveLength(1));
    await vi.waitFor(async () => expect(await dueAtMs(chatId)).toBeGreaterThan(installation.clock.nowMs() + 5_000));
    installation.clock.pass(11_000);
    await vi.waitFor(() => expect(requests(client, 'UPDATE')).toHaveLength(2));
    expect(await isThere(chatId)).toBe(true);
    installation.clock.pass(60_000);
    await client.nextRequest('BYE');
    expect(await isThere(chatId)).toBe(false);
  });

  it('SIP-028 glare: 491 to their INVITE while ours is open, and after a 491 ours goes out again within 2 s', async () => {
    const { client, joined, chatId } = await seated('uas', 'INVITE, ACK, BYE');
    let refusals = 0;
    let theirs: Promise<number> | undefined;
    client.onRequest = (transaction) => {
      if (transaction.request.method !== 'INVITE') {
        transaction.respond(200);
        return;
      }
      refusals += 1;
      if (refusals > 1) {
        transaction.respond(200, { contentType: 'application/sdp', body: Buffer.from(offer()) });
        return;
      }
      theirs = client.inDialog(joined, 'INVITE', { body: offer({ version: 2 }) }).then(({ response }) => {
        transaction.respond(491);
        return response.status;
      });
    };
    installation.clock.pass(51_000);
    await vi.waitFor(() => expect(refusals).toBe(2), { timeout: 5_000 });
    expect(await theirs).toBe(491);
    expect(await isThere(chatId)).toBe(true);
  });

  it('SIP-029 a BYE does not wait behind a refresh nobody answers', async () => {
    const { client, joined, chatId } = await seated('uas', 'INVITE, ACK, BYE, UPDATE');
    client.onRequest = () => undefined;
    installation.clock.pass(51_000);
    await client.nextRequest('UPDATE');
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await vi.waitFor(() => expect(installation.roomState.seats.has(chatId)).toBe(false), { timeout: 900 });
  });
});
