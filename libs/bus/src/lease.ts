import type { KV } from '@nats-io/kv';
import { randomUUID } from 'node:crypto';
import type { BusLogger } from './logger.js';
import { messageOf } from './nats-errors.js';

/**
 * Who of several consumes. Only a saving of work: two that believe to hold a lease both do right, the log's consumer
 * sees to that. A holder writes its entry again every third of the time to live; the entry of one that vanished ages
 * out, and the first to create it anew is next.
 */
export class Lease {
  readonly #me = new TextEncoder().encode(randomUUID());
  #revision: number | undefined;
  #heldUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bucket: KV,
    private readonly key: string,
    private readonly ttlMs: number,
    private readonly onLost: () => void,
    private readonly logger: BusLogger,
  ) {}

  /** Tries once; true if held now. */
  async acquire(): Promise<boolean> {
    const askedAtMs = performance.now();
    try {
      this.#revision = await this.bucket.create(this.key, this.#me);
    } catch {
      return false;
    }
    this.#heldUntilMs = askedAtMs + this.ttlMs;
    this.#renewLater();
    return true;
  }

  async release(): Promise<void> {
    clearTimeout(this.#timer);
    const revision = this.#revision;
    this.#revision = undefined;
    if (revision === undefined) return;
    try {
      await this.bucket.delete(this.key, { previousSeq: revision });
    } catch (error) {
      this.logger.debug({ lease: this.key, error: messageOf(error) }, 'lease not released; it will age out');
    }
  }

  #renewLater(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.ttlMs / 3);
  }

  async #renew(): Promise<void> {
    const revision = this.#revision;
    if (revision === undefined) return;
    const askedAtMs = performance.now();
    try {
      const renewed = await this.bucket.update(this.key, this.#me, revision);
      if (this.#revision === undefined) return;
      this.#revision = renewed;
      this.#heldUntilMs = askedAtMs + this.ttlMs;
    } catch (error) {
      if (this.#revision === undefined) return;
      if (performance.now() >= this.#heldUntilMs || (await this.#isOthers(revision))) {
        this.#revision = undefined;
        this.logger.info({ lease: this.key, error: messageOf(error) }, 'lease lost');
        this.onLost();
        return;
      }
    }
    this.#renewLater();
  }

  /** Whether the entry says that somebody else holds it, or nobody; a renewal whose answer was lost is our own. */
  async #isOthers(revision: number): Promise<boolean> {
    try {
      const entry = await this.bucket.get(this.key);
      if (entry === null || entry.operation !== 'PUT') return true;
      if (!Buffer.from(entry.value).equals(this.#me)) return true;
      if (entry.revision > revision) this.#revision = entry.revision;
      return false;
    } catch {
      return false;
    }
  }
}
