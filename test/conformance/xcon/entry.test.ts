import { describe, expect, it } from 'vitest';
import { CcmpUser } from '../raw/ccmp-user.js';
import { described, inState } from '../raw/conference.js';
import { offer } from '../raw/messages.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { rosterOf } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);

describe('who comes in', () => {
  it('CONF-020 of joins at once, on several pods, as many get in as may: the others are refused, by CCMP with 511', async () => {
    const operator = user('operator');
    const room = await operator.room('default', described('<info:maximum-user-count>3</info:maximum-user-count>'));
    const names = ['ann', 'ben', 'cat', 'dan', 'eve', 'fay'];
    const answers = await Promise.all(
      names.map(async (name) => (await (await system.caller(name)).invite(room.uri, offer())).status),
    );
    expect(answers.filter((status) => status === 200)).toHaveLength(3);
    expect(answers.filter((status) => status === 486)).toHaveLength(3);
    const roomState = await startRoomState(system);
    const other = await startCcmp(system, { CCMP_ROOM_STATE_ADDRESS: roomState.address });
    try {
      for (const address of [system.stack.address('ccmp', 'CCMP'), other.address]) {
        const late = new CcmpUser(address, 'greg');
        expect((await late.addUser(room, late.userId, '<info:endpoint entity="sip:greg@192.0.2.1"/>')).code).toBe(511);
      }
    } finally {
      await other.stop();
      await roomState.stop();
    }
  });

  it('CONF-021 a locked room keeps who is in it and lets in nobody else', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    await operator.update(room, inState('<info:locked>true</info:locked>'));
    expect((await (await system.caller('carol')).invite(room.uri, offer())).status).toBeGreaterThanOrEqual(400);
    const carol = user('carol');
    expect((await carol.addUser(room, carol.userId, '<info:endpoint entity="sip:carol@192.0.2.1"/>')).code).toBe(409);
    expect((await alice.say('behind closed doors')).status).toBe(200);
    await bob.copy('behind closed doors');
    expect(rosterOf(await operator.document(room)).filter(({ endpoints }) => endpoints.length > 0)).toHaveLength(2);
    await operator.update(room, inState('<info:locked>false</info:locked>'));
    await system.join(room.uri, 'carol');
  });
});
