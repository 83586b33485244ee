import type { LogEvent } from '@plenary/bus';
import { Part, StateEvent } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { EdgeCounters } from '../counters.js';
import type { FanOut } from '../switch/fan-out.js';
import type { Flusher } from '../switch/flush.js';
import type { DeliverTrace, MessageTraces } from '../switch/message-traces.js';
import { noticesOf } from './notice-message.js';
import { readRoomMessage, type RoomMessage } from './room-message.js';
import type { Room } from './room.js';

export interface FeedHost {
  state(room: Room, event: StateEvent, seq: number): void;
  /** Seconds from the first octet at ingress to the write to the last live recipient's socket; once per message. */
  delivered(seconds: number, isPrivate: boolean): void;
  readonly traces: MessageTraces;
}

/** Copied, and not yet written. */
interface Unflushed {
  readonly room: Room;
  readonly message: RoomMessage;
  readonly trace: DeliverTrace | undefined;
}

const MAX_OPEN_HEADS = 4096;

/** Takes a room's events in log order: what was said goes to the fan-out, what changed to the state. */
export class RoomFeed {
  #unflushed: Unflushed[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly fanOut: FanOut,
    private readonly flusher: Flusher,
    private readonly counters: EdgeCounters,
    private readonly host: FeedHost,
  ) {}

  /** One event: called by the room's log, each once, in order. See `RoomLogListener`. */
  readonly event = (room: Room, event: LogEvent, isSettled: boolean): boolean => {
    if (event.kind === 'st') {
      this.#state(room, event);
      return true;
    }
    const message = readRoomMessage(event.seq, event.payload, room.tag);
    if (message === undefined) {
      this.counters.unreadableEvents++;
      return true;
    }
    if (room.speech.bars(message.event, event.seq)) {
      if (isSettled) {
        this.#silence(room, message);
        this.host.traces.processing(room, message, event.traceparent)?.dropped('silenced');
      }
      return isSettled;
    }
    this.#message(room, message, this.host.traces.processing(room, message, event.traceparent));
    return true;
  };

  #message(room: Room, message: RoomMessage, trace: DeliverTrace | undefined): void {
    room.shownSeq = Math.max(room.shownSeq, message.seq);
    const nowMs = this.clock.nowMs();
    room.lastMessageAtMs = nowMs;
    room.averageBytes += (message.octets.length - room.averageBytes) / 16;
    // CHAT-024, TRN-016: a resend that the log stored a second time is shown once.
    if (room.origins.isRepeat(message.event.originId, message.seq, nowMs)) {
      this.counters.duplicatesSuppressed++;
      trace?.dropped('duplicate');
      return;
    }
    room.recent.push(message);
    if (message.part !== Part.WHOLE) track(room, message, nowMs);
    const copies = this.fanOut.deliver(room, message);
    if (copies === 0) trace?.dropped('nobody');
    else if (trace !== undefined || message.starts) {
      trace?.queued(copies);
      this.#measure({ room, message, trace });
    }
  }

  /** Stored after its sender might no longer speak: distributed to nobody, and what has begun of it ends (POL-018, SEC-002). */
  #silence(room: Room, message: RoomMessage): void {
    this.counters.silenced++;
    if (message.starts) return;
    room.openHeads.delete(message.headSeq);
    for (const session of room.sessions) this.fanOut.abortCopy(session, message.headSeq);
  }

  /** Ends messages whose sender's edge no longer tells of them (each egress edge runs its own timer). */
  sweep(room: Room, chunkTimerMs: number): void {
    const limitMs = this.clock.nowMs() - chunkTimerMs;
    for (const [headSeq, open] of room.openHeads) {
      if (open.lastAtMs >= limitMs) continue;
      room.openHeads.delete(headSeq);
      for (const session of room.sessions) this.fanOut.abortCopy(session, headSeq);
    }
  }

  #state(room: Room, event: LogEvent): void {
    let state: StateEvent;
    try {
      state = StateEvent.decode(event.payload);
    } catch {
      this.counters.unreadableEvents++;
      return;
    }
    room.speech.learn(state, event.seq);
    const notices = this.#notices(room, state, event.seq);
    // Who is put out, or loses the room, in the same event is told before.
    const isLast = notices.length > 0 && state.changes.some(({ change }) => ends(change?.$case));
    if (isLast) this.#say(room, notices);
    this.host.state(room, state, event.seq);
    if (!isLast) this.#say(room, notices);
  }

  #notices(room: Room, state: StateEvent, seq: number): RoomMessage[] {
    try {
      return noticesOf(room, state, seq);
    } catch {
      this.counters.unreadableEvents++;
      return [];
    }
  }

  #say(room: Room, notices: readonly RoomMessage[]): void {
    for (const notice of notices) {
      // Its live copy was lost, and what came after it has been shown: late is better than never.
      const isLate = notice.seq < room.shownSeq;
      room.shownSeq = Math.max(room.shownSeq, notice.seq);
      if (!isLate) room.recent.push(notice);
      // Who lags finds it in the log, in its place.
      else room.recent.restart(room.shownSeq);
      this.fanOut.deliver(room, notice, isLate);
    }
  }

  #measure(copied: Unflushed): void {
    this.#unflushed.push(copied);
    if (this.#unflushed.length === 1) this.flusher.afterFlush(this.#flushed);
  }

  readonly #flushed = (): void => {
    const nowMs = this.clock.nowMs();
    const unflushed = this.#unflushed;
    this.#unflushed = [];
    const { traces } = this.host;
    for (const { room, message, trace } of unflushed) {
      const slowestMs = nowMs - Number(message.event.ingressTimeUs) / 1000;
      if (message.starts) this.host.delivered(slowestMs / 1000, message.isPrivate);
      if (trace === undefined) traces.delivered(room, message, slowestMs);
      else trace.written(slowestMs);
    }
  };
}

function ends(change: string | undefined): boolean {
  return change === 'left' || change === 'roomClosed';
}

function track(room: Room, message: RoomMessage, nowMs: number): void {
  const { openHeads } = room;
  if (message.ends) openHeads.delete(message.headSeq);
  else if (message.part === Part.HEAD || openHeads.has(message.headSeq)) {
    openHeads.set(message.headSeq, { lastAtMs: nowMs, nextOffset: message.offset + message.octets.length });
    if (openHeads.size > MAX_OPEN_HEADS)
      for (const oldest of [...openHeads.keys()].slice(0, 1)) openHeads.delete(oldest);
  }
}
