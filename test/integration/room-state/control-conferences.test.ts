import type { Performed } from '@plenary/room-state';
import { formatDocument } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { statuses, userId, userIn, userOf, viewOf } from './control.js';
import { description, useControl } from './control-setup.js';
import { changeNames, stateLog } from './replicas.js';

describe('conference control: conferences', () => {
  const { installation, ask, create, retrieve, update, join } = useControl();

  it('FLOW-6503 CCMP-070 VER-001 VER-002 the sequence of RFC 6503 section 6 has each version as stated', async () => {
    const made = await ask('alice', 'conf', 'create', { object: 'xcon:moderated@localhost' });
    expect(made).toMatchObject({ code: 200, version: 1n, userId: userId('alice') });
    const { object } = made;
    expect(await update(object, description('<display-text>Staff</display-text>'))).toMatchObject({
      code: 200,
      version: 2n,
    });
    const list = `<xcon:allowed-users-list><xcon:target uri="sip:bob@example.com" method="dial-out"/></xcon:allowed-users-list>`;
    expect(await ask('alice', 'users', 'update', { object, body: list })).toMatchObject({ code: 200, version: 3n });
    const self = await ask('alice', 'user', 'create', { object });
    expect(self).toMatchObject({ code: 200, version: 4n });
    expect(userOf(self)).toMatchObject({ entity: userId('alice'), nickname: 'alice' });
    const ciccio = await ask('alice', 'user', 'create', {
      object,
      entity: 'xcon-userid:AUTO_GENERATE_1@localhost',
      body: '<display-text>Ciccio</display-text><endpoint entity="sip:ciccio@example.com"/>',
    });
    expect(ciccio).toMatchObject({ code: 200, version: 5n });
    expect(userOf(ciccio).entity).toMatch(/^xcon-userid:[a-z0-9]{26}@localhost$/);
    expect(userOf(ciccio).nickname).toBe('Ciccio');
  });

  it('CCMP-067 CONF-004 CONF-012 POL-004 without a word an object is a clone of the default blueprint, its creator administrator', async () => {
    const made = await create();
    const view = viewOf(made);
    expect(view).toMatchObject({ entity: made.object, active: false, allowSidebars: true });
    expect(view.users).toMatchObject([{ entity: userId('alice'), roles: ['administrator'] }]);
    expect(made.object).toMatch(/^xcon:[a-z0-9]{26}@localhost$/);
    const alice = await join(made, 'alice');
    const now = await retrieve(made.object);
    expect(now.version).toBe(2n);
    expect(viewOf(now)).toMatchObject({ active: true, userCount: 1 });
    expect(statuses(userIn(now, 'alice'))).toEqual(['connected']);
    expect(changeNames((await stateLog(installation().bus, alice))[1]!)).toEqual(['joined', 'conferenceChanged']);
  });

  it('CCMP-034 CCMP-066 FLOW-5.3 FLOW-5.4 what a client may name, and what not', async () => {
    const named = await ask('alice', 'conf', 'create', {
      entity: 'xcon:AUTO_GENERATE_1@localhost',
      body: description('<subject>x</subject>'),
    });
    expect(named.code).toBe(200);
    expect(formatDocument(named.document!)).not.toContain('AUTO_GENERATE');
    expect((await ask('alice', 'conf', 'create', { entity: named.object, body: '' })).code).toBe(409);
    expect((await ask('alice', 'conf', 'create', { entity: 'xcon:mine@localhost', body: '' })).code).toBe(400);
    expect(
      (await ask('alice', 'conf', 'create', { entity: 'xcon:AUTO_GENERATE_1@other.example', body: '' })).code,
    ).toBe(427);
    const time =
      '<xcon:conference-time><xcon:entry><xcon:base>no calendar</xcon:base></xcon:entry></xcon:conference-time>';
    expect((await ask('alice', 'conf', 'create', { body: description(time) })).code).toBe(400);
    expect(
      (await ask('alice', 'conf', 'create', { object: 'xcon:default@localhost', body: description('') })).code,
    ).toBe(400);
    expect((await ask('alice', 'conf', 'create', { object: 'xcon:nothing@localhost' })).code).toBe(404);
    const clone = await ask('alice', 'conf', 'create', { object: named.object });
    expect(clone).toMatchObject({ code: 200, version: 1n });
    expect(viewOf(clone)).toMatchObject({ cloningParent: named.object, subject: 'x' });
    expect((await update(named.object, description('<subject>y</subject>'))).code).toBe(200);
    expect(viewOf(await retrieve(clone.object)).subject).toBe('x');
    await join(named, 'alice');
    expect((await ask('alice', 'conf', 'create', { object: named.object })).code).toBe(403);
  });

  it('CCMP-033 VER-004 updates merge by element; a stale one collides only where somebody else was', async () => {
    const { object } = await create('alice', description('<display-text>One</display-text><subject>A</subject>'));
    const title = (text: string): string => description(`<display-text>${text}</display-text>`);
    expect((await update(object, title('Two'), 'alice', { version: 1n, entity: object })).version).toBe(2n);
    expect(await update(object, title('Three'), 'alice', { version: 1n, entity: object })).toMatchObject({ code: 409 });
    const disjoint = await update(object, description('<subject>B</subject>'), 'alice', {
      version: 1n,
      entity: object,
    });
    expect(disjoint).toMatchObject({ code: 200, version: 3n });
    expect(viewOf(disjoint)).toMatchObject({ displayText: 'Two', subject: 'B' });
    expect(viewOf(await update(object, title(''))).displayText).toBe('');
    const same = await update(object, description('<subject>B</subject>'));
    expect(same).toMatchObject({ code: 200, version: 4n });
  });

  it('CCMP-027 50 updates on two replicas have versions without a gap', async () => {
    const { object } = await create();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => update(object, description(`<subject>${String(index)}</subject>`))),
    );
    expect(answers.map(({ version }) => Number(version)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 2),
    );
  });

  it('CCMP-042 CCMP-043 CCMP-044 LOG-004 POL-001 who may not is told so, and nothing changes', async () => {
    const made = await create();
    const { object } = made;
    await join(made, 'bob');
    expect((await update(object, description('<subject>mine</subject>'), 'bob')).code).toBe(401);
    expect(
      (await update(object, '<conference-state><chat:logging active="true"/></conference-state>', 'bob')).code,
    ).toBe(401);
    expect((await ask('bob', 'conf', 'delete', { object })).code).toBe(401);
    expect((await retrieve('xcon:default@localhost')).code).toBe(404);
    expect((await ask('alice', 'blueprint', 'retrieve', { object })).code).toBe(404);
    expect(
      (await ask('alice', 'blueprint', 'update', { object: 'xcon:default@localhost', body: description('') })).code,
    ).toBe(403);
    expect((await ask('alice', 'sidebar-by-val', 'retrieve', { object })).code).toBe(404);
    expect((await ask('carol', 'conf', 'retrieve', { object })).code).toBe(401);
    expect((await update(object, '<conference-state><chat:logging active="true"/></conference-state>')).code).toBe(200);
    const { version, document } = await retrieve(object);
    expect(version).toBe(3n);
    expect(viewOf({ document } as Performed).logging).toMatchObject({ active: true, by: userId('alice') });
  });

  it('CCMP-056 SEC-006 limits are told as such', async () => {
    const small = await create(
      'alice',
      description('<maximum-user-count>1</maximum-user-count><chat:room-policy max-bans="1"/>'),
    );
    await join(small, 'alice');
    expect((await ask('bob', 'user', 'create', { object: small.object })).code).toBe(511);
    const deny =
      '<xcon:deny-users-list><xcon:target uri="sip:a@x.example"/><xcon:target uri="sip:b@x.example"/></xcon:deny-users-list>';
    expect((await ask('alice', 'users', 'update', { object: small.object, body: deny })).code).toBe(511);
  });
});
