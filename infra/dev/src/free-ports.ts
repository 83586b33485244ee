import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range the system takes ports of outgoing connections from, so that none of those is in the way. */
const first = 20_000;
const last = 32_000;

/** Ports of 127.0.0.1 that are free now, all different. Nobody holds them: take them soon. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt++) {
    if (attempt > 1_000 + count) throw new Error('no free ports');
    const port = randomInt(first, last);
    if (!found.has(port) && (await isFree(port))) found.add(port);
  }
  return [...found];
}

/** The error of trying to listen there, or nothing. */
export function listenFault(host: string, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, host, () => {
      probe.close(() => {
        resolve(undefined);
      });
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  return (await listenFault('127.0.0.1', port)) === undefined;
}
