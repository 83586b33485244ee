import type { BusLogger } from './logger.js';
import { silentLogger } from './logger.js';
import { defaultStreamSettings, type StreamSettings } from './streams.js';

/** What `connectNatsBus` takes; everything but the servers and a name has a default. */
export interface NatsBusOptions {
  /** `host:port` or `nats://host:port`, at least one. With TLS, by the name the server's certificate carries. */
  readonly servers: readonly string[];
  /** Without it, plain text and no account. */
  readonly security?: NatsSecurity | undefined;
  /** Where answers come to: a prefix of our own, so that no other account may listen to them. Default `_INBOX`. */
  readonly inboxPrefix?: string | undefined;
  /** Shown by the broker for each connection. */
  readonly name: string;
  /** Connections that rooms are hashed over, beside the one for everything else; 0 for none beside it. Default 4. */
  readonly roomConnections?: number;
  readonly streams?: Partial<StreamSettings>;
  readonly publish?: Partial<PublishSettings>;
  readonly consume?: Partial<ConsumeSettings>;
  /** How long one attempt to connect may take, ms. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long a read or an administrative request may take, ms. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** How long `close` waits for open publishes to be answered and for handlers of consumers, ms. Default 2,000. */
  readonly closeTimeoutMs?: number;
  /** Pause before connecting again, doubling from the first to the second, with a jitter of half. Default 100 to 2,000. */
  readonly reconnectMs?: { readonly first: number; readonly most: number };
  readonly logger?: BusLogger;
}

/** How the servers know us and we know them. */
export interface NatsSecurity {
  /**
   * PEM texts, asked for at each connection, so that renewed ones count for the next. TLS is demanded, and the server is
   * taken only under a name its certificate carries.
   */
  readonly tls?: (() => NatsTls) | undefined;
  /** Seed of the account user's nkey (`SU…`). */
  readonly nkeySeed?: string | undefined;
}

export interface NatsTls {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
}

export interface PublishSettings {
  /** Total time for one publish, ms, unless it names its own. */
  readonly timeoutMs: number;
  /** Time without an answer after which it is sent again with the same id, ms. */
  readonly retryAfterMs: number;
  /** Pause after "no responders" or an error that passes: doubling from the first to the second, ms. */
  readonly backoffMs: { readonly first: number; readonly most: number };
  /**
   * Least time from one write of publishes to the next, ms: a lone publish leaves in its turn, many leave together. 0 for
   * one write per turn.
   */
  readonly gatherMs: number;
  /** How often open publishes are looked through for retries and deadlines, ms. */
  readonly scanMs: number;
}

export interface ConsumeSettings {
  /** Time after which the broker thinks a delivered event lost, ms. */
  readonly ackWaitMs: number;
  /** How long the claim of a process that vanished keeps others from consuming, ms. */
  readonly leaseTtlMs: number;
}

export interface NatsSettings {
  readonly servers: readonly string[];
  readonly security: NatsSecurity;
  readonly inboxPrefix: string;
  readonly name: string;
  readonly roomConnections: number;
  readonly streams: StreamSettings;
  readonly publish: PublishSettings;
  readonly consume: ConsumeSettings;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly reconnectMs: { readonly first: number; readonly most: number };
  readonly logger: BusLogger;
}

export function natsSettings(options: NatsBusOptions): NatsSettings {
  return {
    servers: options.servers,
    security: options.security ?? {},
    inboxPrefix: options.inboxPrefix ?? '_INBOX',
    name: options.name,
    roomConnections: options.roomConnections ?? 4,
    streams: { ...defaultStreamSettings, ...options.streams },
    publish: {
      timeoutMs: 25_000,
      retryAfterMs: 1_000,
      backoffMs: { first: 50, most: 1_000 },
      gatherMs: 1,
      scanMs: 100,
      ...options.publish,
    },
    consume: { ackWaitMs: 10_000, leaseTtlMs: 6_000, ...options.consume },
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 5_000,
    closeTimeoutMs: options.closeTimeoutMs ?? 2_000,
    reconnectMs: options.reconnectMs ?? { first: 100, most: 2_000 },
    logger: options.logger ?? silentLogger,
  };
}
