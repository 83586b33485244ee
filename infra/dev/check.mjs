// Everything CI asks for, in order: `npm run check`, which is also `npm test`. Progress on standard output, one line a
// step; what a failed step said comes below its line. Exit code 0 only when every step passed.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const resultsFile = join(root, '.plenary', 'vitest.json');
const program = (name, entry) => [process.execPath, join(root, 'node_modules', name, entry)];

const help = `npm run check [-- --static] [-- --no-coverage]

Runs, in this order: generated code, format, lint, conformance table, dependency arrows, types and build, every test suite.
  --static        all but the test suites
  --no-coverage   the test suites without measuring coverage
Suites by themselves:  npx vitest run --project unit|ledger|integration|conformance|updates|scenarios|interop|deploy|faults [folder]
`;

/** @type {[name: string, command: string[]][]} */
const steps = [
  ['generated code is current', [process.execPath, join(root, 'proto/generate.mjs'), '--check']],
  ['format', [...program('prettier', 'bin/prettier.cjs'), '--check', '--log-level=warn', '.']],
  ['lint', [...program('oxlint', 'bin/oxlint'), '--type-aware']],
  ['conformance table is current', [process.execPath, join(root, 'test/conformance/table.mjs'), '--check']],
  ['dependency arrows', [process.execPath, join(root, 'infra/dev/dependency-check.mjs')]],
  [
    'types and build',
    [...program('turbo', 'bin/turbo'), 'run', 'build', '--continue', '--output-logs=errors-only', '--ui=stream'],
  ],
];

const given = new Set(process.argv.slice(2));
if (given.has('--help')) {
  process.stdout.write(help);
  process.exit(0);
}
const unknown = [...given].filter((option) => !['--static', '--no-coverage'].includes(option));
if (unknown.length > 0) {
  process.stderr.write(`unknown option ${unknown.join(' ')}\n\n${help}`);
  process.exit(1);
}

const startedAt = Date.now();
const failed = [];
const total = steps.length + (given.has('--static') ? 0 : 1);
for (const [index, [name, command]] of steps.entries()) {
  process.stdout.write(`[${index + 1}/${total}] ${name} … `);
  const begunAt = Date.now();
  const { code, output } = await run(command, 'pipe');
  const took = `${((Date.now() - begunAt) / 1000).toFixed(1)} s`;
  process.stdout.write(code === 0 ? `ok (${took})\n` : `FAILED (${took})\n${output}\n`);
  if (code !== 0) failed.push(name);
}

let tests = 'no tests asked for';
if (!given.has('--static')) {
  process.stdout.write(`[${total}/${total}] tests\n`);
  mkdirSync(dirname(resultsFile), { recursive: true });
  rmSync(resultsFile, { force: true });
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${resultsFile}`];
  if (!given.has('--no-coverage')) args.push('--coverage');
  const { code } = await run([...program('vitest', 'vitest.mjs'), ...args], 'inherit');
  if (code !== 0) failed.push('tests');
  tests = summary();
}

const took = `${((Date.now() - startedAt) / 1000).toFixed(0)} s`;
process.stdout.write(
  failed.length === 0
    ? `${tests}\ncheck passed in ${took}\n`
    : `${tests}\ncheck FAILED in ${took}: ${failed.join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

/** @returns {Promise<{ code: number, output: string }>} */
function run([file, ...args], stdio) {
  return new Promise((resolve) => {
    const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', NO_UPDATE_NOTIFIER: '1' };
    const child = spawn(file, args, { cwd: root, env, stdio: ['ignore', stdio, stdio] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (output += String(piece)));
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: output.trimEnd() }));
  });
}

/** Counts of the JSON report, so that the last lines say it whatever reporter a terminal gets. */
function summary() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numFailedTestSuites } = JSON.parse(
      readFileSync(resultsFile, 'utf8'),
    );
    const skipped = numPendingTests + numTodoTests;
    const suites = numFailedTestSuites > 0 && numFailedTests === 0 ? `, ${numFailedTestSuites} suites failed` : '';
    return `tests: ${numPassedTests} passed, ${numFailedTests} failed, ${skipped} skipped${suites}`;
  } catch {
    return 'tests: no result';
  }
}
