import { JetStreamApiCodes, type JetStreamManager } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { RoomId, ShardId } from '@plenary/wire';
import { field, readEventHeaders } from './event-headers.js';
import { BusError, type LogEvent } from './interface.js';
import { asBusError, isNotFound } from './nats-errors.js';
import { retryPassing } from './streams.js';
import { parseRoomSubject, streamName, subjects, type RoomSubjectKind } from './subjects.js';

/** What the leader answers: octets in base64, an absent field for none. */
interface LeaderAnswer {
  readonly message?: { readonly subject: string; readonly seq: number; readonly hdrs?: string; readonly data?: string };
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

/**
 * Reads of the shards' streams by direct get, event after event (0.3 ms each; a consumer made for a page was no faster,
 * and making one needs the cluster's leader). Any replica answers. One that lags never gives a wrong event, since it has
 * the log in order, but it may not know of the newest: so "there is nothing more" is believed only of the leader.
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
        const next =
          (await this.#patiently(() => this.#next(shard, filter, position))) ??
          (await this.#patiently(() => this.#nextAtLeader(shard, filter, position)));
        if (next === undefined) break;
        events.push(next);
        position = next.seq;
      }
    } catch (error) {
      throw await this.#explained(shard, error);
    }
    return events;
  }

  /** Sequence of the newest event of one room and kind, asked of the leader; 0 if there is none. */
  async lastSeq(shard: ShardId, room: RoomId, kind: RoomSubjectKind): Promise<number> {
    try {
      const found = await this.#patiently(() =>
        this.manager.streams.getMessage(streamName(shard), { last_by_subj: subjects.roomIn(shard, room, kind) }),
      );
      return found?.seq ?? 0;
    } catch (error) {
      throw await this.#explained(shard, error);
    }
  }

  async #next(shard: ShardId, filter: string, afterSeq: number): Promise<LogEvent | undefined> {
    const answer = await this.connection.request(
      `$JS.API.DIRECT.GET.${streamName(shard)}`,
      JSON.stringify({ seq: afterSeq + 1, next_by_subj: filter }),
      { timeout: this.settings.timeoutMs },
    );
    const event = toEvent(answer);
    if (event !== undefined) return event;
    const { code, description } = answer.headers ?? { code: 0, description: '' };
    if (code === 404) return undefined;
    throw new BusError(code === 408 ? 'refused' : 'unreachable', `direct get: ${code} ${description}`);
  }

  async #nextAtLeader(shard: ShardId, filter: string, afterSeq: number): Promise<LogEvent | undefined> {
    if (this.settings.replicas === 1) return undefined;
    const answer = await this.connection.request(
      `$JS.API.STREAM.MSG.GET.${streamName(shard)}`,
      JSON.stringify({ seq: afterSeq + 1, next_by_subj: filter }),
      { timeout: this.settings.timeoutMs },
    );
    const { message, error } = answer.json<LeaderAnswer>();
    if (error?.code === 404 && error.err_code !== JetStreamApiCodes.StreamNotFound) return undefined;
    if (error !== undefined) {
      const code = error.err_code === JetStreamApiCodes.StreamNotFound ? 'not-found' : 'unreachable';
      throw new BusError(code, error.description ?? 'the leader does not answer');
    }
    const place = parseRoomSubject(message?.subject ?? '');
    if (message === undefined || place === undefined) return undefined;
    const headers = Buffer.from(message.hdrs ?? '', 'base64').toString('latin1');
    const traceparent = field(headers, '\r\ntraceparent: ');
    return {
      shard,
      room: place.room,
      kind: place.kind,
      seq: message.seq,
      lastSeq: -1,
      msgId: field(headers, '\r\nNats-Msg-Id: ') ?? '',
      payload: Buffer.from(message.data ?? '', 'base64'),
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }

  /** Elections pass: asked again until the time for one request is over. */
  #patiently<T>(request: () => Promise<T>): Promise<T> {
    return retryPassing(this.settings.timeoutMs, request);
  }

  /** No answer may mean that there is no such stream. */
  async #explained(shard: ShardId, error: unknown): Promise<BusError> {
    const failure = asBusError(error);
    if (failure.code !== 'unreachable') return failure;
    try {
      await this.manager.streams.info(streamName(shard));
    } catch (cause) {
      if (isNotFound(cause)) return new BusError('not-found', `shard ${shard} has no log`, { cause });
    }
    return failure;
  }
}

/** The stored event in the answer to a direct get: subject and sequence are headers. Undefined for a mere status. */
function toEvent(answer: Msg): LogEvent | undefined {
  const headers = readEventHeaders(answer);
  const place = parseRoomSubject(headers.subject);
  if (place === undefined) return undefined;
  return {
    shard: place.shard,
    room: place.room,
    kind: place.kind,
    seq: headers.seq,
    lastSeq: -1,
    msgId: headers.msgId,
    payload: answer.data,
    ...(headers.traceparent === undefined ? {} : { traceparent: headers.traceparent }),
  };
}
