import { join } from 'node:path';
import { createMemoryBus, type Bus } from '@plenary/bus';
import { findNatsServer, startNatsServer, type NatsServer, type NatsTlsFiles } from '../nats-server.js';

export interface BrokerOptions {
  /** `auto`: a nats-server where there is one, else memory; `nats`: fails without one; `memory`: never one. */
  readonly bus: 'auto' | 'nats' | 'memory';
  /** Servers that run already. */
  readonly natsUrl?: readonly string[] | undefined;
  /** A nats-server program to use; without it, one is looked for. */
  readonly binary?: string | undefined;
  readonly dataDir: string;
  readonly port?: number | undefined;
  /** The nats-server that is started speaks TLS, and takes clients of the same authorities alone. */
  readonly tls?: NatsTlsFiles | undefined;
}

/** What the services talk over. */
export interface Broker {
  /** For `NATS_URL`; none with the in-memory bus. */
  readonly natsUrl: string | undefined;
  /** The shared in-memory bus, if that is what it is. */
  readonly memory: Bus | undefined;
  /** The server this started, if it did. */
  readonly server: NatsServer | undefined;
  /** What was chosen and why, for a person. */
  readonly reason: string;
  stop(): Promise<void>;
}

/** Chooses and starts the bus. Throws `StartError` where a nats-server is asked for and there is none. */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  if (options.bus === 'memory') return memoryBroker('the bus is in memory, as PLENARY_BUS=memory asks');
  if (options.natsUrl !== undefined) {
    const natsUrl = options.natsUrl.join(',');
    return {
      natsUrl,
      memory: undefined,
      server: undefined,
      reason: `the bus is ${natsUrl}, from the setting NATS_URL`,
      stop: () => Promise.resolve(),
    };
  }
  const binary = options.binary ?? findNatsServer([join(options.dataDir, 'nats-server')]);
  if (binary === undefined && options.bus === 'auto')
    return memoryBroker('no nats-server on the PATH: the bus is in memory, and messages of unlogged rooms end with it');
  const server = await startNatsServer({
    binary,
    dataDir: join(options.dataDir, 'nats'),
    port: options.port,
    tls: options.tls,
  });
  return {
    natsUrl: server.url,
    memory: undefined,
    server,
    reason: `the bus is ${binary ?? 'nats-server'} at ${server.url}`,
    stop: () => server.stop(),
  };
}

function memoryBroker(reason: string): Broker {
  const memory = createMemoryBus();
  return { natsUrl: undefined, memory, server: undefined, reason, stop: () => memory.close() };
}
