import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { askSecret, type SecretTerminal } from './prompt.js';

class FakeTerminal extends EventEmitter implements SecretTerminal {
  isTTY = true;
  readonly modes: boolean[] = [];
  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
  setEncoding(): void {}
  resume(): void {}
  pause(): void {}
}

function ask(...typed: string[]): { answer: Promise<string>; shown: () => string; terminal: FakeTerminal } {
  const terminal = new FakeTerminal();
  let shown = '';
  const answer = askSecret('Password', terminal, { write: (text) => (shown += text) });
  for (const text of typed) terminal.emit('data', text);
  return { answer, shown: () => shown, terminal };
}

describe('asking for a secret', () => {
  it('shows the question and nothing of the answer, and gives the terminal back', async () => {
    const { answer, shown, terminal } = ask('sec', 'retX', '\u007f', '\r');
    expect(await answer).toBe('secret');
    expect(shown()).toBe('Password: \n');
    expect(terminal.modes).toEqual([true, false]);
    expect(terminal.listenerCount('data')).toBe(0);
  });

  it('is given up by Ctrl-C and Ctrl-D, and by nothing', async () => {
    await expect(ask('abc\u0003').answer).rejects.toThrow('given up');
    await expect(ask('\u0004').answer).rejects.toThrow('given up');
    await expect(ask('\n').answer).rejects.toThrow('nothing was given');
  });

  it('is not done where there is no terminal', async () => {
    const terminal = new FakeTerminal();
    terminal.isTTY = false;
    await expect(askSecret('Password', terminal, { write: () => undefined })).rejects.toThrow('there is no terminal');
  });
});
