// `npm run conformance`: which test shows which requirement. Reads the requirements, the exceptions and the titles of all tests, writes
// infra/docs/conformance-signalling.md, and ends with 1 when a MUST has neither a test nor a reason. `--check` writes nothing and
// ends with 1 when the table in the tree is another one.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeRequirements, idsOf } from './table-parts.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = new URL('./', import.meta.url);
const target = `${root}infra/docs/conformance-signalling.md`;

/** Rows of a table with a head line. */
function rowsOf(file) {
  const [, ...lines] = readFileSync(new URL(file, here), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

const requirements = rowsOf('requirements.tsv').map(([id, level, group]) => ({ id, level, group }));
const exceptions = new Map(
  rowsOf('exceptions.tsv').map(([id, level, state, reason]) => [id, { level, state, reason }]),
);
const tests = testFiles().map((file) => ({ file, ...idsOf(readFileSync(`${root}${file}`, 'utf8')) }));
const { markdown, faults } = describeRequirements(requirements, exceptions, tests);

if (process.argv.includes('--check')) {
  if (currentTable() !== markdown)
    faults.push('infra/docs/conformance-signalling.md is out of date: npm run conformance');
} else {
  mkdirSync(`${root}infra/docs`, { recursive: true });
  writeFileSync(target, markdown);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

function currentTable() {
  try {
    return readFileSync(target, 'utf8');
  } catch {
    return '';
  }
}

function testFiles() {
  return ['libs', 'services', 'test'].flatMap((folder) => filesIn(folder)).toSorted((a, b) => a.localeCompare(b));
}

function filesIn(folder) {
  return readdirSync(`${root}${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : filesIn(path);
    return /\.test\.ts$|^test\/scenarios\/.*\.scn$/.test(path) ? [path] : [];
  });
}
