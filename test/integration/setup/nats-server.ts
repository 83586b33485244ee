import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { natsServerVariable, setupValue } from './environment.js';

/** Path of the nats-server this run uses. */
export function natsServerPath(): string {
  return setupValue(natsServerVariable);
}

/** Looks on the PATH and where Debian puts it. Throws with the cure. */
export function findNatsServer(): Promise<string> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  for (const folder of folders) {
    const path = join(folder, 'nats-server');
    try {
      accessSync(path, constants.X_OK);
      return Promise.resolve(path);
    } catch {
      continue;
    }
  }
  return Promise.reject(new Error('no nats-server found: install it with "apt-get install nats-server"'));
}
