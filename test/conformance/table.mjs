// `npm run conformance`: which test shows which requirement. Reads the requirements, the exceptions and the titles of all tests, writes
// a page of infra/docs for each list of requirements, and ends with 1 when a MUST has neither a test nor a reason. `--check` writes
// nothing and ends with 1 when a page in the tree is another one.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describePages, idsOf } from './table-parts.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const here = new URL('./', import.meta.url);
const pages = [
  { file: 'requirements.tsv', page: 'infra/docs/conformance-signalling.md', title: 'signalling and media' },
  { file: 'requirements-control.tsv', page: 'infra/docs/conformance-control.md', title: 'conference control' },
].map((page) => ({
  ...page,
  requirements: rowsOf(page.file).map(([id, level, group]) => ({ id, level, group })),
}));

/** Rows of a table with a head line. */
function rowsOf(file) {
  const [, ...lines] = readFileSync(new URL(file, here), 'utf8').trimEnd().split('\n');
  return lines.map((line) => line.split('\t'));
}

const exceptions = new Map(
  rowsOf('exceptions.tsv').map(([id, level, state, reason]) => [id, { level, state, reason }]),
);
const tests = testFiles().map((file) => ({ file, ...idsOf(readFileSync(`${root}${file}`, 'utf8')) }));
const { markdown, faults } = describePages(pages, exceptions, tests);

const isCheck = process.argv.includes('--check');
if (!isCheck) mkdirSync(`${root}infra/docs`, { recursive: true });
for (const [index, { page }] of pages.entries()) {
  if (!isCheck) writeFileSync(`${root}${page}`, markdown[index]);
  else if (currentTable(page) !== markdown[index]) faults.push(`${page} is out of date: npm run conformance`);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.exitCode = faults.length > 0 ? 1 : 0;

function currentTable(page) {
  try {
    return readFileSync(`${root}${page}`, 'utf8');
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
