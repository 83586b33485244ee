import { Chat } from './chat.js';
import { helpText } from './help.js';
import { readArguments } from './options.js';
import { openScreen } from './screen.js';

process.exitCode = await main();

async function main(): Promise<number> {
  const { argv, env, stdin, stdout, stderr } = process;
  const read = readArguments(argv.slice(2));
  if (!read.ok) {
    stderr.write(`chat: ${read.error}\nTry: npm run chat -- --help\n`);
    return 2;
  }
  if (read.value.kind === 'help') {
    stdout.write(helpText);
    return 0;
  }
  // Whoever reads our output has gone: there is nobody to tell.
  stdout.on('error', () => process.exit(0));
  const { options } = read.value;
  const screen = openScreen({
    input: stdin,
    output: stdout,
    colours: (env['NO_COLOR'] ?? '') === '',
    prompt: `${options.username}> `,
  });
  const stop = (): void => {
    screen.close();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await new Chat(options, screen).run();
  } finally {
    screen.close();
    stdin.unref?.();
  }
}
