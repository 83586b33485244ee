import { describe, expect, it } from 'vitest';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { receivedBy } from '../raw/received.js';
import { inRoster } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { introduce, roomPolicy, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  edges: 2,
  settings: { 'msrp-edge': { MSRP_EDGE_GRACE_MS: '50' }, 'room-state': { ROOM_STATE_SWEEP_MS: '50ms' } },
});
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

interface Scene {
  readonly room: MadeRoom;
  readonly victim: Seat;
  readonly mallory: Seat;
  readonly friend: Seat;
}

async function scene(quarantine: string): Promise<Scene> {
  const room = await boss().room('default', roomPolicy(`quarantine="${quarantine}"`));
  const victim = await system.join(room.uri, 'victim');
  expect((await victim.nickname('"Victoria"')).status).toBe(200);
  return {
    room,
    victim,
    mallory: await system.join(room.uri, 'mallory'),
    friend: await system.join(room.uri, 'friend'),
  };
}

async function gone({ room }: Scene): Promise<void> {
  await expect.poll(async () => inRoster(await boss().document(room), idOf('victim'))?.endpoints.length ?? 0).toBe(0);
}

/** The friend writes to whom it knew as Victoria, by the URI the roster showed for her; who gets it. */
async function writes(
  { victim, mallory, friend }: Scene,
  text: string,
): Promise<{ status: number; toMallory: boolean }> {
  const { status } = await friend.ask({ body: friend.cpim({ to: victim.aor, text }) });
  const copies = await mallory.copiesAfterMarker(friend, text);
  return { status, toMallory: copies.length > 0 || receivedBy(mallory).includes(text) };
}

describe('taking over a nickname', () => {
  it.each<[string, (made: Scene) => Promise<unknown>]>([
    ['has lost its connection', async ({ victim }) => victim.msrp.destroy()],
    ['has left', async ({ victim }) => victim.leave()],
    ['was put out', async ({ room }) => boss().removeUser(room, idOf('victim')).then(done)],
  ])(
    'SEC-010 of who %s is refused in quarantine, in any spelling and by CCMP; messages for her go to nobody else',
    async (_what, drop) => {
      const made = await scene('PT5M');
      await drop(made);
      await gone(made);
      for (const claimed of ['Victoria', 'victoria', ' VICTORIA ', 'Ｖictoria'])
        expect([claimed, (await made.mallory.nickname(`"${claimed}"`)).status]).toEqual([claimed, 425]);
      const byControl = await user('mallory').ask('user', {
        confObjID: made.room.id,
        operation: 'update',
        inner: `<userInfo entity="${idOf('mallory')}" xcon:nickname="Victoria"/>`,
      });
      expect(byControl.code).not.toBe(200);
      expect(await writes(made, 'for Victoria only')).toEqual({ status: 404, toMallory: false });
      const back = await system.join(made.room.uri, 'victim');
      expect((await back.nickname('"Victoria"')).status).toBe(200);
      expect(await writes(made, 'welcome back')).toEqual({ status: 200, toMallory: false });
      await back.copy('welcome back');
    },
  );

  it('SEC-010 after the quarantine she who has it now gets no message meant for the old holder', async () => {
    const made = await scene('PT1S');
    await made.victim.leave();
    await gone(made);
    await expect
      .poll(async () => (await made.mallory.nickname('"Victoria"')).status, { interval: 100, timeout: 5_000 })
      .toBe(200);
    expect(await writes(made, 'for the old Victoria')).toEqual({ status: 404, toMallory: false });
  });

  it('SEC-010 in use it is nobody else’s, also where the claims race', async () => {
    const made = await scene('PT5M');
    const seats = await Promise.all(['m1', 'm2', 'm3', 'm4'].map((name) => system.join(made.room.uri, name)));
    const answers = await Promise.all(seats.map((seat) => seat.nickname('"Victoria"')));
    expect(answers.map(({ status }) => status)).toEqual([425, 425, 425, 425]);
    await introduce(system, 'mallory');
    const taken = await user('mallory').ask('user', {
      confObjID: made.room.id,
      operation: 'update',
      inner: `<userInfo entity="${idOf('mallory')}" xcon:nickname="victoria"/>`,
    });
    expect(taken.code).not.toBe(200);
    expect(inRoster(await boss().document(made.room), idOf('victim'))?.nickname).toBe('Victoria');
  });
});
