import { isFile, readHead } from '@plenary/cpim';
import { Part, type ChatEvent, type StateEvent } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import {
  endpointKey,
  messageKey,
  type Known,
  type LogEntry,
  type OpenMessage,
  type Recorded,
  type SilenceChange,
} from './record.types.js';
import { afterEvent, isGap, noRoom, silencesIn, type RoomLog, type RoomNow, type Silence } from './room-log.js';

/**
 * What of a log is kept: pure. Everything is defined by sequence: a message is kept when its head lies between a `logging on` and
 * a `logging off` of its room in the log, and all of it where its sender could speak: joined, not muted, in a room not suspended.
 * Spec: RFC 3862 §6. Req: CHAT-032, LOG-007, PRIV-011, RCPT-001, FILE-X-004.
 */

/** Composing notices and receipts are no part of what was said. Spec: RFC 3994 §4, RFC 5438 §7. */
const neverKept = new Set(['application/im-iscomposing+xml', 'message/imdn+xml']);

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

/** Endpoints of a batch that `Known.silenced` has to tell of: who speaks, and who is spoken of. */
export function endpointsIn(entries: readonly LogEntry[]): ReadonlyMap<string, { room: RoomId; chatId: string }> {
  const endpoints = new Map<string, { room: RoomId; chatId: string }>();
  for (const { kind, room, event } of entries) {
    const chatIds = kind === 'all' ? [event.senderChatId] : silencesIn(event).map(([chatId]) => chatId);
    for (const chatId of chatIds) if (chatId !== '') endpoints.set(endpointKey(room, chatId), { room, chatId });
  }
  return endpoints;
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
  readonly #relearnt = new Set<RoomId>();
  readonly #silences = new Map<string, SilenceChange>();
  readonly #open = new Map<string, OpenMessage>();
  readonly #closed = new Set<string>();
  readonly #result = {
    whole: [] as Recorded['whole'][number][],
    heads: [] as Recorded['heads'][number][],
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
    return {
      ...this.#result,
      rooms: this.#rooms,
      relearnt: this.#relearnt,
      silences: this.#silences,
      open: this.#open,
    };
  }

  state(room: RoomId, event: StateEvent): void {
    const before = this.#rooms.get(room) ?? this.known.rooms.get(room);
    if (before !== undefined && event.version <= before.version) return;
    if (isGap(before?.version, event)) {
      this.#asOfNow(room, event.version);
      return;
    }
    this.#rooms.set(room, afterEvent(before, event));
    for (const [chatId, silence] of silencesIn(event)) this.#setSilence(room, chatId, silence);
  }

  message(room: RoomId, seq: number, event: ChatEvent): void {
    if (event.part === Part.WHOLE || event.part === Part.HEAD) this.#begin(room, seq, event);
    else this.#continue(room, event);
  }

  #begin(room: RoomId, seq: number, event: ChatEvent): void {
    const { epoch, logged, filesKept } = this.#roomAt(room);
    if (!logged || event.audiencePid !== '' || neverKept.has(event.wrappedType.toLowerCase())) return;
    if (!this.#isDistributed(room, event)) return;
    const headers = filesKept ? undefined : headersOfFile(event.octets);
    if (headers === undefined && event.total > this.maxBytes) return;
    // An edge may not know of a new epoch yet, and the other way round.
    const kept = { room, epoch: Math.max(epoch, event.epoch), seq, event, octets: headers ?? event.octets };
    if (event.part === Part.WHOLE) {
      this.#result.whole.push(kept);
      return;
    }
    const headersOnly = headers !== undefined;
    this.#result.heads.push({ ...kept, headersOnly });
    const nextOffset = event.offset + BigInt(event.octets.byteLength);
    this.#open.set(messageKey(room, seq), { room, epoch: kept.epoch, headSeq: seq, nextOffset, headersOnly });
  }

  #continue(room: RoomId, event: ChatEvent): void {
    const key = messageKey(room, Number(event.headSeq));
    if (this.#closed.has(key)) return;
    const open = this.#open.get(key) ?? this.known.open.get(key);
    // A new epoch numbers its log anew: heads of the old one are not meant.
    if (open === undefined || open.epoch < this.#roomAt(room).epoch) return;
    const skip = open.nextOffset - event.offset;
    const sizeBytes = BigInt(event.octets.byteLength);
    const tooLarge = !open.headersOnly && event.offset + sizeBytes - 1n > this.maxBytes;
    if (event.part === Part.ABORT || skip < 0n || tooLarge || !this.#isDistributed(room, event)) {
      this.#close(key);
      this.#result.discarded.push(open);
      return;
    }
    let after = open;
    if (skip < sizeBytes) {
      // What is here already came again by another edge.
      const octets = event.octets.subarray(Number(skip));
      if (!open.headersOnly) this.#result.fragments.push({ of: open, offset: open.nextOffset, octets });
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

  /** The room's own notices have no sender who could be silenced. */
  #isDistributed(room: RoomId, { senderPid, senderChatId }: ChatEvent): boolean {
    if (senderPid === '') return true;
    return !this.#roomAt(room).suspended && this.#silenceOf(room, senderChatId) === undefined;
  }

  #silenceOf(room: RoomId, chatId: string): Silence {
    const key = endpointKey(room, chatId);
    const change = this.#silences.get(key);
    if (change !== undefined) return change.silence;
    return this.#relearnt.has(room) ? undefined : this.known.silenced.get(key);
  }

  #setSilence(room: RoomId, chatId: string, silence: Silence): void {
    if (chatId !== '' && this.#silenceOf(room, chatId) !== silence)
      this.#silences.set(endpointKey(room, chatId), { room, chatId, silence });
  }

  #roomAt(room: RoomId): RoomLog {
    return this.#rooms.get(room) ?? this.known.rooms.get(room) ?? this.#asOfNow(room, 0n);
  }

  #asOfNow(room: RoomId, version: bigint): RoomLog {
    const { muted, ...answer } = this.now.get(room) ?? { ...noRoom(version), muted: [] };
    this.#relearnt.add(room);
    for (const [key, change] of this.#silences) if (change.room === room) this.#silences.delete(key);
    for (const chatId of muted) this.#setSilence(room, chatId, 'muted');
    const log = { ...answer, version: answer.version > version ? answer.version : version };
    this.#rooms.set(room, log);
    return log;
  }
}

/** Of a file, its CPIM headers and those of its content; undefined for everything else, also for what cannot be read. */
function headersOfFile(octets: Uint8Array): Uint8Array | undefined {
  const head = readHead(octets);
  return head.ok && isFile(head.value) ? octets.subarray(0, head.value.contentOffset) : undefined;
}
