import { EdgeServiceService } from '@plenary/proto/edge';
import { rpcServerMetrics, startGrpcServer, type GrpcServer, type Service, demoOnLoopbackOnly } from '@plenary/service';
import type { MsrpEdgeContext } from './context.js';
import { edgeService } from './control.js';
import { Edge } from './edge.js';
import { HotRooms } from './hot-rooms.js';
import { authority, createListeners } from './listeners.js';
import { observeEdge } from './metrics.js';
import { Registry } from './registry.js';

/** The running service; the addresses are known once started. */
export interface MsrpEdgeServer extends Service {
  readonly edgeId: string;
  readonly edge: Edge;
  /** host:port of MSRP over TCP. Throws before the start. */
  readonly msrpAddress: string;
  /** host:port of MSRP over TLS. Throws before the start, and where there is none. */
  readonly msrpTlsAddress: string;
  /** host:port of its gRPC server. Throws before the start. */
  readonly controlAddress: string;
}

/**
 * Start: MSRP listeners, gRPC, registry. Drain: out of the choice of edges, no new session; everybody is told, what is on its way
 * is finished, sessions end and room-state knows. Stop: everything closes.
 */
export function createServer(context: MsrpEdgeContext): MsrpEdgeServer {
  const { settings, edgeId, bus, clock, limits, events, loggers, telemetry } = context;
  let grpc: GrpcServer | undefined;

  const listeners = createListeners(settings, context.certificates, {
    onOpen: (socket) => edge.open(socket),
    onEvent: (socket, event) => edge.event(socket, event),
    onReadEnd: (socket) => edge.readEnd(socket),
    onDrain: (socket) => edge.drained(socket),
    onClose: (socket) => edge.closed(socket),
    onRefused: (reason, detail) => events.connectionRefused(reason, detail),
  });
  const edge = new Edge({
    edgeId,
    entrances: listeners,
    bus,
    roomState: context.roomState,
    history: context.history,
    clock,
    limits,
    events,
    tracer: telemetry.tracer,
    hashOf: (room) => telemetry.hash('room', room),
    fillRandom: context.fillRandom,
    schedule: (fn) => void setImmediate(fn),
    monotonicMs: context.monotonicMs,
  });
  observeEdge(telemetry.metrics, edge, settings.MSRP_EDGE_POOL);
  const hotRooms = new HotRooms(
    clock,
    context.monotonicMs,
    () => edge.rooms(),
    (rooms) => events.roomsHot(rooms),
  );
  telemetry.metrics.gauge('chat_room_hot_deliveries', () => hotRooms.readings());
  const controlAddress = (): string =>
    authority(settings.MSRP_EDGE_CONTROL_HOST ?? settings.MSRP_EDGE_GRPC_HOST, started(grpc).port);
  const registry = new Registry(
    {
      edgeId,
      name: settings.MSRP_EDGE_NAME,
      zone: settings.MSRP_EDGE_ZONE,
      pool: settings.MSRP_EDGE_POOL,
      ceilings: {
        sessions: limits.sessions,
        deliveriesPerSecond: settings.MSRP_EDGE_DELIVERIES_PER_SECOND_MAX,
        egressBytesPerSecond: settings.MSRP_EDGE_EGRESS_BYTES_PER_SECOND_MAX,
      },
      entrances: listeners,
      fenceMs: limits.fenceMs,
      monotonicMs: context.monotonicMs,
    },
    bus,
    clock,
    edge,
    loggers.registry,
    controlAddress,
  );

  telemetry.metrics.gauge('chat_edge_load', () => [
    { value: registry.load, labels: { pool: settings.MSRP_EDGE_POOL } },
  ]);

  return {
    edgeId,
    edge,
    get msrpAddress() {
      return listeners.plainAddress();
    },
    get msrpTlsAddress() {
      return listeners.tlsAddress();
    },
    get controlAddress() {
      return controlAddress();
    },
    async start() {
      if (settings.PLENARY_DEMO) {
        const { MSRP_EDGE_MSRP_HOST, MSRP_EDGE_GRPC_HOST, MSRP_EDGE_HEALTH_HOST } = settings;
        const MSRP_EDGE_TLS_HOST = settings.MSRP_EDGE_TLS_HOST ?? MSRP_EDGE_MSRP_HOST;
        demoOnLoopbackOnly({ MSRP_EDGE_MSRP_HOST, MSRP_EDGE_TLS_HOST, MSRP_EDGE_GRPC_HOST, MSRP_EDGE_HEALTH_HOST });
      }
      await listeners.start();
      grpc = await startGrpcServer({
        host: settings.MSRP_EDGE_GRPC_HOST,
        port: settings.MSRP_EDGE_GRPC_PORT,
        setting: 'MSRP_EDGE_GRPC_PORT',
        services: [[EdgeServiceService, edgeService(edge, edgeId, limits.reservationMs), ['focus']]],
        identity: context.identity,
        logger: loggers.control,
        metrics: rpcServerMetrics(telemetry.metrics),
        // Following promises would cost every message something.
        tracing: { tracer: telemetry.tracer, ambient: false },
      });
      await registry.start();
      hotRooms.start();
    },
    async drain(deadlineMs) {
      const drained = edge.drain(deadlineMs);
      await registry.announce();
      await drained;
      await grpc?.drain(Math.min(1_000, deadlineMs));
    },
    async stop() {
      hotRooms.stop();
      await registry.stop();
      edge.stop();
      await listeners.close();
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
