import { readFile } from 'node:fs/promises';
import { type Accounts, grpcAccounts } from './accounts.js';
import { readCommandLine } from './command-line.js';
import type { CommandContext } from './command.types.js';
import { commands } from './commands.js';
import { Control, type Exchange } from './control.js';
import { type ExitCode, exitCodeOf, Refused, UsageFault } from './failures.js';
import { fileSink } from './file-sink.js';
import { helpText } from './help.js';
import { httpExchange } from './http-exchange.js';
import { Output, type TextSink } from './output/output.js';
import { passwordIn } from './password-file.js';
import { askSecret, type SecretTerminal } from './prompt.js';
import { type ConnectionSettings, readConnectionSettings } from './settings.js';

/** What the program gets from its process. */
export interface ProgramSurface {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: SecretTerminal & AsyncIterable<unknown>;
  readonly stdout: TextSink & Pick<NodeJS.WritableStream, 'once'>;
  readonly stderr: TextSink;
}

/** What a test gives instead of the network. */
export interface ProgramOverrides {
  readonly exchange?: Exchange | undefined;
  readonly accounts?: Accounts | undefined;
}

/** Runs one command line. Resolves with the exit code; never rejects, except for a fault of ours. */
export async function runProgram(surface: ProgramSurface, overrides: ProgramOverrides = {}): Promise<ExitCode> {
  const isJson = surface.argv.includes('--json');
  const output = new Output(surface.stdout, surface.stderr, {
    json: isJson,
    noColour: (surface.env['NO_COLOR'] ?? '') !== '',
  });
  const opened: { close(): void }[] = [];
  try {
    const asked = readCommandLine(surface.argv, commands);
    if (asked.kind === 'help') {
      output.raw(helpText(asked.path, commands));
      return 0;
    }
    const settings = readConnectionSettings(surface.env);
    const accounts = overrides.accounts ?? grpcAccounts(settings.accountsAddress, settings);
    const { authoritiesFile } = settings;
    const authorities = authoritiesFile === undefined ? undefined : await textOfFile(authoritiesFile);
    const control = httpExchange(settings.url, settings.timeoutMs, authorities);
    opened.push(control, ...(overrides.accounts === undefined ? [accounts] : []));
    const exchange = overrides.exchange ?? control.exchange;
    await asked.command.run(contextOf(surface, settings, output, accounts, exchange), asked.given);
    return 0;
  } catch (error) {
    const code = exitCodeOf(error);
    if (code === undefined || !(error instanceof Error)) throw error;
    output.progressDone();
    surface.stderr.write(isJson ? `${JSON.stringify(jsonOf(error, code))}\n` : `${textOf(error)}\n`);
    return code;
  } finally {
    for (const one of opened) one.close();
  }
}

function contextOf(
  surface: ProgramSurface,
  settings: ConnectionSettings,
  output: Output,
  accounts: Accounts,
  exchange: Exchange,
): CommandContext {
  const ask = (question: string): Promise<string> => askSecret(question, surface.stdin, surface.stderr);
  const readText = (path: string): Promise<string> => (path === '-' ? textOfStream(surface.stdin) : textOfFile(path));
  let password: Promise<string> | undefined;
  return {
    output,
    domain: settings.domain,
    accounts,
    control: new Control({
      userId: settings.userId,
      username: settings.username,
      exchange,
      password: () => (password ??= passwordOf(settings, ask, readText)),
    }),
    readFile: readText,
    openFile: (path) => fileSink(path, surface.stdout),
    askSecret: ask,
  };
}

async function passwordOf(
  { password, username }: ConnectionSettings,
  ask: (question: string) => Promise<string>,
  readText: (path: string) => Promise<string>,
): Promise<string> {
  switch (password.kind) {
    case 'known':
      return password.text;
    case 'file':
      return passwordIn(readText, password.path);
    case 'prompt':
      return ask(`Password of ${username}`);
    default:
      return password satisfies never;
  }
}

async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageFault(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function textOfStream(stream: AsyncIterable<unknown>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece as string | Uint8Array));
  return Buffer.concat(pieces).toString('utf8');
}

function textOf(error: Error): string {
  if (error instanceof Refused)
    return `plenary: refused${error.code === 0 ? '' : ` (${String(error.code)})`}: ${error.message}`;
  return error instanceof UsageFault ? `plenary: ${error.message}\nTry: plenary --help` : `plenary: ${error.message}`;
}

function jsonOf(error: Error, exitCode: ExitCode): object {
  return {
    error: error.message,
    exitCode,
    ...(error instanceof Refused && error.code !== 0 ? { code: error.code } : {}),
  };
}
