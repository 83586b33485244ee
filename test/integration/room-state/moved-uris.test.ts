import { FakeClock } from '@plenary/service';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { control } from './control.js';
import { description, quietDemo } from './control-setup.js';
import { install, type Installation } from './replicas.js';

let installation: Installation;

beforeAll(async () => {
  installation = await install('memory');
});
afterAll(() => installation.close());

it('XCON-015 a URI one conference has given up leads to the next one that has it, on a replica that knew it before', async () => {
  const clock = new FakeClock();
  const [one, other] = [await installation.start(quietDemo), await installation.start(quietDemo, { clock })];
  await one.context.reads.authentication.byPassword('alice', 'alice', '');
  const conferenceUri = 'sip:moving@localhost';
  const uris = (inner: string): string => description(`<conf-uris><entry>${inner}</entry></conf-uris>`);
  const make = async () => {
    const made = await control(one, { by: 'alice', message: 'conf', operation: 'create' });
    return made.object;
  };
  const update = async (object: string, body: string) => {
    const done = await control(one, { by: 'alice', message: 'conf', operation: 'update', object, body });
    expect(done.code).toBe(200);
  };
  const entry = `<uri>${conferenceUri}</uri><purpose>participation</purpose>`;
  const [first, second] = [await make(), await make()];
  await update(first, uris(entry));
  const before = await other.context.rooms.view({ conferenceUri });
  await update(first, uris(`<uri>${conferenceUri}</uri>`));
  await update(second, uris(entry));
  clock.advance(5_000);
  const after = await other.context.rooms.view({ conferenceUri });
  expect(after?.room).toBe((await one.context.rooms.view({ conferenceUri }))?.room);
  expect(after?.room).not.toBe(before?.room);
});
