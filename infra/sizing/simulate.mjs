// `npm run simulate`: builds what has changed, then simulates. See `npm run simulate -- --help`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
const built = spawnSync(process.execPath, [compiler, '-b', 'infra/sizing'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
await import('./dist/main.js');
