import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { Bucket, Bus } from '@plenary/bus';
import { EdgeEntry } from '@plenary/proto/edge';
import type { Clock, Timer } from '@plenary/service';
import type { Logger } from '@plenary/telemetry';
import type { Edge } from './edge.js';
import type { Listeners } from './listeners.js';
import { LoadMeter, type LoadCeilings } from './load.js';

const HEARTBEAT_MS = 2_000;
const TTL_MS = 6_000;
const MAX_ROOMS = 256;
const MAX_BUSY_ROOMS = 64;
/** Event-loop delay that counts as fully loaded. */
const FULL_DELAY_MS = 100;

export interface RegistryOptions {
  readonly edgeId: string;
  readonly name: string;
  readonly zone: string;
  readonly pool: string;
  /** What counts as fully loaded, beside the delay of the event loop. */
  readonly ceilings: Omit<LoadCeilings, 'delayMs'>;
  /** By which transports clients reach this edge. */
  readonly entrances: Pick<Listeners, 'takesTls' | 'takesPlain'>;
  /** Away for longer than this, the edge may have been declared dead. */
  readonly fenceMs: number;
  readonly monotonicMs: () => number;
}

/**
 * This edge's entry in the bucket `edges`, written again every 2 s: how others know that it lives and how loaded it is. A hint, never
 * a lock. The heartbeat also notices when this very process stood still (a pause of the machine, a debugger, SIGSTOP) for so long that
 * its sessions may have been given up; then the switch is fenced before it writes anything (TRN-013).
 */
export class Registry {
  #bucket: Bucket | undefined;
  #timer: Timer | undefined;
  #lastBeatMs = 0;
  #load = 0;
  #stopped = false;
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: 20 });
  readonly #meter: LoadMeter;

  constructor(
    private readonly options: RegistryOptions,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly edge: Edge,
    private readonly logger: Logger,
    private readonly controlAddress: () => string,
  ) {
    this.#meter = new LoadMeter({ ...options.ceilings, delayMs: FULL_DELAY_MS }, MAX_BUSY_ROOMS);
  }

  /** As others see it, 0 to 1. */
  get load(): number {
    return this.#load;
  }

  async start(): Promise<void> {
    this.#bucket = await this.bus.bucket('edges', TTL_MS);
    this.#delay.enable();
    this.#lastBeatMs = this.options.monotonicMs();
    await this.#write();
    this.#next();
  }

  /** Writes the entry now: others should know at once that this edge drains. */
  announce(): Promise<void> {
    return this.#write();
  }

  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timer?.cancel();
    this.#delay.disable();
    await this.#bucket?.delete(this.options.edgeId).catch(() => undefined);
  }

  #next(): void {
    this.#timer = this.clock.setTimer(HEARTBEAT_MS, () => {
      const nowMs = this.options.monotonicMs();
      const awayMs = nowMs - this.#lastBeatMs;
      this.#lastBeatMs = nowMs;
      if (awayMs > this.options.fenceMs) {
        this.logger.warn(
          { dur_ms: Math.round(awayMs) },
          'this process stood still; rooms are read again before anything is written',
        );
        void this.edge.fence();
      }
      void this.#write().finally(() => {
        if (!this.#stopped) this.#next();
      });
    });
  }

  async #write(): Promise<void> {
    if (this.#stopped) return;
    const { edgeId, name, zone, pool, entrances } = this.options;
    const { edge } = this;
    const delayMs = this.#delay.percentile(99) / 1e6;
    this.#delay.reset();
    const { load, roomLoad } = this.#meter.sample(
      {
        sessions: edge.sessionCount,
        deliveries: edge.counters.deliveries,
        egressBytes: edge.counters.egressBytes,
        delayMs: Number.isFinite(delayMs) ? delayMs : 0,
        rooms: edge.rooms(),
      },
      this.options.monotonicMs(),
    );
    this.#load = load;
    const entry = EdgeEntry.encode({
      edgeId,
      name,
      zone,
      pool,
      controlAddress: this.controlAddress(),
      draining: edge.draining,
      sessions: edge.sessionCount,
      load,
      roomSessions: edge.roomSessions(MAX_ROOMS),
      roomLoad: { ...roomLoad },
      tls: entrances.takesTls,
      tlsOnly: !entrances.takesPlain,
    }).finish();
    try {
      await this.#bucket?.put(edgeId, entry);
    } catch (error) {
      this.logger.warn({ reason: String(error) }, 'the entry of this edge could not be written');
    }
  }
}
