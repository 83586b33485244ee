import { randomBytes, randomInt } from 'node:crypto';
import { connectNatsBus, type Bus } from '@plenary/bus';
import { openDatabase, type Database } from '@plenary/db';
import {
  logOptions,
  busSecurity,
  certificateFollower,
  openInternalIdentity,
  refusePlainDatabase,
  systemClock,
  type CertificateFollower,
  type Clock,
  tracingOf,
} from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { DEFAULT_TIMERS, type TransactionTimers } from '@plenary/sip';
import type { Hmac } from '@plenary/wire';
import { Authenticator } from './auth/authenticator.js';
import { CredentialCache } from './auth/credential-cache.js';
import { FailureLimit } from './auth/failure-limit.js';
import { hmacWith, randomKey } from './auth/hash.js';
import type { FocusSettings } from './config.js';
import { EdgeRegistry } from './edges/edge-registry.js';
import { grpcEdges } from './edges/grpc.js';
import type { Edges } from './edges/interface.js';
import { focusEvents, type FocusEvents } from './events.js';
import { loggers } from './logger.js';
import { grpcRoomState } from './room-state/grpc.js';
import type { DigestAlgorithmName, RoomState } from './room-state/interface.js';
import type { DialogStore, NonceStore } from './store/interface.js';
import { postgresDialogs } from './store/postgres-dialogs.js';
import { postgresNonces } from './store/postgres-nonces.js';
import { postgresSubscriptions } from './store/postgres-subscriptions.js';
import type { FocusTables } from './store/schema.js';
import type { SubscriptionStore } from './store/subscription-store.js';

/** What a test, or a process that runs several services, gives instead of what the settings say. */
export interface ContextOverrides {
  /** Stays open when the service stops. */
  readonly bus?: Bus | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly roomState?: RoomState | undefined;
  readonly edges?: Edges | undefined;
  /** Timers of SIP transactions, RFC 3261's where not given. */
  readonly sipTimers?: TransactionTimers | undefined;
  /** A number in [0, 1). */
  readonly random?: (() => number) | undefined;
}

/** Everything the focus needs, built once. Nothing in it runs before the server starts. */
export interface FocusContext {
  readonly settings: FocusSettings;
  readonly telemetry: Telemetry;
  readonly events: FocusEvents;
  readonly clock: Clock;
  /** Opens the certificates the focus shows. */
  readonly certificates: CertificateFollower;
  readonly database: Database<FocusTables>;
  readonly dialogs: DialogStore;
  readonly nonces: NonceStore;
  readonly subscriptions: SubscriptionStore;
  readonly bus: Bus;
  readonly registry: EdgeRegistry;
  readonly edges: Edges;
  readonly roomState: RoomState;
  readonly authenticator: Authenticator;
  readonly hmac: Hmac;
  readonly sipTimers: TransactionTimers;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Name of this replica, in its tags and rows: new at every start, for its flows are gone with the process. */
  readonly replica: string;
  /** Dialogs last heard by this replica and subscriptions it has, for metrics; the server keeps them up to date. */
  readonly counts: { dialogs: number; subscriptions: number };
  /** Closes what was opened here; what was given stays open. */
  close(): Promise<void>;
}

/** Strongest first (AUTH-002). */
const digestAlgorithms = {
  'sha-256': ['SHA-256'],
  'sha-256+md5': ['SHA-256', 'MD5'],
  md5: ['MD5'],
} as const satisfies Record<NonNullable<FocusSettings['FOCUS_DIGEST']>, readonly DigestAlgorithmName[]>;

export async function createContext(settings: FocusSettings, overrides: ContextOverrides = {}): Promise<FocusContext> {
  const telemetry =
    overrides.telemetry ?? createTelemetry({ service: 'focus', ...logOptions(settings), tracing: tracingOf(settings) });
  const counts = { dialogs: 0, subscriptions: 0 };
  const events = focusEvents(
    telemetry,
    () => counts.dialogs,
    () => counts.subscriptions,
  );
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? ((): number => randomInt(2 ** 32) / 2 ** 32);
  const certificates = certificateFollower(telemetry, clock);
  refusePlainDatabase(settings);
  const identity = openInternalIdentity(settings, {
    name: 'focus',
    addresses: {
      ...(overrides.bus === undefined ? { NATS_URL: settings.NATS_URL } : {}),
      ...(overrides.roomState === undefined ? { FOCUS_ROOM_STATE_ADDRESS: settings.FOCUS_ROOM_STATE_ADDRESS } : {}),
    },
    follower: certificates,
  });
  const database = openDatabase<FocusTables>(settings.DATABASE_URL, {
    password: settings.DATABASE_PASSWORD,
    tlsAuthorities: settings.DATABASE_TLS_AUTHORITIES,
    max: settings.FOCUS_DATABASE_CONNECTIONS_MAX,
    applicationName: 'focus',
    onIdleError: (error) => {
      events.failed('database', error);
    },
  });
  const bus =
    overrides.bus ??
    (await connectNatsBus({
      servers: settings.NATS_URL,
      name: 'focus',
      security: busSecurity(identity, settings.NATS_NKEY),
      inboxPrefix: '_INBOX.focus',
      roomConnections: 0,
      streams: { replicas: Number(settings.NATS_REPLICAS) },
      logger: telemetry.logger(loggers.conference),
    }));
  const registry = new EdgeRegistry(bus);
  const ownEdges = overrides.edges
    ? undefined
    : grpcEdges({
        registry,
        deadlineMs: settings.FOCUS_RPC_DEADLINE_MS,
        roomCap: settings.FOCUS_EDGE_ROOM_CAP,
        roomLoadCap: settings.FOCUS_EDGE_ROOM_LOAD_PERCENT / 100,
        random,
        identity,
        tracer: telemetry.tracer,
      });
  const ownRoomState = overrides.roomState
    ? undefined
    : grpcRoomState(settings.FOCUS_ROOM_STATE_ADDRESS, settings.FOCUS_RPC_DEADLINE_MS, identity, telemetry.tracer);
  const roomState = overrides.roomState ?? ownRoomState!;
  const nonces = postgresNonces(database.kysely);
  const hmac = hmacWith(settings.FOCUS_NONCE_KEY ?? randomKey());
  return {
    settings,
    telemetry,
    events,
    clock,
    certificates,
    database,
    dialogs: postgresDialogs(database.kysely),
    nonces,
    subscriptions: postgresSubscriptions(database.kysely),
    bus,
    registry,
    edges: overrides.edges ?? ownEdges!,
    roomState,
    authenticator: new Authenticator({
      realm: settings.PLENARY_DOMAIN,
      algorithms: digestAlgorithms[settings.FOCUS_DIGEST ?? (settings.PLENARY_DEMO ? 'sha-256+md5' : 'sha-256')],
      hmac,
      nonceLifetimeMs: settings.FOCUS_NONCE_LIFETIME_MS,
      clock,
      credentials: new CredentialCache({
        roomState,
        clock,
        keepMs: settings.FOCUS_CREDENTIAL_CACHE_MS,
        entries: settings.FOCUS_CREDENTIAL_CACHE_MAX,
      }),
      nonces,
      failures: new FailureLimit(clock, settings.FOCUS_AUTH_FAILURES_MAX),
      trustedPeers: new Set(settings.FOCUS_TRUSTED_PEERS.map((peer) => peer.toLowerCase())),
      unique: () => randomBytes(9).toString('base64url'),
      events,
    }),
    hmac,
    sipTimers: overrides.sipTimers ?? DEFAULT_TIMERS,
    random,
    replica: `${settings.FOCUS_REPLICA}-${randomBytes(4).toString('hex')}`,
    counts,
    async close() {
      ownEdges?.close();
      ownRoomState?.close();
      if (overrides.bus === undefined) await bus.close();
      await database.close();
      identity?.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}
