import { describe, expect, it } from 'vitest';
import { answerText } from '../raw/ccmp.js';
import { done } from '../raw/ccmp-user.js';
import { ident, offer } from '../raw/messages.js';
import { userOf } from '../raw/stage.js';
import { useSystem, type System } from '../raw/system.js';

/** Code of a confRequest/create, and status of an INVITE to a URI nobody has made. */
async function creates(system: System, name: string): Promise<readonly [control: number, sip: number]> {
  const made = await userOf(system, name).ask('conf', { operation: 'create' });
  const caller = await system.caller(name);
  const uri = system.uri(`made-${ident(8)}`);
  const answer = await caller.invite(uri, offer());
  if (answer.status === 200) {
    await caller.ack(uri);
    await caller.bye(uri);
  }
  return [made.code, answer.status];
}

/** Code of a confRequest/delete by whom the conference itself would let. */
async function deletes(system: System, name: string): Promise<number> {
  const operator = userOf(system, 'operator');
  const made = done(await operator.ask('conf', { operation: 'create' }));
  const id = answerText(made, 'confObjID') ?? '';
  done(await userOf(system, name).ask('confs'));
  const roles = '<info:roles><info:entry>administrator</info:entry></info:roles>';
  done(await operator.updateUser({ id }, `xcon-userid:${name}@localhost`, roles));
  const { code } = await userOf(system, name).ask('conf', { confObjID: id, operation: 'delete' });
  const left = await operator.ask('conf', { confObjID: id, operation: 'retrieve' });
  expect(left.code).toBe(code === 200 ? 404 : 200);
  return code;
}

const people = ['operator', 'alice', 'bob'] as const;

describe.each([
  ['everybody', {}, [200, 200, 200]],
  [
    'listed',
    { ROOM_STATE_CREATORS: 'sip:alice@localhost', ROOM_STATE_DELETERS: 'sip:alice@localhost' },
    [200, 200, 401],
  ],
  ['administrators', {}, [200, 401, 401]],
] as const)('rooms are made and deleted by %s', (by, lists, codes) => {
  const system = useSystem({
    settings: {
      'room-state': {
        ROOM_STATE_CREATE_BY: by,
        ROOM_STATE_DELETE_BY: by,
        ROOM_STATE_AD_HOC_ROOMS: 'true',
        ...lists,
      },
    },
  });

  it('POL-002 by CCMP 401 and by SIP 403 for who is left out', async () => {
    const got = [];
    for (const name of people) got.push(await creates(system, name));
    expect(got).toEqual(codes.map((code) => [code, code === 200 ? 200 : 403]));
  });

  it('POL-002 deleting, too, whatever the conference says', async () => {
    const got = [];
    for (const name of people) got.push(await deletes(system, name));
    expect(got).toEqual(codes);
  });
});
