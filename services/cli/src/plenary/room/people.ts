import type { XmlElement } from '@plenary/wire/xml';
import { conferenceRoles, type CcmpResponse, type UserView } from '@plenary/xcon';
import { element, textElement, userChange } from '../change.js';
import { argumentAt, flagOption, textOption } from '../command-line.js';
import type { Control } from '../control.js';
import { Refused, UsageFault } from '../failures.js';
import { addressOf, findUser, usersOf } from './find-user.js';
import { roomCommand, type RoomContext } from './room-command.js';

function changeUser(control: Control, room: string, info: XmlElement): Promise<CcmpResponse> {
  return control.ask({ kind: 'user', operation: 'update', confObjId: room, info });
}

async function presentUser({ control, room, domain }: RoomContext, word: string): Promise<UserView> {
  const entity = await findUser(control, room, word, domain);
  const user = (await usersOf(control, room)).find((one) => one.entity.toLowerCase() === entity.toLowerCase());
  if (user === undefined || user.endpoints.length === 0) throw new Refused(420, `${word} is not in the room`);
  return user;
}

export const kickUser = roomCommand({
  path: ['room', 'kick'],
  arguments: ['ROOM', 'USER'],
  summary: 'put somebody out; coming back is allowed',
  examples: [
    ['room kick lobby eve', 'ends all of eve’s sessions in the lobby, nowhere else'],
    ['room kick lobby xcon-userid:eve@localhost', 'by the id, whatever nickname is shown'],
  ],
  async run({ control, output, room, domain }, given) {
    const user = await findUser(control, room, argumentAt(given, 1), domain);
    await control.ask({ kind: 'user', operation: 'delete', confObjId: room, info: userChange(user) });
    output.done(`${user} is out of ${room}.`, { room, user });
  },
});

function voice(name: 'mute' | 'unmute', status: 'recvonly' | 'sendrecv', summary: string, example: string) {
  return roomCommand({
    path: ['room', name],
    arguments: ['ROOM', 'USER'],
    summary,
    examples: [[`room ${name} council bob`, example]],
    async run(context, given) {
      const { control, output, room } = context;
      const user = await presentUser(context, argumentAt(given, 1));
      const endpoints = user.endpoints.map(({ entity, media }) =>
        element(
          'info',
          'endpoint',
          { entity },
          media.map(({ id }) => element('info', 'media', { id }, [textElement('info', 'status', status)])),
        ),
      );
      const { version } = await changeUser(control, room, userChange(user.entity, endpoints));
      output.done(`${user.entity} ${status === 'recvonly' ? 'is muted' : 'may speak'} in ${room}.`, {
        room,
        user: user.entity,
        status,
        version,
      });
    },
  });
}

export const muteUser = voice('mute', 'recvonly', 'take somebody’s voice', 'bob reads and is not heard');
export const unmuteUser = voice(
  'unmute',
  'sendrecv',
  'give somebody voice',
  'bob is heard again, or in a moderated room at last',
);

export const inviteUser = roomCommand({
  path: ['room', 'invite'],
  arguments: ['ROOM', 'USER'],
  summary: 'call somebody into the room',
  about:
    'USER is called at the address given, or at the one known of a user of the system, and is in the room after answering.',
  options: {
    name: { type: 'string', value: 'TEXT', help: 'name to be shown' },
    nick: { type: 'string', value: 'NAME', help: 'nickname to be taken, or one like it' },
  },
  examples: [
    ['room invite lobby sip:carol@example.com --name "Carol C."', 'somebody from elsewhere'],
    ['room invite lobby bob', 'a user of this system'],
  ],
  async run({ control, output, room, domain }, given) {
    const word = argumentAt(given, 1);
    const name = textOption(given, 'name');
    const nickname = { 'xcon:nickname': textOption(given, 'nick') };
    const shown = name === undefined ? [] : [textElement('info', 'display-text', name)];
    const info = /^xcon-userid:/i.test(word)
      ? userChange(word, shown, nickname)
      : userChange(
          `xcon-userid:AUTO_GENERATE_1@${domain}`,
          [...shown, element('info', 'endpoint', { entity: addressOf(word, domain) })],
          nickname,
        );
    const response = await control.ask({ kind: 'user', operation: 'create', confObjId: room, info });
    const user = response.info?.attributes.find((one) => one.name === 'entity')?.value ?? word;
    output.done(`${word} is being called into ${room} as ${user}.`, { room, user, version: response.version });
  },
});

export const admitUser = roomCommand({
  path: ['room', 'admit'],
  arguments: ['ROOM', 'USER'],
  summary: 'let in somebody who waits, or turn away',
  options: { refuse: { type: 'boolean', help: 'turn away instead' } },
  examples: [
    ['room admit council dave', 'in a room with join-handling=confirm'],
    ['room admit council eve --refuse', 'not that one'],
  ],
  async run(context, given) {
    const { control, output, room } = context;
    const user = await presentUser(context, argumentAt(given, 1));
    if (flagOption(given, 'refuse')) {
      await control.ask({ kind: 'user', operation: 'delete', confObjId: room, info: userChange(user.entity) });
      output.done(`${user.entity} was turned away from ${room}.`, { room, user: user.entity, admitted: false });
      return;
    }
    const pending = user.endpoints.filter(({ status }) => status === 'pending');
    if (pending.length === 0) throw new Refused(409, `${user.entity} does not wait to be let in`);
    const endpoints = pending.map(({ entity }) =>
      element('info', 'endpoint', { entity }, [textElement('info', 'status', 'connected')]),
    );
    const { version } = await changeUser(control, room, userChange(user.entity, endpoints));
    output.done(`${user.entity} was let into ${room}.`, { room, user: user.entity, admitted: true, version });
  },
});

export const setRole = roomCommand({
  path: ['room', 'role'],
  arguments: ['ROOM', 'USER', 'ROLE'],
  summary: 'give somebody a role in the room',
  about: 'Nobody gives more than he has, and the last administrator of a room stays one (426).',
  examples: [
    ['room role lobby bob moderator', 'bob may mute and put out'],
    ['room role lobby bob participant', 'and not any more'],
  ],
  words: [[...conferenceRoles]],
  async run({ control, output, room, domain }, given) {
    const role = argumentAt(given, 2);
    if (!(conferenceRoles as readonly string[]).includes(role))
      throw new UsageFault(`a role is ${conferenceRoles.join(', ')}, not ${role}`);
    const user = await findUser(control, room, argumentAt(given, 1), domain);
    const roles = element('info', 'roles', {}, [textElement('info', 'entry', role)]);
    const { version } = await changeUser(control, room, userChange(user, [roles]));
    output.done(`${user} is ${role} in ${room}.`, { room, user, role, version });
  },
});

export const setNickname = roomCommand({
  path: ['room', 'nick'],
  arguments: ['ROOM', 'USER', '[NICKNAME]'],
  summary: 'give somebody a nickname, or take it away',
  examples: [
    ['room nick lobby bob "Bob the builder"', 'refused (409) where somebody else has it'],
    ['room nick lobby bob', 'takes it away'],
  ],
  async run({ control, output, room, domain }, given) {
    const nickname = argumentAt(given, 2);
    const user = await findUser(control, room, argumentAt(given, 1), domain);
    const { version } = await changeUser(control, room, userChange(user, [], { 'xcon:nickname': nickname }));
    output.done(nickname === '' ? `${user} has no nickname in ${room}.` : `${user} is ${nickname} in ${room}.`, {
      room,
      user,
      nickname,
      version,
    });
  },
});
