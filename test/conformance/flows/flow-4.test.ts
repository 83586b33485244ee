import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyDiff } from '@plenary/xcon';
import { afterAll, describe, expect, it } from 'vitest';
import { RawHttp, rawPost } from '../../integration/ccmp/raw-http.js';
import { ccmpNamespace } from '../raw/ccmp.js';
import { ccmpSchemaFaults } from '../raw/ccmp-schema.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { answeredVersion, versionOf } from '../raw/conference.js';
import { makeCertificate, postOverTls } from '../raw/certificate.js';
import { startCcmp } from '../raw/pod.js';
import { postAs, printed, tokenOf, tokenSettings } from '../raw/printed.js';
import { headerOf } from '../raw/sip-socket.js';
import { conferenceInfo, documentIn, Subscription, userIn, xconDiff, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const domain = 'example.com';
const system = useSystem({ domain, settings: { ccmp: tokenSettings, focus: { FOCUS_NOTIFY_PACE_MS: '0ms' } } });
const folder = mkdtempSync(join(tmpdir(), 'plenary-flow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name, domain);
const blueprint = { 'xcon:AudioRoom@example.com': `xcon:default@${domain}` };
const text = printed('rfc6504/01-blueprint-request-retrieve', blueprint);

describe('RFC 6504 §4.2, one exchange', () => {
  it('FLOW-4.2 CCMP-001 CCMP-002 CCMP-020 CCMP-021 CCMP-063 as printed, over TLS: the whole blueprint, in the spelling of the request', async () => {
    const certificate = await makeCertificate(folder, 'server');
    const pod = await startCcmp(system, {
      ...tokenSettings,
      CCMP_TLS_CERTIFICATE: certificate.path,
      CCMP_TLS_KEY: certificate.keyPath,
    });
    const authorization = `Bearer ${tokenOf('alice')}`;
    const answer = await postOverTls(pod.httpsPort ?? 0, text, { trusted: certificate.path, authorization });
    await pod.stop();
    expect(answer.status).toBe(200);
    expect(answer.contentType).toBe('application/ccmp+xml;charset=UTF-8');
    expect(answer.text).toContain('"urn:ietf:params:xml:ns:xcon:ccmp"');
    expect(answer.text).toContain('<response-code>200<');
    expect(answer.text).toContain(`entity="xcon:default@${domain}"`);
    expect(ccmpSchemaFaults(answer.text)).toEqual([]);
  });

  it('FLOW-4.2 CCMP-020 in the registered spelling the answer is in that', async () => {
    const registered = text.replace('urn:ietf:params:xml:ns:xcon:ccmp', ccmpNamespace);
    expect(done(await postAs(address(), 'alice', registered)).text).toContain(`"${ccmpNamespace}"`);
  });

  it('FLOW-4.2 CCMP-003 CCMP-006 CCMP-009 with the head RFC 6504 prints, without Accept and as text/xml, it is 406', async () => {
    const url = `http://${address()}/ccmp`;
    const http = new RawHttp(url);
    http.send(rawPost(url, text, { 'Content-Type': 'text/xml', Accept: '' }));
    const answer = await http.next();
    http.close();
    expect([answer?.status, answer?.body]).toEqual([406, '']);
  });

  it('FLOW-4.2 CCMP-044 a conference, and nothing at all, are no blueprints: 404', async () => {
    for (const confObjID of [`xcon:lobby@${domain}`, `xcon:nothing@${domain}`]) {
      const asked = printed('rfc6504/01-blueprint-request-retrieve', { 'xcon:AudioRoom@example.com': confObjID });
      expect((await postAs(address(), 'alice', asked)).code).toBe(404);
    }
  });
});

describe('RFC 6504 §4.3, notification of a change', () => {
  const endpoint = '<info:endpoint entity="sip:device@192.0.2.1"/>';

  /** userRequest/create of somebody the system knows. */
  async function adds(room: MadeRoom, name: string): Promise<number> {
    done(await user(name).ask('confs'));
    return answeredVersion(done(await user('alice').addUser(room, user(name).userId, endpoint)));
  }

  it('FLOW-4.3 NOTIF-001 NOTIF-002 NOTIF-003 NOTIF-004 VER-006 a watcher’s copy is the document at every version, a legacy watcher hears in its own format', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const accept = `${xconInfo}, ${xconDiff}`;
    const watcher = await Subscription.open(await system.caller('alice'), room.uri, { accept, expires: 600 });
    const legacy = await Subscription.open(await system.caller('alice'), room.uri, {
      accept: conferenceInfo,
      expires: 600,
    });
    expect([watcher.answer.status, legacy.answer.status]).toEqual([200, 200]);
    const first = await watcher.notify();
    expect(headerOf(first, 'Content-Type')).toContain(xconInfo);
    let copy = documentIn(first);
    expect(versionOf(copy)).toBe(versionOf(await alice.document(room)));
    await legacy.notify();

    const version = await adds(room, 'bob');
    expect(version).toBe(versionOf(copy) + 1);
    const change = await watcher.notify();
    expect(headerOf(change, 'Content-Type')).toContain(xconDiff);
    const applied = applyDiff(copy, documentIn(change));
    if (!applied.ok) throw applied.error;
    copy = applied.value;
    expect(versionOf(copy)).toBeGreaterThanOrEqual(version);
    expect(userIn(copy, user('bob').userId)).toBeDefined();
    expect(headerOf(await legacy.until('bob'), 'Content-Type')).toContain(conferenceInfo);
  });

  it('FLOW-4.3 NOTIF-005 while the subscriber owes an answer nothing comes; then one change with all of it; a refresh brings the whole', async () => {
    const alice = user('alice');
    const room = await alice.room('default');
    const accept = `${xconInfo}, ${xconDiff}`;
    const watcher = await Subscription.open(await system.caller('alice'), room.uri, { accept, expires: 600 });
    let copy = documentIn(await watcher.notify());
    const subject = (value: string): string =>
      `<info:conference-description><info:subject>${value}</info:subject></info:conference-description>`;
    const apply = (diff: ReturnType<typeof documentIn>): void => {
      const applied = applyDiff(copy, diff);
      if (!applied.ok) throw applied.error;
      copy = applied.value;
    };
    await alice.update(room, subject('first'));
    const unanswered = await watcher.notify({ status: undefined });
    apply(documentIn(unanswered));
    await alice.update(room, subject('second'));
    const last = await alice.update(
      room,
      '<info:conference-description><info:free-text>third</info:free-text></info:conference-description>',
    );
    await watcher.caller.accept(unanswered);
    const notify = await watcher.notify();
    expect(notify.body).toContain('second');
    expect(notify.body).toContain('third');
    apply(documentIn(notify));
    expect(versionOf(copy)).toBe(answeredVersion(last));
    expect(copy).toEqual(
      await alice.document(room).then((document) => ({ ...document, ns: copy.ns, name: copy.name })),
    );
    await watcher.again({ accept, expires: 600 });
    const whole = await watcher.notify();
    expect(headerOf(whole, 'Content-Type')).toContain(xconInfo);
    expect(versionOf(documentIn(whole))).toBe(versionOf(copy));
  });
});
