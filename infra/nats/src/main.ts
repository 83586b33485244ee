import { readFileSync, writeFileSync } from 'node:fs';
import { run } from './run.js';

process.exitCode = await run({
  args: process.argv.slice(2),
  env: process.env,
  readFile: (path) => readFileSync(path, 'utf8'),
  writeNew: (path, text) => {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  },
  out: (text) => {
    process.stdout.write(text);
  },
  err: (text) => {
    process.stderr.write(text);
  },
});
