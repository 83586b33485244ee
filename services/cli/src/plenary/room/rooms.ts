import { listedObjects } from '@plenary/xcon';
import { element, conferenceChange } from '../change.js';
import { argumentAt, onOrOff, textOption } from '../command-line.js';
import type { Command } from '../command.types.js';
import { UsageFault } from '../failures.js';
import { passwordIn } from '../password-file.js';
import { addressElement } from './create.js';
import { findRoom, retrieveRoom, urisOf } from './find-room.js';
import { roomCommand } from './room-command.js';
import { roomFacts, roomJson, userHeadings, userRow } from './room-facts.js';
import { changeParts, settable } from './settable.js';

export const listRooms: Command = {
  path: ['room', 'list'],
  arguments: [],
  summary: 'the rooms you may know of',
  options: { filter: { type: 'string', value: 'XPATH', help: 'only those the expression is true of' } },
  examples: [
    ['room list', 'all of them'],
    ['room list --filter "/conference-info/conference-state[active=\'true\']"', 'those that are active'],
    ['room list --filter "//display-text[contains(., \'board\')]" --json', 'by their title, for a program'],
  ],
  async run({ control, output }, given) {
    const xpathFilter = textOption(given, 'filter');
    const { info } = await control.ask({ kind: 'confs', ...(xpathFilter === undefined ? {} : { xpathFilter }) });
    const rooms = listedObjects(info);
    output.list({
      headings: ['ROOM', 'TITLE', 'PURPOSE'],
      rows: rooms.map(({ uri, displayText = '', purpose = '' }) => [uri, displayText, purpose]),
      none: 'There are no rooms you may know of.',
      json: rooms,
    });
  },
};

export const showRoom = roomCommand({
  path: ['room', 'show'],
  arguments: ['ROOM'],
  summary: 'one room: what it is and who is in it',
  examples: [
    ['room show lobby', 'by the name of its address'],
    ['room show xcon:lobby@localhost --json', 'everything, for a program'],
  ],
  async run({ control, output, room }) {
    const found = await retrieveRoom(control, room);
    output.facts(roomFacts(found), roomJson(found));
    if (output.isJson) return;
    const { users } = found.view;
    output.raw('\n');
    output.list({ headings: userHeadings, rows: users.map(userRow), none: 'Nobody is in it.', json: users });
  },
});

const names = Object.keys(settable);
const nameWidth = Math.max(...names.map((name) => name.length));

export const setRoom = roomCommand({
  path: ['room', 'set'],
  arguments: ['ROOM', '[NAME=VALUE…]'],
  summary: 'change a room',
  about: `All changes are made together or not at all. An empty value takes a text away.\n\n${Object.entries(settable)
    .map(([name, { help, values }]) => {
      const choices = values === undefined ? '' : ` (${values.join(', ')})`;
      return `  ${name.padEnd(nameWidth)}  ${help}${choices}`;
    })
    .join('\n')}`,
  options: {
    'password-file': { type: 'string', value: 'FILE', help: 'file with the new password of the room; empty: none' },
    version: { type: 'string', value: 'N', help: 'refuse where somebody changed the same since version N' },
  },
  examples: [
    ['room set lobby subject="Release on Friday"', 'what is talked about'],
    ['room set council moderated=true join-handling=confirm', 'several at once'],
    ['room set lobby subject= --version 12', 'takes the subject away, unless it was changed since'],
    ['room set vault --password-file new-password.txt', 'a new password'],
  ],
  words: [names.map((name) => `${name}=`)],
  async run(context, given) {
    const { control, output, room } = context;
    const parts = changeParts(given.positionals.slice(1));
    const file = textOption(given, 'password-file');
    if (given.positionals.length === 1 && file === undefined)
      throw new UsageFault('say what is to be changed: room set lobby subject="Release on Friday"');
    if (file !== undefined) {
      const [uri = room] = urisOf((await retrieveRoom(control, room)).view);
      parts.description.unshift(addressElement(uri, await passwordIn(context.readFile, file)));
    }
    const info = conferenceChange(room, parts);
    const version = textOption(given, 'version');
    const attributes =
      version === undefined ? info.attributes : [...info.attributes, { ns: '', name: 'version', value: version }];
    const response = await control.ask({
      kind: 'conf',
      operation: 'update',
      confObjId: room,
      info: { ...info, attributes },
    });
    output.done(`Done: ${room} is version ${String(response.version ?? '?')}.`, { room, version: response.version });
  },
});

export const logRoom = roomCommand({
  path: ['room', 'log'],
  arguments: ['ROOM', 'on|off'],
  summary: 'start or stop keeping what is said',
  about: 'Everybody in the room is told, and everybody who enters a logged room is warned.',
  examples: [
    ['room log lobby on', 'from now on'],
    ['room log lobby off', 'what was kept stays'],
  ],
  words: [['on', 'off']],
  async run({ control, output, room }, given) {
    const isOn = onOrOff(argumentAt(given, 1));
    const state = [element('chat', 'logging', { active: String(isOn) })];
    const response = await control.ask({
      kind: 'conf',
      operation: 'update',
      confObjId: room,
      info: conferenceChange(room, { state }),
    });
    output.done(isOn ? `What is said in ${room} is kept.` : `What is said in ${room} is not kept any more.`, {
      room,
      logging: isOn,
      version: response.version,
    });
  },
});

export const holdRoom = roomCommand({
  path: ['room', 'hold'],
  arguments: ['ROOM', 'on|off'],
  summary: 'put the log under legal hold, or lift it',
  about: 'Under legal hold nothing of the log is removed: not by age, not by room erase.',
  examples: [['room hold minutes on', 'keeps the log, whatever its age']],
  words: [['on', 'off']],
  async run({ control, output, room }, given) {
    const isOn = onOrOff(argumentAt(given, 1));
    const description = [element('chat', 'history', { 'legal-hold': String(isOn) })];
    const response = await control.ask({
      kind: 'conf',
      operation: 'update',
      confObjId: room,
      info: conferenceChange(room, { description }),
    });
    output.done(`The log of ${room} is ${isOn ? 'on legal hold' : 'not on legal hold any more'}.`, {
      room,
      hold: isOn,
      version: response.version,
    });
  },
});

export const moveRoom = roomCommand({
  path: ['room', 'move'],
  arguments: ['ROOM', 'OTHER'],
  summary: 'close a room for another: who comes is shown the way',
  about: 'Those who are in ROOM are told and leave it. Whoever was entitled to enter is pointed to OTHER from then on.',
  examples: [['room move lobby foyer', 'lobby is closed, foyer takes its place']],
  async run({ control, output, room, domain }, given) {
    const venue = await findRoom(control, argumentAt(given, 1), domain);
    const description = [element('chat', 'alternate-venue', { uri: venue })];
    await control.ask({
      kind: 'conf',
      operation: 'update',
      confObjId: room,
      info: conferenceChange(room, { description }),
    });
    await control.ask({ kind: 'conf', operation: 'delete', confObjId: room });
    output.done(`${room} is closed; who comes is sent to ${venue}.`, { room, venue });
  },
});

export const deleteRoom = roomCommand({
  path: ['room', 'delete'],
  arguments: ['ROOM'],
  summary: 'end a room for good: everybody leaves',
  about: 'What was kept of a logged room stays for its time. Refused (425) while one of its sidebars is in use.',
  examples: [['room delete xcon:8977794@localhost', 'at once, without asking again']],
  async run({ control, output, room }) {
    await control.ask({ kind: 'conf', operation: 'delete', confObjId: room });
    output.done(`${room} is deleted.`, { room, deleted: true });
  },
});
