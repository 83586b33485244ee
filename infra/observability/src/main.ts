import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generatedFiles } from './files.js';
import { defaultRunbooks } from './links.js';

const help = `Writes the dashboards of Grafana and the rules of Prometheus from infra/observability/src.

  npm run observability                    write dashboards/*.json and rules/*.yaml
  npm run observability -- --check         write nothing; fail when a file is not what would be written
  npm run observability -- --runbooks URL  where your runbooks are published (default ${defaultRunbooks});
                                           alerts and panels link there, one anchor an alert
  npm run observability -- --out FOLDER    write somewhere else
`;

process.exitCode = run();

function run(): number {
  const parsed = options();
  if (typeof parsed === 'string') {
    process.stderr.write(`observability: ${parsed}. Try --help\n`);
    return 2;
  }
  if (parsed.help === true) {
    process.stdout.write(help);
    return 0;
  }
  const runbooks = parsed.runbooks ?? defaultRunbooks;
  if (!URL.canParse(runbooks)) {
    process.stderr.write(`observability: --runbooks ${runbooks} is not a URL\n`);
    return 2;
  }
  const folder = parsed.out ?? dirname(dirname(fileURLToPath(import.meta.url)));
  const files = generatedFiles(runbooks.replace(/\/$/, ''));
  if (parsed.check === true) return check(folder, files);
  // Only in our own folder does a file that is not ours mean a dashboard that is no more.
  if (parsed.out === undefined) for (const path of foreignFiles(folder, files)) rmSync(join(folder, path));
  return write(folder, files);
}

function options(): { help?: boolean; check?: boolean; runbooks?: string; out?: string } | string {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        check: { type: 'boolean' },
        runbooks: { type: 'string' },
        out: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function check(folder: string, files: ReadonlyMap<string, string>): number {
  const stale = [...files].filter(([path, text]) => !isSame(join(folder, path), text)).map(([path]) => path);
  const strangers = foreignFiles(folder, files);
  for (const path of stale) process.stdout.write(`  ${path} is not what would be written\n`);
  for (const path of strangers) process.stdout.write(`  ${path} would not be written\n`);
  if (stale.length + strangers.length > 0) {
    process.stdout.write('observability: run npm run observability\n');
    return 1;
  }
  process.stdout.write(`observability: ${String(files.size)} files are what would be written\n`);
  return 0;
}

function write(folder: string, files: ReadonlyMap<string, string>): number {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    process.stdout.write(`  ${path}\n`);
  }
  return 0;
}

function isSame(path: string, text: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === text;
}

/** Files beside the generated ones: of a dashboard that is no more. */
function foreignFiles(folder: string, files: ReadonlyMap<string, string>): string[] {
  return ['dashboards', 'rules']
    .filter((name) => existsSync(join(folder, name)))
    .flatMap((name) => readdirSync(join(folder, name)).map((file) => `${name}/${file}`))
    .filter((path) => !files.has(path));
}
