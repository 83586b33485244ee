import { Refusal } from '@plenary/proto/roomstate';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { offer, type Client, type Invited } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeAll(async () => {
  installation = await install();
  replica = await installation.start();
  installation.roomState.confirming.add('lobby');
});
afterAll(() => installation.close());

/** Somebody who has asked, and been told to wait. */
async function waiting(user: string): Promise<{ client: Client; invited: Promise<Invited>; chatId: string }> {
  const client = await installation.client(replica, { user });
  const invited = client.invite();
  await vi.waitFor(() =>
    expect(client.received.some((message) => message.kind === 'response' && message.status === 182)).toBe(true),
  );
  const places = installation.roomState.calls.filter(({ call }) => call === 'admit').length;
  expect(places).toBeGreaterThan(0);
  return { client, invited, chatId: installation.roomState.lastPlace };
}

it('POL-006 SIP-027 who has to wait is told so with 182, and joins when a moderator admits', async () => {
  const { client, invited, chatId } = await waiting('alice');
  await installation.publish({ $case: 'pendingDecided', value: { chatId: 'wait99999999', admitted: false } });
  installation.roomState.letIn.add(chatId);
  await installation.publish({ $case: 'pendingDecided', value: { chatId, admitted: true } });
  const { response } = await invited;
  expect(response.status).toBe(200);
  const asked = installation.roomState.calls.flatMap(({ call, detail }) =>
    call === 'admit' ? [(detail as { pendingChatId: string }).pendingChatId] : [],
  );
  expect(asked.at(-1)).toBe(chatId);
  await client.acknowledge(client.dialogOf(await invited));
});

it('POL-008 who is turned away gets 603', async () => {
  const { invited, chatId } = await waiting('bob');
  await installation.publish({ $case: 'pendingDecided', value: { chatId, admitted: false } });
  expect((await invited).response.status).toBe(603);
});

it('who cancels gives the place back', async () => {
  const client = await installation.client(replica, { user: 'carol' });
  const invite = client.build('INVITE', { body: offer() });
  const challenged = await client.send(invite);
  const authorized = client.digest.answer(invite, challenged);
  if (!authorized.ok) throw authorized.error;
  const { invited, cancel } = client.cancellable(authorized.value);
  await vi.waitFor(() =>
    expect(client.received.some((message) => message.kind === 'response' && message.status === 182)).toBe(true),
  );
  const chatId = installation.roomState.lastPlace;
  cancel();
  expect((await invited).status).toBe(487);
  await vi.waitFor(() => expect(installation.roomState.count('leave', chatId)).toBe(1));
});

it('a room that closes ends the wait: what room-state says then is the answer', async () => {
  const { invited } = await waiting('dave');
  installation.roomState.refusals.set('lobby', Refusal.CLOSED);
  await installation.publish({ $case: 'roomClosed', value: { reason: 'over', successorUri: '' } });
  expect((await invited).response.status).toBe(480);
  installation.roomState.refusals.clear();
});

it('nobody waits longer than the setting says: 480, and the place is given back', async () => {
  const impatient = await installation.start({ FOCUS_WAITING_MS: '50' });
  const client = await installation.client(impatient, { user: 'erin' });
  expect((await client.invite()).response.status).toBe(480);
  const chatId = installation.roomState.lastPlace;
  await vi.waitFor(() => expect(installation.roomState.count('leave', chatId)).toBe(1));
});

it('a decision whose event was missed is found by asking again', async () => {
  const { invited, chatId } = await waiting('frank');
  installation.roomState.letIn.add(chatId);
  expect((await invited).response.status).toBe(200);
});
