import { status } from '@grpc/grpc-js';
import { AccountServiceClient, ConferenceMessage, Operation } from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asUser, conferenceCalls, introduce, type ConferenceCalls } from './conference-calls.js';
import { enter, install, type Installation, type Replica } from './replicas.js';

const lines: Record<string, unknown>[] = [];
const stream = {
  write: (line: string): void => {
    const entry = JSON.parse(line) as Record<string, unknown>;
    if (entry['log'] === 'audit') lines.push(entry);
  },
};
const acts = (): unknown[] => lines.map(({ action, outcome }) => [action, outcome]);

describe('the audit log of room-state', () => {
  let installation: Installation;
  let telemetry: Telemetry;
  let replica: Replica;
  let calls: ConferenceCalls;
  let held = false;
  beforeAll(async () => {
    installation = await install('memory');
    // Lines of the audit log are written at any level.
    telemetry = createTelemetry({ service: 'room-state', hashKey: 'test', level: 'error', stream });
    const env = { PLENARY_DEMO: 'true', ROOM_STATE_SWEEP_MS: '1h' };
    replica = await installation.start(env, { telemetry, holdPublish: () => held });
    calls = conferenceCalls(replica);
    await introduce(replica, 'alice', 'mallory');
  });
  beforeEach(() => void lines.splice(0));
  afterAll(async () => {
    calls.close();
    await installation.close();
    await telemetry.shutdown();
  });

  const remove = (name: string, object: string) =>
    calls.perform(ConferenceMessage.CONF, Operation.DELETE, asUser(name), { object });

  it('SEC-001 tells of a conference made, kept from a stranger, and deleted: once each', async () => {
    const object = await calls.create(asUser('alice'), '');
    expect((await remove('mallory', object)).code).not.toBe(200);
    expect((await remove('alice', object)).code).toBe(200);
    expect(acts()).toEqual([
      ['conference.created', 'done'],
      ['conference.deleted', 'refused'],
      ['conference.deleted', 'done'],
    ]);
    const room = telemetry.hash('room', object);
    expect(lines.map((line) => line['room_hash'])).toEqual([room, room, room]);
    const [alice, mallory] = ['alice', 'mallory'].map((name) =>
      telemetry.hash('participant', `xcon-userid:${name}@localhost`),
    );
    expect(lines.map((line) => line['actor_hash'])).toEqual([alice, mallory, alice]);
  });

  it('tells of a change that is kept though its event is late, which the caller hears as ABORTED', async () => {
    const object = await calls.create(asUser('alice'), '');
    lines.splice(0);
    held = true;
    try {
      await expect(remove('alice', object)).rejects.toMatchObject({ code: status.ABORTED });
    } finally {
      held = false;
    }
    expect(acts()).toEqual([['conference.deleted', 'done']]);
    await replica.server.tasks.sweep();
  });

  it('tells of a conference made by entering a URI that had none, and only then', async () => {
    await enter(replica, 'sip:audited@localhost', 'alice');
    await enter(replica, 'sip:audited@localhost', 'mallory');
    expect(acts()).toEqual([['conference.created', 'done']]);
    expect(lines[0]).toMatchObject({ reason: 'entered' });
  });

  it('tells of what an operator does with accounts, without their names', async () => {
    const client = openGrpcClient(AccountServiceClient, replica.server.address);
    try {
      const account = {
        requestId: 'a1',
        username: 'quentin',
        password: 'a password',
        identities: [],
        systemRoles: ['administrator'],
      };
      await unary(client, client.putAccount, account, { deadlineMs: 5_000 });
      await unary(client, client.listAccounts, { limit: 10, after: '' }, { deadlineMs: 5_000 });
      await unary(client, client.deleteAccount, { requestId: 'a2', username: 'quentin' }, { deadlineMs: 5_000 });
      await unary(client, client.deleteAccount, { requestId: 'a3', username: 'quentin' }, { deadlineMs: 5_000 });
    } finally {
      client.close();
    }
    await vi.waitFor(() => expect(lines).toHaveLength(3));
    expect(acts()).toEqual([
      ['account.put', 'done'],
      ['account.listed', 'done'],
      ['account.removed', 'done'],
    ]);
    expect(lines[0]?.['target_hash']).toBe(lines[2]?.['target_hash']);
    expect(JSON.stringify(lines)).not.toMatch(/quentin|a password/);
  });
});
