import { describe, expect, it } from 'vitest';
import { headerOf } from '../raw/sip-socket.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({
  settings: { 'msrp-edge': { MSRP_EDGE_GRACE_MS: '500', MSRP_EDGE_RESERVATION_MS: '1500' } },
});

describe('media that does not come back', () => {
  it('TRN-015 after the grace time the participant is dropped, with BYE', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    alice.msrp.destroy();
    const bye = await alice.caller.sip.next(({ method }) => method === 'BYE', 15_000);
    expect(headerOf(bye, 'Reason')).toBeDefined();
    await alice.caller.accept(bye);
    await expect.poll(async () => (await bob.ask({ body: bob.cpim({ to: alice.aor }) })).status).toBe(404);
  });

  it('RPT-019 a recipient that answers 481 has ended its session', async () => {
    const room = await system.room();
    const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
    await alice.say('are you there?');
    const copy = await bob.copy('are you there?');
    bob.msrp.write(
      `MSRP ${copy.id} 481 No such session\r\nTo-Path: ${bob.toPath}\r\nFrom-Path: ${bob.fromPath}\r\n-------${copy.id}$\r\n`,
    );
    const bye = await bob.caller.sip.next(({ method }) => method === 'BYE', 15_000);
    await bob.caller.accept(bye);
    expect((await alice.say('and you?')).status).toBe(200);
  });

  it.each([400, 403, 413, 415, 499, 501, 599])(
    'RPT-018 ERR-002 CHAT-020 a recipient that answers %d stays',
    async (status) => {
      const room = await system.room();
      const [alice, bob] = [await system.join(room, 'alice'), await system.join(room, 'bob')];
      expect((await alice.ask({ body: alice.cpim({ type: 'image/png', text: 'refuse me' }) })).status).toBe(200);
      const copy = await bob.copy('refuse me');
      bob.msrp.write(
        `MSRP ${copy.id} ${String(status)} No\r\nTo-Path: ${bob.toPath}\r\nFrom-Path: ${bob.fromPath}\r\n-------${copy.id}$\r\n`,
      );
      await bob.ping();
      await alice.say('take this then');
      await bob.copy('take this then');
      await alice.ask({ body: alice.cpim({ type: 'image/png', text: 'another picture' }) });
      // RFC 4975 section 10.4: a type refused with 415 is not sent again.
      expect(await bob.copiesAfterMarker(alice, 'another picture')).toHaveLength(status === 415 ? 0 : 1);
    },
  );
});
