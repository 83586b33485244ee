import type { XmlElement } from '@plenary/wire/xml';
import { conferenceChange, element } from '../change.js';
import { argumentAt } from '../command-line.js';
import { Refused } from '../failures.js';
import { retrieveRoom } from './find-room.js';
import { findUser } from './find-user.js';
import { roomCommand, type RoomContext } from './room-command.js';

/** How often a list is read and written again because somebody else changed it meanwhile. */
const attempts = 3;

/** Reads the lists of a room, changes them, and writes them back unless somebody else did meanwhile. */
async function changeLists(
  { control, room }: RoomContext,
  change: (lists: Lists) => XmlElement[] | undefined,
): Promise<number | undefined> {
  for (let attempt = 1; ; attempt++) {
    const { view, version } = await retrieveRoom(control, room);
    const users = change({
      isClosed: view.admission === 'closedAuthenticated',
      allowed: view.allowed,
      denied: view.denied,
      banned: view.banned,
    });
    if (users === undefined) return version;
    const info = conferenceChange(room, { users });
    const attributes = [...info.attributes, { ns: '', name: 'version', value: String(version ?? 1) }];
    try {
      const question = { kind: 'conf', operation: 'update', confObjId: room, info: { ...info, attributes } } as const;
      return (await control.ask(question)).version;
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 409 || attempt === attempts) throw error;
    }
  }
}

interface Lists {
  readonly isClosed: boolean;
  readonly allowed: readonly { readonly uri: string; readonly method: string }[];
  readonly denied: readonly string[];
  readonly banned: readonly string[];
}

function denied(uris: readonly string[]): XmlElement {
  return element(
    'xcon',
    'deny-users-list',
    {},
    uris.map((uri) => element('xcon', 'target', { uri })),
  );
}

function banned(uris: readonly string[]): XmlElement {
  return element(
    'chat',
    'banned',
    {},
    uris.map((uri) => element('chat', 'target', { uri })),
  );
}

const same = (one: string) => (other: string) => one.toLowerCase() === other.toLowerCase();

/** `*@example.com` and URIs stand for themselves, a name for the person it means. */
async function targetOf({ control, room, domain }: RoomContext, word: string): Promise<string> {
  return /^\*@|^(?!xcon-userid:)[a-z][a-z0-9+.-]*:/i.test(word) ? word : findUser(control, room, word, domain);
}

export const banUser = roomCommand({
  path: ['room', 'ban'],
  arguments: ['ROOM', 'USER'],
  summary: 'put somebody out and keep out',
  about:
    'In an open room USER goes to the list of those denied, in a closed one off the list of those allowed. A whole domain is written *@example.com.\nModerators and administrators stay until their role is taken. A room open to anonymous people cannot ban (409).',
  examples: [
    ['room ban lobby eve', 'eve, by whatever protocol she comes'],
    ['room ban lobby "*@spam.example"', 'a whole domain'],
  ],
  async run(context, given) {
    const target = await targetOf(context, argumentAt(given, 1));
    const version = await changeLists(context, (lists) => {
      if (!lists.isClosed) return lists.denied.some(same(target)) ? undefined : [denied([...lists.denied, target])];
      const allowed = lists.allowed.filter(({ uri }) => !same(target)(uri));
      return [
        element(
          'xcon',
          'allowed-users-list',
          {},
          allowed.map(({ uri, method }) => element('xcon', 'target', { uri, method })),
        ),
        ...(lists.banned.some(same(target)) ? [] : [banned([...lists.banned, target])]),
      ];
    });
    context.output.done(`${target} is banned from ${context.room}.`, { room: context.room, target, version });
  },
});

export const unbanUser = roomCommand({
  path: ['room', 'unban'],
  arguments: ['ROOM', 'USER'],
  summary: 'lift a ban',
  about: 'In a closed room that does not make USER a member again: add to allowed with room set.',
  examples: [['room unban lobby eve', 'eve may come again']],
  async run(context, given) {
    const target = await targetOf(context, argumentAt(given, 1));
    const isOther = (uri: string): boolean => !same(target)(uri);
    let wasBanned = false;
    const version = await changeLists(context, (lists) => {
      wasBanned = !lists.denied.every(isOther) || !lists.banned.every(isOther);
      return wasBanned ? [denied(lists.denied.filter(isOther)), banned(lists.banned.filter(isOther))] : undefined;
    });
    if (!wasBanned) throw new Refused(404, `${target} is not banned from ${context.room}`);
    context.output.done(`${target} may come to ${context.room} again.`, { room: context.room, target, version });
  },
});
