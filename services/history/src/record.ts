import { Part, type ChatEvent, type StateEvent } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';

/**
 * What of a log is kept: pure. Logging is defined by sequence: a message is kept when its head lies between a `logging on`
 * and a `logging off` of its room in the log. Spec: RFC 3862 §6. Req: CHAT-032, PRIV-011, RCPT-001.
 */

/** One event of a shard's log, decoded. */
export type LogEntry = { readonly seq: number; readonly room: RoomId } & (
  { readonly kind: 'all'; readonly event: ChatEvent } | { readonly kind: 'st'; readonly event: StateEvent }
);

/** What is known of a room at a place of its log. */
export interface RoomLog {
  readonly epoch: number;
  /** Version of the last state event taken into account. */
  readonly version: bigint;
  readonly logged: boolean;
}

/** A room as room-state has it now: the answer where the log does not say. `undefined`: there is no such room. */
export type RoomNow = RoomLog | undefined;

/** A message of which the head has been seen and the end has not. */
export interface OpenMessage {
  readonly room: RoomId;
  readonly epoch: number;
  readonly headSeq: number;
  /** Place of the next octet, 1-based. */
  readonly nextOffset: bigint;
}

/** What is known before a batch. */
export interface Known {
  readonly rooms: ReadonlyMap<RoomId, RoomLog>;
  /** By `openKey`. */
  readonly open: ReadonlyMap<string, OpenMessage>;
}

/** A message to keep, head or whole. */
export interface KeptHead {
  readonly room: RoomId;
  readonly epoch: number;
  readonly seq: number;
  readonly event: ChatEvent;
}

/** What a batch comes to; to be written in this order, all of it or nothing. */
export interface Recorded {
  /** Rooms whose `RoomLog` changed. */
  readonly rooms: ReadonlyMap<RoomId, RoomLog>;
  readonly whole: readonly KeptHead[];
  /** Heads of messages that go on in fragments. */
  readonly heads: readonly KeptHead[];
  /** Octets after the head, in order. */
  readonly fragments: readonly { readonly of: OpenMessage; readonly offset: bigint; readonly octets: Uint8Array }[];
  /** Messages that ended: kept now. */
  readonly completed: readonly OpenMessage[];
  /** Messages given up: nothing of them is kept. */
  readonly discarded: readonly OpenMessage[];
  /** Open messages whose place moved. */
  readonly open: ReadonlyMap<string, OpenMessage>;
}

export function openKey(room: RoomId, headSeq: number): string {
  return `${room}/${String(headSeq)}`;
}

/** Composing notices are never stored. Spec: RFC 3994 §4. */
const neverKept = new Set(['application/im-iscomposing+xml']);

/**
 * Rooms of a batch about which the log and `known` do not say whether they were logged: unknown ones whose creation is not
 * in the batch, and such whose state events have a gap.
 */
export function roomsInQuestion(known: Known['rooms'], entries: readonly LogEntry[]): ReadonlySet<RoomId> {
  const versions = new Map<RoomId, bigint>();
  const question = new Set<RoomId>();
  for (const entry of entries) {
    const version = versions.get(entry.room) ?? known.get(entry.room)?.version;
    if (entry.kind === 'all') {
      if (version === undefined) question.add(entry.room);
      continue;
    }
    if (isGap(version, entry.event)) question.add(entry.room);
    if (version === undefined || entry.event.version > version) versions.set(entry.room, entry.event.version);
  }
  return question;
}

/** A state event that does not follow on what is known, and does not say everything by itself. */
function isGap(version: bigint | undefined, event: StateEvent): boolean {
  const first = event.changes[0]?.change?.$case;
  if (first === 'roomCreated') return false;
  if (version === undefined) return true;
  // An epoch's first event carries all changes the old log has not got.
  return first !== 'epochStarted' && event.version > version + 1n;
}

/** Runs a batch, in log order. `now` answers `roomsInQuestion`. `maxBytes`: larger messages are given up. */
export function record(
  known: Known,
  now: ReadonlyMap<RoomId, RoomNow>,
  entries: readonly LogEntry[],
  maxBytes: number,
): Recorded {
  const recorder = new Recorder(known, now, BigInt(maxBytes));
  for (const entry of entries)
    if (entry.kind === 'st') recorder.state(entry.room, entry.event);
    else recorder.message(entry.room, entry.seq, entry.event);
  return recorder.result;
}

class Recorder {
  readonly #rooms = new Map<RoomId, RoomLog>();
  readonly #open = new Map<string, OpenMessage>();
  readonly #closed = new Set<string>();
  readonly #result = {
    whole: [] as KeptHead[],
    heads: [] as KeptHead[],
    fragments: [] as Recorded['fragments'][number][],
    completed: [] as OpenMessage[],
    discarded: [] as OpenMessage[],
  };

  constructor(
    private readonly known: Known,
    private readonly now: ReadonlyMap<RoomId, RoomNow>,
    private readonly maxBytes: bigint,
  ) {}

  get result(): Recorded {
    return { ...this.#result, rooms: this.#rooms, open: this.#open };
  }

  state(room: RoomId, event: StateEvent): void {
    const before = this.#rooms.get(room) ?? this.known.rooms.get(room);
    if (before !== undefined && event.version <= before.version) return;
    if (isGap(before?.version, event)) {
      this.#rooms.set(room, this.#asOfNow(room, event.version));
      return;
    }
    let logged = before?.logged ?? false;
    let epoch = event.epoch;
    for (const { change } of event.changes) {
      if (change?.$case === 'roomCreated') logged = change.value.policy?.logged ?? false;
      else if (change?.$case === 'policyChanged') logged = change.value.policy?.logged ?? false;
      else if (change?.$case === 'loggingChanged') logged = change.value.on;
      else if (change?.$case === 'roomClosed') logged = false;
      else if (change?.$case === 'epochStarted') epoch = change.value.epoch;
    }
    this.#rooms.set(room, { epoch, version: event.version, logged });
  }

  message(room: RoomId, seq: number, event: ChatEvent): void {
    if (event.part === Part.WHOLE || event.part === Part.HEAD) this.#begin(room, seq, event);
    else this.#continue(room, event);
  }

  #begin(room: RoomId, seq: number, event: ChatEvent): void {
    const { epoch, logged } = this.#roomAt(room);
    if (!logged || event.audiencePid !== '' || neverKept.has(event.wrappedType.toLowerCase())) return;
    if (event.total > this.maxBytes) return;
    // An edge may not know of a new epoch yet, and the other way round.
    const kept: KeptHead = { room, epoch: Math.max(epoch, event.epoch), seq, event };
    if (event.part === Part.WHOLE) {
      this.#result.whole.push(kept);
      return;
    }
    this.#result.heads.push(kept);
    const nextOffset = event.offset + BigInt(event.octets.byteLength);
    this.#open.set(openKey(room, seq), { room, epoch: kept.epoch, headSeq: seq, nextOffset });
  }

  #continue(room: RoomId, event: ChatEvent): void {
    const headSeq = Number(event.headSeq);
    const key = openKey(room, headSeq);
    if (this.#closed.has(key)) return;
    const open = this.#open.get(key) ?? this.known.open.get(key);
    // A new epoch numbers its log anew: heads of the old one are not meant.
    if (open === undefined || open.epoch < this.#roomAt(room).epoch) return;
    const skip = open.nextOffset - event.offset;
    const sizeBytes = BigInt(event.octets.byteLength);
    const tooLarge = event.offset + sizeBytes - 1n > this.maxBytes;
    if (event.part === Part.ABORT || skip < 0n || tooLarge) {
      this.#close(key);
      this.#result.discarded.push(open);
      return;
    }
    let after = open;
    if (skip < sizeBytes) {
      // What is here already came again by another edge.
      const octets = event.octets.subarray(Number(skip));
      this.#result.fragments.push({ of: open, offset: open.nextOffset, octets });
      after = { ...open, nextOffset: open.nextOffset + BigInt(octets.byteLength) };
    }
    if (event.part !== Part.LAST) {
      this.#open.set(key, after);
      return;
    }
    this.#close(key);
    this.#result.completed.push(after);
  }

  #close(key: string): void {
    this.#closed.add(key);
    this.#open.delete(key);
  }

  #roomAt(room: RoomId): RoomLog {
    const known = this.#rooms.get(room) ?? this.known.rooms.get(room);
    if (known !== undefined) return known;
    const answer = this.#asOfNow(room, 0n);
    this.#rooms.set(room, answer);
    return answer;
  }

  #asOfNow(room: RoomId, version: bigint): RoomLog {
    const answer = this.now.get(room);
    if (answer === undefined) return { epoch: 1, version, logged: false };
    return { ...answer, version: answer.version > version ? answer.version : version };
  }
}
