import { LeaveCause } from '@plenary/proto/chat';
import { attributeOf, parseSdp, type SessionDescription } from '@plenary/sdp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { offer, type Client, type Joined } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start();
});
afterEach(() => {
  installation.roomState.away.clear();
  installation.edges.away.clear();
  installation.edges.full = false;
});
afterAll(() => installation.close());

interface Seated {
  readonly client: Client;
  readonly joined: Joined;
  readonly chatId: string;
}
let users = 0;

async function seated(transport: 'UDP' | 'TCP' = 'UDP', headers: Record<string, string> = {}): Promise<Seated> {
  users += 1;
  const client = await installation.client(replica, { user: `u${String(users)}`, transport });
  const joined = await client.join({ headers, body: offer() });
  const chatId = installation.edges.calls.findLast(({ call }) => call === 'reserve')?.chatId ?? '';
  await vi.waitFor(() => expect(installation.roomState.seats.get(chatId)?.joined).toBe(true));
  return { client, joined, chatId };
}

function sdpOf(body: Uint8Array): SessionDescription {
  const sdp = parseSdp(Buffer.from(body).toString('utf8'));
  if (!sdp.ok) throw sdp.error;
  return sdp.value;
}
const stream = (sdp: SessionDescription, name: string): string | undefined =>
  attributeOf(sdp.media[0]?.lines ?? [], name);

/** Sends a re-INVITE and its ACK. */
async function reInvite({ client, joined }: Seated, body?: string): Promise<Joined['response']> {
  const invited = await client.inDialog(joined, 'INVITE', body === undefined ? {} : { body });
  if (invited.response.status === 200) {
    await client.acknowledge({ ...joined, request: invited.request, transaction: invited.transaction });
  }
  return invited.response;
}

describe.each(['INVITE', 'UPDATE'] as const)('a later %s', (method) => {
  const send = async (seat: Seated, body: string) =>
    method === 'INVITE' ? reInvite(seat, body) : (await seat.client.inDialog(seat.joined, 'UPDATE', { body })).response;

  it('SDP-021 with the same o= changes nothing, at nobody', async () => {
    const seat = await seated();
    const calls = installation.edges.calls.length;
    const response = await send(seat, offer());
    expect(response.status).toBe(200);
    expect(response.body).toEqual(seat.joined.response.body);
    expect(installation.edges.calls.length).toBe(calls);
    expect(response.headers.get('Contact')).toContain(';isfocus');
  });

  it('SDP-012 with other tokens changes what the device can do, at edge and room-state', async () => {
    const seat = await seated();
    const response = await send(seat, offer({ version: 2 }).replace('nickname private-messages', 'nickname'));
    expect(response.status).toBe(200);
    expect(installation.edges.updates.get(seat.chatId)?.capabilities).toMatchObject({ privateMessages: false });
    expect(installation.roomState.capabilities.get(seat.chatId)).toMatchObject({ privateMessages: false });
    const [before, after] = [sdpOf(seat.joined.response.body), sdpOf(response.body)];
    expect(after.origin.sessionId).toBe(before.origin.sessionId);
    expect(stream(after, 'path')).toBe(stream(before, 'path'));
  });

  it('SDP-021 TRN-014 with a new path moves the session to a new URI, with its cursor', async () => {
    const seat = await seated();
    const old = installation.edges.sessions.get(seat.chatId);
    const response = await send(seat, offer({ version: 2, path: 'msrp://127.0.0.1:7778/other;tcp' }));
    expect(response.status).toBe(200);
    const now = installation.edges.sessions.get(seat.chatId);
    expect(now?.path).not.toBe(old?.path);
    expect(stream(sdpOf(response.body), 'path')).toBe(now?.path);
    expect(now?.record).toMatchObject({ cursor: 42n, peerPath: ['msrp://127.0.0.1:7778/other;tcp'] });
    const told = installation.edges.calls.filter(({ chatId }) => chatId === seat.chatId).map(({ call }) => call);
    expect(told).toEqual(['reserve', 'closeSession', 'reserve']);
    await vi.waitFor(() => expect(installation.roomState.seats.get(seat.chatId)?.edgeId).toBe(now?.edgeId));
    const versions = [seat.joined.response.body, response.body].map((body) => sdpOf(body).origin.sessionVersion);
    expect(Number(versions[1])).toBe(Number(versions[0]) + 1);
  });

  it('TRN-006 the old edge cannot be reached: the session moves all the same', async () => {
    const seat = await seated();
    installation.edges.away.add('closeSession');
    const response = await send(seat, offer({ version: 2, path: 'msrp://127.0.0.1:7779/third;tcp' }));
    expect(response.status).toBe(200);
    expect(installation.edges.sessions.get(seat.chatId)?.record.cursor).toBe(0n);
  });

  it('SIP-028 no edge takes the moved session: BYE, and the seat is free', async () => {
    const seat = await seated();
    installation.edges.full = true;
    const { client, chatId } = seat;
    const answered = send(seat, offer({ version: 2, path: 'msrp://127.0.0.1:7780/4;tcp' }));
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain('cause=503');
    expect((await answered).status).toBe(503);
    await vi.waitFor(() => expect(installation.roomState.seats.has(chatId)).toBe(false));
  });

  it('SIP-028 refused: 488, and the session is as it was', async () => {
    const seat = await seated();
    const before = await replica.context.dialogs.findByChatId(seat.chatId);
    const response = await send(seat, offer({ version: 2 }).replace('message/cpim text/plain', 'text/plain'));
    expect(response.status).toBe(488);
    expect(response.headers.get('Warning')).toContain('305');
    const after = await replica.context.dialogs.findByChatId(seat.chatId);
    expect(after?.media).toEqual(before?.media);
    expect((await send(seat, offer())).status).toBe(200);
  });

  it('ERR-007 room-state away: 503, and the edge has what it had', async () => {
    const seat = await seated();
    installation.roomState.away.add('updateCapabilities');
    const response = await send(seat, offer({ version: 2 }).replace('nickname private-messages', 'nickname'));
    expect(response.status).toBe(503);
    installation.roomState.away.clear();
    await vi.waitFor(() =>
      expect(installation.edges.updates.get(seat.chatId)?.capabilities).toMatchObject({ privateMessages: true }),
    );
  });
});

describe('refreshes', () => {
  it('SIP-028 UPDATE without a body answers with the timer alone', async () => {
    const { client, joined } = await seated();
    const { response } = await client.inDialog(joined, 'UPDATE', {
      headers: { Supported: 'timer', 'Session-Expires': '300;refresher=uac' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('Session-Expires')).toBe('300;refresher=uac');
    expect(response.headers.get('Require')).toBe('timer');
    expect(response.body).toHaveLength(0);
  });

  it('SDP-013 SDP-020 an INVITE without an offer gets what stands as an offer; the answer in the ACK counts', async () => {
    const seat = await seated();
    const { client, joined, chatId } = seat;
    const invited = await client.inDialog(joined, 'INVITE');
    expect(invited.response.status).toBe(200);
    const ours = sdpOf(invited.response.body);
    expect(stream(ours, 'setup')).toBe('actpass');
    expect(Number(ours.origin.sessionVersion)).toBe(Number(sdpOf(joined.response.body).origin.sessionVersion) + 1);
    const again = { ...joined, request: invited.request, transaction: invited.transaction };
    await client.acknowledge(again, offer({ version: 2 }).replace('nickname private-messages', 'nickname'));
    await vi.waitFor(() =>
      expect(installation.edges.updates.get(chatId)?.capabilities).toMatchObject({ privateMessages: false }),
    );
    const { body } = await reInvite(seat, offer({ version: 2 }).replace('nickname private-messages', 'nickname'));
    expect(stream(sdpOf(body), 'setup'), 'never actpass in an answer').toBe('passive');
  });

  it('ROOM-012 a seat whose end nobody told of is found with the next refresh', async () => {
    const { client, joined, chatId } = await seated();
    installation.roomState.seats.delete(chatId);
    expect((await client.inDialog(joined, 'UPDATE')).response.status).toBe(200);
    expect((await client.nextRequest('BYE')).headers.get('Reason')).toContain('seat lapsed');
  });
});

describe('glare', () => {
  it('SIP-028 a second INVITE inside the first: 500 with Retry-After up to 10 s', async () => {
    const { client, joined, chatId } = await seated();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const { roomByUri } = installation.roomState;
    let asked = false;
    installation.roomState.roomByUri = async (uri) => {
      asked = true;
      await released;
      return roomByUri(uri);
    };
    const first = client.inDialog(joined, 'INVITE', { body: offer({ version: 2, lines: ['a=max-size:1'] }) });
    await vi.waitFor(() => expect(asked).toBe(true));
    joined.dialog = { ...joined.dialog, localSequence: (joined.dialog.localSequence ?? 0) + 1 };
    const second = await client.inDialog(joined, 'INVITE', { body: offer({ version: 3 }) });
    expect(second.response.status).toBe(500);
    expect(Number(second.response.headers.get('Retry-After'))).toBeLessThanOrEqual(10);
    release();
    installation.roomState.roomByUri = roomByUri;
    expect((await first).response.status).toBe(200);
    expect(installation.edges.updates.get(chatId)?.capabilities).toMatchObject({ maxSizeBytes: 1n });
  });

  it('SIP-029 a BYE while a re-INVITE is at work: 200 and 487', async () => {
    const { client, joined, chatId } = await seated();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const { roomByUri } = installation.roomState;
    let asked = false;
    installation.roomState.roomByUri = async (uri) => {
      asked = true;
      await released;
      return roomByUri(uri);
    };
    const open = client.inDialog(joined, 'INVITE', { body: offer({ version: 2, path: 'msrp://127.0.0.1:1/x;tcp' }) });
    await vi.waitFor(() => expect(asked).toBe(true));
    joined.dialog = { ...joined.dialog, localSequence: (joined.dialog.localSequence ?? 0) + 1 };
    const bye = await client.inDialog(joined, 'BYE');
    expect(bye.response.status).toBe(200);
    expect((await open).response.status).toBe(487);
    release();
    installation.roomState.roomByUri = roomByUri;
    await vi.waitFor(() => {
      expect(installation.roomState.seats.has(chatId)).toBe(false);
      expect(installation.edges.sessions.has(chatId)).toBe(false);
    });
  });
});

describe('leaving', () => {
  it.each([
    ['ROOM-012 removed', LeaveCause.BOOTED, 'SIP;cause=403;text="removed from the room"'],
    ['TRN-015 media lost for good', LeaveCause.FAILED, 'SIP;cause=408;text="media session failed"'],
    ['ROOM-015 replaced by a newer session', LeaveCause.REPLACED, 'SIP;cause=486;text="replaced by a newer session"'],
    ['ROOM-013 the room was closed', LeaveCause.CLOSED, 'SIP;cause=410;text="room closed"'],
  ])('%s: BYE with its Reason, to UDP and TCP', async (_what, cause, reason) => {
    for (const transport of ['UDP', 'TCP'] as const) {
      const { client, chatId } = await seated(transport);
      const leaves = installation.roomState.count('leave');
      await installation.publishLeft(chatId, cause);
      const bye = await client.nextRequest('BYE');
      expect(bye.headers.get('Reason')).toBe(reason);
      expect(bye.headers.get('Call-ID')).not.toBe('');
      expect(await replica.context.dialogs.findByChatId(chatId)).toBeUndefined();
      expect(installation.roomState.count('leave'), 'it knows').toBe(leaves);
    }
  });

  it('ROOM-011 services away at the BYE: both hear of it when they are back', async () => {
    const { client, joined, chatId } = await seated();
    installation.roomState.away.add('leave');
    installation.edges.away.add('closeSession');
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await vi.waitFor(() => {
      expect(installation.roomState.count('leave', chatId)).toBeGreaterThan(1);
      expect(installation.edges.count('closeSession', chatId)).toBeGreaterThan(1);
    });
    installation.roomState.away.clear();
    installation.edges.away.clear();
    await vi.waitFor(
      () => {
        expect(installation.roomState.seats.has(chatId)).toBe(false);
        expect(installation.edges.sessions.has(chatId)).toBe(false);
      },
      { timeout: 5_000 },
    );
  });
});
