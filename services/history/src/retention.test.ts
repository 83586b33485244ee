import type { RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { Events } from './events.js';
import { endRetention, runRetention, type RetentionOptions } from './retention.js';
import { keepingPolicy, noRoom, type RoomNow } from './room-log.js';
import type { RemovalStore } from './store/interface.js';

/** Old messages by room, and who holds the lease. */
class Tables {
  holder: string | undefined;
  taken = 0;
  readonly told: string[] = [];
  constructor(readonly old: Map<string, number>) {}

  readonly removal: RemovalStore = {
    discardUnfinished: () => Promise.reject(new Error('not retention')),
    erase: () => Promise.reject(new Error('not retention')),
    overdueRooms: (after, limit) =>
      Promise.resolve(
        [...this.old]
          .filter(([room, count]) => room > after && count > 0)
          .map(([room]) => room as RoomId)
          .toSorted()
          .slice(0, limit),
      ),
    removeOverdue: (room, limit) => {
      const count = Math.min(limit, this.old.get(room) ?? 0);
      this.old.set(room, (this.old.get(room) ?? 0) - count);
      return Promise.resolve(count);
    },
    forgetClosed: () => Promise.resolve(0),
    takeLease: (_name, holder) => {
      this.taken += 1;
      this.holder ??= holder;
      return Promise.resolve(this.holder === holder);
    },
    releaseLease: (_name, holder) => {
      if (this.holder === holder) this.holder = undefined;
      return Promise.resolve();
    },
  };

  readonly events = {
    expired: (room: RoomId, messages: number) => this.told.push(`${room} ${String(messages)}`),
    retentionRan: () => this.told.push('ran'),
    taskFailed: (task: string) => this.told.push(`${task} failed`),
  } as unknown as Events;

  run(change: Partial<RetentionOptions> = {}): Promise<boolean> {
    const { removal, events } = this;
    const directory = { now: () => Promise.resolve(undefined), close: () => undefined };
    return runRetention({ removal, directory, events, holder: 'me', leaseMs: 1, stopping: () => false, ...change });
  }
}

describe('runRetention', () => {
  it('LOG-009 empties all rooms that are due, however many messages and rooms', async () => {
    const rooms = Array.from({ length: 250 }, (_, index) => [`R${String(index).padStart(3, '0')}`, 1] as const);
    const tables = new Tables(new Map<string, number>([...rooms, ['BIG', 2_500]]));
    expect(await tables.run()).toBe(true);
    expect([...tables.old.values()].every((left) => left === 0)).toBe(true);
    expect(tables.told).toHaveLength(252);
    expect(tables.told[0]).toBe('BIG 2500');
    expect(tables.told.at(-1)).toBe('ran');
  });

  it('LOG-009 passes over a room on hold, and one it cannot be asked about, and does the others', async () => {
    const tables = new Tables(
      new Map([
        ['A', 1],
        ['B', 1],
        ['C', 1],
      ]),
    );
    const held: RoomNow = { ...noRoom(1n), ...keepingPolicy(undefined), hold: true, muted: [] };
    const now = (room: RoomId): Promise<RoomNow> => {
      if (room === ('A' as RoomId)) return Promise.resolve(held);
      return room === ('B' as RoomId) ? Promise.reject(new Error('away')) : Promise.resolve(undefined);
    };
    await tables.run({ directory: { now, close: () => undefined } });
    expect(tables.told).toEqual(['retention failed', 'C 1', 'ran']);
    expect([...tables.old.values()]).toEqual([1, 1, 0]);
  });

  it('LOG-009 is one replica’s, until it gives it up', async () => {
    const tables = new Tables(new Map([['A', 1]]));
    expect(await tables.run()).toBe(true);
    tables.old.set('A', 1);
    expect(await tables.run({ holder: 'other' })).toBe(false);
    expect(tables.old.get('A')).toBe(1);
    await endRetention(tables.removal, 'other');
    expect(await tables.run({ holder: 'other' })).toBe(false);
    await endRetention(tables.removal, 'me');
    expect(await tables.run({ holder: 'other' })).toBe(true);
  });

  it('LOG-009 ends at its next step when the lease is lost or the service stops', async () => {
    const lost = new Tables(new Map([['A', 5_000]]));
    const takeLease: RemovalStore['takeLease'] = () => Promise.resolve(++lost.taken < 3);
    await lost.run({ removal: { ...lost.removal, takeLease } });
    expect([lost.old.get('A'), lost.told]).toEqual([4_000, []]);
    const stopped = new Tables(new Map([['A', 5_000]]));
    let steps = 0;
    await stopped.run({ stopping: () => ++steps > 3 });
    expect(stopped.old.get('A')).toBeGreaterThan(0);
    expect(stopped.old.get('A')).toBeLessThan(5_000);
  });
});
