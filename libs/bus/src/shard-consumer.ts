import {
  AckPolicy,
  DeliverPolicy,
  type ConsumerInfo,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { ShardId } from '@plenary/wire';
import { setTimeout as sleep } from 'node:timers/promises';
import { Arrivals } from './arrivals.js';
import type { ConsumeOptions, LogBatchHandler, LogEvent } from './interface.js';
import type { LogReader } from './log-reader.js';
import type { BusLogger } from './logger.js';
import { isNotFound, messageOf } from './nats-errors.js';
import { parseRoomSubject, streamName, subjects } from './subjects.js';

/** How long a batch rests after its handler rejected it: doubling from the first to the second, in ms. */
const RETRY_PAUSE_MS = { first: 100, most: 5_000 } as const;
/** Most events read at once where the broker left some out; also the limit of `readAfter`. */
const FILL_PAGE = 256;

export interface ShardConsumerParts {
  readonly shard: ShardId;
  readonly durable: string;
  readonly options: ConsumeOptions;
  readonly handler: LogBatchHandler;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
  readonly reader: LogReader;
  readonly ackWaitMs: number;
  readonly logger: BusLogger;
}

interface Arrival {
  readonly event: LogEvent;
  /** The delivery to acknowledge; none for an event read from the log. */
  readonly message: JsMsg | undefined;
}

/**
 * One turn as the active consumer of a shard, over a durable pull consumer with `AckPolicy.All`.
 *
 * The broker's consumer keeps the position and wakes us; the order is our own: events are handled strictly by sequence,
 * beginning after the acknowledged floor. One that comes again is dropped; those left out (given to a process that died,
 * or to one that believes it is active too) are read from the log. So acknowledging a sequence always means that
 * everything up to it was handled here, whoever else consumes, and a rejected batch is simply handled again.
 */
export class ShardConsumer {
  readonly #arrivals = new Arrivals<Arrival>();
  readonly #stop = new AbortController();
  /** Everything up to here has been handled. */
  #handledSeq = 0;
  /** Everything up to here is handled or in the batch being gathered. */
  #takenSeq = 0;

  constructor(private readonly parts: ShardConsumerParts) {}

  /** Consumes until `stop`; throws when something fails that a new turn may mend. */
  async run(): Promise<void> {
    const { shard, durable, options, client, manager } = this.parts;
    const stream = streamName(shard);
    const info = await ensureConsumer(this.parts);
    const firstSeq = (await manager.streams.info(stream)).state.first_seq;
    this.#handledSeq = Math.max(info.ack_floor.stream_seq, firstSeq - 1, 0);
    this.#takenSeq = this.#handledSeq;
    const consumer = await client.consumers.get(stream, durable);
    const messages = await consumer.consume({
      max_messages: options.maxBatch,
      expires: 30_000,
      idle_heartbeat: 5_000,
      abort_on_missing_resource: true,
      callback: (message) => this.#arrive(message),
    });
    let failure: unknown;
    const ended = messages.closed().then((error) => {
      failure = error ?? undefined;
      this.#arrivals.close();
    });
    this.#stop.signal.addEventListener('abort', () => this.#arrivals.close());
    try {
      // What was delivered to a process that is gone does not come again before its time; it is in the log, though.
      await this.#readUpTo(info.delivered.stream_seq);
      while (!this.#arrivals.closed) {
        const batch = await this.#gather();
        if (batch.length > 0) await this.#handle(batch);
      }
    } finally {
      messages.stop();
      await ended;
    }
    if (!this.#stop.signal.aborted) throw failure ?? new Error('the broker ended the consumer');
  }

  /** Lets the batch in hand finish, then ends `run`. */
  stop(): void {
    this.#stop.abort();
  }

  #arrive(message: JsMsg): void {
    const place = parseRoomSubject(message.subject);
    if (place === undefined) return;
    const traceparent = message.headers?.get('traceparent') ?? '';
    const event: LogEvent = {
      shard: place.shard,
      room: place.room,
      kind: place.kind,
      seq: message.seq,
      lastSeq: -1,
      msgId: message.headers?.get('Nats-Msg-Id') ?? '',
      payload: message.data,
      ...(traceparent === '' ? {} : { traceparent }),
    };
    if (event.seq <= this.#handledSeq) message.ack();
    else this.#arrivals.push({ event, message });
  }

  /** The next batch, without holes; empty when told to stop. */
  async #gather(): Promise<Arrival[]> {
    const { maxBatch, maxWaitMs } = this.parts.options;
    const batch: Arrival[] = [];
    let untilMs: number | undefined;
    while (batch.length < maxBatch) {
      const arrival = await this.#arrivals.next(untilMs === undefined ? undefined : untilMs - performance.now());
      if (arrival === undefined) break;
      const { seq } = arrival.event;
      if (seq <= this.#takenSeq) continue;
      if (seq > this.#takenSeq + 1) {
        // Only when nothing is in hand, so that a batch is never larger than asked for.
        this.#arrivals.unshift(arrival);
        if (batch.length > 0) break;
        await this.#readUpTo(seq - 1);
        this.#takenSeq = Math.max(this.#takenSeq, seq - 1);
        continue;
      }
      batch.push(arrival);
      this.#takenSeq = seq;
      untilMs ??= performance.now() + maxWaitMs;
    }
    return this.#arrivals.closed ? [] : batch;
  }

  /** Handles everything from where we are up to `seq` from the log. */
  async #readUpTo(seq: number): Promise<void> {
    const { shard, reader, options } = this.parts;
    while (this.#takenSeq < seq && !this.#stop.signal.aborted) {
      const limit = Math.min(options.maxBatch, FILL_PAGE, seq - this.#takenSeq);
      const events = await reader.readAfter(shard, subjects.shardIn(shard), this.#takenSeq, limit);
      const batch = events.filter((event) => event.seq <= seq).map((event) => ({ event, message: undefined }));
      const last = batch.at(-1);
      // Nothing there: retention has taken it.
      if (last === undefined) return;
      this.#takenSeq = last.event.seq;
      await this.#handle(batch);
    }
  }

  /** Hands a batch over until it is taken or `stop` is called. */
  async #handle(batch: readonly Arrival[]): Promise<void> {
    const { shard, durable, handler, logger } = this.parts;
    const events = batch.map((arrival) => arrival.event);
    const lastSeq = events.at(-1)?.seq ?? 0;
    for (let pauseMs: number = RETRY_PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, RETRY_PAUSE_MS.most)) {
      try {
        await handler(events);
        break;
      } catch (error) {
        logger.warn({ shard, consumer: durable, seq: lastSeq, error: messageOf(error) }, 'batch was not taken');
      }
      try {
        await sleep(pauseMs, undefined, { signal: this.#stop.signal });
      } catch {
        return;
      }
    }
    this.#handledSeq = lastSeq;
    // Acknowledges everything before it as well.
    batch.findLast((arrival) => arrival.message !== undefined)?.message?.ack();
  }
}

/** Finds or makes the durable consumer, with room for the batch in hand and the next one. */
async function ensureConsumer(parts: ShardConsumerParts): Promise<ConsumerInfo> {
  const { shard, durable, manager, options, ackWaitMs } = parts;
  const stream = streamName(shard);
  const wanted = { max_ack_pending: options.maxBatch * 2, ack_wait: nanos(ackWaitMs) };
  try {
    const { config } = await manager.consumers.info(stream, durable);
    if (config.max_ack_pending !== wanted.max_ack_pending || config.ack_wait !== wanted.ack_wait) {
      return await manager.consumers.update(stream, durable, wanted);
    }
    return await manager.consumers.info(stream, durable);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return manager.consumers.add(stream, {
    durable_name: durable,
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.All,
    ...wanted,
  });
}
