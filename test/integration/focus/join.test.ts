import { LeaveCause } from '@plenary/proto/chat';
import { Refusal } from '@plenary/proto/roomstate';
import { attributeOf, parseSdp } from '@plenary/sdp';
import { isFocus, readContacts } from '@plenary/sip';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { offer } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start();
});
afterAll(() => installation.close());

const text = (body: Uint8Array): string => Buffer.from(body).toString('utf8');

/** Attributes of the chat stream of a description. */
function streamOf(body: Uint8Array): (name: string) => string | undefined {
  const sdp = parseSdp(text(body));
  if (!sdp.ok) throw sdp.error;
  return (name) => attributeOf(sdp.value.media[0]?.lines ?? [], name);
}

describe.each(['UDP', 'TCP'] as const)('joining over %s', (transport) => {
  it('ROOM-001 ROOM-002 SIP-025 INVITE, 401, INVITE, 200, ACK: room-state hears of the join at the ACK', async () => {
    const { roomState, edges } = installation;
    const client = await installation.client(replica, { transport });
    const invited = await client.invite({ headers: { Supported: 'timer' } });
    expect(invited.response.status).toBe(200);
    const { headers, body } = invited.response;
    const contacts = readContacts(invited.response.headers);
    const [contact] = contacts.ok && contacts.value !== '*' ? contacts.value : [];
    expect(contact && isFocus(contact)).toBe(true);
    expect(headers.get('Contact')).toContain('sip:lobby@localhost');
    expect(headers.get('Allow')).toContain('UPDATE');
    expect(headers.get('Accept')).toBe('application/sdp');
    expect(headers.get('Supported')).toBe('timer');
    expect(headers.get('To')).toContain(`;tag=${replica.context.replica}.`);
    const stream = streamOf(body);
    const chatId = /2855\/([^.]+)\./u.exec(stream('path') ?? '')?.[1] ?? '';
    expect(stream('accept-types')).toBe('message/cpim');
    expect(stream('setup')).toBe('passive');
    expect(stream('chatroom')).toBe('nickname private-messages');
    expect(edges.sessions.get(chatId)?.path).toBe(stream('path'));
    expect(roomState.count('join', chatId)).toBe(0);
    await client.acknowledge(client.dialogOf(invited));
    await vi.waitFor(() => expect(roomState.seats.get(chatId)?.joined).toBe(true));
    expect(roomState.seats.get(chatId)?.edgeId).toBe(edges.sessions.get(chatId)?.edgeId);
    expect(roomState.count('join', chatId)).toBe(1);
  });
});

describe('joining', () => {
  it('AUTH-016 the edge gets the participant, what the device can do, its path and the room', async () => {
    const client = await installation.client(replica, { user: 'carol' });
    await client.join({ body: offer({ lines: ['a=max-size:5000', 'a=recvonly'] }) });
    const [chatId, session] = [...installation.edges.sessions].at(-1) ?? [];
    expect(session?.record).toMatchObject({
      chatId,
      room: '01ROOMLOBBY',
      shard: '003',
      participant: { entity: 'sip:carol@localhost', identities: ['sip:carol@localhost'] },
      capabilities: { maxSizeBytes: 5000n, chatroom: true, nickname: true, privateMessages: true },
      peerPath: ['msrp://127.0.0.1:7777/sess1;tcp'],
    });
  });

  it('TRN-005 ROOM-015 two rooms by one device are two sessions with URIs of their own', async () => {
    const client = await installation.client(replica, { user: 'dora' });
    const lobby = await client.join();
    const minutes = await client.join({ to: 'minutes' });
    const paths = [lobby, minutes].map(({ response }) => streamOf(response.body)('path'));
    expect(new Set(paths).size).toBe(2);
  });

  it('SDP-020 an INVITE without an offer gets ours, and the answer comes with the ACK', async () => {
    const { edges, roomState } = installation;
    const client = await installation.client(replica, { user: 'erin' });
    const joined = client.dialogOf(await client.authenticated(client.build('INVITE')));
    const stream = streamOf(joined.response.body);
    expect(stream('setup')).toBe('actpass');
    const chatId = [...edges.sessions.keys()].at(-1) ?? '';
    await client.acknowledge(joined, offer({ path: 'msrp://127.0.0.1:9999/late;tcp' }));
    await vi.waitFor(() => expect(roomState.seats.get(chatId)?.joined).toBe(true));
    expect(edges.updates.get(chatId)).toMatchObject({
      capabilities: { nickname: true },
      peerPath: ['msrp://127.0.0.1:9999/late;tcp'],
    });
    expect(roomState.capabilities.get(chatId)).toMatchObject({ nickname: true });
  });

  it.each([
    ['none at all', undefined],
    ['one that refuses the stream', offer({ media: 'm=message 0 TCP/MSRP *' })],
    ['one that wants to be connected to', offer().replace('setup:active', 'setup:passive')],
  ])('SDP-020 no usable answer in the ACK, %s: BYE, and no seat is left', async (_what, answer) => {
    const { edges, roomState } = installation;
    const client = await installation.client(replica, { user: 'fred' });
    const joined = client.dialogOf(await client.authenticated(client.build('INVITE')));
    const chatId = [...edges.sessions.keys()].at(-1) ?? '';
    await client.acknowledge(joined, answer);
    const bye = await client.nextRequest('BYE');
    expect(bye.headers.get('Reason')).toContain('cause=488');
    await vi.waitFor(() => {
      expect(roomState.seats.has(chatId)).toBe(false);
      expect(edges.sessions.has(chatId)).toBe(false);
    });
    expect(roomState.count('join', chatId)).toBe(0);
  });

  it.each([
    ['SDP-005 no message/cpim', offer().replace('message/cpim text/plain', 'text/plain'), '305'],
    ['SDP-005 no message stream', offer({ media: 'm=audio 4000 RTP/AVP 0' }), '304'],
    [
      'SDP-018 TLS only, which no edge takes here',
      offer().replace('TCP/MSRP', 'TCP/TLS/MSRP').replace('a=path:msrp:', 'a=path:msrps:'),
      '302',
    ],
    ['SDP-003 no path', offer().replace(/a=path:.*\r\n/u, ''), '399'],
    ['SDP-014 wants to be connected to', offer().replace('setup:active', 'setup:passive'), '399'],
  ])('ERR-005 ERR-007 %s: 488 with its Warning, and nobody was asked for a seat', async (_what, body, warning) => {
    const client = await installation.client(replica, { user: 'gina' });
    const before = installation.roomState.count('admit');
    const { response } = await client.invite({ body });
    expect(response.status).toBe(488);
    expect(response.headers.get('Warning')).toMatch(new RegExp(`^${warning} localhost "`, 'u'));
    expect(installation.roomState.count('admit')).toBe(before);
  });

  it('SDP-022 a body that is no SDP: 400', async () => {
    const client = await installation.client(replica, { user: 'gina' });
    expect((await client.invite({ body: 'hello' })).response.status).toBe(400);
  });

  it.each([
    ['ROOM-001 unknown room', Refusal.UNKNOWN_ROOM, 404, 'no such room'],
    ['ROOM-001 not allowed', Refusal.FORBIDDEN, 403, 'not allowed to join'],
    ['ROOM-001 full', Refusal.FULL, 486, 'room is full'],
    ['ROOM-019 locked', Refusal.LOCKED, 403, 'room is locked'],
    ['ROOM-001 closed', Refusal.CLOSED, 480, 'room is closed'],
    ['ROOM-015 too many sessions', Refusal.TOO_MANY_SESSIONS, 486, 'too many sessions of this user'],
  ])('%s', async (_what, refusal, status, reason) => {
    const { roomState, edges } = installation;
    const client = await installation.client(replica, { user: 'hugo' });
    roomState.refusals.set('lobby', refusal);
    const reserved = edges.count('reserve');
    const { response } = await client.invite();
    roomState.refusals.delete('lobby');
    expect(response.status).toBe(status);
    expect(response.headers.get('Reason')).toBe(`SIP;cause=${String(status)};text="${reason}"`);
    expect(edges.count('reserve')).toBe(reserved);
  });

  it.each([
    ['no password', Refusal.PASSWORD_REQUIRED, 403, 'conference password needed'],
    ['a wrong one', Refusal.PASSWORD_WRONG, 403, 'conference password wrong'],
    ['not the time', Refusal.NOT_NOW, 480, 'not the time of the conference'],
  ])('%s: refused with the reason', async (_what, refusal, status, reason) => {
    const { roomState } = installation;
    const client = await installation.client(replica, { user: 'hugo' });
    roomState.refusals.set('lobby', refusal);
    const { response } = await client.invite();
    roomState.refusals.delete('lobby');
    expect(response.status).toBe(status);
    expect(response.headers.get('Reason')).toContain(`text="${reason}"`);
  });

  it('POL-016 room-state is told the password of the Request-URI, the device’s address, dialog and label', async () => {
    const { roomState } = installation;
    const client = await installation.client(replica, { user: 'ivy' });
    const { request, response } = await client.invite({
      to: 'sip:lobby:86%2001@localhost',
      body: offer({ lines: ['a=label:chat7'] }),
    });
    expect(response.status).toBe(200);
    expect(roomState.calls.findLast(({ call }) => call === 'admit')?.detail).toMatchObject({
      conferenceUri: 'sip:lobby@localhost',
      password: '86 01',
      contact: `sip:ivy@127.0.0.1:${String(client.port)}`,
      label: 'chat7',
      dialog: {
        callId: request.headers.get('Call-ID'),
        localTag: /;tag=([^;]+)/u.exec(response.headers.get('To') ?? '')?.[1],
        remoteTag: /;tag=([^;]+)/u.exec(request.headers.get('From') ?? '')?.[1],
      },
    });
    await client.join();
    expect(roomState.calls.findLast(({ call }) => call === 'admit')?.detail).toMatchObject({ label: '' });
    expect(roomState.calls.findLast(({ call }) => call === 'admit')?.detail).not.toHaveProperty('password', '');
  });

  it('VENUE-003 the room has moved: 302, and Contact is the room that took its place', async () => {
    const { roomState, edges } = installation;
    const client = await installation.client(replica, { user: 'jo' });
    roomState.successors.set('minutes', 'sip:next@localhost');
    const reserved = edges.count('reserve');
    const { response } = await client.invite({ to: 'minutes' });
    roomState.successors.delete('minutes');
    expect(response.status).toBe(302);
    expect(response.headers.get('Contact')).toMatch(/^<sip:next@localhost[>:;]/u);
    expect(edges.count('reserve')).toBe(reserved);
  });

  it('ROOM-011 BYE: 200, and edge and room-state hear of it', async () => {
    const { roomState, edges } = installation;
    const client = await installation.client(replica, { user: 'ivan' });
    const joined = await client.join();
    const chatId = [...edges.sessions.keys()].at(-1) ?? '';
    await vi.waitFor(() => expect(roomState.seats.get(chatId)?.joined).toBe(true));
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await vi.waitFor(() => {
      expect(roomState.seats.has(chatId)).toBe(false);
      expect(edges.sessions.has(chatId)).toBe(false);
    });
    const cause = roomState.calls.find(({ call, chatId: of }) => call === 'leave' && of === chatId)?.detail;
    expect(cause).toBe(LeaveCause.DEPARTED);
    expect((await client.inDialog(joined, 'BYE')).response.status, 'SIP-029 the dialog is over').toBe(481);
  });
});
