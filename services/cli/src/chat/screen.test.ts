import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openScreen, type Screen } from './screen.js';

function piped(): { input: PassThrough; screen: Screen; shown: () => string } {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let text = '';
  output.on('data', (piece: Buffer) => (text += piece.toString('utf8')));
  return { input, screen: openScreen({ input, output, colours: true, prompt: 'a> ' }), shown: () => text };
}

describe('a screen on pipes', () => {
  it('shows plain lines, no prompt, no colour, no status', async () => {
    const { input, screen, shown } = piped();
    screen.show({ kind: 'problem', text: 'one' });
    screen.status('40 %');
    screen.show({ kind: 'said', text: 'two' });
    input.end();
    await screen.ended;
    expect(shown()).toBe('one\ntwo\n');
  });

  it('deals with one line after the other, and ends when the last is dealt with', async () => {
    const { input, screen } = piped();
    const done: string[] = [];
    input.end('one\ntwo\nthree');
    // Lines that were there before anybody asked are not lost.
    await new Promise(setImmediate);
    const finish: (() => void)[] = [];
    screen.onLine((line) => {
      done.push(line);
      return new Promise((resolve) => finish.push(resolve));
    });
    let isOver = false;
    void screen.ended.then(() => (isOver = true));
    for (const expected of [['one'], ['one', 'two'], ['one', 'two', 'three']]) {
      await expect.poll(() => done).toEqual(expected);
      expect(isOver).toBe(false);
      finish.pop()?.();
    }
    expect(await screen.ended).toBe('end-of-input');
  });
});
