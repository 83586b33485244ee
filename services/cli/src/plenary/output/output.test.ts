import { describe, expect, it } from 'vitest';
import { Output } from './output.js';
import { columnsOf, plainText } from './plain-text.js';
import { facts, table } from './table.js';

function output(options: { json?: boolean; noColour?: boolean; isTTY?: boolean }): {
  out: Output;
  said: () => string;
  noted: () => string;
} {
  const said = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({
    write: (text: string) => (said[name] += text),
    isTTY: options.isTTY === true,
  });
  const out = new Output(sink('out'), sink('err'), {
    json: options.json === true,
    noColour: options.noColour === true,
  });
  return { out, said: () => said.out, noted: () => said.err };
}

const listing = { headings: ['A', 'B'], rows: [['1', 'x']], none: 'None.', json: [{ a: 1 }] };

describe('tables', () => {
  it('have columns as wide as their widest cell, and no trailing blanks', () => {
    expect(
      table(
        ['NAME', 'B'],
        [
          ['a', ''],
          ['日本', 'x'],
          ['e\u0301', 'y'],
        ],
      ),
    ).toBe('NAME  B\na\n日本  x\ne\u0301     y');
    expect(
      facts([
        ['one', '1'],
        ['three', ''],
        ['four', undefined],
        ['seventeen', 'x'],
      ]),
    ).toBe('one        1\nseventeen  x');
  });

  it('wide characters count twice, combining ones not at all', () => {
    expect(columnsOf('日本😀e\u0301')).toBe(7);
  });

  it('hold nothing that steers a terminal', () => {
    expect(plainText('a\u001b[31mb\r\nc\td\u202e')).toBe('a\ufffd[31mb c d\ufffd');
  });
});

describe('output', () => {
  it('has colours on a terminal only, and never with NO_COLOR or as JSON', () => {
    const shown = (options: Parameters<typeof output>[0]): string => {
      const { out, said } = output(options);
      out.list(listing);
      out.done('Done.');
      return said();
    };
    expect(shown({ isTTY: true })).toContain('\u001b[');
    for (const options of [{}, { isTTY: true, noColour: true }, { isTTY: true, json: true }])
      expect(shown(options)).not.toContain('\u001b');
  });

  it('is one JSON document when asked for', () => {
    const { out, said } = output({ json: true });
    out.list(listing);
    expect(JSON.parse(said())).toEqual([{ a: 1 }]);
  });

  it('says so when a list is empty', () => {
    const { out, said } = output({});
    out.list({ ...listing, rows: [] });
    expect(said()).toBe('None.\n');
  });

  it('shows progress on a terminal, in one line that goes away', () => {
    const { out, noted } = output({ isTTY: true });
    out.progress('10 messages');
    out.progress('20');
    out.note('done');
    expect(noted()).toBe('\r10 messages\r20         \r  \rdone\n');
    const piped = output({});
    piped.out.progress('10 messages');
    piped.out.progressDone();
    expect(piped.noted()).toBe('');
  });
});
