/**
 * The sending half of a session (RFC 4975 sections 5.1, 7.1 and 7.1.1): messages become chunks, take turns, are interrupted by what is more
 * urgent, and are done when their chunks are answered.
 */
import { fromLatin1, fromUtf8 } from './bytes.js';
import { createChunker, type Chunker } from './chunker.js';
import { formatEndLine, formatRequestHead, transactionIdFor } from './encoder.js';
import { mediaTypeName } from './header/content-type.js';
import type { ContinuationFlag } from './message.js';
import type {
  MessageFailure,
  OutgoingMessage,
  SessionContext,
  SessionOptions,
  SessionOutput,
} from './session.types.js';
import { statusMeaning } from './status.js';
import { TRANSACTION_TIMEOUT_MS, createTransactions, type Transactions } from './transaction.js';

/** A request of ours whose response is waited for. */
export type OpenRequest =
  | { readonly for: 'bind' }
  | { readonly for: 'nickname'; readonly nickname: string }
  /** `isLoose`: nothing waits for the response, but an error still counts (Failure-Report `partial`). */
  | { readonly for: 'message'; readonly messageId: string; readonly isLoose: boolean };

interface Sending {
  readonly message: OutgoingMessage;
  readonly chunker: Chunker;
  /** Of the open chunk. */
  transactionId: string;
  /** The open chunk was answered before its last octet was written, as a refusal may be. */
  isAnswered: boolean;
  /** Chunks whose response is owed. */
  unanswered: number;
}

const DEFAULTS = { outgoingMessages: 256, writeBytes: 64 * 1024 };

/** Req: MSRP-011, RPT-004, RPT-013 to RPT-019. */
export class Outbox {
  readonly #options: SessionOptions;
  readonly #transactions: Transactions<OpenRequest> = createTransactions();
  /** Messages with octets left, in the order of their turns. */
  readonly #queue: Sending[] = [];
  /** Every message not yet through. */
  readonly #sending = new Map<string, Sending>();
  readonly #refusedTypes = new Set<string>();
  #timerAtMs: number | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Takes a message; nothing is written yet. */
  add(message: OutgoingMessage, outputs: SessionOutput[]): void {
    const failure = this.#refusal(message);
    if (failure !== undefined) {
      outputs.push({ kind: 'failed', messageId: message.messageId, failure });
      return;
    }
    const sending = {
      message,
      chunker: createChunker(message.body),
      transactionId: '',
      isAnswered: false,
      unanswered: 0,
    };
    this.#sending.set(message.messageId, sending);
    this.#queue.push(sending);
  }

  /** Writes up to `writeBytes` of what is due. */
  pump(context: SessionContext, outputs: SessionOutput[]): void {
    let budget = this.#options.writeBytes ?? DEFAULTS.writeBytes;
    for (let sending = this.#queue[0]; sending !== undefined; sending = this.#queue[0]) {
      if (budget <= 0) {
        outputs.push({ kind: 'want-writable' });
        return;
      }
      const { chunker } = sending;
      if (!chunker.isOpen) {
        // Every transaction is waiting: a response or the timer makes room.
        if (!this.#transactions.hasRoom) return;
        this.#openChunk(sending, context, outputs);
      }
      const octets = chunker.take(chunker.isInterruptible ? budget : undefined);
      if (octets.byteLength > 0) outputs.push({ kind: 'write', octets });
      budget -= octets.byteLength;
      const isAllOut = chunker.offset === sending.message.body.byteLength;
      // Others wait: this one goes on after them (RPT-015).
      if (isAllOut || !chunker.isInterruptible || this.#queue.length > 1) this.#closeChunk(sending, context, outputs);
    }
  }

  /** Ends the chunk under way so that something short can be written at once (RPT-014). */
  interrupt(context: SessionContext, outputs: SessionOutput[]): void {
    const sending = this.#queue[0];
    if (sending?.chunker.isOpen === true) this.#closeChunk(sending, context, outputs);
  }

  /** Ends the chunk under way for good, with `#`. */
  abandon(outputs: SessionOutput[]): void {
    const sending = this.#queue[0];
    if (sending?.chunker.isOpen === true) outputs.push(endOfChunk(sending.transactionId, sending.chunker.abort()));
  }

  /** Writes a request without body that waits for its response. */
  request(
    request: OpenRequest,
    fields: { readonly method: string; readonly messageId?: string; readonly useNickname?: string },
    context: SessionContext,
    outputs: SessionOutput[],
  ): boolean {
    this.interrupt(context, outputs);
    const transactionId = this.newTransactionId(undefined, context);
    if (!this.#transactions.open(transactionId, request, this.#deadline(context))) return false;
    const head = formatRequestHead({ transactionId, ...fields, ...this.#paths() });
    outputs.push({ kind: 'write', octets: fromUtf8(head + formatEndLine(transactionId, '$')) });
    return true;
  }

  newTransactionId(body: Uint8Array | undefined, context: SessionContext): string {
    return transactionIdFor(body, context.random, (id) => this.#transactions.isOpen(id));
  }

  match(transactionId: string): OpenRequest | undefined {
    return this.#transactions.match(transactionId) ?? this.#matchOpenChunk(transactionId);
  }

  /** A response that is faster than the request: what is too large is refused by its head (RFC 4975 section 10.5, RPT-017). */
  #matchOpenChunk(transactionId: string): OpenRequest | undefined {
    const sending = this.#queue[0];
    if (sending === undefined || !sending.chunker.isOpen || sending.isAnswered) return undefined;
    const { messageId, failureReport = 'yes' } = sending.message;
    if (sending.transactionId !== transactionId || failureReport === 'no') return undefined;
    sending.isAnswered = true;
    const isLoose = failureReport !== 'yes';
    if (!isLoose) sending.unanswered++;
    return { for: 'message', messageId, isLoose };
  }

  expire(nowMs: number): OpenRequest[] {
    return this.#transactions.expire(nowMs);
  }

  /** A chunk was answered with a 2xx. */
  acknowledge(messageId: string, outputs: SessionOutput[]): void {
    const sending = this.#sending.get(messageId);
    if (sending === undefined) return;
    sending.unanswered--;
    this.#finish(sending, outputs);
  }

  /** A response or REPORT says that a message failed: no more of it is sent; a chunk under way ends with `#` (RPT-017, RPT-018). */
  fail(messageId: string, failure: MessageFailure, outputs: SessionOutput[], isLoose = false): void {
    const sending = this.#sending.get(messageId);
    if (sending === undefined) {
      if (isLoose) outputs.push({ kind: 'failed', messageId, failure });
      return;
    }
    if (typeof failure === 'number' && statusMeaning(failure) === 'stop-type')
      this.#refusedTypes.add(mediaTypeName(sending.message.contentType));
    if (sending.chunker.isOpen) outputs.push(endOfChunk(sending.transactionId, sending.chunker.abort()));
    this.#sending.delete(messageId);
    const place = this.#queue.indexOf(sending);
    if (place !== -1) this.#queue.splice(place, 1);
    outputs.push({ kind: 'failed', messageId, failure });
  }

  /** Gives everything up; nothing is written. */
  clear(failure: MessageFailure, outputs: SessionOutput[]): void {
    for (const open of this.#transactions.clear())
      if (open.for === 'nickname')
        outputs.push({ kind: 'nickname-answered', nickname: open.nickname, status: 'not-possible' });
    for (const messageId of this.#sending.keys()) outputs.push({ kind: 'failed', messageId, failure });
    this.#sending.clear();
    this.#queue.length = 0;
  }

  /** Says when to wake the session, if that has changed. */
  setTimer(outputs: SessionOutput[]): void {
    const atMs = this.#transactions.nextDeadlineMs;
    if (atMs === this.#timerAtMs) return;
    this.#timerAtMs = atMs;
    outputs.push(atMs === undefined ? { kind: 'cancel-timer' } : { kind: 'set-timer', atMs });
  }

  timerFired(): void {
    this.#timerAtMs = undefined;
  }

  #refusal(message: OutgoingMessage): MessageFailure | undefined {
    if (this.#sending.has(message.messageId)) return 'duplicate';
    // After a 415 the sender does not send that type again in this session (RPT-019).
    if (this.#refusedTypes.has(mediaTypeName(message.contentType))) return 'type-refused';
    const limit = this.#options.outgoingMessages ?? DEFAULTS.outgoingMessages;
    return this.#sending.size >= limit ? 'queue-full' : undefined;
  }

  #openChunk(sending: Sending, context: SessionContext, outputs: SessionOutput[]): void {
    const { message, chunker } = sending;
    const transactionId = this.newTransactionId(message.body.subarray(chunker.offset), context);
    const byteRange = chunker.open();
    sending.transactionId = transactionId;
    sending.isAnswered = false;
    const head = formatRequestHead({
      transactionId,
      method: 'SEND',
      ...this.#paths(),
      messageId: message.messageId,
      byteRange,
      successReport: message.successReport,
      failureReport: message.failureReport,
      contentType: message.contentType,
    });
    outputs.push({ kind: 'write', octets: fromUtf8(head) });
  }

  #closeChunk(sending: Sending, context: SessionContext, outputs: SessionOutput[]): void {
    const { message, chunker, transactionId } = sending;
    const flag = chunker.close();
    outputs.push(endOfChunk(transactionId, flag));
    this.#queue.shift();
    if (flag === '+') this.#queue.push(sending);
    if (sending.isAnswered) {
      this.#finish(sending, outputs);
      return;
    }
    // With `partial` only errors come back, with `no` nothing: neither is waited for (RFC 4975 section 7.1.1).
    const owed = (message.failureReport ?? 'yes') === 'yes';
    if (owed) sending.unanswered++;
    const open = { for: 'message', messageId: message.messageId, isLoose: !owed } as const;
    // The 30 s count "from the last byte" of the request.
    if (message.failureReport !== 'no')
      this.#transactions.open(transactionId, open, owed ? this.#deadline(context) : undefined);
    this.#finish(sending, outputs);
  }

  #finish(sending: Sending, outputs: SessionOutput[]): void {
    if (!sending.chunker.isDone || sending.unanswered > 0) return;
    this.#sending.delete(sending.message.messageId);
    outputs.push({ kind: 'sent', messageId: sending.message.messageId });
  }

  #deadline(context: SessionContext): number {
    return context.nowMs + (this.#options.timeoutMs ?? TRANSACTION_TIMEOUT_MS);
  }

  #paths(): Pick<Parameters<typeof formatRequestHead>[0], 'toPath' | 'fromPath'> {
    return { toPath: this.#options.remotePath, fromPath: [this.#options.localUri] };
  }
}

function endOfChunk(transactionId: string, flag: ContinuationFlag): SessionOutput {
  return { kind: 'write', octets: fromLatin1(`\r\n${formatEndLine(transactionId, flag)}`) };
}
