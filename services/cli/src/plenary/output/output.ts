import { facts, table } from './table.js';

/** Where a program's words go. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Something that can be shown as a table, or as JSON. */
export interface Listing {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** What stands there when there are no rows. */
  readonly none: string;
  readonly json: unknown;
}

/** What commands say. With `--json`, standard output holds one JSON document and nothing else. */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: TextSink;
  readonly #stderr: TextSink;
  readonly #colours: boolean;
  #progressLength = 0;

  /** `noColour`: the variable NO_COLOR is set. */
  constructor(stdout: TextSink, stderr: TextSink, options: { readonly json: boolean; readonly noColour: boolean }) {
    this.isJson = options.json;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#colours = !options.noColour && stdout.isTTY === true && !options.json;
  }

  list({ headings, rows, none, json }: Listing): void {
    if (this.isJson) return this.#json(json);
    if (rows.length === 0) return this.#line(none);
    const [head = '', ...lines] = table(headings, rows).split('\n');
    this.#line([this.#bold(head), ...lines].join('\n'));
  }

  facts(given: readonly (readonly [name: string, value: string | undefined])[], json: unknown): void {
    if (this.isJson) this.#json(json);
    else this.#line(facts(given));
  }

  /** Something was done. */
  done(text: string, json: unknown = { done: true }): void {
    if (this.isJson) this.#json(json);
    else this.#line(this.#colours ? `\u001b[32m${text}\u001b[0m` : text);
  }

  /** As it is: exported lines, completion scripts. */
  raw(text: string): void {
    this.#stdout.write(text);
  }

  /** A word beside the result, which is on standard output. */
  note(text: string): void {
    this.#clearProgress();
    this.#stderr.write(`${text}\n`);
  }

  /** How far a long work has come: on a terminal only, in one line that replaces itself. */
  progress(text: string): void {
    if (this.#stderr.isTTY !== true) return;
    this.#stderr.write(`\r${text.padEnd(this.#progressLength)}`);
    this.#progressLength = text.length;
  }

  progressDone(): void {
    this.#clearProgress();
  }

  #clearProgress(): void {
    if (this.#progressLength === 0) return;
    this.#stderr.write(`\r${' '.repeat(this.#progressLength)}\r`);
    this.#progressLength = 0;
  }

  #bold(text: string): string {
    return this.#colours ? `\u001b[1m${text}\u001b[0m` : text;
  }

  #line(text: string): void {
    this.#clearProgress();
    this.#stdout.write(`${text}\n`);
  }

  #json(value: unknown): void {
    this.#clearProgress();
    this.#stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }
}
