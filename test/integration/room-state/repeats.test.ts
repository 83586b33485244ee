import type { Performed } from '@plenary/room-state';
import { formatDocument } from '@plenary/xcon';
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

function passwordIn({ document }: Performed): string {
  const entries = document === undefined ? '' : formatDocument(document);
  return /conference-password>([^<]+)</.exec(entries)?.[1] ?? '';
}

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

it('CCMP-014 VER-005 the repeat of a creation gets the answer to what was made, by any replica, and makes no second one', async () => {
  const other = await installation.start(quietDemo);
  for (const message of ['conf', 'blueprint'] as const) {
    const body = description(
      `<conf-uris><entry><uri>${message === 'conf' ? 'sip:board@localhost' : 'tel:+1'}</uri></entry></conf-uris>`,
    );
    const step = {
      by: 'alice',
      message,
      operation: 'create',
      requestId: `r-create-${message}`,
      systemRoles: ['administrator'],
      body,
      object: message === 'conf' ? '' : 'xcon:default@localhost',
    } as const;
    const [first, same] = await Promise.all([control(replica, step), control(other, step)]);
    expect(first).toMatchObject({ code: 200, version: 1n });
    expect(same).toEqual(first);
    expect(await control(other, step)).toEqual(first);
    // Another request is another conference, here with a URI that is taken.
    const another = await control(replica, { ...step, requestId: `r-another-${message}` });
    expect(another.object === first.object).toBe(false);
  }
});

it('CCMP-014 POL-017 the repeat of a creation tells the password again that was made up for it, which the database does not know', async () => {
  const step = {
    by: 'alice',
    message: 'conf',
    operation: 'create',
    object: 'xcon:password@localhost',
    requestId: 'r-password',
  } as const;
  const first = await control(replica, step);
  const password = passwordIn(first);
  expect(password.length).toBeGreaterThan(4);
  expect(passwordIn(await control(replica, step))).toBe(password);
  const { rows } = await replica.context.database.pool.query('select t::text as row from room_state.requests t');
  expect(JSON.stringify(rows)).not.toContain(password);
});

it('CCMP-014 VER-005 the repeat of a deletion that meets what it has deleted gets its answer, another request none', async () => {
  const made = await control(replica, {
    by: 'alice',
    message: 'conf',
    operation: 'create',
    body: description('<xcon:allow-sidebars>true</xcon:allow-sidebars>'),
  });
  const sidebar = await control(replica, {
    by: 'alice',
    message: 'sidebar-by-val',
    operation: 'create',
    object: made.object,
  });
  for (const [message, object] of [
    ['sidebar-by-val', sidebar.object],
    ['conf', made.object],
  ] as const) {
    const step = { by: 'alice', message, operation: 'delete', object, requestId: `r-delete-${message}` } as const;
    expect(await twice(step)).toMatchObject({ code: 200, object });
    expect((await control(replica, { ...step, requestId: `r-other-${message}` })).code).toBe(404);
  }
});

it('VER-005 the same request twice in one transaction is done once', async () => {
  const made = await control(replica, {
    by: 'alice',
    message: 'conf',
    operation: 'create',
    body: description('<xcon:allow-sidebars>true</xcon:allow-sidebars>'),
  });
  const step = { by: 'alice', message: 'sidebar-by-val', operation: 'create', object: made.object } as const;
  // The first keeps the line of the room busy: the others wait and go together.
  const answers = await Promise.all(
    ['r-before', 'r-same', 'r-same', 'r-same'].map((requestId) => control(replica, { ...step, requestId })),
  );
  expect(answers.map(({ code }) => code)).toEqual([200, 200, 200, 200]);
  expect(new Set(answers.slice(1).map(({ object }) => object)).size).toBe(1);
  const now = await control(replica, { by: 'alice', message: 'conf', operation: 'retrieve', object: made.object });
  expect(viewOf(now).sidebarsByVal).toHaveLength(2);
});
