import {
  createInbox,
  InvalidArgumentError,
  type Msg,
  type NatsConnection,
  type Subscription,
} from '@nats-io/transport-node';
import { PublishHeaders } from './event-headers.js';
import type { LogPublish, PublishResult } from './interface.js';
import type { BusLogger } from './logger.js';
import { messageOf } from './nats-errors.js';
import type { PublishSettings } from './nats-settings.js';
import { readPubAck } from './pub-ack.js';
import { publishFault } from './publish-check.js';
import { subjects } from './subjects.js';

interface OpenPublish {
  readonly token: number;
  readonly subject: string;
  readonly message: LogPublish;
  readonly onResult: (result: PublishResult) => void;
  readonly deadlineMs: number;
  nextTryMs: number;
  backoffMs: number;
}

/**
 * Acknowledged publishing for the hot path. One inbox takes all answers, one timer looks after all open publishes, and
 * what is published in one turn of the event loop leaves in one write; while writes follow each other closely, what is
 * published in `gatherMs`. Nothing is allocated per publish but its record.
 */
export class LogPublisher {
  readonly #open = new Map<number, OpenPublish>();
  readonly #headers = new PublishHeaders();
  readonly #inbox: string;
  readonly #answers: Subscription;
  #queue: OpenPublish[] = [];
  #nextToken = 1;
  #unansweredBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writtenAtMs = -Infinity;
  #closed = false;
  #whenEmpty: (() => void) | undefined;

  constructor(
    private readonly connection: NatsConnection,
    private readonly isConnected: () => boolean,
    private readonly settings: PublishSettings,
    private readonly logger: BusLogger,
    inboxPrefix = '_INBOX',
  ) {
    this.#inbox = `${createInbox(inboxPrefix)}.`;
    this.#answers = connection.subscribe(`${this.#inbox}*`, {
      callback: (error, message) => {
        if (error === null) this.#answered(message);
        else logger.error({ error: messageOf(error) }, 'no answers to publishes can be received');
      },
    });
  }

  get unansweredBytes(): number {
    return this.#unansweredBytes;
  }

  publish(message: LogPublish, onResult: (result: PublishResult) => void): void {
    if (this.#closed) {
      setImmediate(onResult, { kind: 'closed' });
      return;
    }
    const fault = publishFault(message);
    if (fault !== undefined) {
      setImmediate(onResult, { kind: 'refused', reason: fault });
      return;
    }
    const nowMs = performance.now();
    const open: OpenPublish = {
      token: this.#nextToken,
      subject: subjects.roomIn(message.shard, message.room, message.kind),
      message,
      onResult,
      deadlineMs: nowMs + (message.timeoutMs ?? this.settings.timeoutMs),
      nextTryMs: nowMs,
      backoffMs: this.settings.backoffMs.first,
    };
    this.#nextToken += 1;
    this.#unansweredBytes += message.payload.byteLength;
    this.#open.set(open.token, open);
    this.#queue.push(open);
    if (this.#queue.length === 1) setImmediate(this.#gather);
    this.#timer ??= setTimeout(this.#scan, this.settings.scanMs);
  }

  /** Sends everything unanswered again, in its order; for when the connection is back. */
  resendAll(): void {
    const nowMs = performance.now();
    for (const open of this.#open.values()) this.#send(open, nowMs);
  }

  /** Waits at most `timeoutMs` for open publishes, then ends them with `closed`. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    if (this.#open.size > 0 && this.isConnected()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, timeoutMs);
        this.#whenEmpty = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    clearTimeout(this.#timer);
    this.#answers.unsubscribe();
    for (const open of this.#open.values()) this.#settle(open, { kind: 'closed' });
  }

  /** Right after a write the next one waits a little: it costs the same however many it carries. */
  readonly #gather = (): void => {
    const waitMs = this.#writtenAtMs + this.settings.gatherMs - performance.now();
    if (waitMs > 0) setTimeout(this.#flush, waitMs);
    else this.#flush();
  };

  readonly #flush = (): void => {
    const queue = this.#queue;
    if (queue.length === 0) return;
    this.#queue = [];
    const nowMs = performance.now();
    this.#writtenAtMs = nowMs;
    // The library gathers what is published without a turn in between and writes it once.
    for (const open of queue) this.#send(open, nowMs);
  };

  readonly #scan = (): void => {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const open of this.#open.values()) {
      if (nowMs >= open.deadlineMs) this.#settle(open, { kind: 'timeout' });
      else if (nowMs >= open.nextTryMs) this.#send(open, nowMs);
    }
    if (this.#open.size > 0) this.#timer = setTimeout(this.#scan, this.settings.scanMs);
  };

  #send(open: OpenPublish, nowMs: number): void {
    // What is published without a connection is thrown away when there is one; `resendAll` does it then.
    if (!this.isConnected()) return;
    open.nextTryMs = nowMs + this.settings.retryAfterMs;
    this.#headers.msgId = open.message.msgId;
    this.#headers.traceparent = open.message.traceparent;
    try {
      this.connection.publish(open.subject, open.message.payload, {
        reply: this.#inbox + open.token,
        headers: this.#headers,
      });
    } catch (error) {
      if (error instanceof InvalidArgumentError) this.#settleLater(open, { kind: 'refused', reason: error.message });
      else this.#settleLater(open, { kind: 'closed' });
    }
  }

  #answered(message: Msg): void {
    const open = this.#open.get(Number(message.subject.slice(this.#inbox.length)));
    if (open === undefined) return;
    // An answer without a body is a status: 503, nobody listens on the subject; the stream has no leader just now.
    const answer =
      message.data.length === 0
        ? ({ kind: 'passing', reason: `status ${message.headers?.code ?? 0}` } as const)
        : readPubAck(message.data);
    if (answer.kind !== 'passing') {
      this.#settle(open, answer);
      return;
    }
    open.nextTryMs = performance.now() + open.backoffMs * (0.5 + Math.random());
    open.backoffMs = Math.min(open.backoffMs * 2, this.settings.backoffMs.most);
    this.logger.debug({ shard: open.message.shard, reason: answer.reason }, 'publish not taken, will be repeated');
  }

  #settleLater(open: OpenPublish, result: PublishResult): void {
    setImmediate(() => this.#settle(open, result));
  }

  #settle(open: OpenPublish, result: PublishResult): void {
    if (!this.#open.delete(open.token)) return;
    this.#unansweredBytes -= open.message.payload.byteLength;
    open.onResult(result);
    if (this.#open.size === 0) this.#whenEmpty?.();
  }
}
