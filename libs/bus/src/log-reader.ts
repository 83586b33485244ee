import { AckPolicy, DeliverPolicy, JetStreamApiCodes, type JetStreamManager } from '@nats-io/jetstream';
import {
  createInbox,
  nanos,
  NoRespondersError,
  TimeoutError,
  type Msg,
  type NatsConnection,
} from '@nats-io/transport-node';
import type { RoomId, ShardId } from '@plenary/wire';
import { field, readEventHeaders } from './event-headers.js';
import { BusError, type LogEvent } from './interface.js';
import { asBusError, isNotFound } from './nats-errors.js';
import { parseRoomSubject, streamName, subjects, type RoomSubjectKind } from './subjects.js';

/** Up to this many events are fetched one by one; a longer page is worth a consumer. */
const ONE_BY_ONE = 4;
/** A reader's consumer that nobody deletes (its reader died) goes away by itself after this. */
const CONSUMER_IDLE_MS = 5_000;

/** What the leader answers: octets in base64, an absent field for none. */
interface LeaderAnswer {
  readonly message?: { readonly subject: string; readonly seq: number; readonly hdrs?: string; readonly data?: string };
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

/**
 * Reads of the shards' streams by direct get, which any replica answers. A replica may lag: it never gives a wrong
 * event, since it has the log in order, but it may not know of the newest. So "there is nothing more" is believed only of
 * the leader.
 */
export class LogReader {
  constructor(
    private readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
    private readonly settings: { readonly replicas: number; readonly timeoutMs: number },
  ) {}

  /** Events whose subject falls under `filter`, with sequence > `afterSeq`, oldest first, at most `limit`. */
  async readAfter(shard: ShardId, filter: string, afterSeq: number, limit: number): Promise<LogEvent[]> {
    const events: LogEvent[] = [];
    let position = afterSeq;
    try {
      while (events.length < limit) {
        const oneByOne = events.length < ONE_BY_ONE || limit - events.length <= 2;
        const found = oneByOne
          ? await this.#next(shard, filter, position)
          : await this.#page(shard, filter, position, limit - events.length);
        const more = found.length > 0 ? found : await this.#nextAtLeader(shard, filter, position);
        const last = more.at(-1);
        if (last === undefined) break;
        events.push(...more);
        position = last.seq;
      }
    } catch (error) {
      throw await this.#explained(shard, error);
    }
    return events;
  }

  /** Sequence of the newest event of one room and kind, asked of the leader; 0 if there is none. */
  async lastSeq(shard: ShardId, room: RoomId, kind: RoomSubjectKind): Promise<number> {
    try {
      const found = await this.manager.streams.getMessage(streamName(shard), {
        last_by_subj: subjects.roomIn(shard, room, kind),
      });
      return found?.seq ?? 0;
    } catch (error) {
      throw await this.#explained(shard, error);
    }
  }

  async #next(shard: ShardId, filter: string, afterSeq: number): Promise<LogEvent[]> {
    const answer = await this.connection.request(
      `$JS.API.DIRECT.GET.${streamName(shard)}`,
      JSON.stringify({ seq: afterSeq + 1, next_by_subj: filter }),
      { timeout: this.settings.timeoutMs },
    );
    const event = toEvent(answer);
    if (event !== undefined) return [event];
    const { code, description } = answer.headers ?? { code: 0, description: '' };
    if (code === 404) return [];
    throw new BusError(code === 408 ? 'refused' : 'unreachable', `direct get: ${code} ${description}`);
  }

  async #nextAtLeader(shard: ShardId, filter: string, afterSeq: number): Promise<LogEvent[]> {
    if (this.settings.replicas === 1) return [];
    const answer = await this.connection.request(
      `$JS.API.STREAM.MSG.GET.${streamName(shard)}`,
      JSON.stringify({ seq: afterSeq + 1, next_by_subj: filter }),
      { timeout: this.settings.timeoutMs },
    );
    const { message, error } = answer.json<LeaderAnswer>();
    if (error?.code === 404 && error.err_code !== JetStreamApiCodes.StreamNotFound) return [];
    if (error !== undefined) {
      const code = error.err_code === JetStreamApiCodes.StreamNotFound ? 'not-found' : 'unreachable';
      throw new BusError(code, error.description ?? 'the leader does not answer');
    }
    const place = parseRoomSubject(message?.subject ?? '');
    if (message === undefined || place === undefined) return [];
    const headers = Buffer.from(message.hdrs ?? '', 'base64').toString('latin1');
    const traceparent = field(headers, '\r\ntraceparent: ');
    return [
      {
        shard,
        room: place.room,
        kind: place.kind,
        seq: message.seq,
        lastSeq: -1,
        msgId: field(headers, '\r\nNats-Msg-Id: ') ?? '',
        payload: Buffer.from(message.data ?? '', 'base64'),
        ...(traceparent === undefined ? {} : { traceparent }),
      },
    ];
  }

  /** A page by a consumer made for it: one request to make it, one to have everything. */
  async #page(shard: ShardId, filter: string, afterSeq: number, limit: number): Promise<LogEvent[]> {
    const stream = streamName(shard);
    const consumer = await this.manager.consumers.add(stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: afterSeq + 1,
      filter_subject: filter,
      ack_policy: AckPolicy.None,
      inactive_threshold: nanos(CONSUMER_IDLE_MS),
      mem_storage: true,
      num_replicas: 1,
    });
    try {
      const wanted = Math.min(limit, consumer.num_pending);
      return wanted === 0 ? [] : await this.#pull(stream, consumer.name, wanted);
    } finally {
      this.manager.consumers.delete(stream, consumer.name).catch(() => undefined);
    }
  }

  #pull(stream: string, consumer: string, wanted: number): Promise<LogEvent[]> {
    return new Promise((resolve, reject) => {
      const events: LogEvent[] = [];
      const inbox = createInbox();
      const done = (error?: Error): void => {
        clearTimeout(timer);
        subscription.unsubscribe();
        // What has come is in order and without holes, so it serves even if the rest does not come.
        if (error === undefined || events.length > 0) resolve(events);
        else reject(error);
      };
      const timer = setTimeout(
        done,
        this.settings.timeoutMs,
        new BusError('unreachable', 'a page did not come in time'),
      );
      const subscription = this.connection.subscribe(inbox, {
        callback: (error, message) => {
          const event = error === null ? toEvent(message) : undefined;
          if (event === undefined) {
            done(error ?? new BusError('unreachable', `page ended: ${message.headers?.code ?? 0}`));
            return;
          }
          events.push(event);
          if (events.length === wanted) done();
        },
      });
      const request = { batch: wanted, no_wait: true };
      this.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), {
        reply: inbox,
      });
    });
  }

  /** No answer may mean that there is no such stream. */
  async #explained(shard: ShardId, error: unknown): Promise<BusError> {
    if (error instanceof NoRespondersError || error instanceof TimeoutError) {
      try {
        await this.manager.streams.info(streamName(shard));
      } catch (cause) {
        if (isNotFound(cause)) return new BusError('not-found', `shard ${shard} has no log`, { cause });
      }
    }
    return asBusError(error);
  }
}

/**
 * The stored event in a message of the broker. Direct gets carry subject and sequence as headers; what a consumer
 * delivers has the original subject, and the sequence in `$JS.ACK.<stream>.<consumer>.<times>.<seq>.…`.
 */
export function toEvent(message: Msg): LogEvent | undefined {
  const headers = readEventHeaders(message);
  const delivered = message.reply?.startsWith('$JS.ACK.') === true;
  const place = parseRoomSubject(delivered ? message.subject : headers.subject);
  if (place === undefined) return undefined;
  return {
    shard: place.shard,
    room: place.room,
    kind: place.kind,
    seq: delivered ? sequenceOfReply(message.reply ?? '') : headers.seq,
    lastSeq: -1,
    msgId: headers.msgId,
    payload: message.data,
    ...(headers.traceparent === undefined ? {} : { traceparent: headers.traceparent }),
  };
}

/** The form with 9 tokens, or the later one with account and domain in front of the stream. */
function sequenceOfReply(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens.length >= 11 ? tokens[7] : tokens[5]);
}
