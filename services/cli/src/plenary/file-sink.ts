import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { UsageFault } from './failures.js';
import type { TextSink } from './output/output.js';

/** Where an export goes: piece by piece, no faster than it is taken. */
export interface FileSink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** A file, or standard output for undefined. What cannot be written is a `UsageFault`. */
export function fileSink(path: string | undefined, stdout: TextSink & Pick<NodeJS.WritableStream, 'once'>): FileSink {
  if (path === undefined)
    return {
      write(text) {
        // False: wait until it has been taken; a sink that does not say is never behind.
        if (stdout.write(text) !== false) return Promise.resolve();
        return new Promise((resolve) => {
          stdout.once('drain', resolve);
        });
      },
      close: () => Promise.resolve(),
    };
  const file = createWriteStream(path, { mode: 0o600 });
  let fault: Error | undefined;
  file.on('error', (error) => {
    fault = error;
  });
  const check = (): void => {
    if (fault !== undefined) throw new UsageFault(`${path} cannot be written: ${fault.message}`);
  };
  return {
    async write(text) {
      check();
      if (!file.write(text)) await Promise.race([once(file, 'drain'), once(file, 'close')]);
      check();
    },
    async close() {
      if (fault === undefined)
        await new Promise<void>((resolve) => {
          file.once('close', resolve);
          file.end();
        });
      check();
    },
  };
}
