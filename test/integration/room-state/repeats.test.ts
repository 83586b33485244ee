import { afterAll, beforeAll, expect, it } from 'vitest';
import { control, userOf, viewOf, type Step } from './control.js';
import { description, quietDemo } from './control-setup.js';
import { install, type Installation, type Replica } from './replicas.js';

let installation: Installation;
let replica: Replica;
let isHeld = false;

beforeAll(async () => {
  installation = await install('memory');
  replica = await installation.start(quietDemo, { holdPublish: () => isHeld });
  await replica.context.reads.authentication.byPassword('alice', 'alice', '');
});
afterAll(() => installation.close());

/** The request is made while the log does not answer, and again when it does. */
async function twice(step: Step): ReturnType<typeof control> {
  isHeld = true;
  await expect(control(replica, step)).rejects.toThrow('not in the log yet');
  await expect(control(replica, step)).rejects.toThrow('not in the log yet');
  isHeld = false;
  return control(replica, step);
}

it('CCMP-013 the repeat of a change that was made gets the answer to it, and not before the log has it', async () => {
  const made = await control(replica, {
    by: 'alice',
    message: 'conf',
    operation: 'create',
    body: description('<xcon:allow-sidebars>true</xcon:allow-sidebars>'),
  });
  const { object } = made;
  const alice = { by: 'alice', object } as const;
  const sidebar = await twice({ ...alice, message: 'sidebar-by-val', operation: 'create', requestId: 'r-sidebar' });
  expect(sidebar).toMatchObject({ code: 200, version: 1n });
  expect(viewOf(await control(replica, { ...alice, message: 'conf', operation: 'retrieve' })).sidebarsByVal).toEqual([
    sidebar.object,
  ]);
  const user = await twice({
    ...alice,
    message: 'user',
    operation: 'create',
    requestId: 'r-user',
    entity: 'xcon-userid:AUTO_GENERATE_1@localhost',
    body: '<display-text>Eve</display-text><endpoint entity="sip:eve@192.0.2.1"/>',
  });
  expect(user.code).toBe(200);
  expect(viewOf(await control(replica, { ...alice, message: 'conf', operation: 'retrieve' })).users).toContainEqual(
    expect.objectContaining({ entity: userOf(user).entity, displayText: 'Eve' }),
  );
});
