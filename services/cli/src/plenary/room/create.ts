import type { XmlElement } from '@plenary/wire/xml';
import { conferenceChange, element, textElement } from '../change.js';
import { argumentAt, flagOption, textOption } from '../command-line.js';
import type { Command, CommandArguments, CommandContext } from '../command.types.js';
import { Refused } from '../failures.js';
import { passwordIn } from '../password-file.js';
import { retrieved, retrieveRoom, type RetrievedRoom } from './find-room.js';
import { addressOf } from './find-user.js';
import { roomFacts, roomJson } from './room-facts.js';
import { changeParts } from './settable.js';

/** Options that are another word for a setting. */
const shortcuts = {
  title: { type: 'string', value: 'TEXT', help: 'name of the room' },
  subject: { type: 'string', value: 'TEXT', help: 'what is talked about' },
  maximum: { type: 'string', value: 'N', help: 'how many may be in it' },
  'members-only': { type: 'boolean', help: 'only those named by --allow enter' },
  moderated: { type: 'boolean', help: 'speaking needs voice' },
  secret: { type: 'boolean', help: 'outsiders do not learn that it exists' },
} as const satisfies Command['options'];

export const createRoom: Command = {
  path: ['room', 'create'],
  arguments: ['[NAME]'],
  summary: 'make a room',
  about:
    'NAME becomes its address, sip:NAME@domain; without one the server makes one up. Without --from, the room is made of the default\nblueprint and what is asked for here.',
  options: {
    from: { type: 'string', value: 'BLUEPRINT', help: 'blueprint or reservation to be cloned: see plenary blueprints' },
    ...shortcuts,
    logged: { type: 'boolean', help: 'what is said is kept; who enters is told' },
    allow: { type: 'string', multiple: true, value: 'USER', help: 'may enter; may be given several times' },
    set: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'anything room set takes' },
    'password-file': { type: 'string', value: 'FILE', help: 'file with the password of the room' },
  },
  examples: [
    ['room create', 'a room like the default blueprint, under an address of the server’s'],
    ['room create board --title "The board" --members-only --allow alice --allow bob', 'for two people alone'],
    ['room create --from moderated --title Hearing', 'a clone of a blueprint'],
  ],
  async run(context, given) {
    const info = await infoOf(context, given);
    const from = textOption(given, 'from');
    const room = from === undefined ? await make(context, info) : await clone(context, from, info);
    context.output.facts(roomFacts(room), roomJson(room));
  },
};

async function make({ control, domain }: CommandContext, info: Parts | undefined): Promise<RetrievedRoom> {
  const change = info === undefined ? {} : { info: conferenceChange(`xcon:AUTO_GENERATE_1@${domain}`, info) };
  const response = await control.ask({ kind: 'conf', operation: 'create', ...change });
  return made(response.confObjId, response.info, response.version, control);
}

/** A clone takes no changes on its way: they are made after, and a clone that cannot take them is not left behind. */
async function clone(context: CommandContext, from: string, info: Parts | undefined): Promise<RetrievedRoom> {
  const { control, domain } = context;
  const parent = /^xcon:/i.test(from) ? from : `xcon:${from}${from.includes('@') ? '' : `@${domain}`}`;
  const response = await control.ask({ kind: 'conf', operation: 'create', confObjId: parent });
  const room = await made(response.confObjId, response.info, response.version, control);
  if (info === undefined) return room;
  try {
    await control.ask({
      kind: 'conf',
      operation: 'update',
      confObjId: room.uri,
      info: conferenceChange(room.uri, info),
    });
  } catch (error) {
    // What is said is why it could not be made as asked for, whether it can be removed or not.
    await control.ask({ kind: 'conf', operation: 'delete', confObjId: room.uri }).catch(() => undefined);
    throw error;
  }
  return retrieveRoom(control, room.uri);
}

function made(
  uri: string | undefined,
  info: XmlElement | undefined,
  version: number | undefined,
  control: CommandContext['control'],
): Promise<RetrievedRoom> | RetrievedRoom {
  if (uri === undefined) throw new Refused(500, 'the answer does not name the new room');
  return info === undefined ? retrieveRoom(control, uri) : retrieved(uri, info, version);
}

interface Parts {
  readonly description: readonly XmlElement[];
  readonly state: readonly XmlElement[];
  readonly users: readonly XmlElement[];
}

/** What is asked for beside the blueprint; undefined: nothing. */
async function infoOf(context: CommandContext, given: CommandArguments): Promise<Parts | undefined> {
  const pairs = [
    ...Object.entries(shortcuts).flatMap(([name, { type }]) => {
      const value = type === 'boolean' ? (flagOption(given, name) ? 'true' : undefined) : textOption(given, name);
      return value === undefined ? [] : [`${name}=${value}`];
    }),
    ...list(given, 'set'),
  ];
  const parts = changeParts(pairs);
  const name = argumentAt(given, 0);
  const file = textOption(given, 'password-file');
  if (name !== '' || file !== undefined)
    parts.description.unshift(
      addressElement(
        name === '' ? `sip:AUTO_GENERATE_2@${context.domain}` : addressOf(name, context.domain),
        file === undefined ? undefined : await passwordIn(context.readFile, file),
      ),
    );
  if (flagOption(given, 'logged')) parts.state.push(element('chat', 'logging', { active: 'true' }));
  const allowed = list(given, 'allow').map((user) =>
    element('xcon', 'target', { uri: addressOf(user, context.domain), method: 'dial-in' }),
  );
  const isClosed = flagOption(given, 'members-only');
  if (isClosed) parts.users.push(textElement('xcon', 'user-admission-policy', 'closedAuthenticated'));
  if (allowed.length > 0) parts.users.push(element('xcon', 'allowed-users-list', {}, allowed));
  return parts.description.length + parts.state.length + parts.users.length === 0 ? undefined : parts;
}

/** `<conf-uris>` with one address, and its password where there is one. */
export function addressElement(uri: string, password: string | undefined): XmlElement {
  return element('info', 'conf-uris', {}, [
    element('info', 'entry', {}, [
      textElement('info', 'uri', uri),
      textElement('info', 'purpose', 'participation'),
      ...(password === undefined ? [] : [textElement('xcon', 'conference-password', password)]),
    ]),
  ]);
}

function list(given: CommandArguments, name: string): string[] {
  const value = given.values[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
