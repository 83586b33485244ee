import type { BusConsumer, ConsumeOptions, LogBatchHandler } from './interface.js';
import type { MemoryLog } from './memory-log.js';

/** How long a batch rests after its handler rejected it: doubling from the first to the second, in ms. */
const RETRY_PAUSE_MS = { first: 50, most: 2_000 } as const;

/** The durable position of one name in one shard's log, and those who offer to consume from it; the first is active. */
export class MemoryDurable {
  #position = 0;
  readonly #offers: Offer[] = [];

  constructor(
    private readonly log: MemoryLog,
    private readonly nowMs: () => number,
  ) {}

  offer(options: ConsumeOptions, handler: LogBatchHandler): BusConsumer {
    const offer: Offer = { options, handler, stopping: false, wake: undefined, running: undefined };
    this.#offers.push(offer);
    this.#activate();
    return {
      stop: async () => {
        offer.stopping = true;
        offer.wake?.();
        await offer.running;
        this.#retire(offer);
      },
    };
  }

  /** To be called when the log has grown. */
  notify(): void {
    this.#offers[0]?.wake?.();
  }

  /** Ends every consumer at once; handlers in hand finish on their own. */
  close(): void {
    for (const offer of this.#offers) {
      offer.stopping = true;
      offer.wake?.();
    }
    this.#offers.length = 0;
  }

  #activate(): void {
    const active = this.#offers[0];
    if (active === undefined || active.running !== undefined || active.stopping) return;
    active.running = this.#run(active).finally(() => this.#retire(active));
  }

  #retire(offer: Offer): void {
    const index = this.#offers.indexOf(offer);
    if (index >= 0) this.#offers.splice(index, 1);
    this.#activate();
  }

  async #run(offer: Offer): Promise<void> {
    let pauseMs: number = RETRY_PAUSE_MS.first;
    while (!offer.stopping) {
      const { maxBatch, maxWaitMs } = offer.options;
      if (this.log.bounds.lastSeq <= this.#position) {
        await sleepUntilWoken(offer);
        continue;
      }
      const waitUntilMs = this.nowMs() + maxWaitMs;
      while (!offer.stopping && this.log.bounds.lastSeq - this.#position < maxBatch) {
        const leftMs = waitUntilMs - this.nowMs();
        if (leftMs <= 0) break;
        await sleepUntilWoken(offer, leftMs);
      }
      const batch = this.log.readAfter(this.#position, maxBatch, this.nowMs());
      const last = batch.at(-1);
      if (offer.stopping) return;
      if (last === undefined) {
        // Retention has taken what was ahead.
        this.#position = this.log.bounds.lastSeq;
        continue;
      }
      try {
        await offer.handler(batch);
        this.#position = last.seq;
        pauseMs = RETRY_PAUSE_MS.first;
      } catch {
        // The handler reports its own failures; here the batch only comes again.
        const againAtMs = this.nowMs() + pauseMs;
        pauseMs = Math.min(pauseMs * 2, RETRY_PAUSE_MS.most);
        while (!offer.stopping && this.nowMs() < againAtMs) await sleepUntilWoken(offer, againAtMs - this.nowMs());
      }
    }
  }
}

interface Offer {
  readonly options: ConsumeOptions;
  readonly handler: LogBatchHandler;
  stopping: boolean;
  wake: (() => void) | undefined;
  running: Promise<void> | undefined;
}

/** Waits for `wake`, at most `timeoutMs` where given. */
function sleepUntilWoken(offer: Offer, timeoutMs?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => offer.wake?.(), Math.max(1, timeoutMs));
    offer.wake = () => {
      clearTimeout(timer);
      offer.wake = undefined;
      resolve();
    };
  });
}
