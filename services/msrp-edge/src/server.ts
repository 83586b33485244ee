import { listenTcp, type TcpListener } from '@plenary/msrp/net';
import { EdgeServiceService } from '@plenary/proto/edge';
import {
  listenError,
  rpcServerMetrics,
  startGrpcServer,
  type GrpcServer,
  type Service,
  demoOnLoopbackOnly,
} from '@plenary/service';
import type { MsrpEdgeContext } from './context.js';
import { edgeService } from './control.js';
import { Edge } from './edge.js';
import { observeEdge } from './metrics.js';
import { Registry } from './registry.js';

/** The running service; the addresses are known once started. */
export interface MsrpEdgeServer extends Service {
  readonly edgeId: string;
  readonly edge: Edge;
  /** host:port of MSRP over TCP. Throws before the start. */
  readonly msrpAddress: string;
  /** host:port of its gRPC server. Throws before the start. */
  readonly controlAddress: string;
}

/**
 * Start: MSRP listener, gRPC, registry. Drain: out of the choice of edges, no new session; everybody is told, what is on its way
 * is finished, sessions end and room-state knows. Stop: everything closes.
 */
export function createServer(context: MsrpEdgeContext): MsrpEdgeServer {
  const { settings, edgeId, bus, clock, limits, events, loggers, telemetry } = context;
  let msrp: TcpListener | undefined;
  let grpc: GrpcServer | undefined;

  const edge = new Edge({
    edgeId,
    authority: () =>
      authority(
        settings.MSRP_EDGE_PUBLIC_HOST ?? settings.MSRP_EDGE_MSRP_HOST,
        settings.MSRP_EDGE_PUBLIC_PORT ?? started(msrp).port,
      ),
    bus,
    roomState: context.roomState,
    history: context.history,
    clock,
    limits,
    events,
    fillRandom: context.fillRandom,
    schedule: (fn) => void setImmediate(fn),
    monotonicMs: context.monotonicMs,
  });
  observeEdge(telemetry.metrics, edge, settings.MSRP_EDGE_POOL);
  const controlAddress = (): string =>
    authority(settings.MSRP_EDGE_CONTROL_HOST ?? settings.MSRP_EDGE_GRPC_HOST, started(grpc).port);
  const registry = new Registry(
    {
      edgeId,
      name: settings.MSRP_EDGE_NAME,
      zone: settings.MSRP_EDGE_ZONE,
      pool: settings.MSRP_EDGE_POOL,
      sessions: limits.sessions,
      fenceMs: limits.fenceMs,
      monotonicMs: context.monotonicMs,
    },
    bus,
    clock,
    edge,
    loggers.registry,
    controlAddress,
  );

  return {
    edgeId,
    edge,
    get msrpAddress() {
      return authority(settings.MSRP_EDGE_MSRP_HOST, started(msrp).port);
    },
    get controlAddress() {
      return controlAddress();
    },
    async start() {
      if (settings.PLENARY_DEMO) {
        const { MSRP_EDGE_MSRP_HOST, MSRP_EDGE_GRPC_HOST, MSRP_EDGE_HEALTH_HOST } = settings;
        demoOnLoopbackOnly({ MSRP_EDGE_MSRP_HOST, MSRP_EDGE_GRPC_HOST, MSRP_EDGE_HEALTH_HOST });
      }
      const address = { host: settings.MSRP_EDGE_MSRP_HOST, port: settings.MSRP_EDGE_MSRP_PORT };
      msrp = await listenTcp({
        ...address,
        handlers: {
          onOpen: (socket) => edge.open(socket),
          onEvent: (socket, event) => edge.event(socket, event),
          onReadEnd: (socket) => edge.readEnd(socket),
          onDrain: (socket) => edge.drained(socket),
          onClose: (socket) => edge.closed(socket),
        },
      }).catch((error: unknown) => {
        throw listenError(error, { ...address, setting: 'MSRP_EDGE_MSRP_PORT' });
      });
      grpc = await startGrpcServer({
        host: settings.MSRP_EDGE_GRPC_HOST,
        port: settings.MSRP_EDGE_GRPC_PORT,
        setting: 'MSRP_EDGE_GRPC_PORT',
        services: [[EdgeServiceService, edgeService(edge, edgeId, limits.reservationMs)]],
        logger: loggers.control,
        metrics: rpcServerMetrics(telemetry.metrics),
      });
      await registry.start();
    },
    async drain(deadlineMs) {
      const drained = edge.drain(deadlineMs);
      await registry.announce();
      await drained;
      await grpc?.drain(Math.min(1_000, deadlineMs));
    },
    async stop() {
      await registry.stop();
      edge.stop();
      await msrp?.close();
      await grpc?.drain(0);
      await context.close();
    },
    ready: async () => bus.connected,
  };
}

function started<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('the msrp-edge has not been started');
  return thing;
}

function authority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
