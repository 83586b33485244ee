import { attributeOf } from '@plenary/wire/xml';
import { afterAll, describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { answeredVersion, described, inDocument, mediaIn, textIn, urisIn, versionOf } from '../raw/conference.js';
import { askOver, Device } from '../raw/device.js';
import { cpim, ident } from '../raw/messages.js';
import { postAs, printed, tokenSettings } from '../raw/printed.js';
import { inRoster, rosterOf, targetsOf } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

const registrar = await Device.open('registrar');
const [, registrarAddress = ''] = registrar.uri.split('@');
const domain = 'example.com';
const system = useSystem({
  domain,
  settings: {
    ccmp: tokenSettings,
    focus: { FOCUS_OUTBOUND_PROXY: `sip:${registrarAddress};transport=udp;lr` },
    'room-state': { ROOM_STATE_SWEEP_MS: '50ms' },
  },
});
afterAll(() => registrar.destroy());
const address = (): string => system.stack.address('ccmp', 'CCMP');
const user = (name: string): CcmpUser => new CcmpUser(address(), name, domain);
const alice = (text: string): Promise<CcmpAnswer> => postAs(address(), 'alice', text);
const idOf = (answer: CcmpAnswer): string => answerText(answer, 'confObjID') ?? '';

describe('RFC 6504 §5.3 and §5.4, creation with information and cloning', () => {
  /** As printed, with its times brought to now: the conference starts `startMs` from now. */
  function dialOutConference(startMs: number, replaced: Readonly<Record<string, string>> = {}): string {
    const nowMs = Date.now();
    const at = (ms: number): string => new Date(nowMs + ms).toISOString();
    const basic = (ms: number): string => at(ms).replaceAll(/[-:]|\.\d+/g, '');
    const hourMs = 3_600_000;
    const more = '</info:entry><info:entry label="AUTO_GENERATE_3"><info:type>message</info:type></info:entry>';
    return printed('rfc6504/11-conf-request-create', {
      'DTSTART:20100127T143000Z': `DTSTART:${basic(startMs)}`,
      'DTEND: 20100127T163000Z': `DTEND:${basic(startMs + 2 * hourMs)}`,
      '2010-01-27T14:29:00Z': at(startMs),
      '2010-01-27T16:31:00Z': at(startMs + 2 * hourMs),
      '2010-01-27T15:30:00Z': at(startMs + hourMs),
      '</info:entry>': more,
      ...replaced,
    });
  }

  it('FLOW-5.3 CCMP-030 CONF-014 as printed, but for its times: a reservation with the asked times and people, no placeholder left', async () => {
    const made = done(await alice(dialOutConference(3_600_000)));
    expect(answeredVersion(made)).toBe(1);
    const id = idOf(made);
    const seen = done(await user('alice').ask('conf', { confObjID: id, operation: 'retrieve' }));
    expect(seen.text).not.toContain('AUTO_GENERATE');
    const document = answerInfo(seen, 'conf', 'confInfo');
    expect(attributeOf(document, 'entity')).toBe(id);
    expect(textIn(document, 'conference-state', 'active')).toBe('false');
    expect(textIn(document, 'conference-description', 'display-text')).toBe('Dial-out conference initiated by Alice');
    expect(targetsOf(document, 'allowed-users-list')).toEqual([
      'xcon-userid:alice@example.com',
      'sip:bob83@example.com',
      'sip:carol@example.com',
    ]);
    expect(inDocument(document, 'conference-description', 'conference-time')).toBeDefined();
  });

  it('FLOW-5.3 CONF-015 CONF-016 CONF-019 at its start the focus calls the three; messages pass once the moderator is in; later nobody joins', async () => {
    done(await user('bob83').ask('confs'));
    const made = done(await alice(dialOutConference(-1_000)));
    const id = idOf(made);
    const invites = await registrar.invitesFrom(urisIn(answerInfo(made, 'conf', 'confInfo'))[0] ?? '', 3);
    const called = invites.map(({ startLine }) => /sip:([^@]*)@/.exec(startLine)?.[1] ?? '');
    expect(called.toSorted()).toEqual(['alice', 'bob83', 'carol']);
    const accept = async (name: string): ReturnType<Device['accept']> => {
      const invite = invites[called.indexOf(name)];
      if (invite === undefined) throw new Error(`${name} was not called`);
      return registrar.accept(invite);
    };
    const bob = await accept('bob83');
    const connected = async (): Promise<string[]> =>
      rosterOf(await user('alice').document({ id })).flatMap(({ entity, endpoints }) =>
        endpoints.some(({ status }) => status === 'connected') ? [entity] : [],
      );
    await expect.poll(connected).toEqual([user('bob83').userId]);
    const before = await user('alice').document({ id });
    expect(textIn(before, 'conference-state', 'active')).toBe('true');
    const room = urisIn(before)[0] ?? '';
    const says = async (text: string): Promise<number> => {
      const body = cpim({ from: `sip:bob83@${domain}`, to: room, text });
      return (await askOver(bob.msrp, { ...bob, headers: [`Message-ID: ${ident()}`], body })).status;
    };
    // Media starts with a moderator, and none is there.
    expect(await says('anybody?')).toBe(403);
    const hers = await accept('alice');
    await expect.poll(connected).toHaveLength(2);
    expect(versionOf(await user('alice').document({ id }))).toBeGreaterThan(versionOf(before));
    await expect.poll(() => says('welcome')).toBe(200);
    await hers.msrp.next((frame) => frame.body?.includes('welcome') === true);
    expect(hers.msrp.frames.some((frame) => frame.body?.includes('anybody?') === true)).toBe(false);
  });

  it('FLOW-5.3 CONF-015 after the last time to join nobody comes in: 409 by CCMP, and refused by SIP', async () => {
    done(await user('dan').ask('confs'));
    const made = done(await alice(dialOutConference(-3_600_000 - 60_000)));
    const id = idOf(made);
    const inner = `<userInfo entity="${user('dan').userId}"/>`;
    expect((await user('dan').ask('user', { confObjID: id, operation: 'create', inner })).code).toBe(409);
    const room = urisIn(answerInfo(made, 'conf', 'confInfo'))[0] ?? '';
    await expect(system.join(room, 'dan')).rejects.toThrow(/refused/);
    expect(inRoster(await user('alice').document({ id }), user('dan').userId)).toBeUndefined();
  });

  it('FLOW-5.3 CONF-012 CONF-016 at its end everybody is out and the conference waits for its next week', async () => {
    const made = done(await alice(dialOutConference(-7_200_000 + 1_500)));
    const id = idOf(made);
    const [invite] = await registrar.invitesFrom(urisIn(answerInfo(made, 'conf', 'confInfo'))[0] ?? '', 1);
    expect(invite?.method).toBe('INVITE');
    const active = async (): Promise<string | undefined> =>
      textIn(await user('alice').document({ id }), 'conference-state', 'active');
    expect(await active()).toBe('true');
    await expect.poll(active, { timeout: 5_000 }).toBe('false');
    expect(rosterOf(await user('alice').document({ id })).flatMap(({ endpoints }) => endpoints)).toEqual([]);
  });

  it('FLOW-5.3 CCMP-031 CCMP-032 CCMP-041 a placeholder of another domain is 427; one in a name, or a broken calendar, 400', async () => {
    const create = (replaced: Readonly<Record<string, string>>): Promise<number> =>
      alice(dialOutConference(3_600_000, replaced)).then(({ code }) => code);
    expect(await create({ 'xcon:AUTO_GENERATE_1@example.com': 'xcon:AUTO_GENERATE_1@other.example' })).toBe(427);
    expect(await create({ 'info:maximum-user-count': 'info:AUTO_GENERATE_4' })).toBe(400);
    expect(await create({ 'BEGIN:VEVENT': 'BEGIN:NONSENSE' })).toBe(400);
  });

  it('FLOW-5.4 CCMP-066 CONF-005 CONF-006 CONF-007 as printed: a clone has its parent’s people and media, and is its own', async () => {
    const reserved = idOf(done(await alice(dialOutConference(3_600_000))));
    const named = { 'xcon:6845432@example.com': reserved };
    const made = done(await alice(printed('rfc6504/13-conf-request-create', named)));
    const clone = answerInfo(made, 'conf', 'confInfo');
    expect(answeredVersion(made)).toBe(1);
    expect(textIn(clone, 'conference-description', 'cloning-parent')).toBe(reserved);
    expect(targetsOf(clone, 'allowed-users-list')).toEqual(
      expect.arrayContaining(['xcon-userid:alice@example.com', 'sip:bob83@example.com', 'sip:carol@example.com']),
    );
    const parent = await user('alice').document({ id: reserved });
    expect(mediaIn(clone).map(({ type }) => type)).toEqual(mediaIn(parent).map(({ type }) => type));
    expect(mediaIn(clone).map(({ label }) => label)).not.toEqual(mediaIn(parent).map(({ label }) => label));
    await user('alice').update({ id: reserved, uri: '' }, described('<info:display-text>Changed</info:display-text>'));
    expect(textIn(await user('alice').document({ id: idOf(made) }), 'conference-description', 'display-text')).toBe(
      'Dial-out conference initiated by Alice',
    );
    expect(versionOf(await user('alice').document({ id: reserved }))).toBe(2);
    expect((await alice(printed('rfc6504/13-conf-request-create', { 'xcon:6845432@': 'xcon:6845433@' }))).code).toBe(
      404,
    );
  });

  it('FLOW-5.4 CCMP-048 CCMP-049 SEC-007 Q13 Q22 a protected parent wants its password, a secret one is not there, an active one is 403', async () => {
    const reserved = idOf(done(await alice(dialOutConference(3_600_000))));
    const text = printed('rfc6504/13-conf-request-create', { 'xcon:6845432@example.com': reserved });
    const uri = urisIn(await user('alice').document({ id: reserved }))[0] ?? '';
    const room = { id: reserved, uri };
    const locked = `<info:conf-uris><info:entry><info:uri>${uri}</info:uri><xcon:conference-password>8601</xcon:conference-password></info:entry></info:conf-uris>`;
    await user('alice').update(room, described(`${locked}<chat:room-policy secret="true"/>`));
    const withPassword = (password: string): string =>
      text.replace('</operation>', `</operation><conference-password>${password}</conference-password>`);
    expect((await alice(text)).code).toBe(423);
    expect((await alice(withPassword('1234'))).code).toBe(422);
    const made = done(await alice(withPassword('8601')));
    expect(made.text).not.toContain('8601');
    done(await user('mallory').ask('confs'));
    const hers = text.replace('xcon-userid:Alice@', 'xcon-userid:mallory@');
    expect((await postAs(address(), 'mallory', hers)).code).toBe(404);
    const active = await user('alice').ask('conf', {
      confObjID: reserved,
      operation: 'update',
      conferencePassword: '8601',
      inner: `<confInfo entity="${reserved}"><info:conference-state><info:active>true</info:active></info:conference-state></confInfo>`,
    });
    done(active);
    expect((await alice(withPassword('8601'))).code).toBe(403);
  });
});
