import type { Bus, LogEvent } from '@plenary/bus';
import { ChatEvent, Part, StateEvent } from '@plenary/proto/chat';
import { COMPOSING, IMDN } from '../switch/content-kinds.js';
import { learnLogging } from './logging.js';
import type { Room } from './room.js';
import { RoomMessage } from './room-message.js';

const PAGE_EVENTS = 256;
/** What history has not recorded is a moment's worth; more of it is not read. */
const MAX_PAGES = 32;

interface OpenParts {
  readonly head: ChatEvent;
  readonly pieces: Buffer[];
  nextOffset: number;
}

/** Whole public messages, by the place of their beginning. `isWhole` false: something that belongs to them is left out. */
export interface TailMessages {
  readonly messages: readonly RoomMessage[];
  readonly isWhole: boolean;
}

/**
 * The public messages that ended after `fromSeq` and up to `throughSeq` in a room's log. Changes of the room found there are told to
 * `room.speech` and `room.logging`. Larger messages than `maxBytes` are left out; of all together, the newest that fit are kept. Rejects
 * when the log does not answer.
 */
export async function readTail(
  bus: Bus,
  room: Room,
  fromSeq: number,
  throughSeq: number,
  maxBytes: number,
): Promise<TailMessages> {
  const tail = new Tail(room, maxBytes);
  let after = fromSeq;
  for (let page = 0; after < throughSeq; page++) {
    if (page === MAX_PAGES) return { messages: tail.messages, isWhole: false };
    const events = await bus.readRoomAfter(room.shard, room.id, after, PAGE_EVENTS);
    for (const event of events) {
      after = event.seq;
      if (event.seq > throughSeq) break;
      if (event.kind === 'st') learn(room, event);
      else {
        const missing = tail.take(event.seq, event.payload);
        if (missing !== undefined) await recall(bus, room, tail, missing, event);
      }
    }
    if (events.length < PAGE_EVENTS) break;
  }
  return { messages: tail.messages, isWhole: tail.isWhole };
}

/** A message that began before: takes it from its beginning. */
async function recall(bus: Bus, room: Room, tail: Tail, headSeq: number, last: LogEvent): Promise<void> {
  let after = headSeq - 1;
  for (let page = 0; page < MAX_PAGES && after < last.seq; page++) {
    const events = await bus.readAfter(room.shard, room.id, 'all', after, PAGE_EVENTS);
    for (const { seq, payload } of events) {
      after = seq;
      if (seq <= last.seq) tail.take(seq, payload, headSeq);
    }
    if (events.length < PAGE_EVENTS) return;
  }
}

function learn(room: Room, { seq, payload }: LogEvent): void {
  try {
    const event = StateEvent.decode(payload);
    room.speech.learn(event, seq);
    learnLogging(room.logging, event, seq);
  } catch {
    // What cannot be read says nothing; it was counted when it came.
  }
}

/** Messages put together from their parts. */
class Tail {
  isWhole = true;
  readonly #open = new Map<number, OpenParts>();
  readonly #done = new Map<number, RoomMessage>();
  #bytes = 0;

  constructor(
    private readonly room: Room,
    private readonly maxBytes: number,
  ) {}

  get messages(): RoomMessage[] {
    return [...this.#done.values()].toSorted((a, b) => a.seq - b.seq);
  }

  /** Takes one event; `only`: if it belongs to the message that begins there. Returns where a message began whose end this is, if that is unknown. */
  take(seq: number, payload: Uint8Array, only?: number): number | undefined {
    const event = readEvent(payload);
    if (event === undefined) return undefined;
    const headSeq = event.headSeq === 0n ? seq : Number(event.headSeq);
    if (only !== undefined && headSeq !== only) return undefined;
    if (headSeq === seq) this.#open.set(seq, { head: event, pieces: [], nextOffset: 1 });
    const parts = this.#open.get(headSeq);
    if (parts === undefined) return event.part === Part.LAST && only === undefined ? headSeq : undefined;
    if (event.part === Part.ABORT || this.room.speech.bars(event, seq)) {
      this.#open.delete(headSeq);
      return undefined;
    }
    add(parts, event);
    if (parts.nextOffset - 1 > this.maxBytes) {
      this.isWhole = false;
      this.#open.delete(headSeq);
    } else if (event.part === Part.WHOLE || event.part === Part.LAST) this.#finish(headSeq, parts);
    return undefined;
  }

  #finish(headSeq: number, { head, pieces }: OpenParts): void {
    this.#open.delete(headSeq);
    const octets = Buffer.concat(pieces);
    this.#done.set(headSeq, new RoomMessage(headSeq, { ...head, part: Part.WHOLE, octets }, this.room.tag));
    this.#bytes += octets.length;
    for (const [oldest, message] of this.#done) {
      if (this.#bytes <= this.maxBytes) return;
      this.#bytes -= message.octets.length;
      this.#done.delete(oldest);
    }
  }
}

/** The octets that are not there yet: parts can overlap where a sender came back. */
function add(parts: OpenParts, { offset, octets }: ChatEvent): void {
  const skip = parts.nextOffset - Math.max(1, Number(offset));
  if (skip < 0 || skip >= octets.byteLength) return;
  parts.pieces.push(Buffer.from(octets.subarray(skip)));
  parts.nextOffset += octets.byteLength - skip;
}

/** A part of a message everybody was shown and history keeps; undefined for others, and for what cannot be read. */
function readEvent(payload: Uint8Array): ChatEvent | undefined {
  try {
    const event = ChatEvent.decode(payload);
    const isPublic = event.audiencePid === '' && event.senderPid !== '';
    const isSaid = event.wrappedType !== COMPOSING && event.wrappedType !== IMDN;
    return isPublic && isSaid ? event : undefined;
  } catch {
    return undefined;
  }
}
