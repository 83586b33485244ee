import { describe, expect, it } from 'vitest';
import { answerInfo, ccmpRequest, postCcmp } from '../raw/ccmp.js';
import { done, type CcmpUser } from '../raw/ccmp-user.js';
import { described, textIn } from '../raw/conference.js';
import { ident, offer } from '../raw/messages.js';
import { receivedBy } from '../raw/received.js';
import { inRoster } from '../raw/roster.js';
import { inUsers, userOf } from '../raw/stage.js';
import { conferenceInfo, documentIn, Subscription, textAt, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { focus: { FOCUS_NOTIFY_PACE_MS: '100' } } });
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const markup = '</info:subject><info:user entity="x"/>]]><script>alert(1)</script>&amp;\'"';

describe('text that pretends to be something else', () => {
  it('SEC-017 a nickname, subject or name with markup in it is text, in every document and notification', async () => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    const nickname = "<b a='1'>&amp;]]>";
    expect((await alice.nickname(`"${nickname}"`)).status).toBe(200);
    await boss().update(
      room,
      described(
        `<info:display-text>${escaped(markup)}</info:display-text><info:subject>${escaped(markup)}</info:subject>`,
      ),
    );
    const answer = done(await user('alice').ask('conf', { confObjID: room.id, operation: 'retrieve' }));
    const document = answerInfo(answer, 'conf', 'confInfo');
    expect(textIn(document, 'conference-description', 'subject')).toBe(markup);
    expect(inRoster(document, idOf('alice'))?.nickname).toBe(nickname);
    expect(answer.text).not.toMatch(/<script|<b /);
    for (const accept of [conferenceInfo, xconInfo]) {
      const watch = await Subscription.open(await system.caller('alice'), room.uri, { accept });
      const { body } = await watch.notify();
      expect(body).not.toMatch(/<script|<b /);
      expect(
        textAt(
          documentIn({ startLine: '', status: 0, method: '', headers: [], body }),
          'conference-description',
          'subject',
        ),
      ).toBe(markup);
    }
  });

  it('SEC-017 a message is passed on octet for octet, whatever stands in it', async () => {
    const room = await boss().room('logged');
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    const text = `${markup}\r\n\r\nMSRP x SEND\r\nTo-Path: ${bob.fromPath}\r\n-------x$\r\n\u0000\u001b[31m`;
    expect((await alice.say(text)).status).toBe(200);
    expect(String((await bob.copy('alert(1)')).body)).toContain(text);
    expect(bob.msrp.frames.filter(({ id }) => id === 'x')).toEqual([]);
    await expect.poll(async () => (await user('bob').history(room.id)).messages.length).toBe(1);
  });

  it.each([
    ['CR and LF', 'Al&#13;&#10;X-Evil: 1'],
    ['a control', 'Al&#x9F;'],
    ['an override of direction', 'Al&#x202E;ecilA'],
  ])('SEC-017 a nickname with %s is refused, by CCMP as by MSRP', async (_what, written) => {
    const room = await boss().room('default');
    const alice = await system.join(room.uri, 'alice');
    const inner = `<userInfo entity="${idOf('alice')}" xcon:nickname="${written}"/>`;
    const answer = await postCcmp(
      `http://${system.stack.address('ccmp', 'CCMP')}/ccmp`,
      ccmpRequest('user', {
        subject: { username: 'alice', password: 'alice' },
        confUserID: idOf('alice'),
        confObjID: room.id,
        operation: 'update',
        inner,
      }),
    );
    expect(answer.code).not.toBe(200);
    expect(inRoster(await boss().document(room), idOf('alice'))?.nickname).toBeUndefined();
    const id = ident();
    const raw = written.replaceAll(/&#x?([0-9A-F]+);/g, (whole, digits: string) =>
      String.fromCodePoint(Number.parseInt(digits, whole.startsWith('&#x') ? 16 : 10)),
    );
    alice.msrp.write(alice.octets({ id, method: 'NICKNAME', headers: [`Use-Nickname: "${raw}"`] }));
    expect((await alice.msrp.answer(id)).status).toBeOneOf([400, 424]);
  });

  it('SEC-017 a subject with line ends makes no header of SIP, MSRP or CPIM', async () => {
    const room = await boss().room(
      'logged',
      described(
        '<info:subject>one&#13;&#10;X-Evil: 1&#13;&#10;&#13;&#10;body</info:subject><info:display-text>two&#13;&#10;X-Evil: 2</info:display-text>',
      ),
    );
    const alice = await system.join(room.uri, 'alice');
    await alice.settled();
    const watch = await Subscription.open(await system.caller('alice'), room.uri, { accept: conferenceInfo });
    await watch.notify();
    for (const { headers } of [...alice.caller.sip.messages, ...watch.caller.sip.messages])
      expect(headers.map(([name]) => name)).not.toContain('X-Evil');
    expect(receivedBy(alice)).not.toContain('\r\nX-Evil');
  });

  it('SEC-017 so does a display name in From, and a nickname in the document of others', async () => {
    const room = await boss().room('default');
    const caller = await system.caller('alice');
    const from = `"a\\"b <sip:boss@localhost>" <${caller.aor}>;tag=${caller.fromTag}`;
    const answer = await caller.invite(room.uri, offer(), { headers: [`From: ${from}`] });
    expect(answer.status).toBe(200);
    await caller.ack(room.uri);
    await system.seated(room.uri, caller, answer, /path:(\S+)/.exec(offer())?.[1] ?? '', { bind: false });
    await expect
      .poll(async () => inRoster(await boss().document(room), idOf('alice'))?.displayText)
      .toBe('a"b <sip:boss@localhost>');
    expect(inRoster(await boss().document(room), idOf('boss'))?.endpoints ?? []).toEqual([]);
  });
});

describe('filters', () => {
  const filtered = (xpathFilter: string): ReturnType<CcmpUser['ask']> =>
    user('bob').ask('confs', { inner: `<xpathFilter>${escaped(xpathFilter)}</xpathFilter>` });

  it('SEC-017 an XPath filter finds nothing in what its sender may not see', async () => {
    const secret = ident(20);
    const entry = (uri: string): string =>
      `<info:entry><info:uri>${uri}</info:uri><xcon:conference-password>${secret}</xcon:conference-password></info:entry>`;
    const room = await boss().room('default', described(`<info:subject>${secret} subject</info:subject>`));
    await boss().update(
      room,
      inUsers('<xcon:deny-users-list><xcon:target uri="sip:yorick@localhost"/></xcon:deny-users-list>'),
    );
    await boss().update(room, described(`<info:conf-uris>${entry(room.uri)}</info:conf-uris>`));
    const hidden = await boss().room(
      'default',
      described(`<info:subject>${secret} subject</info:subject><chat:room-policy secret="true"/>`),
    );
    expect(
      done(await filtered(`/conference-info[contains(conference-description/subject,'${secret}')]`)).text,
    ).not.toContain(hidden.id);
    for (const probe of [
      `/conference-info[conference-description/conf-uris/entry/conference-password='${secret}']`,
      `/conference-info[contains(.,'yorick')]`,
      `/conference-info[users/deny-users-list/target/@uri='sip:yorick@localhost']`,
      `//target[@uri='sip:yorick@localhost']`,
      `//*[contains(.,'${secret}') and not(contains(.,'subject'))]`,
    ]) {
      const answer = await filtered(probe);
      expect([probe, answer.code]).toEqual([probe, expect.toBeOneOf([200, 400])]);
      expect([probe, answer.text.includes(room.id), answer.text.includes(hidden.id)]).toEqual([probe, false, false]);
    }
  });

  it.each([
    "']|//user|/a['",
    "document('file:///etc/passwd')",
    'unparsed-text("/etc/passwd")',
    '//user[$x]',
    'id("x")/..',
    'system-property("xsl:vendor")',
    `${'('.repeat(40)}1${')'.repeat(40)}`,
    '//*[//*[//*[//*[//*[//*[//*]]]]]]',
    "concat('a', '",
    '',
  ])('SEC-017 a filter like %s is no way out: an error, or nothing more than one may see, and soon', async (text) => {
    const beganMs = performance.now();
    const answer = await filtered(text);
    expect(answer.code).toBeOneOf([200, 400, 510]);
    expect(answer.text).not.toContain('root:');
    expect(performance.now() - beganMs).toBeLessThan(3_000);
  });
});
