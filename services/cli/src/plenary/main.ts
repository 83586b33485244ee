import { runProgram } from './program.js';

const { argv, env, stdin, stdout, stderr } = process;
// Whoever reads our output has gone: there is nobody to tell.
stdout.on('error', () => process.exit(0));
process.exitCode = await runProgram({ argv: argv.slice(2), env, stdin, stdout, stderr });
stdin.unref?.();
