import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What to do where it is missing. */
export const cure = 'SIPp is not installed: apt-get install sip-tester';

/** Path of SIPp; undefined where it is not installed. */
export function findSipp(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'sipp')).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface SippRun {
  readonly scenario: string;
  readonly port: number;
  readonly transport: 'UDP' | 'TCP';
  readonly room: string;
  readonly user: string;
  readonly password: string;
  readonly calls: number;
}

/** Runs a scenario of this folder, at most 15 s. Resolves with the exit code (0: every call went as written) and SIPp's errors. */
export async function runSipp(
  program: string,
  run: SippRun,
): Promise<{ readonly code: number; readonly errors: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-sipp-'));
  const errorFile = join(folder, 'errors');
  const options = [
    `127.0.0.1:${String(run.port)}`,
    '-sf',
    join(import.meta.dirname, run.scenario),
    '-s',
    run.room,
    '-au',
    run.user,
    '-ap',
    run.password,
    '-auth_uri',
    `${run.room}@localhost`,
    '-i',
    '127.0.0.1',
    '-t',
    run.transport === 'UDP' ? 'u1' : 't1',
    '-m',
    String(run.calls),
    '-r',
    '20',
    '-timeout',
    '12',
    '-timeout_error',
    '-nostdin',
    '-trace_err',
    '-error_file',
    errorFile,
  ];
  try {
    const code = await new Promise<number>((resolve) => {
      const child = execFile(program, options, { cwd: folder, timeout: 15_000, killSignal: 'SIGKILL' }, () => {
        resolve(child.exitCode ?? -1);
      });
    });
    return { code, errors: readIfThere(errorFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
