import { join } from 'node:path';
import { fetchNatsServer, findNatsServer } from '@plenary/dev';

/** What is installed, or else Debian's package, fetched into `.plenary/` and kept there. Throws with the cure. */
export async function provideNatsServer(): Promise<string> {
  const folder = join(import.meta.dirname, '../../../.plenary/nats-server');
  const found = findNatsServer([folder]);
  if (found !== undefined) return found;
  process.stdout.write('nats-server is not installed: fetching it with apt-get …\n');
  try {
    return await fetchNatsServer(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${reason}\nThese suites run on a real nats-server. Install it (apt-get install nats-server) or put one on the PATH.`,
      { cause: error },
    );
  }
}
