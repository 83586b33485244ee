import { describe, expect, it } from 'vitest';
import { cpim, ROOM_URI, settle, World } from './testing.js';

describe('draining', () => {
  it('takes no new session, tells everybody, lets what is on its way finish, and says who is gone', async () => {
    const world = new World();
    const [alice, bob] = [await world.join('alice'), await world.join('bob')];
    const id = alice.send(cpim(alice.entity, ROOM_URI, 'last words'));
    const drained = world.edge.drain(5_000);
    for (let i = 0; i < 50; i++) {
      await settle(2);
      world.clock.advance(20);
    }
    await drained;
    expect(alice.status(id)).toBe(200);
    expect(bob.texts()).toContain('last words');
    expect(bob.texts().some((text) => text.includes('going down'))).toBe(true);
    expect(world.roomState.leaves).toHaveLength(2);
    expect(bob.socket.ended).toBe(true);
    await expect(world.join('late')).rejects.toThrow('draining');
  });
});
