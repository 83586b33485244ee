import type { Clock } from '@plenary/service';
import type { RoomState } from '../room-state.interface.js';
import type { EdgeSession } from '../sessions/session.js';
import type { Address } from './large-message.js';
import { checkContent, refuseAudience, type CheckedMessage, type MessageCheckOptions } from './message-check.js';

/**
 * Asks room-state whom a private message is for: this edge's roster does not know the URI (it may be a moment behind).
 * Without an answer nothing is said, and the message stays unanswered (ERR-006).
 *
 * Spec: RFC 7701 section 6.2.   Req: PRIV-002, PRIV-004.
 */
export function resolveAudience(
  roomState: RoomState,
  clock: Clock,
  session: EdgeSession,
  uri: string,
  message: CheckedMessage,
  options: MessageCheckOptions,
  done: (result: Address | { readonly status: number } | 'drop') => void,
): void {
  roomState.resolve(session.room.id, uri).then(
    (participant) => {
      if (participant === undefined) {
        done({ status: 404 });
        return;
      }
      const refusal = refuseAudience(session, participant);
      if (refusal !== undefined) {
        done({ status: refusal });
        return;
      }
      const verdict = checkContent(session, message, participant.pid, clock.nowMs(), options);
      if (verdict.kind === 'take') done(verdict);
      else if (verdict.kind === 'refuse') done({ status: verdict.status });
      else done('drop');
    },
    () => done({ status: 0 }),
  );
}
