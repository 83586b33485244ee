import { describe, expect, it } from 'vitest';
import { field } from '../raw/msrp-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();

describe('a regular message', () => {
  it("CHAT-008 goes to every session but the sender's", async () => {
    const room = await system.room();
    const alice = await system.join(room, 'alice');
    const bob = await system.join(room, 'bob');
    expect((await alice.say('hello all')).status).toBe(200);
    const copy = await bob.copy('hello all');
    expect(field(copy, 'To-Path')).toBe(bob.fromPath);
  });
});
