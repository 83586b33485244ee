import type { KV } from '@nats-io/kv';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusConsumer } from './interface.js';
import { Lease } from './lease.js';
import type { BusLogger } from './logger.js';
import { messageOf } from './nats-errors.js';
import { ShardConsumer, type ShardConsumerParts } from './shard-consumer.js';

export interface OfferParts extends ShardConsumerParts {
  /** Opens the bucket the leases are in; asked again after a failure. */
  readonly leases: () => Promise<KV>;
  readonly leaseTtlMs: number;
  readonly logger: BusLogger;
}

/** Offers this process as consumer of a shard: waits for the lease, consumes, and begins anew after any failure. */
export class ConsumerOffer implements BusConsumer {
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #consumer: ShardConsumer | undefined;

  constructor(private readonly parts: OfferParts) {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#consumer?.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { shard, durable, leaseTtlMs, logger } = this.parts;
    while (!this.#stopping.signal.aborted) {
      try {
        const bucket = await this.parts.leases();
        const lease = new Lease(bucket, `${durable}-${shard}`, leaseTtlMs, () => this.#consumer?.stop(), logger);
        if (await lease.acquire()) {
          try {
            await this.#consume();
          } finally {
            await lease.release();
          }
        }
      } catch (error) {
        logger.warn({ shard, consumer: durable, error: messageOf(error) }, 'consumer begins anew');
      }
      await this.#pause(leaseTtlMs / 6 + (Math.random() * leaseTtlMs) / 6);
    }
  }

  async #consume(): Promise<void> {
    const consumer = new ShardConsumer(this.parts);
    this.#consumer = consumer;
    // Asked to stop while the lease was being acquired.
    if (this.#stopping.signal.aborted) return;
    try {
      await consumer.run();
    } finally {
      this.#consumer = undefined;
    }
  }

  async #pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#stopping.signal });
    } catch {
      // Stopped.
    }
  }
}
