import type { PublishResult } from '@plenary/bus';
import { createHeadReader, type CpimHeadReader } from '@plenary/cpim';
import type { ContinuationFlag, MsrpRequestHead } from '@plenary/msrp';
import { Part } from '@plenary/proto/chat';
import type { EdgeSession } from '../sessions/session.js';
import { AheadOctets } from './chunk-order.js';
import type { HeadEntry } from './inbound.js';
import type { Address, LargeMessageLimits, State } from './large-message.types.js';
import type { CheckedMessage } from './message-check.js';
import { PendingOctets } from './pending-octets.js';
import type { OutgoingEvent } from './publisher.js';
import type { StoredProgress } from './progress.js';

export type { Address };

/** What a message that comes in chunks asks of the switch. */
export interface LargeMessageHost {
  /** Checks the CPIM headers; calls back once, perhaps later (RFC 7701 section 6.2: the addressee may have to be looked up). */
  check(
    session: EdgeSession,
    message: CheckedMessage,
    done: (result: Address | { readonly status: number } | 'drop') => void,
  ): void;
  publish(session: EdgeSession, event: OutgoingEvent, onResult: (result: PublishResult) => void): void;
  /** May this session say something of this type no more? */
  silenced(session: EdgeSession, wrappedType: string): boolean;
  /** Was an event of this type stored at this place when the session might say nothing any more? Then nobody is shown it. */
  inVain(session: EdgeSession, seq: number, wrappedType: string): boolean;
  /** What the log has of the message that begins at this sequence. */
  progress(session: EdgeSession, headSeq: number): Promise<StoredProgress>;
  /** Did somebody else carry the message on beyond this octet? (Its sender came back through another session.) */
  carriedOn(session: EdgeSession, headSeq: number, storedTo: number): boolean;
  answer(session: EdgeSession, head: MsrpRequestHead, status: number): void;
  /** The whole message is taken over: `sizeBytes` octets. */
  reportSuccess(session: EdgeSession, head: MsrpRequestHead, sizeBytes: number): void;
  /** Nothing more to do for this message; `refused`: its later chunks get this status. */
  finished(message: LargeMessage, refused?: number): void;
  readonly maxSizeBytes: number;
  readonly limits: LargeMessageLimits;
}

/**
 * One message that does not come in one piece: its chunks in any cut and order go in, one head event and fragments of at most
 * `fragmentBytes` go out as soon as their octets are there, at most `fragmentWindow` of them unanswered. A chunk is answered when the
 * log has its last octet; one that ends before the CPIM headers are complete at once, for its sender may wait for that: the message is accepted with
 * its last chunk.
 *
 * Spec: RFC 4975 section 7.3.1, RFC 7701 section 6.1.   Req: CHAT-014 to CHAT-019, RPT-007 to RPT-012, RPT-020, RPT-022.
 */
export class LargeMessage {
  readonly messageId: string;
  readonly session: EdgeSession;
  lastChunkAtMs: number;
  readonly #host: LargeMessageHost;
  readonly #first: MsrpRequestHead;
  readonly #ingressTimeUs: bigint;
  readonly #ahead: AheadOctets;
  #reader: CpimHeadReader | undefined;
  #address: Address = { audiencePid: '', wrappedType: '' };
  #state: State = 'headers';
  readonly #pending: PendingOctets;
  /** Next octet in order; next octet to publish; last octet stored. */
  #next = 1;
  #publishAt = 1;
  #storedTo = 0;
  #total: number | undefined;
  #declaredTotal = 0;
  #maxOctets: number;
  #headSeq = 0;
  #attempt = '';
  #inFlight: { readonly end: number; stored: boolean }[] = [];
  #lastPublished = false;
  #aborted = false;
  /** Refused while its head was on the way. */
  #pendingRefusal: number | undefined;
  #entry: HeadEntry | undefined;
  /** It may go out as far as the check goes. */
  #isChecked = false;
  /** Chunks to be answered when the log has everything up to `end`. */
  #answers: { readonly head: MsrpRequestHead; readonly end: number }[] = [];
  #chunk: MsrpRequestHead | undefined;
  #chunkAt = 1;

  constructor(host: LargeMessageHost, session: EdgeSession, first: MsrpRequestHead, nowMs: number) {
    this.#host = host;
    this.session = session;
    this.messageId = first.messageId!;
    this.#first = first;
    this.#ingressTimeUs = BigInt(Math.floor(nowMs * 1000));
    this.lastChunkAtMs = nowMs;
    this.#maxOctets = host.maxSizeBytes;
    this.#pending = new PendingOctets((bytes) => session.inbound?.hold(bytes));
    this.#ahead = new AheadOctets(host.limits.aheadBytes, host.limits.aheadPieces);
    this.#reader = createHeadReader({ headBytes: host.limits.cpimHeadBytes, headers: 128 });
  }

  get done(): boolean {
    return this.#state === 'done';
  }

  /** A chunk begins. */
  begin(head: MsrpRequestHead, nowMs: number): void {
    this.lastChunkAtMs = nowMs;
    this.#chunk = head;
    this.#chunkAt = head.byteRange?.start ?? 1;
    if (head.byteRange?.total !== undefined) this.#declaredTotal = head.byteRange.total;
  }

  /** Octets of the chunk under way: a view, valid for this turn. */
  octets(piece: Uint8Array, nowMs: number): void {
    if (this.done || this.#aborted || piece.length === 0) return;
    this.lastChunkAtMs = nowMs;
    const at = this.#chunkAt;
    this.#chunkAt += piece.length;
    if (this.#chunkAt - 1 > this.#maxOctets) this.#refuse(413);
    else if (at > this.#next) {
      if (!this.#ahead.put(at, piece)) this.#refuse(413);
    } else {
      // RPT-010: "octets already forwarded stand".
      const skip = this.#next - at;
      if (skip < piece.length) this.#append(Buffer.from(piece.subarray(skip)));
    }
    this.#takeTurn();
  }

  /** The octets of one read are all there: what can go out goes. */
  readEnd(): void {
    this.#pump();
  }

  /** The chunk under way ended. */
  end(flag: ContinuationFlag): void {
    const head = this.#chunk;
    this.#chunk = undefined;
    if (this.done || head === undefined) return;
    if (this.#aborted) {
      if (this.#pendingRefusal !== undefined) this.#host.answer(this.session, head, this.#pendingRefusal);
      return;
    }
    const end = this.#chunkAt - 1;
    if (flag === '#') {
      // RFC 4975 section 7.1: partial data is discarded. Its chunks were received all the same.
      this.#answerWaiting(200);
      this.#host.answer(this.session, head, 200);
      this.abort();
      return;
    }
    if (flag === '$') this.#total = end;
    const isComplete = this.#total !== undefined && this.#next > this.#total;
    if (this.#state === 'headers' && flag === '+' && !isComplete) return this.#host.answer(this.session, head, 200);
    this.#answers.push({ head, end });
    if (this.#state === 'headers' && isComplete) return this.#refuse(400);
    this.#takeTurn();
    this.#settle();
    this.#pump();
  }

  /** The message is given up: recipients that have begun to receive it are told. */
  abort(): void {
    if (this.done || this.#aborted) return;
    this.#aborted = true;
    if (this.#state === 'starting') return;
    if (this.#state === 'open' && !this.#lastPublished) this.#publishAbort();
    this.#finish();
  }

  /** Its session may say nothing any more: this chunk and all that follow get this status, and its recipients an end (POL-018). */
  forbid(status: number): void {
    // One that is not checked yet is refused by its check; one that is all on its way, by its place in the log.
    if (this.done || this.#aborted || !this.#isChecked || this.#lastPublished) return;
    if (this.#host.silenced(this.session, this.#address.wrappedType)) this.#refuse(status);
  }

  #append(octets: Buffer): void {
    for (let next: Buffer | undefined = octets; next !== undefined; next = this.#ahead.take(this.#next)) {
      this.#next += next.length;
      this.#pending.push(next);
      if (this.#reader !== undefined) this.#readHead(this.#reader, next);
      if (this.done) return;
    }
  }

  #readHead(reader: CpimHeadReader, octets: Buffer): void {
    const step = reader.feed(octets);
    if (step.kind === 'need-more') return;
    this.#reader = undefined;
    if (step.kind === 'error') {
      this.#refuse(step.error.status);
      return;
    }
    this.#state = 'queued';
    const entry: HeadEntry = { sizeBytes: 0, ready: false, send: (done) => this.#start(done) };
    this.#entry = entry;
    this.session.inbound?.enqueue(entry);
    const totalOctets = Math.max(this.#declaredTotal, this.#total ?? 0);
    this.#host.check(this.session, { head: step.head, totalOctets }, (result) => {
      if (this.done) return;
      if (result === 'drop') this.#drop();
      else if ('status' in result) this.#refuse(result.status);
      else {
        this.#address = result;
        this.#isChecked = true;
        this.#maxOctets = Math.min(this.#maxOctets, result.maxOctets ?? Infinity);
        if (this.#next - 1 > this.#maxOctets) return this.#refuse(413);
        // Its octets may still be coming in this turn: the read's end sends what is there.
        queueMicrotask(() => this.#takeTurn());
      }
    });
  }

  /**
   * Asks for its turn. A small request whose rest is just not read yet waits for it: published whole it has one place in the order,
   * the same for those who see it and in history (CHAT-023), and costs one event instead of several. One that is longer than it said does not wait.
   */
  #takeTurn(): void {
    const entry = this.#entry;
    if (entry === undefined || entry.ready || !this.#isChecked || this.done) return;
    const total = this.#declaredTotal;
    const isSmall = total > 0 && total <= this.#host.limits.fragmentBytes && this.#next - 1 <= total;
    if (this.#chunk !== undefined && isSmall) return;
    entry.ready = true;
    this.session.inbound?.advance();
  }

  /** Its turn has come: publishes the head, or the whole message if it is there by now. */
  #start(done: () => void): void {
    this.#state = 'starting';
    const octets = this.#takePending();
    const whole = this.#total !== undefined && this.#publishAt > this.#total && this.#next > this.#total;
    const part = whole ? Part.WHOLE : Part.HEAD;
    const end = this.#publishAt - 1;
    this.#lastPublished = whole;
    this.#publish(part, 1, octets, 0, (result) => {
      if (result.kind !== 'stored') {
        this.#fail();
        done();
        return;
      }
      if (result.duplicate) {
        this.#resume(result.seq, octets, done);
        return;
      }
      if (this.#host.inVain(this.session, result.seq, this.#address.wrappedType)) this.#storedInVain(result.seq);
      else this.#storedHead(result.seq, end);
      done();
    });
  }

  #storedInVain(headSeq: number): void {
    this.#headSeq = headSeq;
    this.#state = 'open';
    this.#refuse(403);
  }

  #storedHead(seq: number, storedTo: number): void {
    this.#headSeq = seq;
    this.#storedTo = storedTo;
    this.#state = 'open';
    if (this.#aborted) {
      if (!this.#lastPublished) this.#publishAbort();
      this.#finish();
      return;
    }
    this.#settle();
    this.#pump();
  }

  /** The log knows this head: the sender sends again what a failure cut off. Goes on behind what is stored. */
  #resume(seq: number, octets: Buffer, done: () => void): void {
    this.#host.progress(this.session, seq).then(
      ({ storedTo, ended }) => {
        if (ended === 'aborted') {
          // That attempt is over for everybody; this is a new one.
          this.#attempt = seq.toString(36);
          this.#publishAt -= octets.length;
          this.#pending.putBack(octets);
          this.#start(done);
          return;
        }
        const published = this.#publishAt - 1;
        if (ended === 'complete') {
          this.#lastPublished = true;
          this.#storedHead(seq, Infinity);
        } else {
          this.#lastPublished = false;
          if (storedTo < published) this.#pending.putBack(octets.subarray(octets.length - (published - storedTo)));
          else {
            const skipped = this.#pending.take(storedTo - published).length;
            // What has not come yet is known already: it is passed over when it comes.
            this.#next += storedTo - published - skipped;
          }
          this.#publishAt = storedTo + 1;
          this.#storedHead(seq, storedTo);
        }
        done();
      },
      () => {
        this.#fail();
        done();
      },
    );
  }

  #pump(): void {
    const { fragmentBytes, fragmentWindow } = this.#host.limits;
    while (this.#state === 'open' && !this.#lastPublished && !this.#aborted && this.#inFlight.length < fragmentWindow) {
      const complete = this.#total !== undefined && this.#next > this.#total;
      const enough = this.#pending.bytes >= fragmentBytes || (this.#pending.bytes > 0 && this.#inFlight.length === 0);
      if (!complete && !enough) return;
      const offset = this.#publishAt;
      const octets = this.#takePending();
      const last = complete && this.#publishAt > this.#total!;
      this.#lastPublished = last;
      const fragment = { end: this.#publishAt - 1, stored: false };
      this.#inFlight.push(fragment);
      this.#publish(last ? Part.LAST : Part.FRAGMENT, offset, octets, this.#headSeq, (result) => {
        if (result.kind !== 'stored') {
          this.#fail();
          return;
        }
        if (this.#host.inVain(this.session, result.seq, this.#address.wrappedType)) {
          if (!this.done) this.#refuse(403);
          return;
        }
        fragment.stored = true;
        while (this.#inFlight[0]?.stored === true) this.#storedTo = this.#inFlight.shift()!.end;
        this.#settle();
        this.#pump();
      });
    }
  }

  /** Answers the chunks the log has, and ends when it has all. */
  #settle(): void {
    if (this.done) return;
    const due = this.#answers.filter((answer) => answer.end <= this.#storedTo);
    if (due.length > 0) {
      this.#answers = this.#answers.filter((answer) => answer.end > this.#storedTo);
      for (const { head } of due) this.#host.answer(this.session, head, 200);
    }
    if (this.#state !== 'open' || !this.#lastPublished || this.#inFlight.length > 0 || this.#answers.length > 0) return;
    if (this.#total === undefined) return;
    this.#host.reportSuccess(this.session, this.#first, this.#total);
    this.#finish();
  }

  #takePending(): Buffer {
    const octets = this.#pending.take(this.#host.limits.fragmentBytes);
    this.#publishAt += octets.length;
    return octets;
  }

  #publish(
    part: Part,
    offset: number,
    octets: Uint8Array,
    headSeq: number,
    onResult: (result: PublishResult) => void,
  ): void {
    this.#host.publish(
      this.session,
      {
        part,
        messageId: this.messageId,
        audiencePid: this.#address.audiencePid,
        wrappedType: this.#address.wrappedType,
        headSeq,
        offset,
        total: this.#total ?? this.#declaredTotal,
        octets,
        ingressTimeUs: this.#ingressTimeUs,
        attempt: this.#attempt,
      },
      onResult,
    );
  }

  #publishAbort(): void {
    if (this.#host.carriedOn(this.session, this.#headSeq, this.#publishAt - 1)) return;
    this.#publish(Part.ABORT, this.#publishAt, Buffer.alloc(0), this.#headSeq, () => undefined);
  }

  /** Refuses the chunk under way and every chunk that waits; nothing of the message takes effect any more. */
  #refuse(status: number): void {
    this.#answerWaiting(status);
    if (this.#chunk !== undefined) this.#host.answer(this.session, this.#chunk, status);
    this.#giveUp(status);
  }

  /** The log did not take it: the requests stay unanswered (ERR-006: "never a false 200"). */
  #fail(): void {
    if (!this.done) this.#giveUp(undefined);
  }

  #drop(): void {
    this.#answerWaiting(200);
    if (this.#chunk !== undefined) this.#host.answer(this.session, this.#chunk, 200);
    this.#giveUp(200);
  }

  #answerWaiting(status: number): void {
    for (const { head } of this.#answers.splice(0)) this.#host.answer(this.session, head, status);
  }

  #giveUp(refused: number | undefined): void {
    this.#answers = [];
    this.#aborted = true;
    if (this.#state === 'starting' && this.#headSeq === 0 && refused !== undefined) {
      // The head is on its way: its answer ends the message.
      this.#pendingRefusal = refused;
      return;
    }
    if (this.#state === 'open') this.#publishAbort();
    this.#finish(refused);
  }

  #finish(refused = this.#pendingRefusal): void {
    if (this.done) return;
    this.#state = 'done';
    if (this.#entry !== undefined) this.session.inbound?.withdraw(this.#entry);
    this.#pending.clear();
    this.#host.finished(this, refused);
  }
}
