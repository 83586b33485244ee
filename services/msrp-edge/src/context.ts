import { randomBytes, randomFillSync } from 'node:crypto';
import { connectNatsBus, type Bus } from '@plenary/bus';
import {
  logOptions,
  busSecurity,
  certificateFollower,
  openInternalIdentity,
  systemClock,
  type CertificateFollower,
  type Clock,
  type InternalIdentity,
  tracingOf,
} from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { limitsOf, type MsrpEdgeSettings } from './config.js';
import { createEvents, type EdgeEvents } from './events.js';
import type { EdgeLimits } from './limits.js';
import { grpcHistory } from './history.grpc.js';
import type { History } from './history.interface.js';
import { createLoggers, type EdgeLoggers } from './logger.js';
import { grpcRoomState } from './room-state.grpc.js';
import type { RoomState } from './room-state.interface.js';

/** What a test, or a process that runs several services, gives instead of what the settings say. */
export interface ContextOverrides {
  /** Stays open when the service stops. */
  readonly bus?: Bus | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly roomState?: RoomState | undefined;
  readonly history?: History | undefined;
  readonly limits?: Partial<EdgeLimits> | undefined;
}

/** Everything the edge needs, built once. Nothing in it runs before the server starts. */
export interface MsrpEdgeContext {
  readonly settings: MsrpEdgeSettings;
  /** Names one start of this edge. */
  readonly edgeId: string;
  readonly telemetry: Telemetry;
  readonly loggers: EdgeLoggers;
  readonly events: EdgeEvents;
  readonly clock: Clock;
  /** Opens the certificates the edge shows. */
  readonly certificates: CertificateFollower;
  /** Who the edge is among the services; without TLS inside, undefined. */
  readonly identity: InternalIdentity | undefined;
  readonly bus: Bus;
  readonly roomState: RoomState;
  readonly history: History;
  readonly limits: EdgeLimits;
  readonly fillRandom: (octets: Uint8Array) => void;
  readonly monotonicMs: () => number;
  /** Closes what was opened here; what was given stays open. */
  close(): Promise<void>;
}

export async function createContext(
  settings: MsrpEdgeSettings,
  overrides: ContextOverrides = {},
): Promise<MsrpEdgeContext> {
  const edgeId = `${settings.MSRP_EDGE_NAME}-${randomSuffix()}`;
  const telemetry =
    overrides.telemetry ??
    createTelemetry({
      service: 'msrp-edge',
      ...logOptions(settings),
      tracing: tracingOf(settings),
      measure: settings.PLENARY_METRICS,
      pod: settings.PLENARY_POD ?? edgeId,
    });
  const loggers = createLoggers(telemetry);
  const clock = overrides.clock ?? systemClock;
  const certificates = certificateFollower(telemetry, clock);
  const identity = openInternalIdentity(settings, {
    name: 'msrp-edge',
    addresses: {
      MSRP_EDGE_GRPC_HOST: settings.MSRP_EDGE_GRPC_HOST,
      ...(overrides.bus === undefined ? { NATS_URL: settings.NATS_URL } : {}),
      ...(overrides.roomState === undefined
        ? { MSRP_EDGE_ROOM_STATE_ADDRESS: settings.MSRP_EDGE_ROOM_STATE_ADDRESS }
        : {}),
      ...(overrides.history === undefined ? { MSRP_EDGE_HISTORY_ADDRESS: settings.MSRP_EDGE_HISTORY_ADDRESS } : {}),
    },
    follower: certificates,
  });
  const bus =
    overrides.bus ??
    (await connectNatsBus({
      servers: settings.NATS_URL,
      name: edgeId,
      security: busSecurity(identity, settings.NATS_NKEY),
      inboxPrefix: '_INBOX.msrp-edge',
      streams: { replicas: Number(settings.NATS_REPLICAS) },
      logger: loggers.main,
    }));
  const owned =
    overrides.roomState === undefined
      ? grpcRoomState(
          settings.MSRP_EDGE_ROOM_STATE_ADDRESS,
          settings.MSRP_EDGE_RPC_DEADLINE_MS,
          identity,
          telemetry.tracer,
        )
      : undefined;
  const ownedHistory =
    overrides.history === undefined
      ? grpcHistory(settings.MSRP_EDGE_HISTORY_ADDRESS, settings.MSRP_EDGE_RPC_DEADLINE_MS, identity)
      : undefined;
  return {
    settings,
    edgeId,
    telemetry,
    loggers,
    events: createEvents(telemetry, loggers),
    clock,
    certificates,
    identity,
    bus,
    roomState: overrides.roomState ?? owned!,
    history: overrides.history ?? ownedHistory!,
    limits: { ...limitsOf(settings), ...overrides.limits },
    fillRandom: (octets) => void randomFillSync(octets),
    monotonicMs: () => performance.now(),
    async close() {
      owned?.close();
      ownedHistory?.close();
      if (overrides.bus === undefined) await bus.close();
      identity?.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}

/** Six letters and digits, new at every start: a restarted edge is another edge. */
function randomSuffix(): string {
  return Array.from(randomBytes(6), (octet) => (octet % 36).toString(36)).join('');
}
