import { nameOf, usageOf } from './command-line.js';
import type { Command, CommandOption } from './command.types.js';
import { UsageFault } from './failures.js';
import { variables } from './settings.js';

/** Help for one command, for those that begin with `path`, or for all. Throws `UsageFault` when there is none. */
export function helpText(path: readonly string[], commands: readonly Command[]): string {
  const found = commands.filter((command) => path.every((word, index) => command.path[index] === word));
  const [only] = found;
  if (only === undefined) throw new UsageFault(`there is no command ${path.join(' ')}`);
  const exact = found.find((command) => command.path.length === path.length);
  return exact === undefined ? overview(found, path) : commandHelp(exact);
}

function overview(commands: readonly Command[], path: readonly string[]): string {
  const width = Math.max(...commands.map((command) => lineOf(command).length));
  const rows = commands.map((command) => `  ${lineOf(command).padEnd(width)}  ${command.summary}`);
  if (path.length > 0) return `${rows.join('\n')}\n\nMore about one: plenary ${path.join(' ')} … --help\n`;
  const names = Object.keys(variables) as (keyof typeof variables)[];
  const variableWidth = Math.max(...names.map((name) => name.length));
  return `plenary: the operators' command line. It speaks CCMP (RFC 6503) to the server, with the rights of who asks.

Usage: plenary COMMAND [arguments] [--json] [--help]

${rows.join('\n')}

  ROOM  lobby, sip:lobby@localhost, or an XCON-URI: xcon:lobby@localhost
  USER  alice, a nickname in the room, sip:alice@localhost, or xcon-userid:alice@localhost

More about one command: plenary room kick --help

Settings are environment variables:

${names.map((name) => `  ${name.padEnd(variableWidth)}  ${variables[name]}`).join('\n')}

Exit codes: 0 done, 1 refused (the code of RFC 6503 is shown), 2 wrong arguments, 3 the server cannot be reached.
Colours: only on a terminal, and never with NO_COLOR set.

Examples:

  plenary room list
  plenary room create --title "Weekly meeting" --members-only
  plenary room mute council bob
  plenary room export minutes --format text > minutes.txt
  plenary completion bash >> ~/.bashrc
`;
}

function commandHelp(command: Command): string {
  const about = command.about === undefined ? '' : `\n${command.about}\n`;
  const all: Readonly<Record<string, CommandOption>> = {
    ...command.options,
    json: { type: 'boolean', help: 'the result as JSON' },
  };
  const options = Object.entries(all).map(([name, { value, choices, help }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${value}`;
    return [flag, choices === undefined ? help : `${help} (${choices.join(', ')})`] as const;
  });
  const width = Math.max(...options.map(([flag]) => flag.length));
  const examples = command.examples.map(([line, what]) => `  plenary ${line}\n      ${what}`);
  return `${nameOf(command)}: ${command.summary}

Usage: ${usageOf(command)}
${about}
${options.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join('\n')}

Examples:

${examples.join('\n')}
`;
}

function lineOf(command: Command): string {
  return [nameOf(command), ...command.arguments].join(' ');
}
