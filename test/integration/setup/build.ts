import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** Runs once before the suites that start services as processes: those run what is built, so it must be what is written. */
export default function setup(): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const services = ['room-state', 'history', 'msrp-edge', 'focus'].map((name) => `services/${name}`);
  const run = spawnSync(process.execPath, [compiler, '-b', ...services], { cwd: root, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`the services do not build:\n${run.stdout}${run.stderr}`);
}
