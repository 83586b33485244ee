import { LeaveCause } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeNames, engineNames, enter, install, stateLog, type Installation } from './replicas.js';

/** Nothing sweeps unless the test says so. */
const quiet = { ROOM_STATE_SWEEP_MS: '1h', ROOM_STATE_SWEEP_AFTER_MS: '0' };

describe.each(engineNames)('events between commit and publication, %s bus', (engine) => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await install(engine);
  });
  afterEach(() => installation.close());

  it('a replica that dies between commit and publish leaves nothing behind: a sweeper publishes, in order, once', async () => {
    const dying = await installation.start(quiet, { holdPublish: () => true });
    const alice = await enter(dying, 'sip:left@localhost', 'alice');
    await dying.context.rooms.claimNickname(alice.room, alice.chatId, 'Ann', '');
    expect(await stateLog(installation.bus, alice)).toEqual([]);
    expect((await dying.context.store.outboxBacklog()).pending).toBe(3);

    const living = await installation.start(quiet);
    await Promise.all([living.server.tasks.sweep(), living.server.tasks.sweep()]);
    const log = await stateLog(installation.bus, alice);
    expect(log.map(changeNames)).toEqual([['roomCreated'], ['joined'], ['nicknameChanged']]);
    expect(log.map(({ version }) => version)).toEqual([1n, 2n, 3n]);
    expect(await living.context.store.outboxBacklog()).toEqual({ pending: 0, oldestSeconds: 0 });
    await living.server.tasks.sweep();
    expect(await stateLog(installation.bus, alice)).toHaveLength(3);
  });

  it('an event is not published before the ones another replica left unpublished', async () => {
    const dying = await installation.start(quiet, { holdPublish: (_room: RoomId, version: bigint) => version > 1n });
    const living = await installation.start(quiet);
    const alice = await enter(dying, 'sip:order@localhost', 'alice');
    await dying.context.rooms.claimNickname(alice.room, alice.chatId, 'Ann', '');
    const bob = await enter(living, 'sip:order@localhost', 'bob');
    await vi.waitFor(async () => {
      const versions = (await stateLog(installation.bus, bob)).map(({ version }) => version);
      expect(versions).toEqual([1n, 2n, 3n, 4n]);
    });
    await vi.waitFor(async () => expect((await living.context.store.outboxBacklog()).pending).toBe(0));
  });

  it('a change that promises an order with the messages fails while its event is not in the log, and is kept', async () => {
    let held = true;
    const replica = await installation.start(quiet, { holdPublish: () => held });
    const alice = await enter(replica, 'sip:kept@localhost', 'alice');
    await expect(replica.context.rooms.setLogging(alice.room, true)).rejects.toThrow('not in the log yet');
    // Asked again it holds already, and is still not in the log.
    await expect(replica.context.rooms.setLogging(alice.room, true)).rejects.toThrow('not in the log yet');
    held = false;
    await replica.context.rooms.setLogging(alice.room, true);
    expect((await stateLog(installation.bus, alice)).map(changeNames)).toContainEqual([
      'conferenceChanged',
      'policyChanged',
      'loggingChanged',
    ]);
    await replica.server.tasks.sweep();
    const log = await stateLog(installation.bus, alice);
    expect(log.map(changeNames)).toEqual([
      ['roomCreated'],
      ['joined'],
      ['conferenceChanged', 'policyChanged', 'loggingChanged'],
    ]);
    await replica.context.rooms.setLogging(alice.room, false);
    expect(await stateLog(installation.bus, alice)).toHaveLength(4);
  });

  it('a new incarnation of the logs begins with a new epoch of every room, unpublished changes in the same event', async () => {
    const first = await installation.start(quiet, { holdPublish: (_room: RoomId, version: bigint) => version > 2n });
    const alice = await enter(first, 'sip:epoch@localhost', 'alice');
    const before = await first.context.rooms.view({ room: alice.room });
    await first.context.rooms.claimNickname(alice.room, alice.chatId, 'Ann', '');
    await first.stop();
    await installation.loseLogs();

    const [second, third] = await Promise.all([installation.start(quiet), installation.start(quiet)]);
    const after = await second.context.rooms.view({ room: alice.room });
    expect(after).toMatchObject({ epoch: 2, version: 4n });
    expect(after?.tag).toMatch(/^[0-9a-z]{8}$/);
    expect(after?.tag).not.toBe(before?.tag);
    expect(after?.roster.map(({ nickname }) => nickname)).toEqual(['Ann']);
    const log = await stateLog(installation.bus, alice);
    expect(log.map(changeNames)).toEqual([['epochStarted', 'nicknameChanged']]);
    expect(log[0]).toMatchObject({ epoch: 2, version: 4n });
    await third.server.tasks.checkEpochs();
    await third.context.rooms.leave(alice.room, alice.chatId, LeaveCause.DEPARTED);
    await vi.waitFor(async () => expect(await stateLog(installation.bus, alice)).toHaveLength(2));
    expect((await third.context.rooms.view({ room: alice.room }))?.epoch).toBe(2);
  });
});
