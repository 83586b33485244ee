import type { RoomId } from '@plenary/wire';
import { expect, it } from 'vitest';
import { createEraser } from './erasure.js';
import type { Events } from './events.js';
import { noRoom, type RoomNow } from './room-log.js';
import type { RemovalStore } from './store/interface.js';

const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
const held: RoomNow = { ...noRoom(1n), hold: true, muted: [] };

/** An eraser over a store with three messages, and what was told of it. */
function eraserWith(now: () => Promise<RoomNow>): { erase: ReturnType<typeof createEraser>; told: unknown[] } {
  const told: unknown[] = [];
  const removal = { erase: () => Promise.resolve({ erased: 3, held: false }) } as unknown as RemovalStore;
  const events = {
    erased: (...what: unknown[]) => told.push(what),
    taskFailed: (task: string) => told.push(task),
  } as unknown as Events;
  return { erase: createEraser(removal, { now, close: () => undefined }, events), told };
}

it('LOG-009 erases what the store has, of a room that is there or gone, and tells of it', async () => {
  for (const now of [undefined, { ...held, hold: false }]) {
    const { erase, told } = eraserWith(() => Promise.resolve(now));
    expect(await erase(room, 'u')).toEqual({ erased: 3, held: false });
    expect(told).toEqual([[room, 'u', { erased: 3, held: false }]]);
  }
});

it('LOG-009 touches nothing on legal hold, and tells of that, too', async () => {
  const { erase, told } = eraserWith(() => Promise.resolve(held));
  expect(await erase(room, 'u')).toEqual({ erased: 0, held: true });
  expect(told).toEqual([[room, 'u', { erased: 0, held: true }]]);
});

it('LOG-009 touches nothing while room-state cannot be asked', async () => {
  const { erase, told } = eraserWith(() => Promise.reject(new Error('away')));
  await expect(erase(room, 'u')).rejects.toMatchObject({ code: 14 });
  expect(told).toEqual(['erase']);
});
