import { createInterface, type Interface } from 'node:readline';
import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import type { Line, LineKind } from './format.js';

/** Where lines appear and where they are typed. */
export interface Screen {
  show(line: Line): void;
  /** Beside the prompt, until replaced; on a pipe nothing. Undefined takes it away. */
  status(text: string | undefined): void;
  /** Runs for every typed line, in order; the next one waits. */
  onLine(handler: (line: string) => Promise<void>): void;
  /** Resolves at the end of the input or at Ctrl-C. */
  readonly ended: Promise<'end-of-input' | 'interrupted'>;
  close(): void;
}

export interface ScreenOptions {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  readonly output: NodeJS.WritableStream & {
    readonly isTTY?: boolean | undefined;
    readonly columns?: number | undefined;
  };
  /** Colours, where the output is a terminal. */
  readonly colours: boolean;
  readonly prompt: string;
}

const colourOf: Readonly<Record<LineKind, number | undefined>> = {
  said: undefined,
  own: 36,
  private: 35,
  notice: 33,
  info: 90,
  problem: 31,
};

/** A terminal with a prompt that stays below what arrives; or, on pipes, lines in and lines out. */
export function openScreen(options: ScreenOptions): Screen {
  const { input, output } = options;
  const isTerminal = input.isTTY === true && output.isTTY === true;
  const reader = createInterface({ input, output: isTerminal ? output : undefined, terminal: isTerminal });
  const state = { status: '', isOver: false };
  const queue = new LineQueue();

  const setPrompt = (): void => {
    reader.setPrompt(state.status === '' ? options.prompt : `[${state.status}] ${options.prompt}`);
  };
  const painted = ({ kind, text }: Line): string => {
    const colour = colourOf[kind];
    return options.colours && output.isTTY === true && colour !== undefined
      ? `\u001b[${colour}m${text}\u001b[0m`
      : text;
  };
  /** Takes prompt and half-typed line away, lets something be written, and puts them back. */
  const above = (write: () => void): void => {
    if (!isTerminal || state.isOver) {
      write();
      return;
    }
    moveCursor(output, 0, -reader.getCursorPos().rows);
    cursorTo(output, 0);
    clearScreenDown(output);
    write();
    reader.prompt(true);
  };

  setPrompt();
  const ended = new Promise<'end-of-input' | 'interrupted'>((resolve) => {
    reader.on('SIGINT', () => {
      resolve('interrupted');
    });
    reader.on('close', () => {
      void queue.drained().then(() => {
        resolve('end-of-input');
      });
    });
  });
  reader.on('line', (line) => {
    if (isTerminal) forgetTyped(output, line.length + options.prompt.length);
    queue.add(line);
    if (isTerminal) reader.prompt();
  });
  if (isTerminal) reader.prompt();
  stopReadingAhead(reader, queue);

  return {
    show: (line) => {
      above(() => output.write(`${painted(line)}\n`));
    },
    status: (text) => {
      state.status = text ?? '';
      setPrompt();
      if (isTerminal && !state.isOver) above(() => undefined);
    },
    onLine: (handler) => {
      queue.handle(handler);
    },
    ended,
    close: () => {
      state.isOver = true;
      queue.close();
      if (isTerminal) {
        cursorTo(output, 0);
        clearScreenDown(output);
      }
      reader.close();
    },
  };
}

/** Takes away what the terminal echoed: the line is shown again when the room has taken it. */
function forgetTyped(output: ScreenOptions['output'], length: number): void {
  const rows = Math.max(1, Math.ceil(length / (output.columns ?? 80)));
  moveCursor(output, 0, -rows);
  cursorTo(output, 0);
  clearScreenDown(output);
}

/** Lines read and not yet handled, at most, before reading stops. */
const readAhead = 64;

function stopReadingAhead(reader: Interface, queue: LineQueue): void {
  queue.onLength = (length) => {
    if (length >= readAhead) reader.pause();
    else if (length === 0) reader.resume();
  };
}

/** Lines one after the other, each when the one before is dealt with. */
class LineQueue {
  onLength: (length: number) => void = () => undefined;
  readonly #lines: string[] = [];
  #handler: ((line: string) => Promise<void>) | undefined;
  #work: Promise<void> | undefined;
  #isClosed = false;
  #onDrained: (() => void) | undefined;

  add(line: string): void {
    if (this.#isClosed) return;
    this.#lines.push(line);
    this.onLength(this.#lines.length);
    this.#run();
  }

  handle(handler: (line: string) => Promise<void>): void {
    this.#handler = handler;
    this.#run();
  }

  /** Resolves when every line is dealt with; also those that came before there was a handler. */
  drained(): Promise<void> {
    this.onLength = () => undefined;
    return new Promise((resolve) => {
      this.#onDrained = resolve;
      this.#tellDrained();
    });
  }

  /** Drops what waits; what is being dealt with is finished. */
  close(): void {
    this.#isClosed = true;
    this.#lines.length = 0;
    this.#tellDrained();
  }

  #tellDrained(): void {
    if (this.#work === undefined && this.#lines.length === 0) this.#onDrained?.();
  }

  #run(): void {
    if (this.#handler === undefined || this.#work !== undefined || this.#lines.length === 0) return;
    this.#work = this.#each(this.#handler).finally(() => {
      this.#work = undefined;
      this.#run();
      this.#tellDrained();
    });
  }

  async #each(handler: (line: string) => Promise<void>): Promise<void> {
    for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) await handler(line);
    this.onLength(0);
  }
}
