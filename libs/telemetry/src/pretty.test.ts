import { describe, expect, it } from 'vitest';
import { prettyLine, prettyStream } from './pretty.js';

const entry = {
  level: 'info',
  ts: '2026-01-02T03:04:05.678Z',
  service: 'focus',
  version: '1',
  logger: 'focus:join',
  msg: 'joined',
  seq: 12,
  room_hash: 'ab',
};

describe('prettyLine', () => {
  it('puts an entry on one line, without what every line has', () => {
    expect(prettyLine(JSON.stringify(entry), false)).toBe('03:04:05.678 info  focus:join joined seq=12 room_hash=ab');
  });

  it('colours the level only when asked, and lets no logged text steer the terminal', () => {
    const hostile = { ...entry, msg: 'a\u001B[2Jb\nc', level: 'error' };
    expect(prettyLine(JSON.stringify(hostile), false)).toContain('a\\x1b[2Jb\\x0ac');
    const coloured = prettyLine(JSON.stringify(hostile), true);
    expect(coloured).toContain('\u001B[31merror\u001B[0m');
    expect(coloured).not.toContain('\u001B[2J');
    const tinted = prettyLine(JSON.stringify({ ...entry, msg: '\u001B[31mred' }), true);
    expect(tinted).toContain('\\x1b[31mred');
  });

  it('shows the stack of an error below, and passes on what is not JSON', () => {
    const failed = { ...entry, err: { message: 'no', stack: 'Error: no\n    at x' } };
    expect(prettyLine(JSON.stringify(failed), false).split('\n').slice(1)).toEqual(['    Error: no', '        at x']);
    expect(prettyLine('plain \u0007 text\n', false)).toBe('plain \\x07 text');
  });

  it('streams lines', () => {
    let text = '';
    const stream = prettyStream({ write: (piece: string) => (text += piece) }, { colours: false });
    stream.write(`${JSON.stringify(entry)}\n`);
    expect(text.endsWith('room_hash=ab\n')).toBe(true);
  });
});
