import { connect, type NatsConnection } from '@nats-io/transport-node';
import { BusError } from './interface.js';
import { messageOf, pause } from './nats-errors.js';
import { assertSeed, securityOptions } from './nats-security.js';
import type { NatsSettings } from './nats-settings.js';

/**
 * The connections of one bus: `control` for publishes, requests and consumers, and several that rooms are hashed over,
 * so that the broker's cutting off of one slow reader does not gap every room. Each reconnects forever.
 */
export class Connections {
  readonly #lost = new Set<NatsConnection>();
  readonly #handlers: (() => void)[] = [];
  readonly #controlHandlers: (() => void)[] = [];
  #closing = false;

  private constructor(
    readonly control: NatsConnection,
    private readonly rooms: readonly NatsConnection[],
    private readonly settings: NatsSettings,
  ) {
    for (const connection of [control, ...rooms]) {
      void this.#follow(connection);
    }
  }

  /** Throws `BusError` `unreachable` when no server takes all the connections, `refused` for a seed that is none. */
  static async open(settings: NatsSettings): Promise<Connections> {
    const opened: NatsConnection[] = [];
    assertSeed(settings.security);
    try {
      const control = await openOne(settings, settings.name);
      opened.push(control);
      for (let index = 0; index < settings.roomConnections; index += 1) {
        opened.push(await openOne(settings, `${settings.name}-rooms-${index}`));
      }
      return new Connections(control, opened.slice(1), settings);
    } catch (error) {
      await Promise.all(opened.map((connection) => connection.close()));
      throw new BusError('unreachable', `no NATS server at ${settings.servers.join(', ')}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  get connected(): boolean {
    return this.#lost.size === 0 && !this.#closing;
  }

  get controlConnected(): boolean {
    return !this.#lost.has(this.control) && !this.control.isClosed();
  }

  /** The connection a room's live copies come on: always the same one, so that they keep their order. */
  ofRoom(room: string): NatsConnection {
    return this.rooms.length === 0 ? this.control : (this.rooms[hash(room) % this.rooms.length] ?? this.control);
  }

  /** Called when everything is connected again after anything was not. */
  onReconnect(handler: () => void): void {
    this.#handlers.push(handler);
  }

  /** Called as soon as the control connection is back. */
  onControlReconnect(handler: () => void): void {
    this.#controlHandlers.push(handler);
  }

  /** Writes out what is pending where there is a connection, then closes. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(
      [this.control, ...this.rooms].map(async (connection) => {
        if (connection.isClosed()) return;
        if (!this.#lost.has(connection)) await Promise.race([connection.flush().catch(() => undefined), pause(1_000)]);
        await connection.close();
      }),
    );
  }

  async #follow(connection: NatsConnection): Promise<void> {
    const { logger } = this.settings;
    for await (const status of connection.status()) {
      switch (status.type) {
        case 'disconnect':
          this.#lost.add(connection);
          if (!this.#closing) logger.warn({ server: status.server }, 'connection to the broker lost');
          break;
        case 'reconnect': {
          const wasLost = this.#lost.delete(connection);
          logger.info({ server: status.server }, 'connection to the broker is back');
          if (connection === this.control) for (const handler of this.#controlHandlers) handler();
          if (wasLost && this.#lost.size === 0) for (const handler of this.#handlers) handler();
          break;
        }
        case 'ldm':
          logger.info({ server: status.server }, 'the broker is about to shut down');
          break;
        case 'error':
          logger.error({ error: status.error.message }, 'the broker reports an error');
          break;
        default:
      }
    }
    if (this.#closing) return;
    this.#lost.add(connection);
    logger.error({}, 'connection to the broker ended for good');
  }
}

function openOne(settings: NatsSettings, name: string): Promise<NatsConnection> {
  const { first, most } = settings.reconnectMs;
  let delayMs = first;
  let lastMs = 0;
  return connect({
    servers: [...settings.servers],
    name,
    ...securityOptions(settings.security),
    inboxPrefix: settings.inboxPrefix,
    timeout: settings.connectTimeoutMs,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    noAsyncTraces: true,
    // A peer that vanished without a word is noticed within 15 s.
    pingInterval: 5_000,
    maxPingOut: 2,
    reconnectDelayHandler: () => {
      const nowMs = performance.now();
      delayMs = nowMs - lastMs > 4 * most ? first : Math.min(delayMs * 2, most);
      lastMs = nowMs;
      return delayMs * (0.5 + Math.random() / 2);
    },
  });
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
