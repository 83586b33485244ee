import type { Clock } from '@plenary/service';
import type { Flusher } from '../switch/flush.js';
import { HOLE_NOTICE, LOGGING_OFF_NOTICE, loggingNotice, renderNotice, venueNotice } from '../switch/notice.js';
import type { EdgeSession } from './session.js';

const MAX_NAMES = 32;

/**
 * What the switch says to one session, before everything that waits for its socket: things its recipient must know before it goes on.
 * What the room says to everybody in its order are messages (`rooms/notice-message.ts`).
 *
 * Req: CHAT-029 to CHAT-031, LOG-001 to LOG-003, VENUE-004.
 */
export class SessionNotices {
  constructor(
    private readonly flusher: Flusher,
    private readonly clock: Clock,
    private readonly nextId: () => string,
  ) {}

  /** A message of the room; nothing where nobody is connected. */
  tell(session: EdgeSession, text: string): void {
    const { flusher, clock, nextId } = this;
    if (session.connection === undefined) return;
    flusher.writeUrgent(session.connection, renderNotice(session, text, clock.nowMs(), nextId));
  }

  /** The room is logged: told once, before anything is said (CHAT-031). An ear's user is not in that room. */
  logged(session: EdgeSession): void {
    if (session.noticed || session.connection === undefined || session.hearsFor !== undefined) return;
    session.noticed = true;
    this.tell(session, loggingNotice(session));
  }

  /** Who was told that it begins is told that it ends (LOG-003). */
  notLogged(session: EdgeSession): void {
    if (!session.noticed) return;
    session.noticed = false;
    this.tell(session, LOGGING_OFF_NOTICE);
  }

  /** What it may have missed cannot be told any more. */
  hole(session: EdgeSession): void {
    if (!session.hasHole || session.connection === undefined) return;
    session.hasHole = false;
    this.tell(session, HOLE_NOTICE);
  }

  /** A client that knows nothing of chat rooms is told what this is, and who is here (CHAT-029). */
  unaware(session: EdgeSession): void {
    if (session.cls.chatroom) return;
    const { conferenceUri, roster } = session.room;
    const names: string[] = [];
    for (const one of roster) {
      if (names.length === MAX_NAMES) break;
      names.push(one.nickname || one.entity);
    }
    const more = roster.size > names.length ? ` and ${roster.size - names.length} more` : '';
    this.tell(session, `You are in the chat room ${conferenceUri}.`);
    this.tell(session, `In the room: ${names.join(', ')}${more}.`);
  }

  /** The room closes; another takes its place (VENUE-004). Empty: none does. */
  venue(session: EdgeSession, successorUri: string): void {
    if (successorUri !== '') this.tell(session, venueNotice(successorUri));
  }
}
