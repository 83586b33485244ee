import { runDev } from './stack/run-dev.js';

const code = await runDev({
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  on: (signal, listener) => process.on(signal, listener),
});
process.exit(code);
