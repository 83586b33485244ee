import { parseArgs } from 'node:util';
import type { Command, CommandArguments, OptionsConfig } from './command.types.js';
import { UsageFault } from './failures.js';

/** What a command line asks for. */
export type Asked =
  | { readonly kind: 'run'; readonly command: Command; readonly given: CommandArguments; readonly json: boolean }
  /** Help for one command, for those that begin with some words, or (empty) for all. */
  | { readonly kind: 'help'; readonly path: readonly string[] };

const common = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const satisfies OptionsConfig;

/** Reads the words after `plenary`. Throws `UsageFault` with one line that says what is wrong and what would be right. */
export function readCommandLine(argv: readonly string[], commands: readonly Command[]): Asked {
  const words = argv.filter((word) => !word.startsWith('-'));
  if (argv.length === 0 || words[0] === 'help') return { kind: 'help', path: words.slice(1) };
  const command = commands
    .filter(({ path }) => path.every((word, index) => argv[index] === word))
    .toSorted((one, other) => other.path.length - one.path.length)[0];
  if (command === undefined) {
    if (argv.includes('--help') || argv.includes('-h')) return { kind: 'help', path: words };
    throw new UsageFault(unknownCommand(words, commands));
  }
  const { values, positionals } = parse(command, argv.slice(command.path.length));
  if (values['help'] === true) return { kind: 'help', path: command.path };
  const needed = command.arguments.filter((name) => !name.startsWith('['));
  const missing = needed[positionals.length];
  if (missing !== undefined) throw new UsageFault(`${nameOf(command)} needs ${missing}: ${usageOf(command)}`);
  const takesMore = command.arguments.at(-1)?.includes('…') === true;
  if (!takesMore && positionals.length > command.arguments.length)
    throw new UsageFault(
      `${nameOf(command)} does not take ${positionals[command.arguments.length] ?? ''}: ${usageOf(command)}`,
    );
  for (const [name, option] of Object.entries(command.options ?? {})) {
    const value = values[name];
    if (option.choices !== undefined && typeof value === 'string' && !option.choices.includes(value))
      throw new UsageFault(`--${name} is one of ${option.choices.join(', ')}, not ${value}`);
  }
  return { kind: 'run', command, given: { values, positionals }, json: values['json'] === true };
}

/** `room kick`. */
export function nameOf(command: Command): string {
  return command.path.join(' ');
}

/** `plenary room kick ROOM USER [options]`. */
export function usageOf(command: Command): string {
  const options = Object.keys(command.options ?? {}).length === 0 ? [] : ['[options]'];
  return ['plenary', ...command.path, ...command.arguments, ...options].join(' ');
}

function parse(command: Command, args: readonly string[]): CommandArguments {
  const options: OptionsConfig = { ...common };
  for (const [name, { type, multiple }] of Object.entries(command.options ?? {}))
    options[name] = { type, multiple: multiple === true };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values, positionals };
  } catch (error) {
    // Node's text goes on about `--`; its first sentence says it.
    const reason = error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error);
    throw new UsageFault(`${nameOf(command)}: ${reason}. Try: plenary ${nameOf(command)} --help`);
  }
}

function unknownCommand(words: readonly string[], commands: readonly Command[]): string {
  const [first = ''] = words;
  const under = commands.filter(({ path }) => path[0] === first).map(({ path }) => path.slice(1).join(' '));
  if (under.length > 0)
    return words.length < 2
      ? `${first} needs one of: ${under.join(', ')}`
      : `there is no ${first} ${words[1] ?? ''}: ${first} takes ${under.join(', ')}`;
  const firsts = [...new Set(commands.map(({ path }) => path[0] ?? ''))];
  return `there is no command ${first === '' ? 'without a name' : first}: there are ${firsts.join(', ')}`;
}

/** Text of an option that was given. */
export function textOption(given: CommandArguments, name: string): string | undefined {
  const value = given.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** True when a flag was given. */
export function flagOption(given: CommandArguments, name: string): boolean {
  return given.values[name] === true;
}

/** An argument by its place; what must be there has been checked. */
export function argumentAt(given: CommandArguments, index: number): string {
  return given.positionals[index] ?? '';
}

/** `on` or `off`. Throws `UsageFault`. */
export function onOrOff(word: string): boolean {
  if (word === 'on') return true;
  if (word === 'off') return false;
  throw new UsageFault(`say on or off, not ${word}`);
}
