import { childElements } from '@plenary/wire/xml';
import { describe, expect, it } from 'vitest';
import { answerText, type CcmpAnswer, type CcmpKind } from '../raw/ccmp.js';
import { done } from '../raw/ccmp-user.js';
import { ident, offer } from '../raw/messages.js';
import { rosterOf } from '../raw/roster.js';
import {
  askAs,
  introduce,
  inUsers,
  roomPolicy,
  rolesOf,
  setStage,
  stageNames,
  userOf,
  type Stage,
  type StageRole,
} from '../raw/stage.js';
import type { Seat } from '../raw/seat.js';
import { Subscription } from '../raw/subscription.js';
import { useSystem } from '../raw/system.js';

const system = useSystem();
const roles: readonly StageRole[] = ['administrator', 'moderator', 'participant', 'user', 'observer', 'outsider'];
type Codes = readonly [
  administrator: number,
  moderator: number,
  participant: number,
  user: number,
  observer: number,
  outsider: number,
];

interface Operation {
  readonly name: string;
  /** What the room is like, beside the default. */
  readonly room?: string;
  readonly blueprint?: string;
  /** Each role finds a room of its own. */
  readonly spends?: boolean;
  readonly ask: (role: StageRole, stage: Stage) => Promise<CcmpAnswer>;
  readonly codes: Codes;
}

const onRoom =
  (kind: CcmpKind, operation: string, inner?: (stage: Stage) => string) =>
  (role: StageRole, stage: Stage): Promise<CcmpAnswer> =>
    askAs(system, role, kind, {
      confObjID: stage.room.id,
      operation,
      ...(inner === undefined ? {} : { inner: inner(stage) }),
    });
const change = (text: string): Operation['ask'] =>
  onRoom('conf', 'update', ({ room }) => `<confInfo entity="${room.id}">${text}</confInfo>`);
const ofUser = (operation: string, name: () => string, inner = ''): Operation['ask'] =>
  onRoom('user', operation, () => `<userInfo entity="xcon-userid:${name()}@localhost">${inner}</userInfo>`);
const description = (text: string): string => `<info:conference-description>${text}</info:conference-description>`;
const state = (text: string): string => `<info:conference-state>${text}</info:conference-state>`;

/** Somebody else who is in the room, and is thrown out. */
async function victim(stage: Stage, role: StageRole): Promise<CcmpAnswer> {
  const name = `victim-${role}`;
  const seat = await system.join(stage.room.uri, name);
  const answer = await ofUser('delete', () => name)(role, stage);
  if (answer.code === 200) await seat.msrp.closed();
  else await seat.leave();
  return answer;
}

async function promotes(role: StageRole, stage: Stage, to: string): Promise<CcmpAnswer> {
  await introduce(system, `made-by-${role}`);
  return ofUser('update', () => `made-by-${role}`, rolesOf(to))(role, stage);
}

const chatIdOf = (path: string): string => /\/([^/;.]+)\.[^/;]*;/.exec(path)?.[1] ?? '';
const mediaOf = (name: string, seat: Seat, status: string): string =>
  `<userInfo entity="xcon-userid:${name}@localhost"><info:endpoint entity="${chatIdOf(seat.toPath)}"><info:media id="1"><info:status>${status}</info:status></info:media></info:endpoint></userInfo>`;
/** Media of the observer, who for itself is not another. */
const media = (status: string): Operation['ask'] => onRoom('user', 'update', ({ obs }) => mediaOf('obs', obs, status));
const ownMute: Operation['ask'] = async (role, stage) => {
  const name = stageNames[role] ?? 'nobody';
  const here: Partial<Record<StageRole, Seat>> = {
    participant: stage.pat,
    observer: stage.obs,
    user: stage.pat,
    outsider: stage.pat,
  };
  const seat = here[role] ?? (await system.join(stage.room.uri, name));
  return onRoom('user', 'update', () => mediaOf(name, seat, 'recvonly'))(role, stage);
};
const flags = (name: string): string =>
  inUsers(`<info:user entity="xcon-userid:pat@localhost"><xcon:${name}>true</xcon:${name}></info:user>`);

const operations: readonly Operation[] = [
  { name: 'retrieve the document', ask: onRoom('conf', 'retrieve'), codes: [200, 200, 200, 401, 200, 424] },
  { name: 'retrieve the users', ask: onRoom('users', 'retrieve'), codes: [200, 200, 200, 401, 200, 424] },
  {
    name: 'create a room',
    ask: (role) => askAs(system, role, 'conf', { operation: 'create' }),
    codes: [200, 200, 200, 200, 200, 424],
  },
  { name: 'delete it', spends: true, ask: onRoom('conf', 'delete'), codes: [200, 401, 401, 401, 401, 424] },
  {
    name: 'delete it, where chat:delete-by says moderators',
    room: roomPolicy('delete-by="moderators"'),
    spends: true,
    ask: onRoom('conf', 'delete'),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'change the description',
    ask: change(description('<info:free-text>about</info:free-text>')),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'change the subject',
    ask: change(description('<info:subject>new</info:subject>')),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'change the subject, where chat:subject-by says participants',
    room: roomPolicy('subject-by="participants"'),
    ask: change(description('<info:subject>new</info:subject>')),
    codes: [200, 200, 200, 401, 401, 424],
  },
  {
    name: 'invite',
    ask: async (role, stage) => {
      await introduce(system, `guest-${role}`);
      return ofUser('create', () => `guest-${role}`)(role, stage);
    },
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'invite, where the participant may',
    room: flags('allow-invite-users-dynamically'),
    ask: async (role, stage) => {
      await introduce(system, `guest-${role}`);
      return ofUser('create', () => `guest-${role}`)(role, stage);
    },
    codes: [200, 200, 200, 401, 401, 424],
  },
  { name: 'remove another', ask: (role, stage) => victim(stage, role), codes: [200, 200, 401, 401, 401, 424] },
  {
    name: 'remove another, where the participant may',
    room: flags('allow-remove-users-dynamically'),
    ask: (role, stage) => victim(stage, role),
    codes: [200, 200, 200, 401, 401, 424],
  },
  {
    name: 'ban',
    ask: (role, stage) =>
      change(
        inUsers(`<xcon:deny-users-list><xcon:target uri="sip:banned-by-${role}@localhost"/></xcon:deny-users-list>`),
      )(role, stage),
    codes: [200, 200, 401, 401, 401, 424],
  },
  { name: 'mute another', ask: media('recvonly'), codes: [200, 200, 401, 401, 200, 424] },
  { name: 'give voice', ask: media('sendrecv'), codes: [200, 200, 401, 401, 426, 424] },
  { name: 'mute oneself', ask: ownMute, codes: [200, 200, 200, 420, 200, 424] },
  {
    name: 'make somebody a moderator',
    ask: (role, stage) => promotes(role, stage, 'moderator'),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'make somebody an administrator',
    ask: (role, stage) => promotes(role, stage, 'administrator'),
    codes: [200, 426, 401, 401, 401, 424],
  },
  {
    name: 'change the lists',
    ask: onRoom(
      'users',
      'update',
      () =>
        '<usersInfo><xcon:allowed-users-list><xcon:target uri="sip:pat@localhost" method="dial-in"/></xcon:allowed-users-list></usersInfo>',
    ),
    codes: [200, 200, 426, 401, 426, 424],
  },
  {
    name: 'change the join handling',
    ask: onRoom('users', 'update', () => '<usersInfo><xcon:join-handling>allow</xcon:join-handling></usersInfo>'),
    codes: [200, 200, 426, 401, 426, 424],
  },
  {
    name: 'lock it',
    ask: change(state('<info:locked>true</info:locked>')),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'set a password',
    spends: true,
    ask: onRoom(
      'conf',
      'update',
      ({ room }) =>
        `<confInfo entity="${room.id}"><info:conference-description><info:conf-uris><info:entry><info:uri>${room.uri}</info:uri><xcon:conference-password>8601</xcon:conference-password></info:entry></info:conf-uris></info:conference-description></confInfo>`,
    ),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'start logging',
    ask: change(state('<chat:logging active="true"/>')),
    codes: [200, 200, 401, 401, 401, 424],
  },
  {
    name: 'read the log',
    ask: onRoom('extended', 'retrieve', () => '<extensionName>chatHistory</extensionName><chat:history-request/>'),
    blueprint: 'logged',
    codes: [200, 200, 200, 401, 401, 424],
  },
  {
    name: 'read the log, where members do and the user is one',
    room: `${description('<chat:history readers="members"/>')}${inUsers('<xcon:allowed-users-list><xcon:target uri="sip:usa@localhost" method="dial-in"/></xcon:allowed-users-list>')}`,
    ask: onRoom('extended', 'retrieve', () => '<extensionName>chatHistory</extensionName><chat:history-request/>'),
    blueprint: 'logged',
    codes: [200, 200, 401, 200, 401, 424],
  },
  {
    name: 'make a sidebar',
    ask: onRoom('sidebarByVal', 'create'),
    codes: [200, 200, 200, 401, 401, 424],
  },
  {
    name: 'make a sidebar, where there are none',
    room: description('<xcon:allow-sidebars>false</xcon:allow-sidebars>'),
    ask: onRoom('sidebarByVal', 'create'),
    codes: [403, 403, 403, 403, 403, 424],
  },
];

describe('the matrix of rights over CCMP', () => {
  it.each(operations.map((operation) => [operation.name, operation] as const))(
    'POL-001 who may %s',
    async (_name, { room, blueprint, spends = false, ask, codes }) => {
      let stage = await setStage(system, room, blueprint);
      const got: Record<string, number> = {};
      for (const role of roles.toReversed()) {
        const answer = await ask(role, stage);
        got[role] = answer.code;
        if (spends && answer.code === 200) stage = await setStage(system, room, blueprint);
      }
      expect(got).toEqual(Object.fromEntries(roles.map((role, index) => [role, codes[index]])));
    },
  );

  /** Roles that find the room in their list. */
  async function finders(id: string): Promise<StageRole[]> {
    const found: StageRole[] = [];
    for (const role of roles) if ((await askAs(system, role, 'confs', {})).text.includes(id)) found.push(role);
    return found;
  }

  it('POL-001 who finds a public room and a secret one', async () => {
    const open = await setStage(system);
    expect(await finders(open.room.id)).toEqual(['administrator', 'moderator', 'participant', 'user', 'observer']);
    const secret = await setStage(system, roomPolicy('secret="true"'));
    expect(await finders(secret.room.id)).toEqual(['administrator', 'moderator', 'participant', 'observer']);
    await secret.boss.update(
      secret.room,
      inUsers(
        '<xcon:allowed-users-list><xcon:target uri="sip:usa@localhost" method="dial-in"/></xcon:allowed-users-list>',
      ),
    );
    expect(await finders(secret.room.id)).toEqual(['administrator', 'moderator', 'participant', 'user', 'observer']);
  });

  it('POL-001 the system’s administrator may everything in any room', async () => {
    const { room } = await setStage(system, roomPolicy('secret="true"'));
    const operator = userOf(system, 'operator');
    expect((await operator.ask('confs', {})).text).toContain(room.id);
    await operator.update(room, description('<info:subject>by the operator</info:subject>'));
    done(await operator.removeUser(room, 'xcon-userid:pat@localhost'));
    done(await operator.ask('conf', { confObjID: room.id, operation: 'delete' }));
  });
});

describe('the matrix of rights over SIP and MSRP', () => {
  it('POL-001 who joins: everybody proven by the join rules; whoever moderates whatever they say', async () => {
    const closed = inUsers('<xcon:user-admission-policy>closedAuthenticated</xcon:user-admission-policy>');
    const { room } = await setStage(system, closed);
    const status = async (role: StageRole): Promise<number> => {
      const caller = await system.caller(stageNames[role] ?? 'nobody');
      const answer = await caller.invite(room.uri, offer(), { authenticate: role !== 'outsider' });
      if (answer.status === 200) {
        await caller.ack(room.uri);
        await caller.bye(room.uri);
      }
      return answer.status;
    };
    const got = await Promise.all((['administrator', 'moderator', 'user', 'outsider'] as const).map(status));
    expect(got).toEqual([200, 200, 403, 401]);
  });

  it('POL-001 who speaks: participants, not observers, by message to the room and in private', async () => {
    const { room, pat, obs } = await setStage(system);
    const [boss, mod] = [await system.join(room.uri, 'boss'), await system.join(room.uri, 'mod')];
    for (const seat of [boss, mod, pat]) {
      expect((await seat.say('to all')).status).toBe(200);
      expect((await seat.ask({ body: seat.cpim({ to: obs.aor, text: 'to one' }) })).status).toBe(200);
    }
    expect((await obs.say('to all')).status).toBe(403);
    expect((await obs.ask({ body: obs.cpim({ to: boss.aor, text: 'to one' }) })).status).toBe(403);
    await pat.say('the last word');
    await obs.copy('the last word');
  });

  it('POL-001 in a moderated room who has no voice is not heard; where policy forbids it nobody speaks in private', async () => {
    const moderated = roomPolicy('moderated="true" private-messages="false"');
    const { room, pat } = await setStage(system, moderated);
    const [boss, mod] = [await system.join(room.uri, 'boss'), await system.join(room.uri, 'mod')];
    expect((await pat.say('to all')).status).toBe(403);
    expect((await boss.say('to all')).status).toBe(200);
    expect((await mod.say('to all')).status).toBe(200);
    const answer = await mod.ask({ body: mod.cpim({ to: pat.aor, text: `in private ${ident()}` }) });
    expect(answer.status).toBe(403);
  });

  it('POL-001 who is shown the roster by SIP is who is shown it by CCMP', async () => {
    const { room } = await setStage(system);
    for (const role of ['moderator', 'participant', 'observer', 'user'] as const) {
      const byControl = await askAs(system, role, 'users', { confObjID: room.id, operation: 'retrieve' });
      const caller = await system.caller(stageNames[role] ?? '');
      const { answer } = await Subscription.open(caller, room.uri);
      expect([role, answer.status]).toEqual([role, byControl.code === 200 ? 200 : 403]);
    }
  });
});

describe('what roles mean', () => {
  it('POL-004 who made the room administers it, who comes in takes part', async () => {
    const boss = userOf(system, 'boss');
    const room = await boss.room('default');
    await system.join(room.uri, 'boss');
    await system.join(room.uri, 'pat');
    const roster = rosterOf(await boss.document(room));
    const byName = Object.fromEntries(roster.map(({ entity, roles: held }) => [entity, held]));
    expect(byName['xcon-userid:boss@localhost']).toContain('administrator');
    expect(byName['xcon-userid:pat@localhost']).toEqual(['participant']);
  });

  it('POL-004 unless the blueprint says otherwise', async () => {
    const operator = userOf(system, 'operator');
    const blueprint = `<blueprintInfo entity="xcon:AUTO_GENERATE_1@localhost">${description('<info:display-text>of others</info:display-text>')}${inUsers(
      `<info:user entity="xcon-userid:chair@localhost">${rolesOf('administrator')}</info:user><info:user entity="xcon-userid:boss@localhost">${rolesOf('participant')}</info:user>`,
    )}</blueprintInfo>`;
    const made = done(
      await operator.ask('blueprint', { confObjID: 'xcon:default@localhost', operation: 'create', inner: blueprint }),
    );
    const boss = userOf(system, 'boss');
    const answer = done(
      await boss.ask('conf', { confObjID: answerText(made, 'confObjID') ?? '', operation: 'create' }),
    );
    const id = answerText(answer, 'confObjID') ?? '';
    expect((await boss.tryUpdate({ id }, state('<info:active>true</info:active>'))).code).toBe(401);
    await userOf(system, 'chair').update({ id, uri: '' }, state('<info:active>true</info:active>'));
    expect(childElements(await userOf(system, 'chair').document({ id })).length).toBeGreaterThan(0);
  });
});
