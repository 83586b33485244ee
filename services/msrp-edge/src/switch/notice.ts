import { serializeMessage } from '@plenary/cpim';
import type { EdgeSession } from '../sessions/session.js';
import { renderByteRange } from './leg.js';

/** Said to who may have missed what the log no longer tells. */
export const HOLE_NOTICE = 'Some messages of this room may not have reached you.';

/** Said to everybody present when logging stops (LOG-003). */
export const LOGGING_OFF_NOTICE = 'Messages in this room are no longer recorded.';

/** Said to who is on plain TCP when a room begins to demand TLS, before the session ends (SDP-018). */
export const TLS_NOTICE = 'Messages of this room are carried over TLS alone from now on. Please join again over TLS.';

/** Around the messages from before a join (HIST-004): what stands between these two is old. */
export const EARLIER_BEGIN = 'Earlier messages of this room:';
export const EARLIER_END = 'End of the earlier messages.';
/** Said where they, or some of them, cannot be shown. */
export const EARLIER_MISSING = 'The earlier messages of this room cannot be shown at the moment.';
export const EARLIER_INCOMPLETE = 'Some earlier messages of this room cannot be shown.';

const DEFAULT_LOGGING_NOTICE = 'Messages in this room are recorded.';

/** What everybody who is in a recorded room is told (CHAT-031). */
export function loggingNotice(session: EdgeSession): string {
  return session.room.policy.loggingNotice || DEFAULT_LOGGING_NOTICE;
}

/** What those who are in a room that closes are told where another takes its place (VENUE-004). */
export function venueNotice(successorUri: string): string {
  return `This room is closed. It goes on at ${successorUri}.`;
}

/**
 * A message of the switch itself: CPIM from the room to the room (CHAT-030), reporting errors only, as latin1 text. Its Message-ID is
 * new: a notice is not part of the room's log.
 */
export function renderNotice(session: EdgeSession, text: string, nowMs: number, nextId: () => string): string {
  const room = { uri: session.room.conferenceUri };
  const body = Buffer.from(
    serializeMessage({
      from: room,
      to: [room],
      dateTimeMs: nowMs,
      contentType: 'text/plain;charset=utf-8',
      content: text,
    }),
  ).toString('latin1');
  let id = nextId();
  while (body.includes(`-------${id}`)) id = nextId();
  return (
    `MSRP ${id} SEND\r\n${session.paths}Message-ID: ${nextId()}\r\nByte-Range: ${renderByteRange(1, body.length, body.length)}\r\n` +
    `Failure-Report: partial\r\nContent-Type: message/cpim\r\n\r\n${body}\r\n-------${id}$\r\n`
  );
}
