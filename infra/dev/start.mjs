// `npm start`: builds what has changed, then runs everything in this process. Plain progress lines.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const fail = (text) => {
  process.stderr.write(`npm start: ${text}\n`);
  process.exit(1);
};
if (major < 20 || (major === 20 && minor < 20))
  fail(`Node 20.20 or newer is needed, and this is ${process.versions.node}`);
const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
if (!existsSync(compiler)) fail('the dependencies are not installed: run npm install first');

// Data, caches and logs go into the checkout, wherever this is called from.
process.chdir(root);
if (!process.argv.includes('--help') && !process.argv.includes('-h')) process.stdout.write('  building …\n');
const { code, output } = await build();
if (code !== 0) fail(`the build failed:\n${output}`);
await import('./dist/main.js');

function build() {
  return new Promise((resolve) => {
    const args = [compiler, '-b', 'infra/dev', 'services/cli'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += String(piece)));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (status) => resolve({ code: status ?? 1, output: said.trimEnd() }));
  });
}
