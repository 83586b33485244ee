import { LeaveCause } from '@plenary/proto/chat';
import type { Pending } from '@plenary/proto/roomstate';
import type { ServerTransaction } from '@plenary/sip';
import { respond } from '../signalling/respond.js';
import type { ConferenceDependencies } from './dependencies.js';

/** The place of somebody who waits for a moderator. */
export interface Place {
  readonly chatId: string;
  /** When the wait is over. */
  readonly untilMs: number;
}

/** The first look comes soon: a decision may have been made before its event was listened for. */
const firstWaitMs = 500;
/** A provisional response at least once a minute keeps proxies from giving the INVITE up (RFC 3261 section 13.3.1.1). */
const waitMs = 50_000;

/**
 * Who has to wait for a moderator is told so (182) and kept waiting until a decision is heard, or for a while. The place: room-state is to be asked
 * again. Undefined: the INVITE has been answered (603, 480) or cancelled, and the place was given back.
 *
 * Spec: RFC 6501 §4.6.1; RFC 3261 §21.1.4.   Req: POL-006, POL-008, SIP-027.
 */
export async function waitForModerator(
  transaction: ServerTransaction,
  { room, chatId }: Pending,
  place: Place | undefined,
  deps: ConferenceDependencies,
): Promise<Place | undefined> {
  const nowMs = deps.clock.nowMs();
  const untilMs = place?.untilMs ?? nowMs + deps.waitingMs;
  if (!transaction.isAnswered) transaction.respond(182);
  const longestMs = place === undefined ? firstWaitMs : waitMs;
  const heard = deps.waitingRoom.wait(room, chatId, Math.max(0, Math.min(longestMs, untilMs - nowMs)));
  transaction.watch({
    onCancelled: () => {
      deps.waitingRoom.giveUp(chatId);
    },
  });
  const decision = transaction.isAnswered ? 'over' : await heard;
  if (transaction.isAnswered) {
    deps.waitingRoom.giveUp(chatId);
    giveBackPlace(room, chatId, deps);
    return undefined;
  }
  if (decision === 'declined') {
    respond.refuse(transaction, 603, 'declined by a moderator');
    return undefined;
  }
  if (decision === 'over' && (deps.waitingRoom.isStopped || deps.clock.nowMs() >= untilMs)) {
    giveBackPlace(room, chatId, deps);
    respond.refuse(transaction, 480, 'no moderator has decided');
    return undefined;
  }
  return { chatId, untilMs };
}

function giveBackPlace(room: string, chatId: string, deps: ConferenceDependencies): void {
  const told = deps.retries
    .run(() => deps.roomState.leave(deps.newRequestId(), room, chatId, LeaveCause.DEPARTED))
    .catch((error: unknown) => {
      deps.events.failed('giving a place back', error, { room, chatId });
    });
  deps.work.track(told);
}
