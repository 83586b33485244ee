import { LeaveCause } from '@plenary/proto/chat';
import { FakeClock } from '@plenary/service';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { engineNames, enter, install, stateLog, type Installation, type Replica } from './replicas.js';

const quiet = { ROOM_STATE_SWEEP_MS: '1h', ROOM_STATE_EDGE_CHECK_MS: '2s', ROOM_STATE_JOIN_GROUP_MS: '0' };

describe.each(engineNames)('edges that vanish, %s bus', (engine) => {
  let installation: Installation;
  let clock: FakeClock;
  let replica: Replica;
  beforeEach(async () => {
    installation = await install(engine);
    clock = new FakeClock();
    replica = await installation.start(quiet, { clock });
  });
  afterEach(() => installation.close());

  /** Time passes as it does: with a look every two seconds. */
  const pass = async (seconds: number): Promise<void> => {
    for (let passed = 0; passed < seconds; passed += 2) {
      clock.advance(2_000);
      await replica.server.tasks.checkEdges();
    }
  };
  const present = async (): Promise<string[]> =>
    ((await replica.context.rooms.view({ conferenceUri: 'sip:edges@localhost' }))?.roster ?? []).map(
      ({ displayName }) => displayName,
    );

  it('endpoints of an edge without an entry for 15 s leave with FAILED; those of the others stay', async () => {
    const bucket = await installation.bus.bucket('edges', 6_000);
    await bucket.put('edge-2-bbbbbb', new Uint8Array([1]));
    const alice = await enter(replica, 'sip:edges@localhost', 'alice', 'edge-1-aaaaaa');
    await enter(replica, 'sip:edges@localhost', 'bob', 'edge-2-bbbbbb');
    await replica.server.tasks.checkEdges();
    // The registry's entries live by the real clock: edge 2 keeps writing its own.
    await pass(14);
    expect(await present()).toEqual(['alice', 'bob']);
    await bucket.put('edge-2-bbbbbb', new Uint8Array([2]));
    await pass(4);
    expect(await present()).toEqual(['bob']);
    await vi.waitFor(async () => {
      const log = await stateLog(installation.bus, alice);
      const left = log.flatMap(({ changes }) => changes).filter(({ change }) => change?.$case === 'left');
      expect(left.map(({ change }) => change?.value)).toMatchObject([
        { chatId: alice.chatId, cause: LeaveCause.FAILED, lastEndpoint: true },
      ]);
    });
  });

  it('time in which this replica slept does not count against an edge', async () => {
    await enter(replica, 'sip:edges@localhost', 'alice', 'edge-1-aaaaaa');
    await pass(4);
    clock.advance(60_000);
    await replica.server.tasks.checkEdges();
    expect(await present()).toEqual(['alice']);
    await pass(18);
    expect(await present()).toEqual([]);
  });

  it('one replica looks at a time, and another takes over when it stops', async () => {
    await replica.server.tasks.checkEdges();
    const other = await installation.start(quiet, { clock });
    const { store, replica: otherName } = other.context;
    expect(await store.takeLease('edge-watch', otherName, 1_000)).toBeUndefined();
    const fence = await store.takeLease('edge-watch', replica.context.replica, 1_000);
    await replica.stop();
    expect(await store.takeLease('edge-watch', otherName, 1_000)).toBe((fence ?? 0n) + 1n);
  });
});
