import { describe, expect, it } from 'vitest';
import { readTime } from './commands.js';
import { formatMessage, jsonOf, textLine } from './export-formats.js';
import { type KeptMessage, readMessages } from './kept-message.js';

const message: KeptMessage = {
  id: '1.2',
  time: '2026-11-29T12:00:00.123Z',
  from: 'sip:bob@localhost',
  displayName: '',
  nickname: '',
  user: '',
  contentType: 'text/plain;charset=utf-8',
  subject: '',
  content: Buffer.from('hello'),
  size: undefined,
};

describe('times as people write them', () => {
  const nowMs = Date.parse('2026-11-29T12:00:00Z');
  it.each([
    ['2h', '2026-11-29T10:00:00.000Z'],
    ['30m', '2026-11-29T11:30:00.000Z'],
    ['7d', '2026-11-22T12:00:00.000Z'],
    ['2026-11-28', '2026-11-28T00:00:00.000Z'],
    ['2026-11-28 10:30', '2026-11-28T10:30:00.000Z'],
    ['2026-11-28T10:30:00.5Z', '2026-11-28T10:30:00.500Z'],
    ['2026-11-28T10:30:00+02:00', '2026-11-28T08:30:00.000Z'],
  ])('%s is %s', (text, time) => {
    expect(readTime(text, nowMs)).toBe(time);
  });
  it.each(['yesterday', '2026-13-01', '12:00', '', '2w'])('%j is none', (text) => {
    expect(() => readTime(text, nowMs)).toThrow(/no time/);
  });
});

describe('exported messages', () => {
  it('as JSON leave out what is not known', () => {
    expect(jsonOf(message)).toEqual({
      id: '1.2',
      time: '2026-11-29T12:00:00.123Z',
      from: 'sip:bob@localhost',
      contentType: 'text/plain;charset=utf-8',
      text: 'hello',
    });
    expect(formatMessage(message, 'jsonl')).toMatch(/^\{.*\}\n$/);
    const octets = { ...message, content: new Uint8Array([255, 0]) };
    expect(jsonOf(octets)).toMatchObject({ base64: '/wA=' });
    expect(jsonOf({ ...message, content: undefined, size: 12 })).toMatchObject({ size: 12 });
  });

  it('as text name who spoke as well as it is known', () => {
    expect(textLine(message)).toBe('2026-11-29 12:00:00  bob@localhost: hello');
    expect(textLine({ ...message, displayName: 'Bob', nickname: 'Bobby' })).toContain('  Bobby: ');
    expect(textLine({ ...message, displayName: 'Bob' })).toContain('  Bob: ');
    expect(textLine({ ...message, from: '' })).toContain('  somebody: ');
    expect(textLine({ ...message, content: undefined, size: 12, contentType: 'image/png' })).toContain(
      '[image/png, 12 octets, not kept]',
    );
  });

  it('an answer without messages has none', () => {
    expect(readMessages(undefined)).toEqual({ messages: [], cursor: '' });
  });
});
