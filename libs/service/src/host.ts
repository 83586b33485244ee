import type { Telemetry } from '@plenary/telemetry';
import { startHealthServer, type HealthServer } from './health.js';
import { Lifecycle, type Service } from './lifecycle.js';
import type { LifecycleState } from './lifecycle.table.js';

/** What `createServer` and `createContext` of a service come to, for whoever runs it. */
export interface ServiceParts {
  readonly service: Service;
  readonly telemetry: Telemetry;
  /** Where probes, metrics and drain are served; `setting` names the port's setting in messages. */
  readonly health: { readonly host: string; readonly port: number; readonly setting?: string | undefined };
  readonly drainDeadlineMs: number;
}

/** A service with its health port and its life; one of several in a process, or the only one. */
export interface HostedService {
  readonly name: string;
  readonly state: LifecycleState;
  /** Known once started. */
  readonly health: HealthServer | undefined;
  ready(): Promise<boolean>;
  /** Health port first, so that probes see the start; then the service. */
  start(): Promise<void>;
  /** Rejects when the service is not empty at the deadline. */
  drain(): Promise<void>;
  /** Stops the service, then closes the health port. The telemetry stays open: whoever made it ends it. */
  stop(): Promise<void>;
}

/** Puts a service, its lifecycle, log lines and metric of its state, and its health port together. */
export function host(name: string, parts: ServiceParts): HostedService {
  const { service, telemetry, drainDeadlineMs } = parts;
  const logger = telemetry.logger(name);
  const lifecycle = new Lifecycle(service, (state) => {
    logger.info({ state }, `service is ${state}`);
  });
  telemetry.metrics.gauge('chat_service_state', () =>
    states.map((state) => ({ value: state === lifecycle.state ? 1 : 0, labels: { state } })),
  );
  let health: HealthServer | undefined;
  const drain = (): Promise<void> => withinDeadline(name, lifecycle.drain(drainDeadlineMs), drainDeadlineMs);
  return {
    name,
    get state() {
      return lifecycle.state;
    },
    get health() {
      return health;
    },
    ready: () => lifecycle.ready(),
    async start() {
      health = await startHealthServer({
        ...parts.health,
        lifecycle,
        ready: () => lifecycle.ready(),
        scrape: () => telemetry.scrape(),
        onDrain: drain,
      });
      await lifecycle.start();
    },
    drain,
    async stop() {
      try {
        await lifecycle.stop();
      } finally {
        await health?.close();
      }
    },
  };
}

const states: readonly LifecycleState[] = ['created', 'starting', 'ready', 'draining', 'stopped', 'failed'];

/** A service keeps its deadline itself; this is for one that does not come back at all. */
async function withinDeadline(name: string, drained: Promise<void>, deadlineMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${name} was not empty after ${String(deadlineMs)} ms`));
    }, deadlineMs + 500);
  });
  try {
    await Promise.race([drained, late]);
  } finally {
    clearTimeout(timer);
  }
}
