import { NicknameResult } from '@plenary/proto/roomstate';
import { describe, expect, it } from 'vitest';
import { settle, World } from '../testing.js';

describe('nicknames', () => {
  it.each([
    [NicknameResult.OK, 200],
    [NicknameResult.MALFORMED, 424],
    [NicknameResult.IN_USE, 425],
    [NicknameResult.RESERVED, 425],
    [NicknameResult.OFF, 403],
  ])('NICK-001 NICK-004 room-state says %i, the answer is %i', async (result, status) => {
    const world = new World();
    const alice = await world.join('alice');
    world.roomState.nickname = result;
    const id = alice.request('NICKNAME', ['Use-Nickname: "Alice the great"']);
    await settle();
    expect(alice.status(id)).toBe(status);
    expect(world.roomState.claims).toEqual(['Alice the great']);
  });

  it('NICK-003 a malformed or missing value is 424 and not asked of room-state', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const ids = [['Use-Nickname: Alice'], ['Use-Nickname: "a\\nb"'], []].map((headers) =>
      alice.request('NICKNAME', headers),
    );
    await settle();
    expect(ids.map((id) => alice.status(id))).toEqual([424, 424, 424]);
    expect(world.roomState.claims).toEqual([]);
  });

  it('NICK-002 nicknames off: 403', async () => {
    const world = new World({ policy: { nicknames: false } });
    const alice = await world.join('alice');
    const id = alice.request('NICKNAME', ['Use-Nickname: "x"']);
    await settle();
    expect(alice.status(id)).toBe(403);
  });

  it('NICK-008 an empty value is passed on as the removal', async () => {
    const world = new World();
    const alice = await world.join('alice');
    const id = alice.request('NICKNAME', ['Use-Nickname: ""']);
    await settle();
    expect(alice.status(id)).toBe(200);
    expect(world.roomState.claims).toEqual(['']);
  });

  it('NICK-014 a NICKNAME binds the session like any first request', async () => {
    const world = new World();
    const alice = await world.join('alice', { bind: false });
    const id = alice.request('NICKNAME', ['Use-Nickname: "x"']);
    await settle();
    expect(alice.status(id)).toBe(200);
  });
});
