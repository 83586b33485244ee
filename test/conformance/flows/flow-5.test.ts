import { attributeOf } from '@plenary/wire/xml';
import { afterAll, describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { answeredVersion, described, inDocument, mediaIn, textIn, urisIn, versionOf } from '../raw/conference.js';
import { askOver, callIdOf, Device } from '../raw/device.js';
import { cpim, ident } from '../raw/messages.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { postAs, printed, tokenSettings } from '../raw/printed.js';
import { inRoster, rosterOf, targetsOf } from '../raw/roster.js';
import { headerOf, type SipText } from '../raw/sip-socket.js';
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

/** A blueprint as RFC 6504 prints it, with the labels the schema of RFC 6501 wants, and what chat has beside it. */
async function blueprint(displayText: string, media: string, floors = '', more = ''): Promise<string> {
  const inner = `<blueprintInfo entity="xcon:AUTO_GENERATE_1@${domain}">
    ${described(`<info:display-text>${displayText}</info:display-text><info:free-text>${displayText}</info:free-text><info:maximum-user-count>4</info:maximum-user-count><info:available-media>${media}</info:available-media>${more}`)}
    ${floors}</blueprintInfo>`;
  const asked = { confObjID: `xcon:default@${domain}`, operation: 'create', inner };
  return idOf(done(await user('operator').ask('blueprint', asked)));
}
/** The first `count` calls out of a room, each once. */
async function invitesFrom(room: string, count: number): Promise<readonly SipText[]> {
  const calls = new Map<string, SipText>();
  while (calls.size < count) {
    const invite = await registrar.invite();
    if (headerOf(invite, 'From')?.includes(room) === true && !calls.has(callIdOf(invite))) calls.set(callIdOf(invite), invite);
  }
  return [...calls.values()];
}

const medium = (label: string, type: string): string =>
  `<info:entry label="${label}"><info:type>${type}</info:type></info:entry>`;
const floorsOf = (...labels: readonly string[]): string =>
  `<xcon:floor-information><xcon:floor-request-handling>confirm</xcon:floor-request-handling><xcon:conference-floor-policy>${labels
    .map((label) => `<xcon:floor id="${label}"><xcon:media-label>${label}</xcon:media-label></xcon:floor>`)
    .join('')}</xcon:conference-floor-policy></xcon:floor-information>`;

describe('RFC 6504 §5.1, basic creation', () => {
  it('FLOW-5.1 CCMP-067 CONF-004 CONF-012 CONF-019 CHAT-X-002 XCON-019 as printed: a conference, its creator called, active with the answer', async () => {
    await system.account('alice', 'alice', ['sip:alice@home.example.net']);
    const made = done(await alice(printed('rfc6504/03-conf-request-create')));
    expect(answerText(made, 'confUserID')?.toLowerCase()).toBe('xcon-userid:alice@example.com');
    expect([answerText(made, 'operation'), answeredVersion(made)]).toEqual(['create', 1]);
    const id = idOf(made);
    expect(id).toMatch(/^xcon:[0-9a-z]{26,}@example\.com$/);
    const info = answerInfo(made, 'conf', 'confInfo');
    expect(attributeOf(info, 'entity')).toBe(id);
    expect(textIn(info, 'conference-state', 'active')).toBe('false');
    expect(targetsOf(info as never, 'allowed-users-list')).toEqual(['xcon-userid:alice@example.com']);
    expect(rosterOf(info)).toMatchObject([{ entity: 'xcon-userid:alice@example.com', roles: ['administrator'] }]);
    expect(urisIn(info)).toHaveLength(1);
    expect((await user('alice').ask('confs')).text).toContain(id);
    const [invite] = await invitesFrom(urisIn(info)[0] ?? '', 1);
    await registrar.accept(invite as SipText);
    await expect
      .poll(async () => {
        const document = await user('alice').document({ id });
        return [textIn(document, 'conference-state', 'active'), rosterOf(document)[0]?.endpoints[0]?.status];
      })
      .toEqual(['true', 'connected']);
    const document = await user('alice').document({ id });
    expect(versionOf(document)).toBeGreaterThan(1);
    const [row] = await system.query('select chat_id from room_state.endpoints join room_state.rooms on rooms.id = room_id where xcon_uri = $1', [id]);
    expect(rosterOf(document)[0]?.endpoints[0]?.entity).toBe(row?.['chat_id']);
  });

  it('FLOW-5.1 SEC-005 who may not create gets 401 and no conference; beyond the quota it is 511', async () => {
    const state = await startRoomState(system, {
      ROOM_STATE_CREATE_BY: 'listed',
      ROOM_STATE_CREATORS: `sip:carol@${domain}`,
      ROOM_STATE_ROOMS_PER_USER_MAX: '1',
    });
    const pod = await startCcmp(system, { ...tokenSettings, CCMP_ROOM_STATE_ADDRESS: state.address });
    const as = (name: string): Promise<CcmpAnswer> =>
      postAs(pod.address, name, printed('rfc6504/03-conf-request-create', { 'xcon-userid:Alice@': `xcon-userid:${name}@` }));
    const before = (await user('operator').ask('confs')).text;
    const refused = await as('mallory');
    const first = await as('carol');
    const second = await as('carol');
    await pod.stop();
    await state.stop();
    expect([refused.code, idOf(refused), first.code, second.code, idOf(second)]).toEqual([401, '', 200, 511, '']);
    const uris = (text: string): number => text.split('<info:uri>').length;
    expect(uris((await user('operator').ask('confs')).text)).toBe(uris(before) + 1);
  });
});

describe('RFC 6504 §5.2, creation from a blueprint', () => {
  it('FLOW-5.2 CCMP-060 CCMP-061 CCMP-063 CCMP-066 CONF-002 CONF-007 FLOOR-001 FLOOR-002 as printed: found by filter, looked at, cloned', async () => {
    const audio = await blueprint('AudioRoom', medium('1', 'audio'));
    const video = await blueprint('VideoRoom', medium('1', 'audio') + medium('2', 'video'), floorsOf('1', '2'), '<chat:room-policy password-protected="true"/>');
    const second = await blueprint('VideoConference1', medium('1', 'audio') + medium('2', 'video'));
    const list = done(await alice(printed('rfc6504/05-blueprints-request')));
    const listed = [...list.text.matchAll(/<info:uri>([^<]*)</g)].map(([, uri]) => uri);
    expect(listed.toSorted()).toEqual([video, second].toSorted());
    expect(list.text).toContain('<info:display-text>VideoRoom<');
    expect(list.text).toContain('<info:purpose>VideoRoom<');
    expect(listed).not.toContain(audio);
    const broken = await alice(printed('rfc6504/05-blueprints-request', { "type='video']": "type='video'" }));
    expect(broken.code).toBe(400);

    const named = { 'xcon:VideoRoom@example.com': video };
    const seen = done(await alice(printed('rfc6504/07-blueprint-request-retrieve', named)));
    const document = answerInfo(seen, 'blueprint', 'blueprintInfo');
    expect(attributeOf(document, 'entity')).toBe(video);
    expect(textIn(document, 'floor-information', 'floor-request-handling')).toBe('confirm');
    expect(seen.text).not.toContain('conference-password');

    const made = done(await alice(printed('rfc6504/09-conf-request-create', named)));
    const clone = answerInfo(made, 'conf', 'confInfo');
    expect([answeredVersion(made), idOf(made) === video]).toEqual([1, false]);
    const labels = mediaIn(clone).filter(({ type }) => type !== 'message').map(({ label }) => label);
    const floorLabels = [...made.text.matchAll(/<xcon:media-label>([^<]*)</g)].map(([, label]) => label);
    expect(labels).toHaveLength(2);
    expect(labels).not.toContain('1');
    expect(floorLabels.toSorted()).toEqual(labels.toSorted());
    // The blueprint says that a password is wanted: one is made, and shown in this answer alone.
    const password = /<xcon:conference-password>([^<]*)</.exec(made.text)?.[1] ?? '';
    expect(password).not.toBe('');
    const again = await user('alice').ask('conf', { confObjID: idOf(made), operation: 'retrieve', conferencePassword: password });
    expect(done(again).text).not.toContain('conference-password');

    const both = printed('rfc6504/09-conf-request-create', { ...named, '<ccmp:confRequest/>': `<ccmp:confRequest><confInfo entity="xcon:AUTO_GENERATE_1@${domain}"/></ccmp:confRequest>` });
    expect((await alice(both)).code).toBe(400);
    const update = printed('rfc6504/07-blueprint-request-retrieve', {
      ...named,
      'retrieve': 'update',
      '<ccmp:blueprintRequest/>': `<ccmp:blueprintRequest><blueprintInfo entity="${video}">${described('<info:display-text>Mine</info:display-text>')}</blueprintInfo></ccmp:blueprintRequest>`,
    });
    expect((await alice(update)).code).toBe(403);
    expect((await alice(printed('rfc6504/07-blueprint-request-retrieve', named))).text).not.toContain('Mine');
  });
});

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
    expect(targetsOf(document as never, 'allowed-users-list')).toEqual([
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
    const invites = await invitesFrom(urisIn(answerInfo(made, 'conf', 'confInfo'))[0] ?? '', 3);
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
    const [invite] = await invitesFrom(urisIn(answerInfo(made, 'conf', 'confInfo'))[0] ?? '', 1);
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
    expect(targetsOf(clone as never, 'allowed-users-list')).toEqual(
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
    expect((await alice(printed('rfc6504/13-conf-request-create', { 'xcon:6845432@': 'xcon:6845433@' }))).code).toBe(404);
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
      ...{ confObjID: reserved, operation: 'update', conferencePassword: '8601' },
      inner: `<confInfo entity="${reserved}"><info:conference-state><info:active>true</info:active></info:conference-state></confInfo>`,
    });
    done(active);
    expect((await alice(withPassword('8601'))).code).toBe(403);
  });
});
