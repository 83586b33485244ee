import { createMemoryBus } from '@plenary/bus';
import { EdgeEntry } from '@plenary/proto/edge';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EdgeRegistry } from './edge-registry.js';

const bus = createMemoryBus();
const registry = new EdgeRegistry(bus);
afterEach(() => {
  registry.stop();
});

const entry = (values: Partial<EdgeEntry>): Uint8Array => EdgeEntry.encode(EdgeEntry.fromPartial(values)).finish();

describe('the registry of edges', () => {
  it('TRN-006 knows edges while they say they live, and where they are', async () => {
    await registry.start();
    const bucket = await bus.bucket('edges', 6_000);
    await bucket.put('e1', entry({ edgeId: 'e1', controlAddress: '127.0.0.1:1' }));
    await bucket.put('e2', new Uint8Array([0xff, 0xff]));
    await vi.waitFor(() => expect(registry.controlAddress('e1')).toBe('127.0.0.1:1'));
    expect(registry.edges().map(({ edgeId }) => edgeId)).toEqual(['e1']);
    registry.noteReservation('e1', 'r');
    registry.noteReservation('e1', 'r');
    registry.noteReservation('gone', 'r');
    expect(registry.edges()).toMatchObject([{ sessions: 2, roomSessions: { r: 2 } }]);
    registry.noteReservation('e1', 'r', 40);
    expect(registry.edges()).toMatchObject([{ sessions: 3, roomSessions: { r: 40 } }]);
    await bucket.put('e1', entry({ edgeId: 'e1', sessions: 7 }));
    await vi.waitFor(() => expect(registry.edges()).toMatchObject([{ sessions: 7, roomSessions: {} }]));
    await bucket.delete('e1');
    await vi.waitFor(() => expect(registry.edges()).toEqual([]));
    expect(registry.controlAddress('e1')).toBeUndefined();
  });
});
