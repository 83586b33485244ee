import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { StartError } from '@plenary/service';

const run = promisify(execFile);
const program = 'nats-server';
/** Update of the package lists and one package of 4 MB. */
const fetchTimeoutMs = 180_000;

/** Path of a nats-server: in one of `folders`, on the PATH, or where Debian puts it; undefined if there is none. */
export function findNatsServer(folders: readonly string[] = []): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...folders, ...path, '/usr/sbin', '/usr/local/sbin']
    .map((folder) => resolve(folder, program))
    .find((file) => isProgram(file));
}

/**
 * Debian's nats-server in `targetDir`, fetched with apt-get and unpacked without root and without a change to the system;
 * kept between runs. Returns its path. apt-get checks the signatures as it always does. Throws `StartError` when there is
 * no apt-get, no network or no such package.
 */
export async function fetchNatsServer(targetDir: string): Promise<string> {
  const target = resolve(targetDir, program);
  if (isProgram(target)) return target;
  await mkdir(targetDir, { recursive: true });
  const work = await mkdtemp(resolve(targetDir, 'fetch-'));
  try {
    await Promise.all(
      ['lists/partial', 'cache/archives/partial'].map((path) => mkdir(join(work, path), { recursive: true })),
    );
    const options = [
      `Dir::State::lists=${work}/lists`,
      `Dir::Cache=${work}/cache`,
      'Debug::NoLocking=1',
      'APT::Sandbox::User=',
    ].flatMap((option) => ['-o', option]);
    const within = { cwd: work, timeout: fetchTimeoutMs };
    await run('apt-get', [...options, '-q', 'update'], within);
    await run('apt-get', [...options, '-q', 'download', program], within);
    const archive = (await readdir(work)).find((name) => name.endsWith('.deb'));
    if (archive === undefined) throw new Error('apt-get left no package');
    await run('dpkg', ['-x', archive, 'unpacked'], within);
    const made = join(work, program);
    await copyFile(join(work, 'unpacked/usr/sbin', program), made);
    await chmod(made, 0o755);
    await rename(made, target);
    return target;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new StartError(`nats-server could not be fetched with apt-get: ${reason}`, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
