import { statusMeaning, type MsrpRequestHead, type MsrpResponse } from '@plenary/msrp';
import type { Connection } from '../sessions/connection.js';
import type { EdgeSession } from '../sessions/session.js';
import type { FanOut } from './fan-out.js';
import type { SentCopies, SentCopy } from './sent-copies.js';

export interface RecipientAnswersHost {
  /** The session takes a type no more (RPT-019). */
  refuseType(session: EdgeSession, type: string): void;
  /** The peer says the session is gone, or has not answered in time. */
  failed(session: EdgeSession, reason: 'peer' | 'timeout'): void;
}

/**
 * What recipients answer to their copies. A 200 to a tracked copy moves the cursor; an error stops a message, a type or the session.
 * Nothing of it reaches the sender.
 *
 * Spec: RFC 4975 section 7.3.2, 10; RFC 7701 section 6.3.   Req: CHAT-020, CHAT-021, RPT-004, RPT-006, RPT-017 to RPT-019, ERR-002.
 */
export class RecipientAnswers {
  constructor(
    private readonly sent: SentCopies,
    private readonly fanOut: FanOut,
    private readonly host: RecipientAnswersHost,
    private readonly responseTimeoutMs: number,
  ) {}

  response(connection: Connection, response: MsrpResponse): void {
    const session = sessionOf(connection, response.toPath[0]?.sessionId);
    // MSRP-021: "An inbound response whose transact-id matches no open transaction is ignored"; so is one that is not whole.
    if (session === undefined || response.flag !== '$') return;
    const { marker } = session;
    const isMarker = marker?.transactionId === response.transactionId;
    if (isMarker) {
      session.marker = undefined;
      if (response.status < 300) {
        session.cursor = Math.max(session.cursor, marker.seq);
        return;
      }
    }
    const copy = this.sent.find(response.transactionId);
    if (response.status >= 300 && (isMarker || copy !== undefined)) this.#refused(session, response.status, copy);
  }

  /** A REPORT of a recipient: read like a response, never answered, never passed on. */
  report(session: EdgeSession, head: MsrpRequestHead): void {
    const { status, messageId } = head;
    if (status?.namespace !== '000' || messageId === undefined || status.code < 300) return;
    const { tag } = session.room;
    if (!messageId.startsWith(`${tag}.`)) return;
    const headSeq = Number.parseInt(messageId.slice(tag.length + 1), 36);
    if (!Number.isSafeInteger(headSeq) || headSeq > session.queuedSeq) return;
    const wrappedType = session.room.recent.find(headSeq)?.event.wrappedType ?? '';
    this.#refused(session, status.code, { tag, seq: headSeq, headSeq, wrappedType });
  }

  /** RFC 4975 section 7.1.1: no 200 within 30 s is a failure of the session. Call about once a second. */
  sweep(sessions: Iterable<EdgeSession>, nowMs: number): void {
    for (const session of sessions) {
      const { marker, connection } = session;
      // A full socket is a slow reader, and judged as one.
      if (marker === undefined || connection === undefined || connection.blocked) continue;
      if (nowMs - marker.sentAtMs > this.responseTimeoutMs) {
        session.marker = undefined;
        this.host.failed(session, 'timeout');
      }
    }
  }

  #refused(session: EdgeSession, status: number, copy: SentCopy | undefined): void {
    switch (statusMeaning(status)) {
      case 'end-session':
        this.host.failed(session, 'peer');
        return;
      case 'timeout':
        this.host.failed(session, 'timeout');
        return;
      case 'stop-type':
        if (copy !== undefined && copy.wrappedType !== '') this.host.refuseType(session, copy.wrappedType);
        break;
      default:
    }
    // RFC 4975 section 10.5: no further chunk of it; any other failure "SHOULD" end it with `#` (7.3.2).
    // What the session hears of another room is its ear's.
    const { ear } = session;
    if (copy !== undefined) this.fanOut.abortCopy(ear?.room.tag === copy.tag ? ear : session, copy.headSeq);
  }
}

function sessionOf(connection: Connection, sessionId: string | undefined): EdgeSession | undefined {
  for (const session of connection.sessions) if (session.sessionId === sessionId) return session;
  return undefined;
}
