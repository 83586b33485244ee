// Generates src/gen from the .proto files with protoc and ts-proto. `--check` generates elsewhere and fails on any difference.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const committed = join(here, 'src/gen');
const check = process.argv.includes('--check');

function files(dir, ending) {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory()) return ['node_modules', 'src', 'dist'].includes(entry.name) ? [] : files(path, ending);
      return path.endsWith(ending) ? [path] : [];
    })
    .toSorted((a, b) => (a < b ? -1 : 1));
}

function packageFolder(name) {
  const lookup = require.resolve.paths(name) ?? [];
  const found = lookup.map((base) => join(base, name)).find((path) => existsSync(join(path, 'package.json')));
  if (!found) throw new Error(`${name} is not installed; run npm install`);
  return found;
}

function binary(name, entry) {
  const folder = packageFolder(name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[entry]);
}

const options = [
  'outputServices=grpc-js',
  'esModuleInterop=true',
  'importSuffix=.js',
  'forceLong=bigint',
  'env=node',
  'oneof=unions-value',
  'removeEnumPrefix=true',
  'exportCommonSymbols=false',
  'useOptionals=none',
  'outputJsonMethods=false',
].join(',');

const out = mkdtempSync(join(tmpdir(), 'plenary-proto-'));
try {
  const protos = files(here, '.proto').map((file) => relative(here, file));
  execFileSync(
    process.execPath,
    [
      binary('protoc', 'protoc'),
      `--plugin=protoc-gen-ts_proto=${binary('ts-proto', 'protoc-gen-ts_proto')}`,
      `--ts_proto_out=${out}`,
      `--ts_proto_opt=${options}`,
      `--proto_path=${here}`,
      ...protos,
    ],
    { stdio: 'inherit', cwd: here },
  );
  if (check) {
    const fresh = files(out, '.ts').map((file) => relative(out, file));
    const kept = files(committed, '.ts').map((file) => relative(committed, file));
    const stale = [...new Set([...fresh, ...kept])].filter(
      (file) =>
        !fresh.includes(file) ||
        !kept.includes(file) ||
        readFileSync(join(out, file), 'utf8') !== readFileSync(join(committed, file), 'utf8'),
    );
    if (stale.length > 0) {
      process.stderr.write(
        `proto/src/gen is not what the .proto files give: ${stale.join(', ')}\nrun: npm run generate\n`,
      );
      process.exitCode = 1;
    }
  } else {
    rmSync(committed, { recursive: true, force: true });
    mkdirSync(committed, { recursive: true });
    cpSync(out, committed, { recursive: true });
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
