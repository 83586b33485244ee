import { ConferenceMessage, Operation } from '@plenary/proto/roomstate';
import { describe, expect, it } from 'vitest';
import { done, type CcmpUser, type MadeRoom } from '../raw/ccmp-user.js';
import { Internal } from '../raw/internal.js';
import { ident, request } from '../raw/messages.js';
import { inRoster } from '../raw/roster.js';
import type { Seat } from '../raw/seat.js';
import { headerOf } from '../raw/sip-socket.js';
import { inUsers, introduce, rolesOf, roomPolicy, userOf } from '../raw/stage.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ edges: 2 });
const internal = new Internal(system);
const user = (name: string): CcmpUser => userOf(system, name);
const boss = (): CcmpUser => user('boss');
const idOf = (name: string): string => `xcon-userid:${name}@localhost`;

interface Scene {
  readonly room: MadeRoom;
  readonly victim: Seat;
  readonly mallory: Seat;
}

/** A room where mallory takes part as anybody does. */
async function scene(change = ''): Promise<Scene> {
  const room = await boss().room('default', change);
  await introduce(system, 'victim', 'mallory');
  return { room, victim: await system.join(room.uri, 'victim'), mallory: await system.join(room.uri, 'mallory') };
}

/** The victim is still there: its session is up, it is heard, and it hears. */
async function stays({ room, victim, mallory }: Scene): Promise<void> {
  const [said, heard] = [`still here ${ident()}`, `hear this ${ident()}`];
  expect((await victim.say(said)).status).toBe(200);
  await mallory.copy(said);
  expect((await mallory.say(heard)).status).toBe(200);
  await victim.copy(heard);
  expect(victim.msrp.isClosed).toBe(false);
  expect(victim.caller.sip.messages.filter(({ method }) => method === 'BYE')).toEqual([]);
  const entry = inRoster(await boss().document(room), idOf('victim'));
  expect(entry?.endpoints).toMatchObject([{ status: 'connected', mediaStatus: 'sendrecv' }]);
}

/** How a participant would put another out by CCMP. */
const removals: readonly (readonly [string, (mallory: CcmpUser, room: MadeRoom) => Promise<number>])[] = [
  ['userRequest/delete', async (mallory, room) => (await mallory.removeUser(room, idOf('victim'))).code],
  [
    'confRequest/delete',
    async (mallory, { id }) => (await mallory.ask('conf', { confObjID: id, operation: 'delete' })).code,
  ],
  [
    'an end of the conference',
    async (mallory, room) =>
      (await mallory.tryUpdate(room, '<info:conference-state><info:active>false</info:active></info:conference-state>'))
        .code,
  ],
  [
    'a ban',
    async (mallory, room) =>
      (
        await mallory.tryUpdate(
          room,
          inUsers('<xcon:deny-users-list><xcon:target uri="sip:victim@localhost"/></xcon:deny-users-list>'),
        )
      ).code,
  ],
  [
    'a list it is not on',
    async (mallory, room) =>
      (
        await mallory.tryUpdate(
          room,
          inUsers('<xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy>'),
        )
      ).code,
  ],
  [
    'a smaller room',
    async (mallory, room) =>
      (
        await mallory.tryUpdate(
          room,
          '<info:conference-description><info:maximum-user-count>1</info:maximum-user-count></info:conference-description>',
        )
      ).code,
  ],
  [
    'usersRequest/update',
    async (mallory, { id }) =>
      (
        await mallory.ask('users', {
          confObjID: id,
          operation: 'update',
          inner:
            '<usersInfo><xcon:deny-users-list><xcon:target uri="sip:victim@localhost"/></xcon:deny-users-list></usersInfo>',
        })
      ).code,
  ],
  [
    'a role of its own',
    async (mallory, room) => (await mallory.updateUser(room, idOf('mallory'), rolesOf('moderator'))).code,
  ],
];

describe('putting another out', () => {
  it('SEC-003 by CCMP is refused to a participant, whatever it asks', async () => {
    const made = await scene();
    for (const [what, remove] of removals)
      expect([what, await remove(user('mallory'), made.room)]).toEqual([what, expect.toBeOneOf([401, 426])]);
    await stays(made);
  });

  it('SEC-003 nor is it done under the id of who may', async () => {
    const made = await scene();
    const inner = `<userInfo entity="${idOf('victim')}"/>`;
    const asked = { confObjID: made.room.id, operation: 'delete', inner };
    expect((await user('mallory').ask('user', { ...asked, confUserID: boss().userId })).code).toBe(401);
    expect(
      (await user('mallory').ask('user', { ...asked, subject: { username: 'boss', password: 'mallory' } })).code,
    ).toBe(424);
    const document = `<user xmlns="urn:ietf:params:xml:ns:conference-info" entity="${idOf('victim')}"/>`;
    for (const [requestor, code] of [
      [{ userId: idOf('mallory'), identity: internal.identityOf('mallory') }, 401],
      [{ userId: idOf('boss'), identity: internal.identityOf('mallory') }, 401],
      [{ userId: idOf('boss'), identity: undefined }, 424],
      [{ userId: '', identity: undefined }, 424],
    ] as const) {
      const parts = { object: made.room.id, document };
      expect((await internal.perform(requestor, ConferenceMessage.USER, Operation.DELETE, parts)).code).toBe(code);
    }
    await stays(made);
  });

  it('SEC-003 by a forged BYE is refused, with the names of the dialog guessed, and with all of them known', async () => {
    const made = await scene();
    const { caller } = made.victim;
    const forger = await system.caller('mallory');
    forger.callId = caller.callId;
    const target = caller.remoteTarget ?? made.room.uri;
    for (const parts of [
      { fromTag: caller.fromTag, toTag: ident(32) },
      { fromTag: ident(8), toTag: caller.toTag ?? '' },
      { fromTag: caller.fromTag, toTag: caller.toTag ?? '', cseq: 1 },
      { fromTag: caller.fromTag, toTag: caller.toTag ?? '', cseq: 90 },
      {
        fromTag: caller.fromTag,
        toTag: caller.toTag ?? '',
        cseq: 91,
        headers: [`From: <${caller.aor}>;tag=${caller.fromTag}`],
      },
    ]) {
      const answer = await forger.request('BYE', made.room.uri, { uri: target, ...parts });
      expect([parts, answer.status]).toEqual([parts, expect.toBeOneOf([401, 403, 481, 500])]);
    }
    expect(caller.toTag?.length).toBeGreaterThanOrEqual(32);
    await stays(made);
  });

  it('SEC-003 by a forged CANCEL, re-INVITE or UPDATE is refused as well', async () => {
    const made = await scene();
    const { caller } = made.victim;
    const forger = await system.caller('mallory');
    forger.callId = caller.callId;
    const parts = { uri: caller.remoteTarget ?? '', fromTag: caller.fromTag, toTag: caller.toTag ?? '', cseq: 95 };
    const sdp = [
      'v=0',
      'o=x 9 9 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      'm=message 0 TCP/MSRP *',
      '',
    ].join('\r\n');
    expect((await forger.request('INVITE', made.room.uri, { ...parts, body: sdp })).status).toBeOneOf([
      401, 403, 481, 500,
    ]);
    expect((await forger.request('UPDATE', made.room.uri, { ...parts, cseq: 97, body: sdp })).status).toBeOneOf([
      401, 403, 481, 500,
    ]);
    expect(
      (await forger.request('CANCEL', made.room.uri, { ...parts, cseq: 2, authenticate: false })).status,
    ).toBeOneOf([401, 403, 481]);
    await stays(made);
  });

  it('SEC-003 by REFER with BYE is refused', async () => {
    const made = await scene();
    const refer = await system.caller('mallory');
    const headers = [`Refer-To: <${made.victim.caller.aor};method=BYE>`, `Contact: <sip:mallory@127.0.0.1:9>`];
    const answer = await refer.request('REFER', made.room.uri, { headers });
    expect(answer.status).toBeOneOf([403, 405, 501]);
    expect((await made.mallory.caller.request('REFER', made.room.uri, { headers })).status).toBeOneOf([403, 405, 501]);
    await stays(made);
  });

  it('SEC-003 by the MSRP paths of another ends no session but the own', async () => {
    const made = await scene();
    const { victim, mallory } = made;
    const stranger = await system.msrp(/^msrp:\/\/([^/]+)\//.exec(victim.toPath)?.[1] ?? '');
    const id = ident();
    stranger.write(
      request({ id, toPath: victim.toPath, fromPath: victim.fromPath, headers: [`Message-ID: ${ident()}`] }),
    );
    expect((await stranger.answer(id)).status).toBe(506);
    // In the session of the forger, the paths of the victim are those of no session.
    expect((await mallory.ask({ toPath: victim.toPath })).status).toBeOneOf([481, 506]);
    for (let n = 0; n < 6; n++)
      stranger.write(
        request({ toPath: victim.toPath, fromPath: victim.fromPath, headers: [`Message-ID: ${ident()}`] }),
      );
    await stranger.closed();
    await stays(made);
  });
});

describe('muting another', () => {
  const media = (entity: string, status: string): string =>
    `<info:endpoint entity="${entity}"><info:media id="1"><info:status>${status}</info:status></info:media></info:endpoint>`;

  it('SEC-004 is refused to a participant, by every request that could', async () => {
    const made = await scene();
    const { room } = made;
    const entity = inRoster(await boss().document(room), idOf('victim'))?.endpoints[0]?.entity ?? '';
    const mallory = user('mallory');
    const asked: readonly (readonly [string, number])[] = [
      ['userRequest/update', (await mallory.updateUser(room, idOf('victim'), media(entity, 'recvonly'))).code],
      ['inactive', (await mallory.updateUser(room, idOf('victim'), media(entity, 'inactive'))).code],
      [
        'confRequest/update',
        (
          await mallory.tryUpdate(
            room,
            inUsers(`<info:user entity="${idOf('victim')}">${media(entity, 'recvonly')}</info:user>`),
          )
        ).code,
      ],
      [
        'usersRequest/update',
        (
          await mallory.ask('users', {
            confObjID: room.id,
            operation: 'update',
            inner: `<usersInfo><info:user entity="${idOf('victim')}">${media(entity, 'recvonly')}</info:user></usersInfo>`,
          })
        ).code,
      ],
      ['a moderated room', (await mallory.tryUpdate(room, roomPolicy('moderated="true"'))).code],
      [
        'no media',
        (
          await mallory.tryUpdate(
            room,
            '<info:conference-description><info:available-media/></info:conference-description>',
          )
        ).code,
      ],
      ['the role of an observer', (await mallory.updateUser(room, idOf('victim'), rolesOf('observer'))).code],
    ];
    expect(asked.filter(([, code]) => ![401, 409, 426].includes(code))).toEqual([]);
    // An endpoint that is not its own is none of what it says of itself.
    await mallory.updateUser(room, idOf('mallory'), media(entity, 'recvonly'));
    await stays(made);
  });

  it('SEC-004 nor does who was muted take back its voice, or one that was never given', async () => {
    const made = await scene();
    const { room, victim, mallory } = made;
    const entity = inRoster(await boss().document(room), idOf('mallory'))?.endpoints[0]?.entity ?? '';
    done(await boss().updateUser(room, idOf('mallory'), media(entity, 'recvonly')));
    expect((await user('mallory').updateUser(room, idOf('mallory'), media(entity, 'sendrecv'))).code).toBe(426);
    const said = `not heard ${ident()}`;
    expect((await mallory.say(said)).status).toBe(403);
    const second = await system.join(room.uri, 'mallory');
    expect((await second.say(said)).status).toBe(403);
    expect(await victim.copiesAfterMarker(await system.join(room.uri, 'alice'), said)).toEqual([]);
  });

  it('SEC-004 a nickname or a message in the name of another takes nothing from it', async () => {
    const made = await scene();
    const { victim, mallory } = made;
    expect((await victim.nickname('"Victoria"')).status).toBe(200);
    expect((await mallory.nickname('"Victoria"')).status).toBe(425);
    expect((await mallory.ask({ body: mallory.cpim({ from: victim.aor, text: 'I say no more' }) })).status).toBe(403);
    expect(headerOf(victim.answer, 'Contact')).not.toContain('mallory');
    await stays(made);
    expect(inRoster(await boss().document(made.room), idOf('victim'))?.nickname).toBe('Victoria');
  });
});
