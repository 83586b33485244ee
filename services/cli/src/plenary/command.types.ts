import type { ParseArgsConfig } from 'node:util';
import type { Accounts } from './accounts.js';
import type { Control } from './control.js';
import type { Output } from './output/output.js';

/** What a command gets beside its arguments. */
export interface CommandContext {
  readonly output: Output;
  readonly domain: string;
  /** CCMP, opened with the first question. */
  readonly control: Control;
  /** Accounts, opened with the first question. */
  readonly accounts: Accounts;
  /** Text of a file; `-` is standard input. Throws `UsageFault`. */
  readFile(path: string): Promise<string>;
  /** Opens a file to be written, or standard output for undefined. Throws `UsageFault`. */
  openFile(path: string | undefined): { write(text: string): Promise<void>; close(): Promise<void> };
  /** Asks for a secret at the terminal. Throws `UsageFault` where there is none. */
  askSecret(question: string): Promise<string>;
}

/** The arguments of one call, read. */
export interface CommandArguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
}

/** One option of a command, for its help and for completion. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** Name of its value in the help. */
  readonly value?: string;
  readonly help: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
}

/** One command of `plenary`. */
export interface Command {
  /** `['room', 'kick']`. */
  readonly path: readonly string[];
  /** Its arguments in order, as the help shows them: `ROOM`, `[NAME]`, `NAME=VALUE…`. */
  readonly arguments: readonly string[];
  readonly summary: string;
  /** More for `--help`, in whole sentences. */
  readonly about?: string;
  readonly options?: Readonly<Record<string, CommandOption>>;
  /** Whole command lines after `plenary`, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Words that complete its arguments, where they are known: by position. */
  readonly words?: readonly (readonly string[])[];
  run(context: CommandContext, given: CommandArguments): Promise<void>;
}

export type OptionsConfig = NonNullable<ParseArgsConfig['options']>;
