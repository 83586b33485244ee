import { answerText, ccmpRequest, postCcmp, type CcmpAnswer, type CcmpKind, type CcmpParts } from './ccmp.js';
import { CcmpUser, done, type MadeRoom } from './ccmp-user.js';
import type { Seat } from './seat.js';
import type { System } from './system.js';

/** Somebody as the matrix of rights knows it; `outsider`: nobody has proven who it is. */
export type StageRole = 'administrator' | 'moderator' | 'participant' | 'user' | 'observer' | 'outsider';

/** A room with one of each: `boss` made it, `mod` moderates, `pat` and `obs` are in it by SIP, `usa` is not. */
export interface Stage {
  readonly room: MadeRoom;
  readonly boss: CcmpUser;
  readonly pat: Seat;
  readonly obs: Seat;
}

/** User name of a role; undefined: it has none. */
export const stageNames: Readonly<Record<StageRole, string | undefined>> = {
  administrator: 'boss',
  moderator: 'mod',
  participant: 'pat',
  user: 'usa',
  observer: 'obs',
  outsider: undefined,
};

/** The roles of somebody, as a change of `<user>`. */
export const rolesOf = (...roles: readonly string[]): string =>
  `<info:roles>${roles.map((role) => `<info:entry>${role}</info:entry>`).join('')}</info:roles>`;

/** A conference-control client of a user of demo mode. */
export function userOf(system: System, name: string): CcmpUser {
  return new CcmpUser(system.stack.address('ccmp', 'CCMP'), name);
}

/** Asks as the holder of a role; an outsider brings the id it once got without proving anything. */
export async function askAs(system: System, role: StageRole, kind: CcmpKind, parts: CcmpParts): Promise<CcmpAnswer> {
  const name = stageNames[role];
  if (name !== undefined) return userOf(system, name).ask(kind, parts);
  return askUnproven(system, kind, { confUserID: await outsiderOf(system), ...parts });
}

/** A request without credentials. */
export function askUnproven(system: System, kind: CcmpKind, parts: CcmpParts): Promise<CcmpAnswer> {
  return postCcmp(`http://${system.stack.address('ccmp', 'CCMP')}/ccmp`, ccmpRequest(kind, parts));
}

const outsiders = new WeakMap<System, Promise<string>>();

/** XCON-USERID of somebody who entered a room that admits everybody, and has left it. */
function outsiderOf(system: System): Promise<string> {
  const known = outsiders.get(system) ?? newOutsider(system);
  outsiders.set(system, known);
  return known;
}

async function newOutsider(system: System): Promise<string> {
  const boss = userOf(system, 'boss');
  const anonymous = '<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>';
  const room = await boss.room('default', inUsers(anonymous));
  const answer = done(
    await askUnproven(system, 'user', {
      confObjID: room.id,
      operation: 'create',
      inner: anonymousEntry('sip:somebody@192.0.2.1'),
    }),
  );
  const id = answerText(answer, 'confUserID') ?? '';
  done(await boss.removeUser(room, id));
  return id;
}

/** userInfo of somebody without an XCON-USERID who can be called at `uri`. */
export const anonymousEntry = (uri: string, parts = ''): string =>
  `<userInfo entity="xcon-userid:AUTO_GENERATE_1@localhost">${parts}<info:endpoint entity="${uri}"/></userInfo>`;

const introduced = new WeakMap<System, Set<string>>();

/** The system has heard of these users: before that they have no XCON-USERID. */
export async function introduce(system: System, ...names: readonly string[]): Promise<void> {
  const known = introduced.get(system) ?? new Set();
  introduced.set(system, known);
  for (const name of names) {
    if (!known.has(name)) done(await userOf(system, name).ask('confs'));
    known.add(name);
  }
}

/** Sets the stage: a room of a blueprint with further parts of its conference-info. */
export async function setStage(system: System, change = '', blueprint = 'default'): Promise<Stage> {
  const boss = userOf(system, 'boss');
  await introduce(system, 'boss', 'mod', 'pat', 'obs', 'usa');
  const room = await boss.room(blueprint);
  done(await boss.updateUser(room, 'xcon-userid:mod@localhost', rolesOf('moderator')));
  done(await boss.updateUser(room, 'xcon-userid:obs@localhost', rolesOf('observer')));
  const [pat, obs] = await Promise.all([system.join(room.uri, 'pat'), system.join(room.uri, 'obs')]);
  if (change !== '') await boss.update(room, change);
  return { room, boss, pat, obs };
}

/** The conference-description with these attributes of `chat:room-policy`. */
export const roomPolicy = (attributes: string): string =>
  `<info:conference-description><chat:room-policy ${attributes}/></info:conference-description>`;

/** `<users>` with this in it. */
export const inUsers = (change: string): string => `<info:users>${change}</info:users>`;
