import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commands } from './commands.js';
import { completionScript } from './completion.js';

const script = completionScript('bash', commands);

/** What bash offers after these words; the last one is being typed. */
function offered(...words: string[]): string[] {
  const array = ['plenary', ...words].map((word) => `'${word}'`).join(' ');
  const test = `${script}\nCOMP_WORDS=(${array}); COMP_CWORD=${String(words.length)}; _plenary; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', test], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

describe('completion in bash', () => {
  it('begins with the first words of commands', () => {
    expect(offered('')).toEqual(['blueprints', 'completion', 'options', 'room', 'user']);
    expect(offered('bl')).toEqual(['blueprints']);
  });

  it('goes on with the next word', () => {
    expect(offered('room', 'sidebar', '')).toEqual(['create', 'delete', 'list', 'show']);
    expect(offered('room', 'un')).toEqual(['unban', 'unmute']);
  });

  it('offers options, and known words, after the arguments too', () => {
    expect(offered('room', 'export', 'minutes', '--f')).toEqual(['--format']);
    expect(offered('room', 'log', 'minutes', 'o')).toEqual(['off', 'on']);
    expect(offered('room', 'set', 'minutes', 'mod')).toEqual(['moderated=']);
  });
});

it('the script for zsh knows the same words', () => {
  const zsh = completionScript('zsh', commands);
  expect(zsh).toMatch(/^#compdef plenary\n/);
  expect(zsh).toContain("'room sidebar') words='create delete list show'");
});
