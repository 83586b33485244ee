import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerInfo, answerText, type CcmpAnswer } from '../raw/ccmp.js';
import { CcmpUser, done } from '../raw/ccmp-user.js';
import { answeredVersion, described, textIn } from '../raw/conference.js';
import { startCcmp, startRoomState, type Pod } from '../raw/pod.js';
import { postAs, printed, tokenSettings } from '../raw/printed.js';
import { rosterUser, targetsOf } from '../raw/roster.js';
import { useSystem } from '../raw/system.js';

const domain = 'example.com';
const system = useSystem({
  domain,
  settings: { ccmp: tokenSettings, 'room-state': { ROOM_STATE_CALL_REPEAT_MS: '60s' } },
});
const own = (): string => system.stack.address('ccmp', 'CCMP');
const pods: Pod[] = [];
let other = '';
beforeAll(async () => {
  // Nobody takes the calls that are asked for: nothing but the requests changes the conference.
  await system.stack.stopService('focus');
  const state = await startRoomState(system, { ROOM_STATE_CALL_REPEAT_MS: '60s' });
  const pod = await startCcmp(system, { ...tokenSettings, CCMP_ROOM_STATE_ADDRESS: state.address });
  pods.push(pod, state);
  other = pod.address;
}, 60_000);
afterAll(async () => {
  for (const pod of pods) await pod.stop();
});

/** The sequence of RFC 6503 §6 as it is printed, each request to the pod whose turn it is. */
async function sequence(addresses: readonly string[]): Promise<void> {
  const inner = `<blueprintInfo entity="xcon:AUTO_GENERATE_1@${domain}">${described('<info:display-text>AudioRoom</info:display-text>')}</blueprintInfo>`;
  const asked = { confObjID: `xcon:default@${domain}`, operation: 'create', inner };
  const blueprint =
    answerText(done(await new CcmpUser(own(), 'operator', domain).ask('blueprint', asked)), 'confObjID') ?? '';
  let turn = 0;
  const alice = (name: string, replaced: Readonly<Record<string, string>> = {}): Promise<CcmpAnswer> =>
    postAs(addresses[turn++ % addresses.length] ?? '', 'alice', printed(`rfc6503/${name}`, replaced));
  const audioRoom = { 'xcon:AudioRoom@example.com': blueprint };

  expect(done(await alice('01-blueprints-request')).text).toContain(`<info:uri>${blueprint}<`);
  const seen = done(await alice('03-blueprint-request-retrieve', audioRoom));
  expect([answeredVersion(seen), answerText(seen, 'confObjID')]).toEqual([1, blueprint]);

  const made = done(await alice('05-conf-request-create', audioRoom));
  expect(answeredVersion(made)).toBe(1);
  const id = answerText(made, 'confObjID') ?? '';
  const conference = { 'xcon:8977794@example.com': id };

  const titled = done(await alice('07-conf-request-update', conference));
  expect([answeredVersion(titled), answerText(titled, 'operation')]).toEqual([2, 'update']);

  const listed = done(await alice('09-users-request-update', conference));
  expect([answeredVersion(listed), answerText(listed, 'operation')]).toEqual([3, 'update']);
  expect(answerInfo(listed, 'users', 'usersInfo')).toBeUndefined();

  const joined = done(await alice('11-user-request-create', conference));
  expect(answeredVersion(joined)).toBe(4);

  const added = done(await alice('13-user-request-create', conference));
  expect(answeredVersion(added)).toBe(5);
  const ciccio = answerInfo(added, 'user', 'userInfo');
  if (ciccio === undefined) throw new Error('no userInfo');
  expect(rosterUser(ciccio).entity).toMatch(/^xcon-userid:(?!auto_generate)[^@]+@example\.com$/i);
  expect(added.text).not.toContain('AUTO_GENERATE');

  const document = await new CcmpUser(own(), 'alice', domain).document({ id });
  expect(textIn(document, 'conference-description', 'display-text')).toBe("Alice's conference");
  expect(targetsOf(document, 'allowed-users-list')).toEqual([
    'xmpp:cicciolo@pippozzo.com',
    'tel:+1-972-555-1234',
    'sip:Carol@example.com',
  ]);
  // Method "dial out" is taken for "dial-out".
  expect(JSON.stringify(document)).toContain('"dial-out"');

  const options = done(await alice('15-options-request'));
  expect(answerText(options, 'operation')).toBeUndefined();
  expect(options.text).toContain('<name>confRequest</name>');

  // The extension RFC 6503 makes up is not one of ours.
  expect((await alice('17-extended-request-retrieve', conference)).code).toBe(501);
  const history = done(
    await alice('17-extended-request-retrieve', { ...conference, confRequestSummary: 'chatHistory' }),
  );
  expect(history.text).toContain('<extensionName>chatHistory</extensionName>');
}

describe('RFC 6503 §6', () => {
  it('FLOW-6503 CCMP-014 CCMP-025 VER-001 VER-002 as printed, at one pod: each version is the one stated', async () => {
    await sequence([own()]);
  });

  it('FLOW-6503 CCMP-014 CCMP-025 VER-001 VER-002 as printed, each request to another pod', async () => {
    await sequence([own(), other]);
  });
});
