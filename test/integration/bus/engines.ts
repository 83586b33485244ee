import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNatsBus, createMemoryBus, type Bus, type NatsBusOptions } from '@plenary/bus';
import { startNatsServer, type NatsServer } from '@plenary/dev';
import { natsServerPath } from '../setup/nats-server.js';

/** One engine under the contract: something to connect to, several times. */
export interface Engine {
  /** Another bus on the same logs; in memory there is only one. */
  connect(): Promise<Bus>;
  close(): Promise<void>;
}

export async function memoryEngine(): Promise<Engine> {
  const bus = createMemoryBus({ maxEvents: 1_000 });
  return { connect: async () => bus, close: () => bus.close() };
}

export async function natsEngine(): Promise<Engine> {
  const server = await startNats();
  const opened: Bus[] = [];
  return {
    connect: async () => {
      const bus = await connectNatsBus(natsOptions(server.url));
      opened.push(bus);
      return bus;
    },
    close: async () => {
      await Promise.all(opened.map((bus) => bus.close()));
      await server.discard();
    },
  };
}

/** Short times, so that a lost lease or connection does not hold a test up. */
export function natsOptions(url: string, more: Partial<NatsBusOptions> = {}): NatsBusOptions {
  return {
    servers: [url],
    name: 'contract',
    roomConnections: 2,
    streams: { maxBytes: 16 * 1024 * 1024 },
    consume: { ackWaitMs: 2_000, leaseTtlMs: 1_000 },
    reconnectMs: { first: 20, most: 200 },
    requestTimeoutMs: 2_000,
    ...more,
  };
}

/** A server with a data folder of its own, which `discard` throws away. */
export async function startNats(): Promise<NatsServer & { readonly dataDir: string; discard(): Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'plenary-nats-'));
  const server = await startNatsServer({ binary: natsServerPath(), dataDir });
  return {
    ...server,
    dataDir,
    discard: async () => {
      await server.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
