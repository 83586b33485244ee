import type { Bus } from '@plenary/bus';
import { ChatEvent, Part } from '@plenary/proto/chat';
import type { KeptMessage, ReadResponse } from '@plenary/proto/history';
import type { Clock } from '@plenary/service';
import type { History } from '../history.interface.js';
import type { PagePace } from '../switch/page-pace.js';
import { wasLogged } from './logging.js';
import { LogTail, type TailMessages, type TailOfLog } from './log-tail.js';
import type { Room } from './room.js';
import { RoomMessage } from './room-message.js';

export interface PastOptions {
  /** Octets of messages shown to who joins. */
  readonly replayBytes: number;
  /** An answer of history, and what was read of the log, serve those who join within this time. */
  readonly replayReuseMs: number;
  /** Octets of one page of the log, about. */
  readonly pageBytes: number;
  readonly pace: PagePace;
}

const KEPT_ANSWERS = 256;
const KEPT_TAILS = 64;
const MAX_PAGES = 4;

/**
 * What a room said last, for who joins it: from history as far as that has recorded, then from the room's log. Both count in the places of
 * the one log, so nothing is missing between them and nothing is there twice.
 *
 * Req: HIST-004, HIST-007, HIST-010.
 */
export class Past {
  readonly #answers = new Map<string, { count: number; atMs: number; answer: Promise<ReadResponse> }>();
  readonly #tails = new Map<string, { atMs: number; tail: LogTail }>();

  constructor(
    private readonly history: History,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly options: PastOptions,
  ) {}

  /** Answers of history, and tails of logs, that are kept now. */
  get size(): number {
    return this.#answers.size + this.#tails.size;
  }

  /** The last `count` messages up to this place. Rejects when history or the log does not answer. */
  async last(room: Room, count: number, throughSeq: number): Promise<TailMessages> {
    const kept = await this.#kept(room.id, count);
    const isBefore = ({ epoch, seq }: KeptMessage): boolean =>
      epoch < room.epoch || (epoch === room.epoch && seq <= BigInt(throughSeq));
    let messages = kept.messages.filter(isBefore);
    let { cursor } = kept;
    // History is ahead of the join: what came after it is not meant.
    for (let page = 1; messages.length < count && cursor !== '' && page < MAX_PAGES; page++) {
      const older = await this.history.read(room.id, count, cursor);
      messages = [...older.messages.filter(isBefore), ...messages];
      cursor = older.cursor;
    }
    const from = kept.recordedEpoch === room.epoch ? Number(kept.recordedSeq) : 0;
    const tail = await this.#unrecorded(room, from, throughSeq);
    if (tail.isCut) return this.#bounded(tail.messages.slice(-count), tail.isWhole && tail.messages.length >= count);
    const shown = messages.filter(({ leftOutBytes }) => leftOutBytes === 0n).map((one) => keptMessage(room, one));
    // Of a file that was not kept there is nothing to show: that is said, as everything that is missing is.
    const isWhole = tail.isWhole && shown.length === messages.length;
    return this.#bounded([...shown, ...tail.messages].slice(-count), isWhole);
  }

  async #unrecorded(room: Room, fromSeq: number, throughSeq: number): Promise<TailOfLog> {
    if (fromSeq >= throughSeq || (!room.policy.logged && room.logging.first === undefined))
      return { messages: [], isWhole: true, isCut: false };
    const { messages, isWhole, isCut } = await this.#tailThrough(room, fromSeq, throughSeq);
    // Judged when all changes up to the join are known.
    const nowMs = this.clock.nowMs();
    const isLogged = ({ event, seq }: RoomMessage): boolean =>
      wasLogged(room.logging, seq, room.policy.logged) &&
      !room.speech.bars(event, seq) &&
      !room.origins.isRepeat(event.originId, seq, nowMs);
    return { messages: messages.filter(isLogged), isWhole, isCut };
  }

  /** Many join at once, each a little further on: what they are shown of the log is read once. */
  async #tailThrough(room: Room, fromSeq: number, throughSeq: number): Promise<TailOfLog> {
    const { replayBytes, replayReuseMs, pageBytes, pace } = this.options;
    const nowMs = this.clock.nowMs();
    const key = `${room.id}/${room.epoch}`;
    let entry = this.#tails.get(key);
    if (entry === undefined || entry.tail.fromSeq !== fromSeq || nowMs - entry.atMs >= replayReuseMs) {
      entry = { atMs: nowMs, tail: new LogTail(this.bus, room, fromSeq, { maxBytes: replayBytes, pageBytes, pace }) };
      keep(this.#tails, key, entry, KEPT_TAILS);
      this.clock.setTimer(replayReuseMs, forgetting(this.#tails, key, entry));
    }
    try {
      return await entry.tail.through(throughSeq);
    } catch (error) {
      forgetting(this.#tails, key, entry)();
      throw error;
    }
  }

  /** The newest ones that fit. */
  #bounded(messages: readonly RoomMessage[], isWhole: boolean): TailMessages {
    let bytes = 0;
    let from = messages.length;
    while (from > 0 && bytes + messages[from - 1]!.octets.length <= this.options.replayBytes)
      bytes += messages[--from]!.octets.length;
    return { messages: messages.slice(from), isWhole: isWhole && from === 0 };
  }

  /** Many join at once: they are shown the same. */
  #kept(room: string, count: number): Promise<ReadResponse> {
    const nowMs = this.clock.nowMs();
    const known = this.#answers.get(room);
    if (known?.count === count && nowMs - known.atMs < this.options.replayReuseMs) return known.answer;
    const answer = this.history.read(room, count, '');
    const entry = { count, atMs: nowMs, answer };
    keep(this.#answers, room, entry, KEPT_ANSWERS);
    const forget = forgetting(this.#answers, room, entry);
    answer.catch(forget);
    // A page is megabytes: it stays as long as it serves, not until somebody asks again.
    this.clock.setTimer(this.options.replayReuseMs, forget);
    return answer;
  }
}

/** Keeps an entry as the newest of at most `limit`. */
function keep<T>(entries: Map<string, T>, key: string, entry: T, limit: number): void {
  entries.delete(key);
  entries.set(key, entry);
  if (entries.size > limit) for (const oldest of [...entries.keys()].slice(0, 1)) entries.delete(oldest);
}

function forgetting<T>(entries: Map<string, T>, key: string, entry: T): () => void {
  return () => {
    if (entries.get(key) === entry) entries.delete(key);
  };
}

/** A kept message as it was shown when it was said: the same octets and, within one epoch, the same Message-ID. */
function keptMessage(
  room: Room,
  { epoch, seq, senderPid, senderEntity, wrappedType, octets, mediaLabel }: KeptMessage,
): RoomMessage {
  const event = ChatEvent.fromPartial({
    room: room.id,
    epoch,
    senderPid,
    senderEntity,
    wrappedType,
    part: Part.WHOLE,
    offset: 1n,
    octets,
    mediaLabel,
  });
  // The tag of another epoch is not known here: its numbers must not be taken for those of this one.
  return new RoomMessage(Number(seq), event, epoch === room.epoch ? room.tag : `${room.tag}-${epoch}`);
}
