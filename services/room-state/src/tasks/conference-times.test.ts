import type { RoomId } from '@plenary/wire';
import { expect, it } from 'vitest';
import type { DialOuts } from '../conference/dial-out.js';
import type { Events } from '../events.js';
import { testRoom } from '../room/testing.js';
import type { Answer, RoomQueue } from '../room-queue.js';
import type { Asked, LapseStore, Outcome, RoomStore } from '../store/interface.js';
import { ConferenceTimes } from './conference-times.js';

const done: Outcome = { kind: 'done', version: 1n, changed: true, answer: undefined };

function times(
  rooms: ReadonlyMap<string, RoomId | undefined>,
  outcomeOf: (room: RoomId) => Outcome,
): { readonly times: ConferenceTimes; readonly asked: [RoomId, Asked['command']][]; readonly failed: unknown[] } {
  const asked: [RoomId, Asked['command']][] = [];
  const failed: unknown[] = [];
  const store: Partial<RoomStore & LapseStore> = {
    dueRooms: async () => [...rooms.keys()] as RoomId[],
    readRoom: async (id) => testRoom({}, { id, parentId: rooms.get(id) }),
    callsToRepeat: async () => [{ room: 'broken' as RoomId, callId: 'c' }],
    lapsedPending: async () => [],
    purgeTombstones: async () => 0,
  };
  const queue: Partial<RoomQueue> = {
    ask: async (room, { command }) => {
      asked.push([room, command]);
      if (room === 'broken') throw new Error('its document cannot be read');
      return {
        outcome: outcomeOf(room),
        room: undefined,
        published: Promise.resolve(true),
        sidebars: [],
      } satisfies Answer;
    },
  };
  const made = new ConferenceTimes({
    store: store as RoomStore & LapseStore,
    queue: queue as RoomQueue,
    dialOuts: { of: async () => [] } as unknown as DialOuts,
    events: { taskFailed: (_task: string, error: unknown) => failed.push(error) } as unknown as Events,
    callRepeatMs: 1,
    callMs: 1,
    tombstoneMs: 1,
  });
  return { times: made, asked, failed };
}

const check = { kind: 'check-time', dialOut: [], began: false };

it('CONF-012 one conference in which something is wrong keeps nothing from the others', async () => {
  const {
    times: swept,
    asked,
    failed,
  } = times(
    new Map([
      ['broken', undefined],
      ['whole', undefined],
    ]),
    () => done,
  );
  await swept.sweep();
  expect(asked.map(([room, { kind }]) => [room, kind])).toEqual([
    ['broken', 'check-time'],
    ['whole', 'check-time'],
    ['broken', 'repeat-call'],
  ]);
  expect(failed).toHaveLength(2);
});

it('SIDE-006 what its time makes of a sidebar is done through its main conference, as long as that knows it', async () => {
  const sidebars = new Map([['S', 'M' as RoomId]]);
  const { times: swept, asked } = times(sidebars, () => done);
  await swept.sweep();
  expect(asked.slice(0, -1)).toEqual([['M', { kind: 'perform-sidebar', sidebar: 'S', perform: check }]]);
  const lost = times(sidebars, (room) =>
    room === 'M' ? { kind: 'refused', code: 'no-such-object', detail: '' } : done,
  );
  await lost.times.sweep();
  expect(lost.asked.slice(1, -1)).toEqual([['S', check]]);
});
