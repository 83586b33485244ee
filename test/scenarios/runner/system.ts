import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '@plenary/dev';
import { startProcesses, startStack, type Processes } from '@plenary/dev/stack';
import { freshDatabase } from '../../integration/setup/database.js';
import { natsServerPath } from '../../integration/setup/nats-server.js';

/** The whole server side, however it runs. */
export interface System {
  readonly sip: { readonly host: string; readonly port: number };
  readonly databaseUrl: string;
  /** Where each service is a process of its own. */
  readonly processes?: Processes | undefined;
  stop(): Promise<void>;
}

export type SystemKind = 'memory' | 'nats' | 'processes';

export type Settings = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Two people in one room are on two edges; what waits for a lost connection waits 2 s. */
const scenarioSettings: Settings = {
  focus: { FOCUS_EDGE_ROOM_CAP: '1' },
  'msrp-edge': { MSRP_EDGE_GRACE_MS: '2000' },
};

/** Starts everything with a database of its own: in this process on either bus, or one process a service on nats-server. */
export async function startSystem(kind: SystemKind, extra: Settings = {}): Promise<System> {
  const folder = mkdtempSync(join(tmpdir(), 'plenary-scenarios-'));
  chmodSync(folder, 0o755);
  const database = await freshDatabase();
  const settings = mergeSettings(scenarioSettings, extra);
  const dropAll = async (): Promise<void> => {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    if (kind === 'processes') {
      const nats = await startNatsServer({ binary: natsServerPath(), dataDir: join(folder, 'nats') });
      const processes = await startProcesses({ databaseUrl: database.url, natsUrl: nats.url, settings }).catch(
        async (error: unknown) => {
          await nats.stop();
          throw error;
        },
      );
      return {
        sip: addressIn(processes.get('focus').address('SIP')),
        databaseUrl: database.url,
        processes,
        stop: async () => {
          await processes.stop();
          await nats.stop();
          await dropAll();
        },
      };
    }
    const stack = await startStack({
      dataDir: folder,
      databaseUrl: database.url,
      broker: kind === 'memory' ? { bus: 'memory' } : { bus: 'nats', binary: natsServerPath() },
      settings,
    });
    return {
      sip: addressIn(stack.address('focus', 'SIP')),
      databaseUrl: database.url,
      stop: async () => {
        await stack.stop();
        await dropAll();
      },
    };
  } catch (error) {
    await dropAll();
    throw error;
  }
}

function mergeSettings(one: Settings, other: Settings): Settings {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...names].map((name) => [name, { ...one[name], ...other[name] }]));
}

function addressIn(text: string): { host: string; port: number } {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
}
