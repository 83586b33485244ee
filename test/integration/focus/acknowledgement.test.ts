import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SipResponse } from '@plenary/sip';
import { offer, type Client } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start();
});
afterEach(() => {
  installation.roomState.beforeAdmit = () => Promise.resolve();
  installation.roomState.away.clear();
});
afterAll(() => installation.close());

/** chat-ID of the seat given last. */
const lastChatId = (): string => installation.edges.calls.findLast(({ call }) => call === 'reserve')?.chatId ?? '';

async function nothingLeft(chatId: string): Promise<void> {
  await vi.waitFor(() => {
    expect(installation.roomState.seats.has(chatId)).toBe(false);
    expect(installation.edges.sessions.has(chatId)).toBe(false);
  });
  expect(await replica.context.dialogs.findByChatId(chatId)).toBeUndefined();
}

/** Holds the answer of room-state until told. */
function hold(): { asked: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  let tell = (): void => undefined;
  const asked = new Promise<void>((resolve) => (tell = resolve));
  installation.roomState.beforeAdmit = () => {
    tell();
    return released;
  };
  return { asked, release };
}

const responses = (client: Client, status: number): SipResponse[] =>
  client.received.filter((message): message is SipResponse => message.kind === 'response' && message.status === status);

describe('CANCEL', () => {
  it('SIP-026 of an INVITE at work: 200 and 487, and nothing is left of it', async () => {
    const client = await installation.client(replica, { user: 'ann' });
    await client.authenticated(client.build('OPTIONS'));
    const { asked, release } = hold();
    const request = client.digest.authorize(client.build('INVITE', { body: offer() }));
    request.headers.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${String(client.port)};branch=z9hG4bKcancel1;rport`);
    await client.raw(request);
    await asked;
    const reserved = installation.edges.count('reserve');
    const headers = request.headers.clone();
    headers.set('CSeq', (headers.get('CSeq') ?? '').replace('INVITE', 'CANCEL'));
    headers.delete('Content-Type');
    headers.delete('Authorization');
    await client.raw({ ...request, method: 'CANCEL', headers, body: new Uint8Array() });
    await vi.waitFor(() => expect(responses(client, 487).length).toBeGreaterThan(0));
    expect(responses(client, 200).some(({ headers: of }) => of.get('CSeq')?.endsWith('CANCEL'))).toBe(true);
    release();
    const chatId = await vi.waitFor(() => {
      const left = installation.roomState.calls.findLast(({ call }) => call === 'leave')?.chatId;
      if (left === undefined) throw new Error('no seat given back');
      return left;
    });
    await nothingLeft(chatId);
    expect(installation.edges.count('reserve'), 'no edge was asked').toBe(reserved);
  });

  it('SIP-026 that comes after the 200 changes nothing; one for nothing known is 481', async () => {
    const client = await installation.client(replica, { user: 'bob' });
    const joined = await client.join();
    const chatId = lastChatId();
    const headers = joined.request.headers.clone();
    headers.set('CSeq', (headers.get('CSeq') ?? '').replace('INVITE', 'CANCEL'));
    headers.delete('Content-Type');
    const cancel = { ...joined.request, method: 'CANCEL', headers, body: new Uint8Array() };
    await client.raw(cancel);
    await vi.waitFor(() =>
      expect(responses(client, 200).some(({ headers: of }) => of.get('CSeq')?.endsWith('CANCEL'))).toBe(true),
    );
    await vi.waitFor(() => expect(installation.roomState.seats.get(chatId)?.joined).toBe(true));
    const strange = headers.clone();
    strange.set('Via', `SIP/2.0/UDP 127.0.0.1:${String(client.port)};branch=z9hG4bKunknown;rport`);
    await client.raw({ ...cancel, headers: strange });
    await vi.waitFor(() => expect(responses(client, 481)).toHaveLength(1));
    expect(responses(client, 487)).toHaveLength(0);
  });
});

describe('the 2xx and its ACK', () => {
  it('SIP-015 an INVITE that comes again before and after the 200 makes one join', async () => {
    const client = await installation.client(replica, { user: 'cem' });
    await client.authenticated(client.build('OPTIONS'));
    const { asked, release } = hold();
    const admitted = installation.roomState.count('admit');
    const request = client.digest.authorize(client.build('INVITE', { body: offer() }));
    request.headers.prepend('Via', `SIP/2.0/UDP 127.0.0.1:${String(client.port)};branch=z9hG4bKagain1;rport`);
    await client.raw(request);
    await asked;
    await client.raw(request);
    release();
    await vi.waitFor(() => expect(responses(client, 200).length).toBeGreaterThan(1));
    await client.raw(request);
    await client.raw(request);
    await client.nextRequest('BYE');
    expect(installation.roomState.count('admit')).toBe(admitted + 1);
    const tags = new Set(responses(client, 200).map(({ headers }) => headers.get('To')));
    // One of OPTIONS, one of the INVITE.
    expect(tags.size).toBe(2);
  });

  it('SIP-023 no ACK: the 200 comes again and again, then BYE, and nobody has joined', async () => {
    const client = await installation.client(replica, { user: 'dan' });
    await client.invite();
    const chatId = lastChatId();
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain('cause=408');
    expect(responses(client, 200).length).toBeGreaterThan(3);
    await nothingLeft(chatId);
    expect(installation.roomState.count('join', chatId)).toBe(0);
  });

  it('SIP-024 an ACK after the seat has lapsed: BYE', async () => {
    const client = await installation.client(replica, { user: 'eva' });
    const joined = client.dialogOf(await client.invite());
    const chatId = lastChatId();
    installation.roomState.seats.delete(chatId);
    await client.acknowledge(joined);
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain('seat lapsed');
    await nothingLeft(chatId);
  });

  it('SIP-024 room-state away at the ACK: the join is told when it is back', async () => {
    const client = await installation.client(replica, { user: 'fay' });
    const joined = client.dialogOf(await client.invite());
    const chatId = lastChatId();
    installation.roomState.away.add('join');
    await client.acknowledge(joined);
    await vi.waitFor(() => expect(installation.roomState.count('join', chatId)).toBeGreaterThan(1));
    installation.roomState.away.clear();
    await vi.waitFor(() => expect(installation.roomState.seats.get(chatId)?.joined).toBe(true), { timeout: 5_000 });
  });

  it('SIP-029 a BYE before the ACK ends all of it, and the 200 is not sent again', async () => {
    const client = await installation.client(replica, { user: 'gus' });
    const joined = client.dialogOf(await client.invite());
    const chatId = lastChatId();
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await nothingLeft(chatId);
    await client.acknowledge(joined);
    expect(installation.roomState.count('join', chatId)).toBe(0);
  });

  it('SIP-023 a 2xx whose replica died before the ACK is given up by another', async () => {
    const dying = await installation.start();
    const client = await installation.client(dying, { user: 'hal' });
    await client.invite();
    const chatId = lastChatId();
    await dying.stop();
    expect(await replica.context.dialogs.findByChatId(chatId)).toMatchObject({ state: 'awaiting-ack' });
    installation.clock.pass(60_000);
    await nothingLeft(chatId);
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain('no ACK');
  });
});
