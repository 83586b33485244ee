// `npm run observability`: builds what has changed, then writes or checks the dashboards and rules.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const compiler = join(here, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc');
const { status } = spawnSync(process.execPath, [compiler, '-b', here], { stdio: 'inherit' });
if (status === 0) await import('./dist/main.js');
else process.exitCode = 1;
