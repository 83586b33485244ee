import type { RoomId, ShardId } from '@plenary/wire';
import type { LogEvent, LogPublish } from './interface.js';
import type { RoomSubjectKind } from './subjects.js';
import { TrimmedList } from './trimmed-list.js';

/** What one shard's log in memory holds at most; the oldest events go first. */
export interface MemoryLogLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** How long a message id is remembered. */
  readonly dedupWindowMs: number;
}

interface Stored {
  readonly event: LogEvent;
  readonly storedAtMs: number;
}

/** The log of one shard in one process: sequence, de-duplication and retention as the broker's streams have them. */
export class MemoryLog {
  readonly #events = new TrimmedList<Stored>();
  /** Sequences by subject; a subject without events has no entry. */
  readonly #subjects = new Map<string, TrimmedList<number>>();
  /** Message ids in the order they came. */
  readonly #ids = new Map<string, { seq: number; atMs: number }>();
  #firstSeq = 1;
  #bytes = 0;

  constructor(
    readonly shard: ShardId,
    readonly incarnation: string,
    private readonly limits: MemoryLogLimits,
  ) {}

  get bounds(): { firstSeq: number; lastSeq: number } {
    return { firstSeq: this.#firstSeq, lastSeq: this.#firstSeq + this.#events.length - 1 };
  }

  /** Stores an event, or finds it stored: then `event` is undefined and `seq` the earlier one's. */
  append(message: LogPublish, nowMs: number): { seq: number; event: LogEvent | undefined } {
    this.#forgetIds(nowMs);
    const known = this.#ids.get(message.msgId);
    if (known !== undefined) return { seq: known.seq, event: undefined };
    this.trim(nowMs);
    const seq = this.bounds.lastSeq + 1;
    const subject = subjectKey(message.room, message.kind);
    let sequences = this.#subjects.get(subject);
    if (sequences === undefined) this.#subjects.set(subject, (sequences = new TrimmedList()));
    const event: LogEvent = {
      shard: this.shard,
      room: message.room,
      kind: message.kind,
      seq,
      lastSeq: sequences.last() ?? 0,
      msgId: message.msgId,
      // A copy: a view would keep the whole read buffer it was cut from for as long as the log keeps the event.
      payload: new Uint8Array(message.payload),
      ...(message.traceparent === undefined ? {} : { traceparent: message.traceparent }),
    };
    sequences.push(seq);
    this.#ids.set(message.msgId, { seq, atMs: nowMs });
    this.#events.push({ event, storedAtMs: nowMs });
    this.#bytes += event.payload.byteLength;
    this.trim(nowMs);
    return { seq, event };
  }

  /** Events after `afterSeq`, of one room and kind, of one room, or of the whole shard; at most `limit`. */
  readAfter(
    afterSeq: number,
    limit: number,
    nowMs: number,
    only?: { readonly room: RoomId; readonly kind?: RoomSubjectKind },
  ): LogEvent[] {
    this.trim(nowMs);
    const found: LogEvent[] = [];
    if (only === undefined) {
      for (let seq = Math.max(afterSeq + 1, this.#firstSeq); found.length < limit; seq += 1) {
        const stored = this.#events.at(seq - this.#firstSeq);
        if (stored === undefined) break;
        found.push(asRead(stored.event));
      }
      return found;
    }
    const kinds: readonly RoomSubjectKind[] = only.kind === undefined ? ['all', 'st'] : [only.kind];
    const sequences: number[] = [];
    for (const kind of kinds) {
      const list = this.#subjects.get(subjectKey(only.room, kind));
      if (list === undefined) continue;
      const start = firstAfter(list, afterSeq);
      for (let index = start; index < list.length && index < start + limit; index += 1) {
        sequences.push(list.at(index) ?? 0);
      }
    }
    sequences.sort((a, b) => a - b);
    for (const seq of sequences.slice(0, limit)) {
      const stored = this.#events.at(seq - this.#firstSeq);
      if (stored !== undefined) found.push(asRead(stored.event));
    }
    return found;
  }

  lastSeq(room: RoomId, kind: RoomSubjectKind, nowMs: number): number {
    this.trim(nowMs);
    return this.#subjects.get(subjectKey(room, kind))?.last() ?? 0;
  }

  /** Drops what the limits no longer allow. */
  trim(nowMs: number): void {
    for (;;) {
      const oldest = this.#events.at(0);
      if (oldest === undefined) return;
      const keep =
        this.#events.length <= this.limits.maxEvents &&
        this.#bytes <= this.limits.maxBytes &&
        nowMs - oldest.storedAtMs < this.limits.maxAgeMs;
      if (keep) return;
      this.#events.shift();
      this.#firstSeq += 1;
      this.#bytes -= oldest.event.payload.byteLength;
      const subject = subjectKey(oldest.event.room, oldest.event.kind);
      const sequences = this.#subjects.get(subject);
      sequences?.shift();
      if (sequences?.length === 0) this.#subjects.delete(subject);
    }
  }

  #forgetIds(nowMs: number): void {
    for (const [id, { atMs }] of this.#ids) {
      if (nowMs - atMs < this.limits.dedupWindowMs) return;
      this.#ids.delete(id);
    }
  }
}

function subjectKey(room: RoomId, kind: RoomSubjectKind): string {
  return `${room}.${kind}`;
}

/** Reads say nothing of the event before, as on the broker. */
function asRead(event: LogEvent): LogEvent {
  return { ...event, lastSeq: -1 };
}

/** Index of the first sequence above `afterSeq`, by halving. */
function firstAfter(list: TrimmedList<number>, afterSeq: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list.at(middle) ?? 0) <= afterSeq) low = middle + 1;
    else high = middle;
  }
  return low;
}
