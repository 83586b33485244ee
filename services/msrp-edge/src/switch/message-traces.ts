import type { PublishResult } from '@plenary/bus';
import { messagingAttributes, type Span, type SpanAttributes, type Tracer } from '@plenary/telemetry';
import type { Room } from '../rooms/room.js';
import type { RoomMessage } from '../rooms/room-message.js';
import type { EdgeSession } from '../sessions/session.js';
import { outboundMessageId } from './leg.js';
import { TokenBucket } from './token-bucket.js';

/** A message that took longer than this is shown in one span, though it was not sampled. */
export const SLOW_MS = 2_000;
/** Such spans, and their log lines, a second: while the log is away every message is one. */
const LATE_PER_SECOND = 10;

/** What is known of a message that failed or was slow. */
export interface LateMessage {
  readonly room: string;
  readonly seq: number | undefined;
  readonly outcome: string;
  readonly durationMs: number;
}

export interface MessageTracesParts {
  readonly tracer: Tracer;
  readonly nowMs: () => number;
  /** The name of a room in spans. */
  readonly hashOf: (room: string) => string;
  /** Writes the log line of a message that failed or was slow. */
  readonly onLate: (message: LateMessage) => void;
}

/**
 * The spans of messages at one edge. What is not sampled, nearly all, costs a random number where it comes in and one comparison where it is
 * copied; spans are made per message and edge, never per recipient.
 */
export class MessageTraces {
  readonly #late: TokenBucket;

  constructor(private readonly parts: MessageTracesParts) {
    this.#late = new TokenBucket(LATE_PER_SECOND, LATE_PER_SECOND, parts.nowMs());
  }

  /** A SEND begins: decides whether it is traced. A trace of its own, with a link to that of the join. */
  begin(session: EdgeSession, messageId: string | undefined): SendTrace | undefined {
    const { tracer } = this.parts;
    if (!tracer.sample()) return undefined;
    const join = tracer.read(session.joinTraceparent);
    const { room } = session;
    const attributes = {
      'chat.room.hash': this.parts.hashOf(room.id),
      'chat.epoch': room.epoch,
      'chat.message_id.in': messageId ?? '',
    };
    const span = tracer.start('MSRP SEND', { kind: 'server', links: join === undefined ? [] : [join], attributes });
    return new SendTrace(tracer, span, room.tag);
  }

  /** A message that was not sampled was published: where that failed or took long, one span tells of it after the fact. */
  published(session: EdgeSession, messageId: string, sentAtMs: number, result: PublishResult): void {
    const durationMs = this.parts.nowMs() - sentAtMs;
    if (result.kind === 'stored' && durationMs <= SLOW_MS) return;
    const { room } = session;
    const seq = result.kind === 'stored' ? result.seq : undefined;
    this.#tell('MSRP SEND', sentAtMs, durationMs, result.kind === 'stored' ? 'slow' : result.kind, room, seq, {
      'chat.message_id.in': messageId,
    });
  }

  /** An event came from the log: goes on with its trace where it has one. `undefined` costs one comparison. */
  processing(room: Room, message: RoomMessage, traceparent: string | undefined): DeliverTrace | undefined {
    if (traceparent === undefined) return undefined;
    const { tracer } = this.parts;
    const parent = tracer.read(traceparent);
    if (parent === undefined) return undefined;
    const attributes = {
      ...messagingAttributes('process', 'out'),
      ...this.#place(room, message.seq),
      'chat.message_id.in': message.event.messageId,
      'chat.message_id.out': outboundMessageId(room.tag, message.headSeq),
    };
    // The messaging conventions link to the producer; as it is the parent too, the trace stays one.
    return new DeliverTrace(
      tracer,
      tracer.start('process chat.out', { kind: 'consumer', parent, links: [parent], attributes }),
    );
  }

  /** A message without a trace was copied, but late. */
  delivered(room: Room, message: RoomMessage, slowestMs: number): void {
    if (slowestMs <= SLOW_MS) return;
    const startMs = this.parts.nowMs() - slowestMs;
    this.#tell('deliver', startMs, slowestMs, 'slow', room, message.seq, {
      'chat.message_id.in': message.event.messageId,
      'chat.slowest_ms': Math.round(slowestMs),
    });
  }

  /** The log of a room was read for what was missing; `covered`: the traced ones of it. */
  repaired(room: string, cause: string, startMs: number, events: number, covered: readonly string[]): void {
    const { tracer } = this.parts;
    if (covered.length === 0 && !tracer.sample()) return;
    const links = covered.map((traceparent) => tracer.read(traceparent)).filter((link) => link !== undefined);
    const attributes = { 'chat.room.hash': this.parts.hashOf(room), 'chat.cause': cause, 'chat.events': events };
    tracer.start('gap.repair', { kind: 'internal', links, startMs, attributes }).end();
  }

  #tell(
    name: string,
    startMs: number,
    durationMs: number,
    outcome: string,
    room: Room,
    seq: number | undefined,
    attributes: SpanAttributes,
  ): void {
    const { tracer, nowMs, onLate } = this.parts;
    if (!this.#late.take(nowMs())) return;
    onLate({ room: room.id, seq, outcome, durationMs });
    if (!tracer.enabled) return;
    const place = seq === undefined ? {} : this.#place(room, seq);
    const all = {
      ...attributes,
      'chat.room.hash': this.parts.hashOf(room.id),
      ...place,
      'chat.outcome': outcome,
      'chat.after_the_fact': true,
    };
    const span = tracer.start(name, { kind: name === 'deliver' ? 'internal' : 'server', startMs, attributes: all });
    span.fail(outcome);
    span.end();
  }

  #place(room: Room, seq: number): SpanAttributes {
    return { 'chat.room.hash': this.parts.hashOf(room.id), 'chat.epoch': room.epoch, 'chat.seq': seq };
  }
}

/** The spans of one SEND at the edge it came in at. */
export class SendTrace {
  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
    private readonly tag: string,
  ) {}

  /** One event of it goes to the log; `traceparent` is what travels with it. */
  publishing(sizeBytes: number): PublishTrace {
    const attributes = { ...messagingAttributes('send', 'in'), 'messaging.message.body.size': sizeBytes };
    const producer = this.tracer.start('publish chat.in', {
      kind: 'producer',
      parent: this.span.context,
      attributes,
    });
    return {
      traceparent: producer.traceparent,
      done: (result) => {
        if (result.kind === 'stored') {
          const known = { 'chat.seq': result.seq, 'chat.outcome': result.duplicate ? 'duplicate' : 'ok' };
          producer.set(known);
          this.span.set({ 'chat.seq': result.seq, 'chat.message_id.out': outboundMessageId(this.tag, result.seq) });
        } else {
          producer.set({ 'chat.outcome': result.kind });
          producer.fail(result.kind);
        }
        producer.end();
      },
    };
  }

  /** It was answered; 0: it stays unanswered. */
  answered(status: number): void {
    this.span.set({ 'msrp.status_code': status });
    if (status === 0) this.span.fail('unanswered');
    else if (status !== 200) this.span.fail('refused');
    this.span.end();
  }

  /** Its chunks are all dealt with. */
  finished(refused: number | undefined): void {
    this.answered(refused ?? 200);
  }
}

export interface PublishTrace {
  readonly traceparent: string;
  done(result: PublishResult): void;
}

/** The spans of one event at an edge that copies it. */
export class DeliverTrace {
  #deliver: Span | undefined;

  constructor(
    private readonly tracer: Tracer,
    private readonly span: Span,
  ) {}

  /** Copies were queued: they count as delivered when they have been written. */
  queued(recipients: number): void {
    this.#deliver = this.tracer.start('deliver', {
      kind: 'internal',
      parent: this.span.context,
      attributes: { 'chat.recipients': recipients },
    });
  }

  /** Nobody here got it. */
  dropped(outcome: 'nobody' | 'duplicate' | 'silenced'): void {
    this.span.set({ 'chat.outcome': outcome });
    this.span.end();
  }

  written(slowestMs: number): void {
    this.#deliver?.set({ 'chat.slowest_ms': Math.round(slowestMs) });
    this.#deliver?.end();
    this.span.end();
  }
}
