import type { Bus } from '@plenary/bus';
import { StateEvent } from '@plenary/proto/chat';
import type { PagePace } from '../switch/page-pace.js';
import { learnLogging } from './logging.js';
import type { Room } from './room.js';
import type { RoomMessage } from './room-message.js';
import { TailParts } from './tail-parts.js';

const PAGE_EVENTS = 256;
/** What history has not recorded is a moment's worth; more of it is not read. */
const MAX_PAGES = 32;
/** Octets read for each octet that may be shown: what is not shown has to be read all the same. */
const READ_PER_SHOWN = 8;

/** Whole public messages, by the place of their beginning. */
export interface TailMessages {
  readonly messages: readonly RoomMessage[];
  /** False: something that belongs to them is left out. */
  readonly isWhole: boolean;
}

/** The same of one log. */
export interface TailOfLog extends TailMessages {
  /** Older ones of the log made room for these: nothing from before them joins on to them. */
  readonly isCut: boolean;
}

export interface LogTailOptions {
  /** Octets of messages that are kept, and as many again of those that have not ended; larger messages are left out. */
  readonly maxBytes: number;
  /** Octets of one page, about. */
  readonly pageBytes: number;
  readonly pace: PagePace;
}

/**
 * The public messages that ended after a place of a room's log, read page by page as far as somebody asks: for all who ask it is read
 * once. Changes of the room found there are told to `room.speech` and `room.logging`. Of all messages together, the newest that fit
 * are kept. Once the log has not answered, it fails for good.
 *
 * Req: HIST-004, CHAT-027.
 */
export class LogTail {
  readonly #parts: TailParts;
  #readSeq: number;
  #pages = 0;
  #readBytes = 0;
  #isOver = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly bus: Bus,
    private readonly room: Room,
    readonly fromSeq: number,
    private readonly options: LogTailOptions,
  ) {
    this.#readSeq = fromSeq;
    this.#parts = new TailParts(room, options.maxBytes);
  }

  /** Those that ended up to this place. Rejects when the log does not answer. */
  async through(throughSeq: number): Promise<TailOfLog> {
    await (this.#reading = this.#reading.then(() => this.#readTo(throughSeq)));
    const { isWhole, isCut } = this.#parts;
    const isRead = this.#readSeq >= throughSeq;
    return { messages: this.#parts.endedBy(throughSeq), isWhole: isWhole && isRead, isCut };
  }

  async #readTo(throughSeq: number): Promise<void> {
    while (this.#readSeq < throughSeq && !this.#isOver) {
      const limit = await this.#turn();
      if (limit === 0) return;
      const { shard, id } = this.room;
      const events = await this.bus.readRoomAfter(shard, id, this.#readSeq, limit);
      for (const { kind, seq, payload } of events) {
        this.#readBytes += payload.byteLength;
        if (kind === 'st') this.#learn(seq, payload);
        else this.#parts.take(seq, payload);
        this.#readSeq = seq;
      }
      await this.#recall();
      // The log has no more: what it has later is not up to this place.
      if (events.length < limit) this.#readSeq = Math.max(this.#readSeq, throughSeq);
    }
  }

  /** Messages that began before, all at once: takes them from the first of their beginnings on. */
  async #recall(): Promise<void> {
    const headSeqs = this.#parts.takeMissing();
    if (headSeqs.size === 0) return;
    const { shard, id } = this.room;
    const endSeq = this.#readSeq;
    let after = Math.min(...headSeqs) - 1;
    while (after < endSeq) {
      const limit = await this.#turn();
      if (limit === 0) break;
      const events = await this.bus.readAfter(shard, id, 'all', after, limit);
      for (const { seq, payload } of events) {
        after = seq;
        this.#readBytes += payload.byteLength;
        if (seq <= endSeq) this.#parts.take(seq, payload, headSeqs);
      }
      if (events.length < limit) break;
    }
    this.#parts.recalled(headSeqs);
  }

  /** Waits until one more page may be read: how many events of it; 0: none any more. */
  async #turn(): Promise<number> {
    const { maxBytes, pageBytes, pace } = this.options;
    if (this.#pages === MAX_PAGES || this.#readBytes > maxBytes * READ_PER_SHOWN) {
      this.#isOver = true;
      return 0;
    }
    this.#pages++;
    await pace.turn();
    // Large events make small pages.
    return Math.min(PAGE_EVENTS, Math.max(2, Math.ceil(pageBytes / Math.max(1, this.room.averageBytes))));
  }

  #learn(seq: number, payload: Uint8Array): void {
    try {
      const event = StateEvent.decode(payload);
      this.room.speech.learn(event, seq);
      learnLogging(this.room.logging, event, seq);
    } catch {
      // What cannot be read says nothing; it was counted when it came.
    }
  }
}
