import { randomUUID } from 'node:crypto';
import type { BusConsumer } from '@plenary/bus';
import { migrate } from '@plenary/db';
import { HistoryServiceService } from '@plenary/proto/history';
import { rpcServerMetrics, startGrpcServer, type GrpcServer, type Service, type Timer } from '@plenary/service';
import { consumeShardLog } from './consumers/shard-log.js';
import type { HistoryContext } from './context.js';
import { measureLag } from './lag.js';
import { migrations } from './migrations/index.js';
import { createEraser } from './erasure.js';
import { historyService } from './query.js';
import { endRetention, runRetention } from './retention.js';

/** How often lag is measured, and unfinished messages are looked for. */
const lagIntervalMs = 5_000;
const unfinishedIntervalMs = 60_000;
/** Longer than a step of retention may take: the database ends a statement after 30 s. */
const retentionStepMs = 60_000;

/** The running service; `address` is known once started. */
export interface HistoryServer extends Service {
  /** host:port of its gRPC server. Throws before the start. */
  readonly address: string;
}

/**
 * Start: tables, the shards' logs, consumers, beacons, gRPC. Drain: gRPC ends, consumers finish the batch in hand. Stop:
 * everything opened by the context closes.
 */
export function createServer(context: HistoryContext): HistoryServer {
  const { settings, bus, store, events, clock, beacons, directory } = context;
  const holder = randomUUID();
  const timers = new Map<string, Timer>();
  let consumers: BusConsumer[] = [];
  const working = new Map<string, Promise<void>>();
  let stopped = false;
  let grpc: GrpcServer | undefined;

  const every = (name: string, intervalMs: number, work: () => Promise<void>): void => {
    if (stopped) return;
    const run = (): void => {
      const done = work()
        .catch((error: unknown) => events.taskFailed(name, error))
        .then(() => every(name, intervalMs, work));
      working.set(name, done);
    };
    timers.set(name, clock.setTimer(intervalMs, run));
  };
  const stopConsumers = async (): Promise<void> => {
    const running = consumers;
    consumers = [];
    await Promise.all(running.map((consumer) => consumer.stop()));
  };

  return {
    get address() {
      if (grpc === undefined) throw new Error('history has not been started');
      return grpc.address;
    },
    async start() {
      await context.database.ping();
      await migrate(context.database, { schema: 'history', migrations });
      await bus.ensureShards(context.shards);
      const options = {
        ...context,
        maxBatch: settings.HISTORY_BATCH_EVENTS,
        maxWaitMs: settings.HISTORY_BATCH_WAIT_MS,
        nowMs: () => clock.nowMs(),
        tracer: context.telemetry.tracer,
        hashOf: (room: string) => context.telemetry.hash('room', room),
      };
      for (const shard of context.shards) consumers.push(await consumeShardLog(shard, options));
      every('beacon', settings.HISTORY_BEACON_MS, () => {
        if (bus.connected) beacons.send();
        return Promise.resolve();
      });
      every('lag', lagIntervalMs, () => measureLag(bus, store, events, context.shards, clock.nowMs()));
      every('unfinished', unfinishedIntervalMs, async () => {
        events.discarded(await store.removal.discardUnfinished(settings.HISTORY_UNFINISHED_MS));
      });
      every('retention', settings.HISTORY_RETENTION_MS, async () => {
        const { removal } = store;
        const leaseMs = settings.HISTORY_RETENTION_MS * 2 + retentionStepMs;
        await runRetention({ removal, directory, events, holder, leaseMs, stopping: () => stopped });
      });
      const limits = { messages: settings.HISTORY_PAGE_MESSAGES, bytes: settings.HISTORY_PAGE_BYTES };
      const eraser = createEraser(store.removal, directory, events);
      grpc = await startGrpcServer({
        host: settings.HISTORY_GRPC_HOST,
        port: settings.HISTORY_GRPC_PORT,
        setting: 'HISTORY_GRPC_PORT',
        services: [[HistoryServiceService, historyService(store, eraser, limits), ['focus', 'msrp-edge', 'ccmp']]],
        identity: context.identity,
        logger: context.loggers.rpc,
        metrics: rpcServerMetrics(context.telemetry.metrics),
        tracing: { tracer: context.telemetry.tracer, ambient: false },
      });
    },
    async drain(deadlineMs) {
      await grpc?.drain(deadlineMs);
      await stopConsumers();
    },
    async stop() {
      stopped = true;
      await grpc?.drain(0);
      await stopConsumers();
      for (const timer of timers.values()) timer.cancel();
      await Promise.all(working.values());
      await endRetention(store.removal, holder).catch((error: unknown) => events.taskFailed('retention', error));
      await context.close();
    },
    async ready() {
      await context.database.ping();
      return bus.connected && consumers.length > 0;
    },
  };
}
