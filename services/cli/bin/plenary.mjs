#!/usr/bin/env node
// `npm run plenary`: the operators' command line, as it was built.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/plenary/main.js', import.meta.url);
if (existsSync(fileURLToPath(main))) {
  await import(main);
} else {
  process.stderr.write('plenary: not built yet: run npm start or npm run build first\n');
  process.exitCode = 3;
}
