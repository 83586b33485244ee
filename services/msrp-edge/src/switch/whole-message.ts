import type { Bus, PublishResult } from '@plenary/bus';
import { readHead } from '@plenary/cpim';
import { copyOctets, type MsrpRequestHead } from '@plenary/msrp';
import { ChatEvent, Part } from '@plenary/proto/chat';
import type { EdgeSession } from '../sessions/session.js';
import type { HeadEntry } from './inbound.js';
import type { Address } from './large-message.js';
import { silencedBy, type CheckedMessage } from './message-check.js';
import type { MessageTraces, SendTrace } from './message-traces.js';
import { readProgress } from './progress.js';
import type { OutgoingEvent, Publisher } from './publisher.js';

export interface WholeMessageParts {
  readonly bus: Bus;
  readonly publisher: Publisher;
  readonly traces: MessageTraces;
  readonly nowMs: () => number;
  readonly answer: (session: EdgeSession, head: MsrpRequestHead, status: number) => void;
  readonly reportSuccess: (session: EdgeSession, head: MsrpRequestHead, sizeBytes: number) => void;
  readonly check: (
    session: EdgeSession,
    message: CheckedMessage,
    done: (result: Address | { readonly status: number } | 'drop') => void,
  ) => void;
  readonly cpimHeadBytes: number;
}

/**
 * The usual message: all of it came in one piece, it becomes one event, and it is answered when the log has it.
 *
 * Req: CHAT-002, RPT-007, RPT-008, TRN-016.
 */
export class WholeMessage {
  constructor(private readonly parts: WholeMessageParts) {}

  /** `body` is a view, valid for this turn. */
  take(session: EdgeSession, head: MsrpRequestHead, body: Uint8Array): void {
    const trace = this.parts.traces.begin(session, head.messageId);
    const cpim = readHead(body, { headBytes: this.parts.cpimHeadBytes, headers: 128 });
    if (!cpim.ok) {
      this.#answer(session, head, cpim.error.status, trace);
      return;
    }
    const entry: HeadEntry = { sizeBytes: body.length, ready: false, send: (done) => done() };
    const ingressTimeUs = BigInt(Math.floor(this.parts.nowMs() * 1000));
    let octets: Uint8Array = body;
    let settled = false;
    this.parts.check(session, { head: cpim.value, totalOctets: body.length }, (result) => {
      settled = true;
      if (result === 'drop' || 'status' in result) {
        const status = result === 'drop' ? 200 : result.status;
        this.#answer(session, head, status, trace);
        session.inbound?.withdraw(entry);
        return;
      }
      const send = this.#sender(session, head, octets, result, ingressTimeUs, trace);
      entry.send = send;
      entry.ready = true;
      session.inbound?.advance();
    });
    if (entry.ready || !settled) {
      // Asked of room-state: the octets have to outlive this turn. Its place among the session's messages is taken now.
      if (!settled) octets = copyOctets(body);
      session.inbound?.enqueue(entry);
    }
  }

  /** Makes the event at once, so that the octets are not needed any more, and publishes it when its turn comes. */
  #sender(
    session: EdgeSession,
    head: MsrpRequestHead,
    octets: Uint8Array,
    address: Address,
    ingressTimeUs: bigint,
    trace: SendTrace | undefined,
  ): HeadEntry['send'] {
    const { publisher } = this.parts;
    const event: OutgoingEvent = {
      part: Part.WHOLE,
      messageId: head.messageId!,
      audiencePid: address.audiencePid,
      wrappedType: address.wrappedType,
      headSeq: 0,
      offset: 1,
      total: octets.length,
      octets,
      ingressTimeUs,
      attempt: '',
    };
    const encoded = publisher.encode(session, event);
    return (done) => {
      // While it waited for its turn the session may have been muted.
      if (silencedBy(session, address.wrappedType) !== undefined) {
        this.#answer(session, head, 403, trace);
        done();
        return;
      }
      const onResult = (result: PublishResult): void => {
        if (result.kind === 'stored' && result.duplicate)
          this.#double(session, head, event, encoded.payload, result.seq, done, trace);
        else {
          this.#conclude(session, head, event, result, trace);
          done();
        }
      };
      publisher.publish(session, encoded, onResult, trace);
    };
  }

  #answer(session: EdgeSession, head: MsrpRequestHead, status: number, trace: SendTrace | undefined): void {
    this.parts.answer(session, head, status);
    trace?.answered(status);
  }

  #conclude(
    session: EdgeSession,
    head: MsrpRequestHead,
    event: OutgoingEvent,
    result: PublishResult,
    trace: SendTrace | undefined,
  ): void {
    // Not stored, or not known to be: no answer, the sender's own timer decides (RFC 4975 section 7.1.1; ERR-006).
    if (result.kind !== 'stored') {
      this.#answer(session, head, 0, trace);
      return;
    }
    // Stored when the session was muted already: nobody is shown it, and nobody is told that it was taken (POL-018).
    if (session.room.speech.silences(session.chatId, result.seq, event.wrappedType)) {
      this.#answer(session, head, 403, trace);
      return;
    }
    this.#answer(session, head, 200, trace);
    this.parts.reportSuccess(session, head, event.total);
  }

  /** The log knows this message. Usually all of it; if its first attempt broke off in the middle, the rest is added. */
  #double(
    session: EdgeSession,
    head: MsrpRequestHead,
    event: OutgoingEvent,
    payload: Uint8Array,
    seq: number,
    done: () => void,
    trace: SendTrace | undefined,
  ): void {
    const { bus, publisher } = this.parts;
    // What the caller gave was a view of that turn; the event made of it has its own copy.
    const { octets } = ChatEvent.decode(payload);
    void readProgress(bus, session.room, seq)
      .then(({ storedTo, ended }) => {
        const stored: PublishResult = { kind: 'stored', seq, duplicate: true };
        if (ended === 'complete') {
          this.#conclude(session, head, event, stored, trace);
          done();
          return;
        }
        const rest: OutgoingEvent =
          ended === 'aborted'
            ? { ...event, octets, attempt: seq.toString(36) }
            : { ...event, part: Part.LAST, headSeq: seq, offset: storedTo + 1, octets: octets.subarray(storedTo) };
        const onResult = (result: PublishResult): void => {
          this.#conclude(session, head, event, result, trace);
          done();
        };
        publisher.publish(session, publisher.encode(session, rest), onResult, trace);
      })
      .catch(() => {
        this.#conclude(session, head, event, { kind: 'timeout' }, trace);
        done();
      });
  }
}
