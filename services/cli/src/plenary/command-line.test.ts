import { describe, expect, it } from 'vitest';
import { commands } from './commands.js';
import { flagOption, nameOf, onOrOff, readCommandLine, textOption, usageOf } from './command-line.js';
import { UsageFault } from './failures.js';
import { helpText } from './help.js';
import { variables } from './settings.js';

const read = (line: string) =>
  readCommandLine(
    line.split(' ').filter((word) => word !== ''),
    commands,
  );

describe('the command line', () => {
  it('finds the longest command that fits', () => {
    expect(read('room sidebar list lobby')).toMatchObject({
      kind: 'run',
      given: { positionals: ['lobby'] },
      json: false,
    });
    expect(read('room list --json')).toMatchObject({ kind: 'run', json: true });
  });

  it('reads options', () => {
    const asked = read('room export minutes --format text --since 2h');
    if (asked.kind !== 'run') throw new Error('no command');
    expect(textOption(asked.given, 'format')).toBe('text');
    expect(textOption(asked.given, 'output')).toBeUndefined();
    expect(flagOption(asked.given, 'json')).toBe(false);
  });

  it.each([
    ['', []],
    ['--help', []],
    ['help room', ['room']],
    ['room --help', ['room']],
    ['room kick --help', ['room', 'kick']],
    ['room kick lobby bob -h', ['room', 'kick']],
  ])('%o asks for help', (line, path) => {
    expect(read(line)).toEqual({ kind: 'help', path });
  });

  it.each([
    ['frobnicate', 'there is no command frobnicate: there are room, blueprints'],
    ['room', 'room needs one of: list, create'],
    ['room frobnicate', 'there is no room frobnicate'],
    ['room kick', 'room kick needs ROOM: plenary room kick ROOM USER'],
    ['room kick lobby', 'room kick needs USER'],
    ['room kick lobby bob eve', 'room kick does not take eve'],
    ['room kick lobby bob --gently', "Unknown option '--gently'"],
    ['room export minutes --format pdf', '--format is one of jsonl, text, not pdf'],
  ])('%s is refused with what would be right', (line, reason) => {
    expect(() => read(line)).toThrow(UsageFault);
    expect(() => read(line)).toThrow(reason);
  });

  it('on and off are the only two', () => {
    expect(onOrOff('on')).toBe(true);
    expect(onOrOff('off')).toBe(false);
    expect(() => onOrOff('yes')).toThrow('say on or off, not yes');
  });
});

describe('help', () => {
  it('lists every command and every variable', () => {
    const text = helpText([], commands);
    for (const command of commands) expect(text).toContain(`  ${nameOf(command)}`);
    for (const name of Object.keys(variables)) expect(text).toContain(name);
  });

  it.each(commands.map((command) => [nameOf(command), command] as const))(
    '%s teaches by examples that are command lines themselves',
    (name, command) => {
      const text = helpText(command.path, commands);
      expect(text).toContain(usageOf(command));
      expect(command.examples.length).toBeGreaterThan(0);
      for (const option of Object.keys(command.options ?? {})) expect(text).toContain(`--${option}`);
      for (const [line] of command.examples) {
        const words = [...line.replace(/ >>? .*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, bare]) => quoted ?? bare ?? '',
        );
        expect(readCommandLine(words, commands), `${name}: ${line}`).toMatchObject({ kind: 'run' });
      }
    },
  );

  it('of a word lists what is under it', () => {
    const text = helpText(['room', 'sidebar'], commands);
    expect(text).toContain('room sidebar create ROOM');
    expect(text).not.toContain('room kick');
    expect(() => helpText(['nothing'], commands)).toThrow(UsageFault);
  });
});
