import { status } from '@grpc/grpc-js';
import { RpcError } from '@plenary/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { offer } from './client.js';
import { install, type Installation, type Replica } from './installation.js';

let installation: Installation;
let replica: Replica;
beforeEach(async () => {
  installation = await install();
  replica = await installation.start();
});
afterEach(() => installation.close());

describe('when others are away', () => {
  it.each([
    ['credential', 'before anybody is known'],
    ['admit', 'before a seat is given'],
  ] as const)('ERR-006 room-state does not answer %s: 503 with Retry-After, %s', async (call, _when) => {
    const client = await installation.client(replica);
    installation.roomState.away.add(call);
    const { response } = await client.invite();
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(installation.edges.count('reserve')).toBe(0);
    expect(await replica.context.dialogs.count(replica.context.replica)).toBe(0);
    installation.roomState.away.clear();
    expect((await client.invite()).response.status).toBe(200);
  });

  it.each([
    ['no edge takes a session', (): void => void (installation.edges.full = true)],
    ['the edges do not answer', (): void => void installation.edges.away.add('reserve')],
  ])('ERR-006 ERR-007 %s: 503, and the seat is given back', async (_what, break_) => {
    const client = await installation.client(replica);
    break_();
    expect((await client.invite()).response.status).toBe(503);
    await vi.waitFor(() => expect(installation.roomState.seats.size).toBe(0));
    expect(await replica.context.dialogs.count(replica.context.replica)).toBe(0);
  });

  it('ERR-006 ERR-007 the row cannot be written: 503, and seat and reservation are given back', async () => {
    const client = await installation.client(replica);
    await client.authenticated(client.build('OPTIONS'));
    await replica.context.database.pool.query('alter table focus.dialog rename to dialog_away');
    expect((await client.invite()).response.status).toBe(503);
    expect(installation.roomState.seats.size).toBe(0);
    expect(installation.edges.sessions.size).toBe(0);
    await replica.context.database.pool.query('alter table focus.dialog_away rename to dialog');
    expect((await client.invite()).response.status).toBe(200);
  });

  it('ERR-006 the database away at a BYE: it is done when it is back', async () => {
    const client = await installation.client(replica);
    const joined = await client.join();
    await vi.waitFor(() => expect(installation.roomState.count('join')).toBe(1));
    const take = vi.spyOn(replica.context.dialogs, 'take').mockRejectedValueOnce(new Error('connection lost'));
    expect((await client.inDialog(joined, 'BYE')).response.status).toBe(200);
    await vi.waitFor(() => expect(installation.roomState.seats.size).toBe(0));
    expect(take).toHaveBeenCalledTimes(2);
  });
});

describe('stop', () => {
  it('ERR-006 ROOM-011 what room-state and the database could not be told of is given up before the database closes', async () => {
    const [leaving, lost] = [await installation.client(replica), await installation.client(replica, { user: 'bob' })];
    const [left, stuck] = [await leaving.join(), await lost.join()];
    await vi.waitFor(() => expect(installation.roomState.count('join')).toBe(2));
    installation.roomState.away.add('leave');
    await leaving.inDialog(left, 'BYE');
    await vi.waitFor(() => expect(installation.roomState.count('leave')).toBeGreaterThan(0));
    const take = vi.spyOn(replica.context.dialogs, 'take').mockRejectedValue(new Error('connection lost'));
    await lost.inDialog(stuck, 'BYE');
    await vi.waitFor(() => expect(take).toHaveBeenCalled());
    await replica.stop();
    const log = installation.log.join('');
    expect(log).toContain('leaving a room');
    expect(log).toContain('connection lost');
    expect(log).not.toContain('destroyed');
    expect(replica.context.database.pool.ended).toBe(true);
  });

  it('ERR-006 SIP-024 a participant whose joining is given up keeps dialog and seat', async () => {
    const client = await installation.client(replica);
    installation.roomState.away.add('join');
    await client.join();
    await vi.waitFor(() => expect(installation.roomState.count('join')).toBeGreaterThan(1));
    await replica.stop();
    expect(installation.roomState.seats.size).toBe(1);
    const other = await installation.start();
    const { rows } = await other.context.database.pool.query('select 1 from focus.dialog');
    expect(rows).toHaveLength(1);
  });
});

describe('what another service finds out of bounds', () => {
  it('SIP-017 is the peer’s fault: 400', async () => {
    const client = await installation.client(replica);
    installation.roomState.beforeAdmit = () =>
      Promise.reject(new RpcError(status.INVALID_ARGUMENT, 'conference_uri is longer than 255 characters', 'Admit'));
    expect((await client.invite()).response.status).toBe(400);
  });
});

describe('drain', () => {
  it('SIP-033 new sessions get 503, dialogs go on, and what is under way ends first', async () => {
    const client = await installation.client(replica);
    const joined = await client.join();
    const other = await installation.client(replica, { user: 'bob' });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    installation.roomState.beforeAdmit = () => released;
    const late = other.invite();
    await vi.waitFor(() => expect(installation.roomState.count('admit')).toBe(2));
    let isDrained = false;
    const drained = replica.server.drain(10_000).then(() => (isDrained = true));
    const third = await installation.client(replica, { user: 'eve' });
    const { response } = await third.invite({ body: offer() });
    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBeDefined();
    expect((await client.inDialog(joined, 'UPDATE')).response.status).toBe(200);
    expect(isDrained).toBe(false);
    release();
    const accepted = other.dialogOf(await late);
    expect(isDrained, 'the ACK is still to come').toBe(false);
    await other.acknowledge(accepted);
    await drained;
    expect([...installation.roomState.seats.values()].filter(({ joined: is }) => is)).toHaveLength(2);
    expect(await replica.context.dialogs.count(replica.context.replica)).toBe(2);
  });

  it('SIP-033 it rejects when it is not empty at the deadline', async () => {
    const client = await installation.client(replica);
    await client.authenticated(client.build('OPTIONS'));
    let release = (): void => undefined;
    installation.roomState.beforeAdmit = () => new Promise((resolve) => (release = resolve));
    const late = client.invite();
    await vi.waitFor(() => expect(installation.roomState.count('admit')).toBe(1));
    await expect(replica.server.drain(50)).rejects.toThrow('at work still after 50 ms');
    release();
    await late;
  });

  it('ROOM-011 a leave that nobody could be told of yet is waited for', async () => {
    const client = await installation.client(replica);
    const joined = await client.join();
    await vi.waitFor(() => expect(installation.roomState.count('join')).toBe(1));
    installation.roomState.away.add('leave');
    await client.inDialog(joined, 'BYE');
    await vi.waitFor(() => expect(installation.roomState.count('leave')).toBeGreaterThan(0));
    const drained = replica.server.drain(10_000);
    installation.roomState.away.clear();
    await drained;
    expect(installation.roomState.seats.size).toBe(0);
  });
});

describe('start', () => {
  it('in demo mode it binds loopback only', async () => {
    await expect(installation.start({ PLENARY_DEMO: 'true', FOCUS_SIP_HOST: '0.0.0.0' })).rejects.toThrow(
      'PLENARY_DEMO runs on loopback only',
    );
  });

  it('names the setting of a port in use', async () => {
    await expect(installation.start({ FOCUS_SIP_PORT: String(replica.port) })).rejects.toThrow('FOCUS_SIP_PORT');
  });

  it('gives every start a name of its own, and says so in its tags', async () => {
    const again = await installation.start({ FOCUS_REPLICA: 'north' });
    expect(again.context.replica).toMatch(/^north-[0-9a-f]{8}$/u);
    const client = await installation.client(again);
    expect((await client.join()).response.headers.get('To')).toContain(`;tag=${again.context.replica}.`);
  });
});
