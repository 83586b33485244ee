import { ChatEvent, Part } from '@plenary/proto/chat';
import { COMPOSING, IMDN } from '../switch/content-kinds.js';
import type { Room } from './room.js';
import { RoomMessage } from './room-message.js';

/** Messages that are done with and remembered, so that what still comes of them is not taken for the end of one from before. */
const MAX_DONE = 4_096;

interface OpenParts {
  readonly head: ChatEvent;
  readonly pieces: Buffer[];
  nextOffset: number;
}

interface EndedMessage {
  readonly endSeq: number;
  readonly message: RoomMessage;
}

/** Public messages put together from their parts. What has ended and what has not are each bounded by `maxBytes`. */
export class TailParts {
  /** False: something is left out. */
  isWhole = true;
  /** Messages made room for newer ones. */
  isCut = false;
  readonly #open = new Map<number, OpenParts>();
  readonly #ended = new Map<number, EndedMessage>();
  readonly #done = new Set<number>();
  #missing = new Set<number>();
  #openBytes = 0;
  #endedBytes = 0;

  constructor(
    private readonly room: Room,
    private readonly maxBytes: number,
  ) {}

  /** The messages that ended up to this place, by the place of their beginning. */
  endedBy(throughSeq: number): RoomMessage[] {
    const ended = [...this.#ended.values()].filter(({ endSeq }) => endSeq <= throughSeq);
    return ended.map(({ message }) => message).toSorted((a, b) => a.seq - b.seq);
  }

  /** Where messages begin whose ends were taken, and of which nothing else is known; each is told once. */
  takeMissing(): ReadonlySet<number> {
    const missing = this.#missing;
    this.#missing = new Set();
    return missing;
  }

  /** Takes one event; `only`: if it belongs to one of the messages that begin there. */
  take(seq: number, payload: Uint8Array, only?: ReadonlySet<number>): void {
    const event = readEvent(payload);
    if (event === undefined) return;
    const headSeq = event.headSeq === 0n ? seq : Number(event.headSeq);
    if ((only !== undefined && !only.has(headSeq)) || this.#ended.has(headSeq)) return;
    if (headSeq === seq) this.#open.set(seq, { head: event, pieces: [], nextOffset: 1 });
    const parts = this.#open.get(headSeq);
    if (parts === undefined) {
      if (event.part === Part.LAST && only === undefined) this.#miss(headSeq, event, seq);
      return;
    }
    if (event.part === Part.ABORT || this.room.speech.bars(event, seq)) {
      this.#drop(headSeq, parts);
      return;
    }
    this.#openBytes += add(parts, event);
    if (parts.nextOffset - 1 > this.maxBytes) this.#leaveOut(headSeq, parts);
    else if (event.part === Part.WHOLE || event.part === Part.LAST) this.#end(headSeq, seq, parts);
    for (const [oldest, others] of this.#open) {
      if (this.#openBytes <= this.maxBytes) return;
      this.#leaveOut(oldest, others);
    }
  }

  /** These were looked for in the log: of those that have not ended nothing more is to be had. */
  recalled(headSeqs: ReadonlySet<number>): void {
    for (const headSeq of headSeqs) {
      const parts = this.#open.get(headSeq);
      if (parts !== undefined) this.#leaveOut(headSeq, parts);
      else if (!this.#ended.has(headSeq) && !this.#done.has(headSeq)) this.isWhole = false;
    }
  }

  #miss(headSeq: number, last: ChatEvent, seq: number): void {
    if (this.#done.has(headSeq) || this.room.speech.bars(last, seq)) return;
    if (Number(last.offset) + last.octets.byteLength - 1 > this.maxBytes) this.isWhole = false;
    else this.#missing.add(headSeq);
  }

  #end(headSeq: number, endSeq: number, parts: OpenParts): void {
    this.#drop(headSeq, parts);
    const octets = Buffer.concat(parts.pieces);
    const message = new RoomMessage(headSeq, { ...parts.head, part: Part.WHOLE, octets }, this.room.tag);
    this.#ended.set(headSeq, { endSeq, message });
    this.#endedBytes += octets.length;
    for (const [oldest, { message: older }] of this.#ended) {
      if (this.#endedBytes <= this.maxBytes) return;
      this.#endedBytes -= older.octets.length;
      this.#ended.delete(oldest);
      this.isCut = true;
    }
  }

  #leaveOut(headSeq: number, parts: OpenParts): void {
    this.isWhole = false;
    this.#drop(headSeq, parts);
  }

  #drop(headSeq: number, parts: OpenParts): void {
    this.#openBytes -= parts.nextOffset - 1;
    this.#open.delete(headSeq);
    if (parts.head.part === Part.WHOLE) return;
    this.#done.add(headSeq);
    for (const oldest of this.#done) {
      if (this.#done.size <= MAX_DONE) return;
      this.#done.delete(oldest);
    }
  }
}

/** Adds the octets that are not there yet, and says how many: parts can overlap where a sender came back. */
function add(parts: OpenParts, { offset, octets }: ChatEvent): number {
  const skip = parts.nextOffset - Math.max(1, Number(offset));
  if (skip < 0 || skip >= octets.byteLength) return 0;
  parts.pieces.push(Buffer.from(octets.subarray(skip)));
  const added = octets.byteLength - skip;
  parts.nextOffset += added;
  return added;
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
