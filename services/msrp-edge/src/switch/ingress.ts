import type { Bus } from '@plenary/bus';
import {
  copyOctets,
  formatUri,
  respondTo,
  type DecoderEvent,
  type MsrpRequest,
  type MsrpRequestHead,
  type MsrpUri,
} from '@plenary/msrp';
import { Part } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { EdgeCounters } from '../counters.js';
import type { EdgeLimits } from '../limits.js';
import type { RoomState } from '../room-state.interface.js';
import { admit } from '../sessions/admission.js';
import { mediaType } from '../sessions/capability-class.js';
import type { Connection } from '../sessions/connection.js';
import type { EdgeSession } from '../sessions/session.js';
import type { SessionTable } from '../sessions/table.js';
import type { Flusher } from './flush.js';
import { LargeMessage, type Address, type LargeMessageHost } from './large-message.js';
import { checkMessage, silencedBy, type CheckedMessage, type MessageCheckOptions } from './message-check.js';
import type { MessageTraces } from './message-traces.js';
import type { Nicknames } from './nickname.js';
import { resolveAudience } from './private-message.js';
import { readProgress } from './progress.js';
import type { Publisher } from './publisher.js';
import type { RecipientAnswers } from './recipient-answers.js';
import { successReport } from './report.js';
import type { RequestCounts } from './request-counts.js';
import { WholeMessage } from './whole-message.js';

/** Takes the octets of a chunk whose head has been dealt with. */
export interface ChunkSink {
  octets(piece: Uint8Array, nowMs: number): void;
  end(flag: '$' | '+' | '#'): void;
  readEnd?(): void;
}

export interface IngressHost {
  /** The first request of a reserved session: it belongs to this connection now. `fromPath`: of that request. */
  bind(session: EdgeSession, connection: Connection, fromPath: readonly string[]): void;
  /** It was for a session whose peer shows another certificate: both end. */
  impostor(session: EdgeSession, connection: Connection): void;
  /** The connection has misbehaved, or can no longer be followed. */
  closeConnection(connection: Connection): void;
  /** A request was for no session of its connection. */
  refused(status: number): void;
}

export interface IngressParts {
  readonly table: SessionTable;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly limits: EdgeLimits;
  readonly flusher: Flusher;
  readonly publisher: Publisher;
  readonly traces: MessageTraces;
  readonly nicknames: Nicknames;
  readonly answers: RecipientAnswers;
  readonly roomState: RoomState;
  readonly counters: EdgeCounters;
  readonly requests: RequestCounts;
  readonly nextId: () => string;
  readonly ownUri: (secure: boolean) => MsrpUri | undefined;
  readonly host: IngressHost;
}

const NOTHING: ChunkSink = { octets: () => undefined, end: () => undefined };

/**
 * Everything that comes in on the connections: finds the session, checks in the order of CHAT-002, hands on to the log, to room-state
 * or to the recipients' book-keeping, and answers.
 *
 * Spec: RFC 4975 section 7.3, RFC 7701 section 6.   Req: CHAT-001, CHAT-002, RPT-002, RPT-006, TRN-009 to TRN-012, TRN-018, MSRP-018.
 */
export class Ingress {
  /** Messages in chunks, for the chunk timer. */
  readonly open = new Set<LargeMessage>();
  readonly #throttled = new Set<Connection>();
  readonly #whole: WholeMessage;

  readonly #checkOptions: MessageCheckOptions;

  constructor(private readonly parts: IngressParts) {
    const { limits, counters } = parts;
    this.#checkOptions = { composingPerSecond: limits.composingPerSecond, counters };
    this.#whole = new WholeMessage({
      bus: parts.bus,
      publisher: parts.publisher,
      traces: parts.traces,
      nowMs: () => parts.clock.nowMs(),
      answer: (session, head, status) => this.answer(session, head, status),
      reportSuccess: (session, head, sizeBytes) => this.#reportSuccess(session, head, sizeBytes),
      check: (session, message, done) => this.#check(session, message, done),
      cpimHeadBytes: parts.limits.cpimHeadBytes,
    });
  }

  event(connection: Connection, event: DecoderEvent): void {
    switch (event.type) {
      case 'request':
        this.#request(connection, event.request);
        break;
      case 'response':
        connection.proven = true;
        this.parts.answers.response(connection, event.response);
        break;
      case 'head':
        connection.inProgress = this.#head(connection, event.head);
        break;
      case 'body':
        connection.inProgress?.octets(event.octets, this.parts.clock.nowMs());
        break;
      case 'end':
        connection.inProgress?.end(event.flag);
        connection.inProgress = undefined;
        break;
      case 'bad-request':
        this.#badRequest(connection, event.head, event.error.status);
        break;
      case 'fatal':
        this.#badRequest(connection, event.head, event.error.status);
        this.parts.host.closeConnection(connection);
    }
  }

  /** All events of one read were told: what came of them may go out, and the edge looks how much is on its way. */
  readEnd(connection: Connection): void {
    connection.inProgress?.readEnd?.();
    const { bus, limits, counters } = this.parts;
    if (bus.unansweredBytes <= limits.unansweredBytes || this.#throttled.has(connection)) return;
    this.#throttled.add(connection);
    counters.socketPauses++;
    connection.pause();
  }

  /** A publish was answered: sockets that waited for that are read again. */
  published(): void {
    const { bus, limits } = this.parts;
    if (this.#throttled.size === 0 || bus.unansweredBytes > limits.unansweredBytes * 0.75) return;
    for (const connection of this.#throttled) connection.resume();
    this.#throttled.clear();
  }

  connectionClosed(connection: Connection): void {
    this.#throttled.delete(connection);
    connection.inProgress = undefined;
  }

  /** Its join was seen: what it has said meanwhile is taken now, in order. */
  joined(session: EdgeSession): void {
    const { connection, inbound } = session;
    if (inbound === undefined || connection === undefined) return;
    const early = inbound.early.splice(0);
    let sink: ChunkSink | undefined;
    for (const input of early) {
      switch (input.type) {
        case 'request':
          this.#serve(session, input.request.head, input.request);
          break;
        case 'head':
          sink = this.#chunk(session, input.head);
          break;
        case 'body':
          sink?.octets(input.octets, this.parts.clock.nowMs());
          inbound.release(input.octets.length);
          break;
        case 'end':
          sink?.end(input.flag);
          sink = undefined;
      }
    }
    // A chunk that is still coming goes straight on from here.
    if (sink !== undefined) connection.inProgress = sink;
    sink?.readEnd?.();
    inbound.hold(0);
  }

  /**
   * Answers as Failure-Report asks, on the connection the request came on (RPT-002, RPT-003, TRN-018). Status 0: the request
   * stays unanswered, which is only counted.
   */
  answer(session: EdgeSession, head: MsrpRequestHead, status: number): void {
    this.parts.requests.count(head.method, status);
    const { connection } = session;
    if (status === 0 || connection === undefined || session.life !== 'bound') return;
    const text = respondTo(head, status);
    if (text !== undefined) this.parts.flusher.writeUrgent(connection, text);
  }

  /** It may say nothing any more: what it is in the middle of saying ends (POL-018). What has come whole is judged when its turn comes. */
  silence(session: EdgeSession): void {
    for (const message of session.inbound?.open.values() ?? []) message.forbid(403);
  }

  /** Gives up messages whose next chunk has not come (CHAT-017). Call about once a second. */
  sweep(): void {
    const limitMs = this.parts.clock.nowMs() - this.parts.limits.chunkTimerMs;
    for (const message of this.open) if (message.lastChunkAtMs < limitMs) message.abort();
  }

  #request(connection: Connection, request: MsrpRequest): void {
    const { head } = request;
    const session = this.#admit(connection, head);
    if (session === undefined) return;
    if (session.joined || !mustWait(head)) {
      this.#serve(session, head, request);
      return;
    }
    const body = request.body === undefined ? undefined : copyOctets(request.body);
    session.inbound!.early.push({ type: 'request', request: { ...request, body } });
    session.inbound!.hold(0);
  }

  #head(connection: Connection, head: MsrpRequestHead): ChunkSink {
    const session = this.#admit(connection, head);
    if (session === undefined) return NOTHING;
    if (head.method !== 'SEND') {
      this.#serve(session, head, { head, body: undefined, flag: '$' });
      return NOTHING;
    }
    if (session.joined) return this.#chunk(session, head);
    const inbound = session.inbound!;
    inbound.early.push({ type: 'head', head });
    return {
      octets: (piece) => {
        inbound.early.push({ type: 'body', octets: copyOctets(piece) });
        inbound.hold(piece.length);
      },
      end: (flag) => inbound.early.push({ type: 'end', flag }),
    };
  }

  #admit(connection: Connection, head: MsrpRequestHead): EdgeSession | undefined {
    const { table, limits, host } = this.parts;
    // TRN-022: it is addressed to a relay, not to a session, and we are none.
    if (head.method === 'AUTH') {
      this.#badRequest(connection, head, 501);
      return undefined;
    }
    const admission = admit(table, connection, head.toPath, limits.sessionsPerConnection);
    if (admission.kind === 'refused') {
      host.refused(admission.status);
      this.#badRequest(connection, head, admission.status);
      return undefined;
    }
    if (admission.kind === 'impostor') {
      host.impostor(admission.session, connection);
      return undefined;
    }
    connection.proven = true;
    if (admission.kind === 'bind') host.bind(admission.session, connection, head.fromPath.map(formatUri));
    return admission.session;
  }

  #badRequest(connection: Connection, head: Partial<MsrpRequestHead>, status: number): void {
    const { table, limits, flusher, requests, host, ownUri } = this.parts;
    let answer = status;
    if (head.method === 'AUTH') answer = 501;
    // CHAT-002: the session comes before the framing.
    else if (status === 400 && head.toPath !== undefined && head.toPath.length > 0) {
      const admission = admit(table, connection, head.toPath, limits.sessionsPerConnection);
      if (admission.kind === 'refused') answer = admission.status;
    }
    requests.count(head.method ?? '', answer);
    const text = respondTo(head, answer, undefined, ownUri(connection.socket.secure));
    if (text !== undefined) flusher.writeUrgent(connection, text);
    if (++connection.badRequests >= limits.badRequests) host.closeConnection(connection);
  }

  #serve(session: EdgeSession, head: MsrpRequestHead, request: MsrpRequest): void {
    switch (head.method) {
      case 'SEND':
        this.#send(session, head, request);
        break;
      case 'REPORT':
        this.parts.requests.count('REPORT', 0);
        this.parts.answers.report(session, head);
        break;
      case 'NICKNAME':
        this.parts.nicknames.request(session, head);
        break;
      default:
        // RFC 4975 section 12.
        this.answer(session, head, 501);
    }
  }

  #send(session: EdgeSession, head: MsrpRequestHead, { body, flag }: MsrpRequest): void {
    // TRN-030: a SEND without a body keeps alive; nobody else hears of it.
    if (body === undefined) {
      this.answer(session, head, 200);
      return;
    }
    const { limits } = this.parts;
    const isWhole = flag === '$' && (head.byteRange === undefined || head.byteRange.start === 1);
    if (isWhole && body.length <= limits.fragmentBytes && session.inbound?.open.has(head.messageId!) !== true) {
      const refusal = this.#refuseHead(session, head, body.length);
      if (refusal === undefined) this.#whole.take(session, head, body);
      else this.answer(session, head, refusal);
      session.inbound?.forgetRefused(head.messageId!);
      return;
    }
    const sink = this.#chunk(session, head);
    sink.octets(body, this.parts.clock.nowMs());
    sink.end(flag);
    sink.readEnd?.();
  }

  /** 415 and 413 as far as the head tells (CHAT-001, RPT-020). */
  #refuseHead(session: EdgeSession, head: MsrpRequestHead, sizeBytes: number): 413 | 415 | undefined {
    if (mediaType(head.contentType ?? '') !== 'message/cpim') return 415;
    const limit = Number(session.room.policy.maxSizeBytes);
    if (limit > 0 && Math.max(sizeBytes, head.byteRange?.total ?? 0) > limit) return 413;
    return undefined;
  }

  /** One chunk of a message that is not whole. */
  #chunk(session: EdgeSession, head: MsrpRequestHead): ChunkSink {
    const { limits, clock } = this.parts;
    const inbound = session.inbound!;
    const messageId = head.messageId!;
    const isFirst = head.byteRange === undefined || head.byteRange.start === 1;
    let message = inbound.open.get(messageId);
    const refused = inbound.refusedStatus(messageId);
    // RPT-022: later chunks of a refused message get the same; one from the beginning is a new attempt.
    if (message === undefined && refused !== undefined && !isFirst) return this.#refuseChunk(session, head, refused);
    // RPT-012: "all subsequent chunks MUST, include a Byte-Range header field".
    if (message !== undefined && head.byteRange === undefined) return this.#refuseChunk(session, head, 400);
    inbound.forgetRefused(messageId);
    const refusal = this.#refuseHead(session, head, 0);
    if (refusal !== undefined) {
      message?.abort();
      return this.#refuseChunk(session, head, refusal);
    }
    if (message === undefined) {
      if (inbound.open.size >= limits.openMessages) return this.#refuseChunk(session, head, 413);
      message = new LargeMessage(this.#hostFor(session, messageId), session, head, clock.nowMs());
      inbound.open.set(messageId, message);
      this.open.add(message);
    }
    message.begin(head, clock.nowMs());
    return message;
  }

  #refuseChunk(session: EdgeSession, head: MsrpRequestHead, status: number): ChunkSink {
    const inbound = session.inbound!;
    inbound.refuse(head.messageId!, status);
    this.answer(session, head, status);
    return {
      octets: () => undefined,
      end: (flag) => {
        if (flag !== '+') inbound.forgetRefused(head.messageId!);
      },
    };
  }

  #hostFor(session: EdgeSession, messageId: string): LargeMessageHost {
    const { bus, limits, publisher, traces } = this.parts;
    const trace = traces.begin(session, messageId);
    const roomLimit = Number(session.room.policy.maxSizeBytes);
    return {
      limits,
      maxSizeBytes: roomLimit > 0 ? roomLimit : Infinity,
      check: (owner, message, done) => this.#check(owner, message, done),
      silenced: (owner, wrappedType) => silencedBy(owner, wrappedType) !== undefined,
      publish: (owner, event, onResult) => {
        // Its beginning and its end are traced: a file would have spans by the hundred.
        const isMiddle = event.part === Part.FRAGMENT;
        publisher.publish(owner, publisher.encode(owner, event), onResult, isMiddle ? undefined : trace);
      },
      inVain: (owner, seq, wrappedType) => owner.room.speech.silences(owner.chatId, seq, wrappedType),
      progress: (owner, headSeq) => readProgress(bus, owner.room, headSeq),
      carriedOn: (owner, headSeq, storedTo) => (owner.room.openHeads.get(headSeq)?.nextOffset ?? 0) > storedTo + 1,
      answer: (owner, head, status) => this.answer(owner, head, status),
      reportSuccess: (owner, head, sizeBytes) => this.#reportSuccess(owner, head, sizeBytes),
      finished: (message, refused) => {
        trace?.finished(refused);
        this.open.delete(message);
        const { inbound } = message.session;
        if (inbound?.open.get(message.messageId) === message) inbound.open.delete(message.messageId);
        if (refused !== undefined) inbound?.refuse(message.messageId, refused);
      },
    };
  }

  #check(
    session: EdgeSession,
    message: CheckedMessage,
    done: (result: Address | { readonly status: number } | 'drop') => void,
  ): void {
    const { clock, roomState } = this.parts;
    const verdict = checkMessage(session, message, clock.nowMs(), this.#checkOptions);
    switch (verdict.kind) {
      case 'take':
        done(verdict);
        break;
      case 'drop':
        done('drop');
        break;
      case 'refuse':
        done({ status: verdict.status });
        break;
      case 'resolve':
        resolveAudience(roomState, clock, session, verdict.uri, message, this.#checkOptions, done);
    }
  }

  #reportSuccess(session: EdgeSession, head: MsrpRequestHead, sizeBytes: number): void {
    const { connection } = session;
    // RFC 4975 section 7.1.2: none "for a session that is no longer valid".
    if (connection === undefined || session.life !== 'bound') return;
    const text = successReport(session, head, sizeBytes, this.parts.nextId);
    if (text !== undefined) this.parts.flusher.writeUrgent(connection, text);
  }
}

/**
 * Must this request wait for the session's join? Every SEND does, also the one that only binds: who has its 200 is in the room, and owed
 * what is said from then on. REPORTs and unknown methods change nothing.
 */
function mustWait({ method }: MsrpRequestHead): boolean {
  return method === 'NICKNAME' || method === 'SEND';
}
