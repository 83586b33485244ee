import { describe, expect, it } from 'vitest';
import { answerInfo } from '../raw/ccmp.js';
import { CcmpUser, done, type MadeRoom } from '../raw/ccmp-user.js';
import { create, described, inDocument, inState, mediaIn, textIn, tryCreate } from '../raw/conference.js';
import { conferenceInfoFaults } from '../raw/event-schema.js';
import { offer } from '../raw/messages.js';
import { inRoster, rosterOf } from '../raw/roster.js';
import { conferenceInfo, Subscription, xconInfo } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';
import { relaxNgFaults, xconDocumentFaults } from '../raw/xcon-schema.js';

const system = useSystem();
const user = (name: string): CcmpUser => new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;
const floors = (content: string): string => `<xcon:floor-information>${content}</xcon:floor-information>`;

/** An object with something of everything in it, and somebody there. */
async function full(): Promise<MadeRoom> {
  const operator = user('operator');
  const room = await operator.room(
    'logged',
    described(
      '<info:display-text>Plenum</info:display-text><info:subject>All &amp; everything</info:subject><xcon:language>de</xcon:language>' +
        '<info:available-media><info:entry label="77"><info:type>application</info:type><chat:collaboration kind="whiteboard" uri="https://board.example/1"/></info:entry></info:available-media>',
    ) +
      '<info:users><xcon:allowed-users-list><xcon:target uri="*@localhost" method="dial-in"/></xcon:allowed-users-list></info:users>',
  );
  const alice = await system.join(room.uri, 'alice');
  await alice.nickname('"Al"');
  await system.join(room.uri, 'bob');
  await system.join(room.uri, 'bob');
  return room;
}

describe('documents', () => {
  it('CONF-023 are valid, of every kind of object, for whoever looks, by CCMP and in notifications', async () => {
    const operator = user('operator');
    const room = await full();
    const reservation = await create(operator);
    for (const name of ['operator', 'alice'])
      expect(xconDocumentFaults(await user(name).document(room)), name).toEqual([]);
    expect(xconDocumentFaults(await operator.document(reservation))).toEqual([]);
    for (const name of ['default', 'ad-hoc', 'persistent', 'moderated', 'members-only', 'password', 'logged']) {
      const answer = done(
        await operator.ask('blueprint', { confObjID: `xcon:${name}@localhost`, operation: 'retrieve' }),
      );
      expect(answer.text).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>/);
      expect(xconDocumentFaults(answerInfo(answer, 'blueprint', 'blueprintInfo')!), name).toEqual([]);
    }
    for (const kind of ['sidebarByVal', 'sidebarByRef'] as const) {
      const answer = done(await operator.ask(kind, { confObjID: room.id, operation: 'create' }));
      expect(xconDocumentFaults(answerInfo(answer, kind, `${kind}Info`)!), kind).toEqual([]);
    }
    expect(xconDocumentFaults(await operator.document(room)), 'with sidebars').toEqual([]);
    const whole = await Subscription.open(await system.caller('operator'), room.uri, { accept: xconInfo });
    expect(relaxNgFaults((await whole.notify()).body)).toEqual([]);
    const legacy = await Subscription.open(await system.caller('alice'), room.uri, { accept: conferenceInfo });
    expect(conferenceInfoFaults((await legacy.notify()).body)).toEqual([]);
  });

  it('CONF-024 elements and attributes of namespaces nobody knows do no harm, and are not kept', async () => {
    const operator = user('operator');
    const room = await create(operator);
    await operator.update(
      room,
      '<foreign:top xmlns:foreign="urn:example:foreign" a="1"><foreign:inner/></foreign:top>' +
        '<info:conference-description xmlns:foreign="urn:example:foreign" foreign:shade="blue">' +
        '<info:subject>Strangers</info:subject><foreign:mood>happy</foreign:mood></info:conference-description>',
    );
    const document = await operator.document(room);
    expect(textIn(document, 'conference-description', 'subject')).toBe('Strangers');
    expect(JSON.stringify(document)).not.toContain('urn:example:foreign');
    const made = await create(operator, {
      change: described('<info:subject>x</info:subject><f:mood xmlns:f="urn:example:foreign">sad</f:mood>'),
    });
    expect(JSON.stringify(await operator.document(made))).not.toContain('urn:example:foreign');
    done(
      await operator.updateUser(
        room,
        operator.userId,
        '<f:hat xmlns:f="urn:example:foreign">top</f:hat><info:display-text>Op</info:display-text>',
      ),
    );
    expect(inRoster(await operator.document(room), operator.userId)?.displayText).toBe('Op');
    expect(JSON.stringify(await operator.document(room))).not.toContain('urn:example:foreign');
  });

  it('CONF-025 a conference password anywhere but with a conference URI is 400', async () => {
    const operator = user('operator');
    const room = await create(operator);
    const password = '<xcon:conference-password>8601</xcon:conference-password>';
    const uri = '<info:uri>sip:help@localhost</info:uri>';
    for (const wrong of [
      described(`<info:service-uris><info:entry>${uri}${password}</info:entry></info:service-uris>`),
      described(password),
      `<info:users>${password}</info:users>`,
      `<info:host-info><info:uris><info:entry>${uri}${password}</info:entry></info:uris></info:host-info>`,
    ]) {
      expect((await operator.tryUpdate(room, wrong)).code, wrong).toBe(400);
      expect((await tryCreate(operator, { change: wrong })).code, wrong).toBe(400);
    }
    const right = `<info:conf-uris><info:entry><info:uri>${room.uri}</info:uri>${password}</info:entry></info:conf-uris>`;
    await operator.update(room, described(right));
  });

  it('CONF-026 count, state, roster and the rows agree, whoever comes and goes', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const agrees = async (): Promise<[number, number]> => {
      const document = await operator.document(room);
      const here = rosterOf(document).filter(({ endpoints }) => endpoints.some(({ status }) => status === 'connected'));
      const rows = await system.query(
        `select p.user_id, e.chat_id from room_state.endpoints e join room_state.rooms r on r.id = e.room_id
         join room_state.participants p on p.room_id = e.room_id and p.pid = e.pid
         where r.xcon_uri = $1 and e.state = 'joined'`,
        [room.id],
      );
      const inRows = rows.map((row) => `${String(row['user_id'])} ${String(row['chat_id'])}`).toSorted();
      const inDoc = here.flatMap(({ entity, endpoints }) => endpoints.map((one) => `${entity} ${one.entity}`));
      expect(inDoc.toSorted()).toEqual(inRows);
      expect(textIn(document, 'conference-state', 'user-count')).toBe(String(here.length));
      expect(textIn(document, 'conference-state', 'active')).toBe('true');
      return [here.length, rows.length];
    };
    expect(await agrees()).toEqual([0, 0]);
    const alice = await system.join(room.uri, 'alice');
    const bob = await system.join(room.uri, 'bob');
    await system.join(room.uri, 'bob');
    expect(await agrees()).toEqual([2, 3]);
    await operator.update(room, inState('<info:locked>true</info:locked>'));
    expect((await (await system.caller('carol')).invite(room.uri, offer())).status).toBeGreaterThanOrEqual(400);
    expect(textIn(await operator.document(room), 'conference-state', 'locked')).toBe('true');
    await bob.leave();
    await expect.poll(agrees).toEqual([2, 2]);
    await alice.leave();
    await expect.poll(agrees).toEqual([1, 1]);
    done(await operator.removeUser(room, idOf('bob')));
    expect(await agrees()).toEqual([0, 0]);
  });
});

describe('floors', () => {
  const floor = (label: string, more = ''): string =>
    floors(
      `<xcon:conference-ID>567</xcon:conference-ID><xcon:allow-floor-events>true</xcon:allow-floor-events><xcon:floor-request-handling>confirm</xcon:floor-request-handling><xcon:conference-floor-policy><xcon:floor id="11"><xcon:media-label>${label}</xcon:media-label>${more}</xcon:floor></xcon:conference-floor-policy>`,
    );

  it('FLOOR-001 what is said of floors is kept, told and valid; without it there are none', async () => {
    const operator = user('operator');
    const room = await create(operator);
    expect(inDocument(await operator.document(room), 'floor-information')).toBeUndefined();
    const [{ label } = { label: '' }] = mediaIn(await operator.document(room));
    await operator.update(room, floor(label, '<xcon:max-floor-users>2</xcon:max-floor-users>'));
    const document = await operator.document(room);
    expect(textIn(document, 'floor-information', 'floor-request-handling')).toBe('confirm');
    expect(textIn(document, 'floor-information', 'conference-floor-policy', 'floor', 'max-floor-users')).toBe('2');
    expect(xconDocumentFaults(document)).toEqual([]);
    const clone = await operator.document(await create(operator, { parent: room.id }));
    const labels = mediaIn(clone).map((medium) => medium.label);
    expect(labels).toContain(textIn(clone, 'floor-information', 'conference-floor-policy', 'floor', 'media-label'));
    expect(labels).not.toContain(label);
    await operator.update(room, '<xcon:floor-information/>');
    expect(inDocument(await operator.document(room), 'floor-information')).toBeUndefined();
  });

  it('FLOOR-002 a floor of no medium, or moderated by nobody, is 400; what is not said has its default', async () => {
    const operator = user('operator');
    const room = await create(operator);
    const [{ label } = { label: '' }] = mediaIn(await operator.document(room));
    const moderated = '<xcon:algorithm>moderator-controlled</xcon:algorithm>';
    expect((await operator.tryUpdate(room, floor('4711'))).code).toBe(400);
    expect((await operator.tryUpdate(room, floor(label, moderated))).code).toBe(400);
    expect((await operator.tryUpdate(room, floor(label, '<xcon:algorithm>loudest</xcon:algorithm>'))).code).toBe(400);
    await operator.update(room, floor(label, `${moderated}<xcon:moderator-id>234</xcon:moderator-id>`));
    await operator.update(room, '<xcon:floor-information/>');
    const bare = floors(
      `<xcon:conference-floor-policy><xcon:floor id="1"><xcon:media-label>${label}</xcon:media-label></xcon:floor></xcon:conference-floor-policy>`,
    );
    await operator.update(room, bare);
    const document = await operator.document(room);
    expect(textIn(document, 'floor-information', 'allow-floor-events') ?? 'false').toBe('false');
    expect(textIn(document, 'floor-information', 'floor-request-handling') ?? 'block').toBe('block');
  });

  it('FLOOR-003 a room that asks for floors has no floor server: not in SDP, nor in its URIs, nor in the options', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const [{ label } = { label: '' }] = mediaIn(await operator.document(room));
    await operator.update(room, floor(label));
    const alice = await system.join(room.uri, 'alice');
    expect(alice.answer.body).not.toMatch(/bfcp|floorctrl|floorid|confid/i);
    expect(alice.answer.body.match(/^m=/gm)).toHaveLength(1);
    expect(JSON.stringify(inDocument(await operator.document(room), 'conference-description'))).not.toMatch(/bfcp/i);
    const options = done(await operator.ask('options', {}));
    expect(options.text).not.toMatch(/bfcp|floor/i);
  });

  it('FLOOR-004 who is muted is silent, floor or no floor, by status or by control', async () => {
    const operator = user('operator');
    const room = await operator.room('default');
    const [{ label } = { label: '' }] = mediaIn(await operator.document(room));
    await operator.update(room, floor(label));
    const [alice, bob] = [await system.join(room.uri, 'alice'), await system.join(room.uri, 'bob')];
    const [endpoint] = inRoster(await operator.document(room), idOf('bob'))?.endpoints ?? [];
    const stream = (change: string): string =>
      `<info:endpoint entity="${endpoint?.entity ?? ''}"><info:media id="1"><info:type>message</info:type><info:label>${label}</info:label>${change}</info:media></info:endpoint>`;
    const mute = '<xcon:to-mixer name="in"><xcon:controls><xcon:mute>true</xcon:mute></xcon:controls></xcon:to-mixer>';
    const holdsFloor = '<xcon:to-mixer name="in"><xcon:floor id="11">true</xcon:floor></xcon:to-mixer>';
    for (const silent of ['<info:status>recvonly</info:status>', mute]) {
      done(await operator.updateUser(room, idOf('bob'), stream(silent)));
      expect((await bob.say('let me speak')).status, silent).toBe(403);
      done(await operator.updateUser(room, idOf('bob'), stream(`<info:status>recvonly</info:status>${holdsFloor}`)));
      expect((await bob.say('let me speak')).status, silent).toBe(403);
      expect(await alice.copiesAfterMarker(await system.join(room.uri, 'carol'), 'let me speak')).toEqual([]);
      await alice.say(`heard ${silent.length.toString()}`);
      await bob.copy(`heard ${silent.length.toString()}`);
      done(await operator.updateUser(room, idOf('bob'), stream('<info:status>sendrecv</info:status>')));
      expect((await bob.say('thanks')).status, silent).toBe(200);
    }
  });
});
