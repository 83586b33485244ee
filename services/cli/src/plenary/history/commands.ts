import type { XmlElement } from '@plenary/wire/xml';
import { attributeOf } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { element } from '../change.js';
import { argumentAt, flagOption, textOption } from '../command-line.js';
import type { CommandArguments, CommandOption } from '../command.types.js';
import type { Control } from '../control.js';
import { UsageFault } from '../failures.js';
import { findUser } from '../room/find-user.js';
import { roomCommand } from '../room/room-command.js';
import { exportFormats, type ExportFormat, formatMessage, jsonOf, textLine } from './export-formats.js';
import { type HistoryPage, readMessages } from './kept-message.js';

const extensionName = 'chatHistory';

interface Bounds {
  readonly since?: string | undefined;
  readonly before?: string | undefined;
}

async function ask(
  control: Control,
  room: string,
  operation: 'retrieve' | 'delete',
  attributes: Readonly<Record<string, string | undefined>>,
): Promise<readonly XmlElement[] | undefined> {
  const { extensions } = await control.ask({
    kind: 'extended',
    operation,
    confObjId: room,
    extensionName,
    extensions: [element('chat', 'history-request', attributes)],
  });
  return extensions;
}

async function read(
  control: Control,
  room: string,
  attributes: Readonly<Record<string, string | undefined>>,
): Promise<HistoryPage> {
  return readMessages(await ask(control, room, 'retrieve', attributes));
}

const boundOptions = {
  since: { type: 'string', value: 'TIME', help: 'from then on: 2026-11-29T12:00:00Z, 2026-11-29, or 2h, 30m, 7d ago' },
  before: { type: 'string', value: 'TIME', help: 'up to then' },
} as const satisfies Readonly<Record<string, CommandOption>>;

function boundsOf(given: CommandArguments, nowMs: number): Bounds {
  const bound = (name: 'since' | 'before'): string | undefined => {
    const text = textOption(given, name);
    return text === undefined ? undefined : readTime(text, nowMs);
  };
  return { since: bound('since'), before: bound('before') };
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A time as a person writes it, in RFC 3339. Throws `UsageFault`. */
export function readTime(text: string, nowMs: number): string {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago !== null) return new Date(nowMs - Number(ago[1]) * (unitsMs[ago[2] ?? ''] ?? 0)).toISOString();
  const isTime = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text);
  const ms = isTime ? Date.parse(/^\d{4}-\d{2}-\d{2}$|Z$|[+-]\d{2}:\d{2}$/.test(text) ? text : `${text}Z`) : Number.NaN;
  if (Number.isNaN(ms))
    throw new UsageFault(`${text} is no time: write 2026-11-29T12:00:00Z, 2026-11-29, or 2h for two hours ago`);
  return new Date(ms).toISOString();
}

export const showHistory = roomCommand({
  path: ['room', 'history'],
  arguments: ['ROOM'],
  summary: 'what was said in a logged room',
  about: 'The last messages that fit, oldest first. A room that is not logged has none. Times are UTC.',
  options: {
    ...boundOptions,
    count: { type: 'string', value: 'N', help: 'how many at most; default is the room’s' },
    first: { type: 'boolean', help: 'the first that fit, not the last' },
  },
  examples: [
    ['room history minutes --count 20', 'the last twenty messages'],
    ['room history minutes --since 2h', 'what was said in the last two hours'],
    ['room history minutes --since 2026-11-29 --first --json', 'how that day began, for a program'],
  ],
  async run({ control, output, room }, given) {
    const count = textOption(given, 'count');
    if (count !== undefined && !/^\d{1,7}$/.test(count)) throw new UsageFault(`--count is a number, not ${count}`);
    const direction = flagOption(given, 'first') ? 'forward' : undefined;
    const page = await read(control, room, { ...boundsOf(given, Date.now()), count, direction });
    if (output.isJson) output.done('', { messages: page.messages.map(jsonOf), more: page.cursor !== '' });
    else if (page.messages.length === 0) output.done('Nothing that was said then is kept.');
    else for (const message of page.messages) output.raw(`${textLine(message)}\n`);
  },
});

/** Messages asked for at once in an export. */
const pageSize = '500';

export const exportHistory = roomCommand({
  path: ['room', 'export'],
  arguments: ['ROOM'],
  summary: 'write the whole log of a room',
  about:
    'From the first message to the last, in the room’s order. jsonl has one JSON object a line, with everything that is known.',
  options: {
    ...boundOptions,
    format: { type: 'string', value: 'FORMAT', help: 'how it is written; default jsonl', choices: exportFormats },
    output: { type: 'string', value: 'FILE', help: 'where to; default standard output' },
  },
  examples: [
    ['room export minutes --output minutes.jsonl', 'everything'],
    ['room export minutes --format text --since 7d', 'the last week, to be read'],
  ],
  async run({ control, output, room, openFile }, given) {
    const format = (textOption(given, 'format') ?? 'jsonl') as ExportFormat;
    const bounds = boundsOf(given, Date.now());
    const path = textOption(given, 'output');
    // The first page before the file: nothing is left behind where nothing may be read.
    let page = await read(control, room, { ...bounds, count: pageSize, direction: 'forward' });
    const file = openFile(path);
    let written = 0;
    try {
      for (;;) {
        for (const message of page.messages) await file.write(formatMessage(message, format));
        written += page.messages.length;
        output.progress(`${String(written)} messages, up to ${page.messages.at(-1)?.time ?? 'now'}`);
        if (page.cursor === '') break;
        page = await read(control, room, { ...bounds, count: pageSize, direction: 'forward', cursor: page.cursor });
      }
    } finally {
      await file.close();
      output.progressDone();
    }
    const where = path === undefined ? '' : ` to ${path}`;
    if (path === undefined) output.note(`${String(written)} messages written.`);
    else output.done(`${String(written)} messages written${where}.`, { room, messages: written, file: path });
  },
});

export const eraseMessages = roomCommand({
  path: ['room', 'erase'],
  arguments: ['ROOM', 'USER'],
  summary: 'erase from the log what one person said, for good',
  about: 'Refused (409) while the room is on legal hold.',
  examples: [['room erase minutes xcon-userid:eve@localhost', 'by the id, for people who are gone too']],
  async run({ control, output, room, domain }, given) {
    const user = await findUser(control, room, argumentAt(given, 1), domain);
    const extensions = await ask(control, room, 'delete', { user });
    const erased = extensions?.find(({ ns, name }) => ns === namespaces.chat && name === 'erased');
    const count = Number(attributeOf(erased, 'count') ?? '0');
    output.done(`${String(count)} messages of ${user} were erased from the log of ${room}.`, {
      room,
      user,
      erased: count,
    });
  },
});
