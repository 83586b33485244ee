import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerText } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { answeredVersion, described, versionOf } from '../raw/conference.js';
import { startCcmp, startRoomState, type Pod } from '../raw/pod.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const extra: Pod[] = [];
let addresses: readonly string[] = [];

beforeAll(async () => {
  const more: string[] = [];
  for (let count = 0; count < 2; count++) {
    const state = await startRoomState(system);
    const pod = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: state.address });
    extra.push(pod, state);
    more.push(pod.address);
  }
  addresses = [system.stack.address('ccmp', 'CCMP'), ...more];
}, 60_000);
afterAll(async () => {
  for (const pod of extra) await pod.stop();
});

/** Alice at the pod whose turn it is. */
function alices(): () => CcmpUser {
  let turn = 0;
  return () => new CcmpUser(addresses[turn++ % addresses.length] ?? '', 'alice');
}

it('CCMP-014 each request of one conversation may be answered by another pod', async () => {
  const alice = alices();
  const { text } = done(await alice().ask('blueprints'));
  const blueprint = /xcon:moderated@[^<]*/.exec(text)?.[0] ?? '';
  done(await alice().ask('blueprint', { confObjID: blueprint, operation: 'retrieve' }));
  const made = done(await alice().ask('conf', { confObjID: blueprint, operation: 'create' }));
  const room = { id: answerText(made, 'confObjID') ?? '', uri: '' };
  expect(versionOf(await alice().document(room))).toBe(1);
  for (const version of [2, 3, 4]) {
    const changed = await alice().update(room, described(`<info:subject>${String(version)}</info:subject>`));
    expect(answeredVersion(changed)).toBe(version);
    const seen = done(await alice().ask('conf', { confObjID: room.id, operation: 'retrieve' }));
    expect(seen.text).toContain(`<info:subject>${String(version)}<`);
  }
  done(await alice().ask('conf', { confObjID: room.id, operation: 'delete' }));
  expect((await alice().ask('conf', { confObjID: room.id, operation: 'retrieve' })).code).toBe(404);
});

it('CCMP-027 fifty updates of one room at once over three pods have the next fifty versions, none twice', async () => {
  const alice = alices();
  const room = await alice().room('default');
  const before = versionOf(await alice().document(room));
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      alice().update(room, described(`<info:subject>${String(index)}</info:subject>`)),
    ),
  );
  const versions = answers.map(answeredVersion).toSorted((a, b) => a - b);
  expect(versions).toEqual(Array.from({ length: 50 }, (_, index) => before + 1 + index));
  const last = answers.findIndex((answer) => answeredVersion(answer) === before + 50);
  const seen = done(await alice().ask('conf', { confObjID: room.id, operation: 'retrieve' }));
  expect(seen.text).toContain(`<info:subject>${String(last)}<`);
});
