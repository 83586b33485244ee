// Everything that can be said of the deployment without a cluster: `npm run validate`. Progress on standard output, one line
// a step, then a table of what was looked at and what could not be. Exit code 0 only when every step that ran passed.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const overlays = ['dev', 'prod', 'prod-3zone'];

const help = `npm run validate [-- --write] [-- --quick]

Looks at k8s/, infra/ and what is generated for them, and runs the suite \`deploy\`. No cluster is asked.
  --write   renders the overlays anew and runs the generators, instead of comparing; then looks at everything
  --quick   without the suite \`deploy\`: renderings and generated files only
A program that is not here (kubectl, promtool, haproxy, …) is told at the end, with what would bring it; with CI set in the
environment that counts as failed.
`;

const given = new Set(process.argv.slice(2));
if (given.has('--help')) {
  process.stdout.write(help);
  process.exit(0);
}
const unknown = [...given].filter((option) => !['--write', '--quick'].includes(option));
if (unknown.length > 0) {
  process.stderr.write(`unknown option ${unknown.join(' ')}\n\n${help}`);
  process.exit(1);
}
const write = given.has('--write');

/** Files that a program writes and that are committed: [what, program, arguments that write, arguments that compare]. */
/** @type {[name: string, program: string, writes: string[], checks: string[]][]} */
const generated = /** @type {[string, string, string[], string[]][]} */ ([
  ['Services and routes of single edges', 'k8s/generate.mjs', [], ['--check']],
  ['dashboards, rules', 'infra/observability/generate.mjs', [], ['--check']],
  ['page of metrics', 'libs/telemetry/metrics-page.mjs', [], ['--check']],
]).filter(([, program]) => existsSync(join(root, program)));

/** Programs whose absence leaves something out, and what brings them on Debian. */
const programs = [
  ['kubectl', 'fresh renderings (1.27 or newer)', 'https://kubernetes.io/docs/tasks/tools'],
  ['promtool', 'rules and their tests, queries on a real Prometheus', 'apt-get install prometheus'],
  ['haproxy', 'edges behind one port', 'apt-get install haproxy'],
  ['nats-server', 'configuration of the bus', 'fetched by npm start'],
  ['unshare', 'images on a read-only tree', 'apt-get install util-linux, and root'],
  ['docker', 'building of images', 'https://docs.docker.com/engine/install (never part of this run)'],
];

const startedAt = Date.now();
const results = [];
/** @type {[name: string, step: () => { state: string, text: string } | Promise<{ state: string, text: string }>][]} */
const steps = [
  ...overlays.map((overlay) => [
    `overlay ${overlay}: ${write ? 'rendered' : 'as committed'}`,
    () => rendering(overlay),
  ]),
  ...generated.map(([name, program, writes, checks]) => [
    `${name}: ${write ? 'written' : 'as committed'}`,
    () => run([process.execPath, join(root, program), ...(write ? writes : checks)]),
  ]),
  ...(given.has('--quick')
    ? []
    : [
        [
          'suite deploy',
          () => run([process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'deploy']),
        ],
      ]),
];
for (const [index, [name, step]] of steps.entries()) {
  process.stdout.write(`[${index + 1}/${steps.length}] ${name} … `);
  const begunAt = Date.now();
  const { state, text } = await step();
  results.push({ name, state, text });
  process.stdout.write(`${state} (${((Date.now() - begunAt) / 1000).toFixed(1)} s)\n`);
  if (state === 'FAILED') process.stdout.write(`${text}\n`);
}

const absent = programs.filter(([program]) => !has(program));
const width = Math.max(...results.map(({ name }) => name.length), ...absent.map(([program]) => program.length));
process.stdout.write(`\n${'what'.padEnd(width)}  outcome\n`);
for (const { name, state, text } of results)
  process.stdout.write(`${name.padEnd(width)}  ${state}${state === 'not run' ? `: ${text}` : ''}\n`);
for (const [program, what, cure] of absent)
  process.stdout.write(`${program.padEnd(width)}  not here, so not looked at: ${what}. Cure: ${cure}\n`);

const demanded = process.env['CI'] !== undefined && results.some(({ state }) => state === 'not run');
const failed = results.some(({ state }) => state === 'FAILED') || demanded;
process.stdout.write(`validate ${failed ? 'FAILED' : 'passed'} in ${((Date.now() - startedAt) / 1000).toFixed(0)} s\n`);
process.exitCode = failed ? 1 : 0;

function rendering(overlay) {
  if (!has('kubectl')) return { state: 'not run', text: 'kubectl 1.27 or newer is not on the PATH' };
  const path = join(root, `k8s/rendered/${overlay}.yaml`);
  try {
    const fresh = execFileSync('kubectl', ['kustomize', join(root, 'k8s/overlays', overlay)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 32 * 1024 * 1024,
      timeout: 120_000,
    });
    if (write) writeFileSync(path, fresh);
    else if (!existsSync(path) || readFileSync(path, 'utf8') !== fresh)
      return {
        state: 'FAILED',
        text: `k8s/rendered/${overlay}.yaml is not what Kustomize makes: npm run validate -- --write`,
      };
    return { state: 'ok', text: '' };
  } catch (error) {
    return { state: 'FAILED', text: String(error.stderr ?? error.message) };
  }
}

/** @returns {Promise<{ state: string, text: string }>} */
function run([file, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => (text = (text + String(piece)).slice(-60_000)));
    child.once('error', (error) => resolve({ state: 'FAILED', text: error.message }));
    child.once('close', (code) => resolve({ state: code === 0 ? 'ok' : 'FAILED', text: text.trimEnd() }));
  });
}

function has(program) {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}
