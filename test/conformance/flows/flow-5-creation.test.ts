import { attributeOf } from '@plenary/wire/xml';
import { afterAll, describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { answeredVersion, described, mediaIn, textIn, urisIn, versionOf } from '../raw/conference.js';
import { Device } from '../raw/device.js';
import { startCcmp, startRoomState } from '../raw/pod.js';
import { postAs, printed, tokenSettings } from '../raw/printed.js';
import { rosterOf, targetsOf } from '../raw/roster.js';
import { type SipText } from '../raw/sip-socket.js';
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
    expect(targetsOf(info, 'allowed-users-list')).toEqual(['xcon-userid:alice@example.com']);
    expect(rosterOf(info)).toMatchObject([{ entity: 'xcon-userid:alice@example.com', roles: ['administrator'] }]);
    expect(urisIn(info)).toHaveLength(1);
    expect((await user('alice').ask('confs')).text).toContain(id);
    const [invite] = await registrar.invitesFrom(urisIn(info)[0] ?? '', 1);
    await registrar.accept(invite as SipText);
    await expect
      .poll(async () => {
        const document = await user('alice').document({ id });
        return [textIn(document, 'conference-state', 'active'), rosterOf(document)[0]?.endpoints[0]?.status];
      })
      .toEqual(['true', 'connected']);
    const document = await user('alice').document({ id });
    expect(versionOf(document)).toBeGreaterThan(1);
    const [row] = await system.query(
      'select chat_id from room_state.endpoints join room_state.rooms on rooms.id = room_id where xcon_uri = $1',
      [id],
    );
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
      postAs(
        pod.address,
        name,
        printed('rfc6504/03-conf-request-create', { 'xcon-userid:Alice@': `xcon-userid:${name}@` }),
      );
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
    const video = await blueprint(
      'VideoRoom',
      medium('1', 'audio') + medium('2', 'video'),
      floorsOf('1', '2'),
      '<chat:room-policy password-protected="true"/>',
    );
    const second = await blueprint('VideoConference1', medium('1', 'audio') + medium('2', 'video'));
    const list = done(await alice(printed('rfc6504/05-blueprints-request')));
    const listed = [...list.text.matchAll(/<info:uri>([^<]*)</g)].map(([, uri]) => uri);
    expect(new Set(listed)).toEqual(new Set([video, second]));
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
    const labels = mediaIn(clone)
      .filter(({ type }) => type !== 'message')
      .map(({ label }) => label);
    const floorLabels = [...made.text.matchAll(/<xcon:media-label>([^<]*)</g)].map(([, label]) => label);
    expect(labels).toHaveLength(2);
    expect(labels).not.toContain('1');
    expect(new Set(floorLabels)).toEqual(new Set(labels));
    // The blueprint says that a password is wanted: one is made, and shown in this answer alone.
    const password = /<xcon:conference-password>([^<]*)</.exec(made.text)?.[1] ?? '';
    expect(password).not.toBe('');
    const again = await user('alice').ask('conf', {
      confObjID: idOf(made),
      operation: 'retrieve',
      conferencePassword: password,
    });
    expect(done(again).text).not.toContain('conference-password');

    const both = printed('rfc6504/09-conf-request-create', {
      ...named,
      '<ccmp:confRequest/>': `<ccmp:confRequest><confInfo entity="xcon:AUTO_GENERATE_1@${domain}"/></ccmp:confRequest>`,
    });
    expect((await alice(both)).code).toBe(400);
    const update = printed('rfc6504/07-blueprint-request-retrieve', {
      ...named,
      retrieve: 'update',
      '<ccmp:blueprintRequest/>': `<ccmp:blueprintRequest><blueprintInfo entity="${video}">${described('<info:display-text>Mine</info:display-text>')}</blueprintInfo></ccmp:blueprintRequest>`,
    });
    expect((await alice(update)).code).toBe(403);
    expect((await alice(printed('rfc6504/07-blueprint-request-retrieve', named))).text).not.toContain('Mine');
  });
});
