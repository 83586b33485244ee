import {
  logOptions,
  certificateFollower,
  openInternalIdentity,
  StartError,
  systemClock,
  type CertificateFollower,
  type Clock,
  tracingOf,
} from '@plenary/service';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import { Authenticator } from './authentication.js';
import { ProofMemory } from './authentication/proof-memory.js';
import { tokenCheck, type TokenCheck } from './authentication/token.js';
import type { CcmpSettings } from './config.js';
import { createEvents, type Events } from './events.js';
import { answerer } from './exchange.js';
import { grpcHistory } from './history/grpc.js';
import type { History } from './history/interface.js';
import type { Answerer } from './http.js';
import { TokenBuckets } from './http/token-buckets.js';
import { createLoggers, type Loggers } from './logger.js';
import { Offers } from './offers.js';
import { Pending } from './pending.js';
import { grpcRoomState } from './room-state/grpc.js';
import type { RoomState } from './room-state/interface.js';

/** What a test, or a process that runs several services, gives instead of what the settings say. */
export interface ContextOverrides {
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  /** Stays open when the service stops. */
  readonly roomState?: RoomState | undefined;
  /** Stays open when the service stops. */
  readonly history?: History | undefined;
}

/** Everything ccmp needs, built once. Nothing in it runs before the server starts. */
export interface CcmpContext {
  readonly settings: CcmpSettings;
  readonly telemetry: Telemetry;
  readonly loggers: Loggers;
  readonly events: Events;
  readonly clock: Clock;
  /** Opens the certificates ccmp shows. */
  readonly certificates: CertificateFollower;
  readonly pending: Pending;
  readonly buckets: TokenBuckets;
  readonly answer: Answerer;
  /** Closes what was opened here; what was given stays open. */
  close(): Promise<void>;
}

/** Throws `StartError` where settings do not go together. */
export function createContext(settings: CcmpSettings, overrides: ContextOverrides = {}): CcmpContext {
  const offers = new Offers(settings.CCMP_MESSAGES_OFF, settings.CCMP_SCHEMA_URL);
  const checkToken = tokenCheckOf(settings);
  const telemetry =
    overrides.telemetry ?? createTelemetry({ service: 'ccmp', ...logOptions(settings), tracing: tracingOf(settings) });
  const clock = overrides.clock ?? systemClock;
  const loggers = createLoggers(telemetry);
  const pending = new Pending(settings.CCMP_PENDING_MAX, settings.CCMP_PENDING_PER_SOURCE_MAX);
  const events = createEvents(telemetry, loggers, { pending: () => pending.count });
  const certificates = certificateFollower(telemetry, clock);
  const identity = openInternalIdentity(settings, {
    name: 'ccmp',
    addresses: {
      ...(overrides.roomState === undefined ? { CCMP_ROOM_STATE_ADDRESS: settings.CCMP_ROOM_STATE_ADDRESS } : {}),
      ...(overrides.history === undefined ? { CCMP_HISTORY_ADDRESS: settings.CCMP_HISTORY_ADDRESS } : {}),
    },
    follower: certificates,
  });
  const ownRoomState = grpcRoomState(settings.CCMP_ROOM_STATE_ADDRESS, clock, identity, telemetry.tracer);
  const ownHistory = grpcHistory(settings.CCMP_HISTORY_ADDRESS, identity, telemetry.tracer);
  const roomState = overrides.roomState ?? ownRoomState;
  const authenticator = new Authenticator({
    kinds: settings.CCMP_AUTHENTICATION,
    roomState,
    memory: new ProofMemory(clock, settings.CCMP_AUTHENTICATION_MEMORY_MS),
    checkToken,
    events,
  });
  return {
    settings,
    telemetry,
    loggers,
    events,
    clock,
    certificates,
    pending,
    buckets: new TokenBuckets(clock, settings.CCMP_RATE_PER_SECOND, settings.CCMP_RATE_BURST),
    answer: answerer({
      roomState,
      history: overrides.history ?? ownHistory,
      offers,
      events,
      listMax: settings.CCMP_LIST_MAX,
      authenticator,
      pending,
      clock,
      tracer: telemetry.tracer,
      deadlineMs: settings.CCMP_DEADLINE_MS,
    }),
    async close() {
      ownRoomState.close();
      ownHistory.close();
      identity?.close();
      if (overrides.telemetry === undefined) await telemetry.shutdown();
    },
  };
}

function tokenCheckOf(settings: CcmpSettings): TokenCheck | undefined {
  if (!settings.CCMP_AUTHENTICATION.includes('token')) return undefined;
  const { CCMP_TOKEN_ISSUER: issuer, CCMP_TOKEN_KEYS: url, CCMP_TOKEN_SECRET: secret } = settings;
  if (issuer === undefined) throw new StartError('CCMP_TOKEN_ISSUER is missing: bearer tokens are taken from it alone');
  if ((url === undefined) === (secret === undefined))
    throw new StartError('bearer tokens need either CCMP_TOKEN_KEYS or CCMP_TOKEN_SECRET');
  return tokenCheck({
    issuer,
    audience: settings.CCMP_TOKEN_AUDIENCE,
    claim: settings.CCMP_TOKEN_CLAIM,
    keys: secret === undefined ? { url: url ?? '' } : { secret },
  });
}
