import { connect } from 'node:net';
import { attributeOf } from '@plenary/wire/xml';
import { applyDiff, formatDocument } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { ccmpRequest, type CcmpKind, type CcmpParts } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { answeredVersion, create, described, inState, textIn, tryRetrieve, versionOf } from '../raw/conference.js';
import { Device } from '../raw/device.js';
import { documentIn, Subscription, xconDiff, xconInfo } from '../raw/subscription.js';
import { headerOf } from '../raw/sip-socket.js';
import { inRoster } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '20' } } });
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const subject = (text: string): string => described(`<info:subject>${text}</info:subject>`);
const freeText = (text: string): string => described(`<info:free-text>${text}</info:free-text>`);
const subjectOf = async (room: MadeRoom): Promise<string | undefined> =>
  textIn(await user('operator').document(room), 'conference-description', 'subject');
const version = async (room: MadeRoom): Promise<number> => versionOf(await user('operator').document(room));

describe('versions', () => {
  it('VER-001 1 at first, one more for each change, whoever makes it', async () => {
    const operator = user('operator');
    const room = await create(operator);
    expect(await version(room)).toBe(1);
    expect(answeredVersion(await operator.update(room, inState('<info:active>true</info:active>')))).toBe(2);
    const alice = await system.join(room.uri, 'alice');
    expect(await version(room)).toBe(3);
    expect((await alice.nickname('"Al"')).status).toBe(200);
    expect(await version(room)).toBe(4);
    expect(answeredVersion(await operator.update(room, subject('Versions')))).toBe(5);
    await alice.leave();
    await expect.poll(() => version(room)).toBe(6);
    // What changes nothing is none.
    expect(answeredVersion(await operator.update(room, subject('Versions')))).toBe(6);
    expect(
      (await operator.tryUpdate(room, described('<info:maximum-user-count>many</info:maximum-user-count>'))).code,
    ).toBe(400);
    expect(await version(room)).toBe(6);
  });

  it('VER-002 changes of different things made from one old version both go in: one and two more', async () => {
    const operator = user('operator');
    const room = await create(operator);
    const [first, second] = await Promise.all([
      operator.update(room, subject('by one')),
      operator.update(room, freeText('by the other')),
    ]);
    expect([first, second].map(answeredVersion).toSorted((a, b) => a - b)).toEqual([2, 3]);
    const document = await operator.document(room);
    expect(versionOf(document)).toBe(3);
    expect(textIn(document, 'conference-description', 'subject')).toBe('by one');
    expect(textIn(document, 'conference-description', 'free-text')).toBe('by the other');
  });

  it('VER-004 with the version it was made from, a change of what has changed since is 409 and tells the version now', async () => {
    const operator = user('operator');
    const room = await create(operator);
    const from = (seen: number, change: string) =>
      operator.ask('conf', {
        confObjID: room.id,
        operation: 'update',
        inner: `<confInfo entity="${room.id}" version="${String(seen)}">${change}</confInfo>`,
      });
    expect(answeredVersion(await from(1, subject('first')))).toBe(2);
    const stale = await from(1, subject('too late'));
    expect([stale.code, answeredVersion(stale)]).toEqual([409, 2]);
    expect(await subjectOf(room)).toBe('first');
    const disjoint = await from(1, freeText('elsewhere'));
    expect([disjoint.code, answeredVersion(disjoint)]).toEqual([200, 3]);
    const fresh = await from(3, subject('seen it'));
    expect([fresh.code, answeredVersion(fresh)]).toEqual([200, 4]);
  });

  it('VER-005 an answer that is lost does no harm: the same again gives the same, a join 409, a deletion 404', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const before = await version(room);
    await lost(operator, 'conf', {
      confObjID: room.id,
      operation: 'update',
      inner: `<confInfo entity="${room.id}">${subject('once')}</confInfo>`,
    });
    await expect.poll(() => subjectOf(room)).toBe('once');
    const once = await operator.document(room);
    const again = await operator.update(room, subject('once'));
    expect(answeredVersion(again)).toBe(before + 1);
    expect(await operator.document(room)).toEqual(once);

    const device = await Device.open('carol');
    const joining: CcmpParts = {
      confObjID: room.id,
      operation: 'create',
      inner: `<userInfo entity="${idOf('carol')}"><info:endpoint entity="${device.uri}"/></userInfo>`,
    };
    await lost(user('carol'), 'user', joining);
    await device.take();
    await expect
      .poll(async () => inRoster(await operator.document(room), idOf('carol'))?.endpoints[0]?.status)
      .toBe('connected');
    const joined = await operator.document(room);
    expect((await user('carol').ask('user', joining)).code).toBe(409);
    expect(await operator.document(room)).toEqual(joined);
    device.destroy();

    await lost(operator, 'conf', { confObjID: room.id, operation: 'delete' });
    await expect.poll(async () => (await tryRetrieve(operator, room.id)).code, { timeout: 5_000 }).toBe(404);
    expect((await operator.ask('conf', { confObjID: room.id, operation: 'delete' })).code).toBe(404);
  });

  it('VER-006 each version a subscriber puts together is what a retrieve at that version showed', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const accept = `${xconInfo}, ${xconDiff}`;
    const watcher = await Subscription.open(await system.caller('operator'), room.uri, { accept });
    let copy = documentIn(await watcher.notify());
    const rebuilt = new Map<number, string>();
    const text = (document: typeof copy): string =>
      formatDocument({ ...document, ns: copy.ns, name: 'conference-info' });
    rebuilt.set(versionOf(copy), text(copy));
    const retrieved = new Map<number, string>();
    const look = async (): Promise<void> => {
      const document = await operator.document(room);
      retrieved.set(versionOf(document), text(document));
    };
    const follow = async (): Promise<void> => {
      const target = await version(room);
      while (versionOf(copy) < target) {
        const notify = await watcher.notify();
        if (headerOf(notify, 'Content-Type') === xconInfo) copy = documentIn(notify);
        else {
          const diff = documentIn(notify);
          const applied = applyDiff(copy, diff);
          if (!applied.ok) throw applied.error;
          copy = applied.value;
          expect(attributeOf(diff, 'entity')).toBe(room.id);
        }
        rebuilt.set(versionOf(copy), text(copy));
      }
    };
    const steps = [
      () => operator.update(room, subject('one')),
      () => system.join(room.uri, 'alice'),
      async () => (await system.join(room.uri, 'bob')).nickname('"Bobby"'),
      () => operator.update(room, inState('<info:locked>true</info:locked>')),
      async () => done(await operator.removeUser(room, idOf('bob'))),
      () => operator.update(room, freeText('the end')),
    ];
    await look();
    for (const step of steps) {
      await step();
      await look();
      await follow();
    }
    const both = [...retrieved].filter(([number]) => rebuilt.has(number));
    expect(both.length).toBeGreaterThanOrEqual(steps.length);
    for (const [number, document] of both) expect(rebuilt.get(number), `version ${String(number)}`).toBe(document);
  });
});

/** Sends a request and hangs up without waiting for its answer. */
async function lost(from: CcmpUser, kind: CcmpKind, parts: CcmpParts): Promise<void> {
  const address = system.stack.address('ccmp', 'CCMP');
  const [host = '', port = ''] = address.split(':');
  const body = ccmpRequest(kind, {
    subject: {
      username: from.name,
      password: from.name,
    },
    confUserID: from.userId,
    ...parts,
  });
  const head = `POST /ccmp HTTP/1.1\r\nHost: ${address}\r\nContent-Type: application/ccmp+xml;charset=UTF-8\r\nAccept: application/ccmp+xml\r\nContent-Length: ${String(Buffer.byteLength(body))}\r\n\r\n`;
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port: Number(port) }, () => {
      socket.end(head + body, () => resolve());
    });
    socket.once('error', reject);
    socket.once('data', () => socket.destroy());
  });
}
