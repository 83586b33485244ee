import type { MsrpRequest, MsrpRequestHead, ContinuationFlag } from '@plenary/msrp';
import type { Connection } from '../sessions/connection.js';
import type { LargeMessage } from './large-message.js';

/** A message whose head waits for its turn to be published, or is on its way. */
export interface HeadEntry {
  /** What it holds of the session's bound, octets. */
  readonly sizeBytes: number;
  /** False while it is not known yet whom the message is for. */
  ready: boolean;
  /** Publishes; `done` is called exactly once, when the next may follow. */
  send(done: () => void): void;
}

/** What came from a session before its join was seen; octets are copies. */
export type EarlyInput =
  | { readonly type: 'request'; readonly request: MsrpRequest }
  | { readonly type: 'head'; readonly head: MsrpRequestHead }
  | { readonly type: 'body'; readonly octets: Uint8Array }
  | { readonly type: 'end'; readonly flag: ContinuationFlag };

export interface InboundLimits {
  readonly sessionInboundBytes: number;
  readonly sessionInboundRequests: number;
  readonly openMessages: number;
}

const MAX_REFUSED = 64;

/**
 * What one session has sent and is not done with. At most one message head is on its way to the log, so that a publish that is
 * tried again cannot change the order of one sender's messages (CHAT-023); the others wait here. Over its bounds the
 * socket is not read until half of it is gone.
 */
export class SessionInbound {
  readonly early: EarlyInput[] = [];
  readonly open = new Map<string, LargeMessage>();
  nicknamesWaiting = 0;
  readonly #queue: HeadEntry[] = [];
  readonly #refused = new Map<string, number>();
  #bytes = 0;
  #sending = false;
  #paused: Connection | undefined;
  #closed = false;

  constructor(
    private readonly limits: InboundLimits,
    private readonly connectionOf: () => Connection | undefined,
  ) {}

  /** Octets held for this session. */
  get heldBytes(): number {
    return this.#bytes;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Takes a place in the order of this session's messages. */
  enqueue(entry: HeadEntry): void {
    this.#queue.push(entry);
    this.hold(entry.sizeBytes);
    this.advance();
  }

  /** Sends the next head if none is on its way and it is ready. */
  advance(): void {
    const next = this.#queue[0];
    if (this.#sending || this.#closed || next?.ready !== true) return;
    this.#sending = true;
    next.send(() => {
      this.#sending = false;
      this.#queue.shift();
      this.release(next.sizeBytes);
      this.advance();
    });
  }

  /** Gives up a place that is not being sent. */
  withdraw(entry: HeadEntry): void {
    const index = this.#queue.indexOf(entry);
    if (index === -1 || (index === 0 && this.#sending)) return;
    this.#queue.splice(index, 1);
    this.release(entry.sizeBytes);
    this.advance();
  }

  /** So many octets more are held for this session. */
  hold(bytes: number): void {
    this.#bytes += bytes;
    this.#balance();
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
    this.#balance();
  }

  /** Remembers how the first chunk of a message was refused: the rest of it gets the same (RPT-022). */
  refuse(messageId: string, status: number): void {
    if (this.#refused.size >= MAX_REFUSED)
      for (const oldest of [...this.#refused.keys()].slice(0, 1)) this.#refused.delete(oldest);
    this.#refused.set(messageId, status);
  }

  refusedStatus(messageId: string): number | undefined {
    return this.#refused.get(messageId);
  }

  forgetRefused(messageId: string): void {
    this.#refused.delete(messageId);
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.early.length = 0;
    this.#paused?.resume();
    this.#paused = undefined;
  }

  #balance(): void {
    const { sessionInboundBytes, sessionInboundRequests } = this.limits;
    const waiting = this.#queue.length + this.early.length;
    if (this.#paused === undefined) {
      if (this.#closed || (this.#bytes <= sessionInboundBytes && waiting <= sessionInboundRequests)) return;
      this.#paused = this.connectionOf();
      this.#paused?.pause();
    } else if (this.#bytes <= sessionInboundBytes / 2 && waiting <= sessionInboundRequests / 2) {
      this.#paused.resume();
      this.#paused = undefined;
    }
  }
}
