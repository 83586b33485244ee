import { listedObjects, sidebarDocuments, conferenceView } from '@plenary/xcon';
import { conferenceChange, element, textElement } from '../change.js';
import { argumentAt, flagOption, textOption } from '../command-line.js';
import type { Command, CommandArguments, CommandContext } from '../command.types.js';
import type { Control } from '../control.js';
import { Refused, UsageFault } from '../failures.js';
import { retrieved, type RetrievedRoom } from './find-room.js';
import { addressOf } from './find-user.js';
import { roomCommand } from './room-command.js';
import { roomFacts, roomJson, userHeadings, userRow } from './room-facts.js';

type SidebarKind = 'sidebarByVal' | 'sidebarByRef';

export const listSidebars = roomCommand({
  path: ['room', 'sidebar', 'list'],
  arguments: ['ROOM'],
  summary: 'the sidebars of a room',
  examples: [['room sidebar list lobby', 'those by value and those by reference']],
  async run({ control, output, room }) {
    const byValue = await control.ask({ kind: 'sidebarsByVal', confObjId: room });
    const byReference = await control.ask({ kind: 'sidebarsByRef', confObjId: room });
    const sidebars = [
      ...sidebarDocuments(byValue.info)
        .map(conferenceView)
        .map(({ entity, displayText }) => ({ uri: entity, title: displayText, kind: 'by-val' })),
      ...listedObjects(byReference.info).map(({ uri, displayText = '' }) => ({
        uri,
        title: displayText,
        kind: 'by-ref',
      })),
    ];
    output.list({
      headings: ['SIDEBAR', 'KIND', 'TITLE'],
      rows: sidebars.map(({ uri, kind, title }) => [uri, kind, title]),
      none: 'It has no sidebars you may know of.',
      json: sidebars,
    });
  },
});

export const createSidebar = roomCommand({
  path: ['room', 'sidebar', 'create'],
  arguments: ['ROOM'],
  summary: 'make a sidebar of a room',
  about:
    'A sidebar is a conversation beside the main one. Its people stay in the room; what is said in one is not heard in the other. By value,\nonly people of the room can be in it.',
  options: {
    'by-ref': { type: 'boolean', help: 'people from outside can be in it too' },
    title: { type: 'string', value: 'TEXT', help: 'name of the sidebar' },
    call: { type: 'string', multiple: true, value: 'USER', help: 'is called into it; may be given several times' },
  },
  examples: [
    ['room sidebar create council --title "In private" --call alice --call bob', 'two people of the room'],
    ['room sidebar create council --by-ref --call sip:lawyer@example.com', 'with somebody from outside'],
  ],
  async run(context, given) {
    const { control, output, room, domain } = context;
    const kind: SidebarKind = flagOption(given, 'by-ref') ? 'sidebarByRef' : 'sidebarByVal';
    const created = await control.ask({ kind, operation: 'create', confObjId: room });
    const { confObjId: uri } = created;
    if (uri === undefined) throw new Refused(500, 'the answer does not name the new sidebar');
    const info = changeOf(uri, given, domain);
    const response =
      info === undefined ? created : await control.ask({ kind, operation: 'update', confObjId: uri, info });
    output.done(`${uri} is a sidebar of ${room}.`, { sidebar: uri, room, version: response.version });
  },
});

function changeOf(
  uri: string,
  given: CommandArguments,
  domain: string,
): ReturnType<typeof conferenceChange> | undefined {
  const title = textOption(given, 'title');
  const called = given.values['call'];
  const targets = (Array.isArray(called) ? called : [])
    .filter((user) => typeof user === 'string')
    .map((user) => element('xcon', 'target', { uri: addressOf(user, domain), method: 'dial-out' }));
  if (title === undefined && targets.length === 0) return undefined;
  return conferenceChange(uri, {
    ...(title === undefined ? {} : { description: [textElement('info', 'display-text', title)] }),
    ...(targets.length === 0 ? {} : { users: [element('xcon', 'allowed-users-list', {}, targets)] }),
  });
}

/** Of which kind a sidebar is, only the server knows: a wrong kind is 404. */
async function ofEitherKind<T>(uri: string, work: (kind: SidebarKind) => Promise<T>): Promise<T> {
  if (!/^xcon:/i.test(uri))
    throw new UsageFault(`a sidebar is named by its XCON-URI, not ${uri}: see room sidebar list`);
  try {
    return await work('sidebarByVal');
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 404) throw error;
    return work('sidebarByRef');
  }
}

async function retrieveSidebar(control: Control, uri: string): Promise<RetrievedRoom> {
  const { info, version } = await ofEitherKind(uri, (kind) =>
    control.ask({ kind, operation: 'retrieve', confObjId: uri }),
  );
  return retrieved(uri, info, version);
}

export const showSidebar: Command = {
  path: ['room', 'sidebar', 'show'],
  arguments: ['SIDEBAR'],
  summary: 'one sidebar: what it is and who is in it',
  examples: [['room sidebar show xcon:8974545@localhost', 'by its XCON-URI']],
  async run({ control, output }, given) {
    const found = await retrieveSidebar(control, argumentAt(given, 0));
    output.facts(roomFacts(found), roomJson(found));
    if (output.isJson) return;
    const { users } = found.view;
    output.raw('\n');
    output.list({ headings: userHeadings, rows: users.map(userRow), none: 'Nobody is in it.', json: users });
  },
};

export const deleteSidebar: Command = {
  path: ['room', 'sidebar', 'delete'],
  arguments: ['SIDEBAR'],
  summary: 'end a sidebar; its people stay in the room',
  examples: [['room sidebar delete xcon:8974545@localhost', 'by its XCON-URI']],
  async run({ control, output }: CommandContext, given) {
    const uri = argumentAt(given, 0);
    await ofEitherKind(uri, (kind) => control.ask({ kind, operation: 'delete', confObjId: uri }));
    output.done(`${uri} is deleted.`, { sidebar: uri, deleted: true });
  },
};
