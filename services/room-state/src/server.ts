import { migrate } from '@plenary/db';
import { AccountServiceService, ConferenceServiceService, RoomStateServiceService } from '@plenary/proto/roomstate';
import { rpcServerMetrics, startGrpcServer, type GrpcServer, type Service, demoOnLoopbackOnly } from '@plenary/service';
import { seedObjects } from './blueprints/seed.js';
import { EdgeWatch } from './consumers/edges.js';
import type { RoomStateContext } from './context.js';
import { conferenceAudit } from './conference-audit.js';
import { accountService } from './grpc/accounts.js';
import { conferenceReads } from './grpc/conference-reads.js';
import { conferenceControl } from './grpc/conference.js';
import { roomStateService } from './grpc/room-state.js';
import { newTag } from './ids.js';
import { migrations } from './migrations/index.js';
import { checkEpochs } from './tasks/epochs.js';
import { sweepOutbox } from './tasks/outbox-sweep.js';
import { startPeriodic, type Periodic } from './tasks/periodic.js';

/** Entries of the registry of edges vanish this long after their last write. */
const edgeEntryTtlMs = 6_000;

/** Users who never proved anything that one sweep forgets. */
const anonymousPerSweep = 1_000;

/** The running service; `address` is known once started. */
export interface RoomStateServer extends Service {
  /** host:port of its gRPC server. Throws before the start. */
  readonly address: string;
  /** Does the background work at once, for tests: epochs, outbox, lapses, edges. */
  readonly tasks: { sweep(): Promise<void>; checkEdges(): Promise<void>; checkEpochs(): Promise<void> };
}

/**
 * Start: tables, epochs of the shards' logs, demo rooms, background tasks, gRPC. Drain: gRPC ends, commands in line are
 * finished, their events published. Stop: tasks end, everything opened by the context closes.
 */
export function createServer(context: RoomStateContext): RoomStateServer {
  const { settings, store, bus, publisher, events, clock, queue } = context;
  const periodics: Periodic[] = [];
  let grpc: GrpcServer | undefined;
  let edges: EdgeWatch | undefined;
  const failed = (task: string) => (error: unknown) => events.taskFailed(task, error);

  const tasks = {
    async sweep() {
      await sweepOutbox(store, publisher, events, settings.ROOM_STATE_SWEEP_AFTER_MS);
      const { seats, nicknames } = await store.purgeLapsed(settings.ROOM_STATE_REQUEST_MEMORY_MS);
      events.lapsed(seats, nicknames);
      await context.times.sweep();
      await store.purgeAnonymousUsers(settings.ROOM_STATE_ANONYMOUS_USERS_MS, anonymousPerSweep);
    },
    async checkEdges() {
      await edges?.check();
    },
    checkEpochs: () => checkEpochs(bus, store, publisher, events, context.shards, () => newTag(context.random)),
  };

  return {
    tasks,
    get address() {
      if (grpc === undefined) throw new Error('room-state has not been started');
      return grpc.address;
    },
    async start() {
      if (settings.PLENARY_DEMO) {
        const { ROOM_STATE_GRPC_HOST, ROOM_STATE_HEALTH_HOST } = settings;
        demoOnLoopbackOnly({ ROOM_STATE_GRPC_HOST, ROOM_STATE_HEALTH_HOST });
      }
      await context.database.ping();
      await migrate(context.database, { schema: 'room_state', migrations });
      await tasks.checkEpochs();
      bus.onReconnect(() => void tasks.checkEpochs().catch(failed('epochs')));
      await seedObjects(context.maker, {
        domain: settings.PLENARY_DOMAIN,
        demo: settings.PLENARY_DEMO
          ? { councilMembers: settings.ROOM_STATE_COUNCIL_MEMBERS, nowMs: clock.nowMs() }
          : undefined,
      });
      edges = await watchEdges(context);
      periodics.push(startPeriodic(clock, settings.ROOM_STATE_SWEEP_MS, tasks.sweep, failed('sweep')));
      periodics.push(startPeriodic(clock, settings.ROOM_STATE_EDGE_CHECK_MS, tasks.checkEdges, failed('edges')));
      grpc = await startGrpcServer({
        host: settings.ROOM_STATE_GRPC_HOST,
        port: settings.ROOM_STATE_GRPC_PORT,
        setting: 'ROOM_STATE_GRPC_PORT',
        services: [
          [
            RoomStateServiceService,
            roomStateService(context.rooms, (asked) => context.accounts.credential(asked)),
            ['focus', 'msrp-edge', 'history', 'ccmp', 'operator'],
          ],
          // Whoever may write accounts may become anybody.
          [AccountServiceService, accountService(store, settings.PLENARY_DOMAIN, context.telemetry), ['operator']],
          [
            ConferenceServiceService,
            {
              ...conferenceReads(context.reads),
              ...conferenceControl(context.conferences, conferenceAudit(context.telemetry)),
            },
            ['focus', 'ccmp', 'operator'],
          ],
        ],
        identity: context.identity,
        logger: context.loggers.rpc,
        metrics: rpcServerMetrics(context.telemetry.metrics),
        tracing: { tracer: context.telemetry.tracer, ambient: true },
      });
    },
    async drain(deadlineMs) {
      await grpc?.drain(deadlineMs);
      await context.times.idle();
      await queue.idle();
      await publisher.flush();
    },
    async stop() {
      await grpc?.drain(0);
      edges?.stop();
      await Promise.all(periodics.map((periodic) => periodic.stop()));
      await context.times.idle();
      await queue.idle();
      await publisher.flush();
      await edges?.release().catch(failed('edges'));
      await context.close();
    },
    async ready() {
      await context.database.ping();
      return bus.connected;
    },
  };
}

async function watchEdges(context: RoomStateContext): Promise<EdgeWatch> {
  const { settings, store, bus, events, clock, queue, replica } = context;
  const watch = new EdgeWatch({
    bucket: await bus.bucket('edges', edgeEntryTtlMs),
    store,
    rooms: queue,
    clock,
    events,
    isConnected: () => bus.connected,
    holder: replica,
    absentMs: settings.ROOM_STATE_EDGE_ABSENT_MS,
    intervalMs: settings.ROOM_STATE_EDGE_CHECK_MS,
  });
  await watch.start();
  return watch;
}
