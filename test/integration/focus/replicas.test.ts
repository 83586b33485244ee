import { randomBytes } from 'node:crypto';
import { LeaveCause } from '@plenary/proto/chat';
import { buildDialogRequest } from '@plenary/sip';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { offer, type Client, type Joined } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let first: Replica;
let second: Replica;
beforeAll(async () => {
  installation = await install();
});
beforeEach(async () => {
  [first, second] = [await installation.start(), await installation.start()];
});
afterAll(() => installation.close());

async function seated(
  user: string,
  transport: 'UDP' | 'TCP',
): Promise<{ client: Client; joined: Joined; chatId: string }> {
  const client = await installation.client(first, { user, transport });
  const joined = await client.join();
  const chatId = installation.edges.calls.findLast(({ call }) => call === 'reserve')?.chatId ?? '';
  await vi.waitFor(() => expect(installation.roomState.seats.get(chatId)?.joined).toBe(true));
  return { client, joined, chatId };
}

describe('two replicas on one database', () => {
  it.each(['UDP', 'TCP'] as const)(
    'SIP-022 over %s the second goes on with a dialog of the first that died',
    async (transport) => {
      const { client, joined, chatId } = await seated('ann', transport);
      await first.stop();
      const later = { port: second.port, authenticate: true };
      const moved = await client.inDialog(joined, 'INVITE', {
        ...later,
        body: offer({ version: 2, path: 'msrp://127.0.0.1:7000/x;tcp' }),
      });
      expect(moved.response.status).toBe(200);
      await client.acknowledge(
        { ...joined, request: moved.request, transaction: moved.transaction },
        undefined,
        second.port,
      );
      expect(await second.context.dialogs.findByChatId(chatId)).toMatchObject({ replica: second.context.replica });
      await installation.publishLeft(chatId, LeaveCause.BOOTED);
      const bye = await client.nextRequest('BYE');
      expect(bye.headers.get('CSeq')).toMatch(/^\d+ BYE$/u);
    },
  );

  it('SIP-022 BYE at the second', async () => {
    const { client, joined, chatId } = await seated('bea', 'UDP');
    const { response } = await client.inDialog(joined, 'BYE', { port: second.port });
    expect(response.status).toBe(200);
    await vi.waitFor(() => expect(installation.roomState.seats.has(chatId)).toBe(false));
  });

  it('SIP-022 SIP-023 the ACK comes to the second: joined, and the first does not give the session up', async () => {
    const client = await installation.client(first, { user: 'cal' });
    const joined = client.dialogOf(await client.invite());
    const chatId = installation.edges.calls.findLast(({ call }) => call === 'reserve')?.chatId ?? '';
    await client.acknowledge(joined, undefined, second.port);
    await vi.waitFor(() => expect(installation.roomState.seats.get(chatId)?.joined).toBe(true));
    // The 2xx is sent again until 64*T1 are over; every one is acknowledged, at the wrong place.
    const counts = (): number => client.received.filter((message) => message.kind === 'response').length;
    // How many fit into that time depends on the machine; the drain below waits for the end of them.
    await vi.waitFor(() => expect(counts()).toBeGreaterThan(8), { timeout: 5_000 });
    await vi.waitFor(
      async () => {
        await first.server.drain(50);
      },
      { timeout: 5_000 },
    );
    expect(installation.roomState.seats.get(chatId)?.joined).toBe(true);
    expect(installation.roomState.count('join', chatId)).toBe(1);
  });

  it('SIP-020 two replicas change one dialog: one wins, the other says 500', async () => {
    const { client, joined } = await seated('dot', 'UDP');
    const sequences = [2, 3].map((sequence) => ({
      ...joined,
      dialog: { ...joined.dialog, localSequence: sequence + 10 },
    }));
    const statuses = await Promise.all(
      sequences.map(async (mine, index) => {
        const body = offer({ version: index + 2, lines: [`a=max-size:${String(index + 1)}`] });
        const port = index === 0 ? first.port : second.port;
        return (await client.inDialog(mine, 'UPDATE', { body, port })).response.status;
      }),
    );
    for (const status of statuses) expect([200, 500]).toContain(status);
    expect(statuses).toContain(200);
  });

  it('AUTH-005 a challenge of one is answered at the other; AUTH-006 once', async () => {
    const client = await installation.client(first, { user: 'eli' });
    const challenged = client.build('OPTIONS');
    const response = await client.send(challenged);
    const answer = client.digest.answer(challenged, response);
    if (!answer.ok) throw new Error(answer.error);
    const atSecond = await installation.client(second, { user: 'eli' });
    expect((await atSecond.send(answer.value)).status).toBe(200);
    const again = await client.send(answer.value);
    expect(again.status).toBe(401);
    expect(again.headers.get('WWW-Authenticate')).toContain('stale=true');
  });
});

describe('a dialog is its user’s alone', () => {
  it.each(['BYE', 'INVITE', 'UPDATE'])(
    'AUTH-015 %s by another user who knows the dialog: 403, and nothing happens',
    async (method) => {
      const { joined, chatId } = await seated('fox', 'TCP');
      const before = await first.context.dialogs.findByChatId(chatId);
      for (const replica of [first, second]) {
        const mallory = await installation.client(replica, { user: 'mallory', transport: 'TCP' });
        const built = buildDialogRequest(joined.dialog, method, {
          headers: [
            ['Contact', `<sip:mallory@127.0.0.1:${String(mallory.port)}>`],
            ['Content-Type', 'application/sdp'],
          ],
          body:
            method === 'BYE' ? new Uint8Array() : Buffer.from(offer({ version: 9, path: 'msrp://127.0.0.1:6/m;tcp' })),
        });
        // Under the other's name the credentials do not fit; under its own they do, and the dialog does not.
        const asFox = await mallory.authenticated(built.request);
        expect(asFox.response.status).toBe(403);
        const headers = built.request.headers.clone();
        headers.set('From', (headers.get('From') ?? '').replace('sip:fox@', 'sip:mallory@'));
        const asMallory = await mallory.authenticated({ ...built.request, headers });
        expect(asMallory.response.status).toBe(403);
      }
      expect(await first.context.dialogs.findByChatId(chatId)).toEqual(before);
      expect(installation.roomState.seats.has(chatId)).toBe(true);
    },
  );

  it('AUTH-001 without credentials: 401; the user himself, on another connection: 200', async () => {
    const { joined } = await seated('gil', 'TCP');
    const other = await installation.client(first, { user: 'gil', transport: 'TCP' });
    const built = buildDialogRequest(joined.dialog, 'BYE');
    const headers = built.request.headers.clone();
    headers.append('X-Nonsense', randomBytes(4).toString('hex'));
    expect((await other.send({ ...built.request, headers })).status).toBe(401);
    expect((await other.authenticated(built.request)).response.status).toBe(200);
  });
});
