import { UsageFault } from './failures.js';

/** A terminal that can be asked without showing what is typed. */
export interface SecretTerminal {
  readonly isTTY?: boolean | undefined;
  setRawMode?(isRaw: boolean): unknown;
  setEncoding(encoding: 'utf8'): unknown;
  on(event: 'data', listener: (text: string) => void): unknown;
  off(event: 'data', listener: (text: string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/**
 * Asks for a secret; what is typed is not shown. Throws `UsageFault` where nobody can be asked, or the answer is empty or given up
 * (Ctrl-C, Ctrl-D).
 */
export function askSecret(
  question: string,
  input: SecretTerminal,
  output: { write(text: string): unknown },
): Promise<string> {
  if (input.isTTY !== true || input.setRawMode === undefined)
    return Promise.reject(new UsageFault(`${question}: there is no terminal to ask; give it in a file`));
  const { setRawMode } = input;
  return new Promise((resolve, reject) => {
    let typed = '';
    const finish = (settle: () => void): void => {
      input.off('data', onData);
      setRawMode.call(input, false);
      input.pause();
      output.write('\n');
      settle();
    };
    const onData = (text: string): void => {
      for (const character of text) {
        if (character === '\r' || character === '\n') {
          finish(() => {
            if (typed === '') reject(new UsageFault(`${question}: nothing was given`));
            else resolve(typed);
          });
          return;
        }
        if (character === '\u0003' || character === '\u0004') {
          finish(() => {
            reject(new UsageFault(`${question}: given up`));
          });
          return;
        }
        if (character === '\u007f' || character === '\b') typed = Array.from(typed).slice(0, -1).join('');
        else if (character >= ' ') typed += character;
      }
    };
    output.write(`${question}: `);
    setRawMode.call(input, true);
    input.setEncoding('utf8');
    input.on('data', onData);
    input.resume();
  });
}
