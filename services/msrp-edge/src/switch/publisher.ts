import type { Bus, PublishResult } from '@plenary/bus';
import { ChatEvent, Part } from '@plenary/proto/chat';
import type { EdgeCounters } from '../counters.js';
import type { EdgeSession } from '../sessions/session.js';
import type { MessageTraces, SendTrace } from './message-traces.js';

/** What one event says beside who sent it. */
export interface OutgoingEvent {
  readonly part: Part;
  readonly messageId: string;
  readonly audiencePid: string;
  readonly wrappedType: string;
  /** Sequence of the head; 0 in a head or a whole message. */
  readonly headSeq: number;
  /** 1-based. */
  readonly offset: number;
  /** 0: not known. */
  readonly total: number;
  readonly octets: Uint8Array;
  readonly ingressTimeUs: bigint;
  /** Tells a second start of a message from the first, which was given up; empty as a rule. */
  readonly attempt: string;
}

/** An event ready for the log. The octets are copied into it: the caller's may go. */
export interface EncodedEvent {
  readonly msgId: string;
  /** Of the SEND it comes from. */
  readonly messageId: string;
  readonly payload: Uint8Array;
}

/**
 * `<participant>/<Message-ID>/<offset>`: not the MSRP session, because a client resends on another one after a failure
 * (RFC 4975 section 5.4), and the log is to know the message again.
 */
export function originId(pid: string, messageId: string, offset: number, attempt: string): string {
  return attempt === '' ? `${pid}/${messageId}/${offset}` : `${pid}/${messageId}/${offset}/${attempt}`;
}

/** Puts what sessions say into the log of their room. Req: CHAT-023, TRN-016. */
export class Publisher {
  /** Used again for every event: its memory has grown to their size. */
  #writer = emptyWriter();

  constructor(
    private readonly bus: Bus,
    private readonly timeoutMs: number,
    private readonly counters: EdgeCounters,
    private readonly nowMs: () => number,
    private readonly onAck: (result: keyof EdgeCounters['publishResults'], seconds: number) => void,
    private readonly traces: MessageTraces,
  ) {}

  encode(session: EdgeSession, event: OutgoingEvent): EncodedEvent {
    const { room, seat } = session;
    const nickname = room.roster.get(seat.pid)?.nickname ?? seat.nickname;
    const origin =
      event.part === Part.ABORT
        ? originId(seat.pid, event.messageId, event.offset, `${event.attempt}abort`)
        : originId(seat.pid, event.messageId, event.offset, event.attempt);
    const payload = this.#encode({
      room: room.id,
      epoch: room.epoch,
      originId: origin,
      senderPid: seat.pid,
      senderChatId: session.chatId,
      audiencePid: event.audiencePid,
      wrappedType: event.wrappedType,
      part: event.part,
      headSeq: BigInt(event.headSeq),
      offset: BigInt(event.offset),
      total: BigInt(event.total),
      ingressTimeUs: event.ingressTimeUs,
      octets: asBuffer(event.octets),
      messageId: event.messageId,
      senderEntity: session.entity,
      senderNickname: nickname,
      senderUserId: seat.userId,
      mediaLabel: session.label,
    });
    return { msgId: `${room.id}/${origin}`, messageId: event.messageId, payload };
  }

  #encode(event: ChatEvent): Uint8Array {
    const writer = this.#writer;
    try {
      // The result is a copy, and the writer is empty again.
      return ChatEvent.encode(event, writer).finish();
    } catch (error) {
      this.#writer = emptyWriter();
      throw error;
    }
  }

  /** `trace`: of a sampled message. */
  publish(
    session: EdgeSession,
    { msgId, messageId, payload }: EncodedEvent,
    onResult: (result: PublishResult) => void,
    trace?: SendTrace,
  ): void {
    const { room } = session;
    const publishing = trace?.publishing(payload.byteLength);
    const sentAtMs = this.nowMs();
    const event = { shard: room.shard, room: room.id, kind: 'all', msgId, payload, timeoutMs: this.timeoutMs } as const;
    this.bus.publishToLog(
      publishing === undefined ? event : { ...event, traceparent: publishing.traceparent },
      (result) => {
        const outcome =
          result.kind === 'stored'
            ? result.duplicate
              ? 'duplicate'
              : 'ok'
            : result.kind === 'timeout'
              ? 'timeout'
              : 'error';
        this.counters.publishResults[outcome]++;
        this.onAck(outcome, (this.nowMs() - sentAtMs) / 1000);
        if (publishing === undefined) this.traces.published(session, messageId, sentAtMs, result);
        else publishing.done(result);
        onResult(result);
      },
    );
  }
}

function emptyWriter(): ReturnType<typeof ChatEvent.encode> {
  const writer = ChatEvent.encode(ChatEvent.fromPartial({}));
  writer.finish();
  return writer;
}

/** The same octets as the encoder takes them; no copy. */
function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
}
