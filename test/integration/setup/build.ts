import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/**
 * Builds the launchers and the services. Test files read sources, but the setup of a run is loaded before that is arranged, and services
 * that run as processes run what is built: both must be what is written. About a second when nothing has changed.
 */
export function build(): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [compiler, '-b', 'infra/dev'], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the services do not build:\n${run.stdout}${run.stderr}`);
}
