import { expect, it } from 'vitest';
import { CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { ident, offer } from '../raw/messages.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { rosterOf } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  edges: 2,
  settings: {
    focus: { FOCUS_EDGE_ROOM_CAP: '2' },
    'room-state': { ROOM_STATE_EDGE_ABSENT_MS: '1500ms', ROOM_STATE_EDGE_CHECK_MS: '100ms' },
  },
});

/** Rows of a room: who, by which session, at which edge. */
async function rows({ id }: Pick<MadeRoom, 'id'>): Promise<Record<string, unknown>[]> {
  return system.query(
    `select p.user_id, e.chat_id, e.edge_id, e.label, e.nickname, e.joined_at from room_state.endpoints e
     join room_state.participants p on p.room_id = e.room_id and p.pid = e.pid
     join room_state.rooms r on r.id = e.room_id where r.xcon_uri = $1 order by e.ordinal`,
    [id],
  );
}

const edgeOf = ({ toPath }: Seat): string => /^msrp:\/\/([^/]+)/.exec(toPath)?.[1] ?? '';

it('XCON-026 an edge dies in mid-chat: the rows of the others stay as they are, its sessions move with theirs, the rest expire', async () => {
  const operator = new CcmpUser(system.stack.address('ccmp', 'CCMP'), 'operator');
  const room = await operator.room('default');
  const seats: Seat[] = [];
  for (const name of ['ann', 'ben', 'cat', 'dan', 'eve', 'fay'])
    if (seats.length < 3 || new Set(seats.map(edgeOf)).size < 2) seats.push(await system.join(room.uri, name));
  const dying = edgeOf(seats[0]!);
  const lost = seats.filter((seat) => edgeOf(seat) === dying);
  const others = seats.filter((seat) => edgeOf(seat) !== dying);
  expect([lost.length >= 2, others.length >= 1]).toEqual([true, true]);
  const [moves, ...stay] = lost;
  expect((await moves!.nickname('"Mover"')).status).toBe(200);
  const before = await rows(room);
  const name = ['msrp-edge-1', 'msrp-edge-2'].find((one) => system.stack.address(one, 'MSRP') === dying);
  await system.stack.service(name!).stop();

  const path = `msrp://127.0.0.1:7654/${ident()};tcp`;
  const answer = await moves!.caller.invite(room.uri, offer({ path, version: 2 }));
  expect(answer.status).toBe(200);
  await moves!.caller.ack(room.uri);
  const moved = await system.seated(room.uri, moves!.caller, answer, path);
  expect(edgeOf(moved)).toBe(edgeOf(others[0]!));
  expect((await others[0]!.say('still here')).status).toBe(200);
  await moved.copy('still here');
  expect((await moved.say('me too')).status).toBe(200);
  await others[0]!.copy('me too');

  await expect.poll(async () => (await rows(room)).length, { timeout: 10_000 }).toBe(before.length - stay.length);
  const after = await rows(room);
  const otherEdge = before.find((row) => row['edge_id'] !== before[0]!['edge_id'])?.['edge_id'];
  const isOther = (row: Record<string, unknown>): boolean => row['edge_id'] === otherEdge;
  expect(after).toEqual([{ ...before[0], edge_id: otherEdge }, ...before.filter(isOther)]);
  for (const seat of stay) {
    const bye = await seat.caller.sip.next(({ method }) => method === 'BYE');
    await seat.caller.accept(bye);
  }
}, 60_000);

it('XCON-026 another room-state, another ccmp show the same rows, and change them', async () => {
  const operator = new CcmpUser(system.stack.address('ccmp', 'CCMP'), 'operator');
  const room = await operator.room('default');
  const alice = await system.join(room.uri, 'alice');
  const roomState = await startRoomState(system);
  const ccmp = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: roomState.address });
  try {
    const elsewhere = new CcmpUser(ccmp.address, 'operator');
    expect(await elsewhere.document(room)).toEqual(await operator.document(room));
    expect((await elsewhere.removeUser(room, 'xcon-userid:alice@localhost')).code).toBe(200);
    await alice.caller.accept(await alice.caller.sip.next(({ method }) => method === 'BYE'));
    const here = rosterOf(await operator.document(room)).filter(({ endpoints }) => endpoints.length > 0);
    expect(here).toEqual([]);
    expect(await rows(room)).toEqual([]);
  } finally {
    await ccmp.stop();
    await roomState.stop();
  }
});
