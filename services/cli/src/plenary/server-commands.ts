import { listedObjects } from '@plenary/xcon';
import { textOption } from './command-line.js';
import type { Command } from './command.types.js';

export const listBlueprints: Command = {
  path: ['blueprints'],
  arguments: [],
  summary: 'what rooms can be made of',
  options: { filter: { type: 'string', value: 'XPATH', help: 'only those the expression is true of' } },
  examples: [
    ['blueprints', 'those you may use'],
    ['room create --from moderated', 'makes a room of one'],
  ],
  async run({ control, output }, given) {
    const xpathFilter = textOption(given, 'filter');
    const { info } = await control.ask({ kind: 'blueprints', ...(xpathFilter === undefined ? {} : { xpathFilter }) });
    const blueprints = listedObjects(info);
    output.list({
      headings: ['BLUEPRINT', 'TITLE', 'PURPOSE'],
      rows: blueprints.map(({ uri, displayText = '', purpose = '' }) => [uri, displayText, purpose]),
      none: 'There are no blueprints you may use.',
      json: blueprints,
    });
  },
};

export const showOptions: Command = {
  path: ['options'],
  arguments: [],
  summary: 'what the server offers',
  examples: [['options', 'its messages and their operations']],
  async run({ control, output }) {
    const { options } = await control.ask({ kind: 'options' });
    const all = [...(options?.standard ?? []), ...(options?.extended ?? [])];
    output.list({
      headings: ['MESSAGE', 'OPERATIONS', 'ABOUT'],
      rows: all.map(({ name, operations, description = '' }) => [name, operations?.join(' ') ?? 'all', description]),
      none: 'It offers nothing.',
      json: options,
    });
  },
};
