import type { BusSubscription, Bus, LogEvent } from '@plenary/bus';
import { LeaveCause, StateEvent, type Left } from '@plenary/proto/chat';
import { sendBye, type ByeReason } from '../conference/end-dialog.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { queueKey } from '../signalling/dialog-queue.js';

/** The Reason of the BYE to somebody who did not leave by itself (ROOM-012, ROOM-013). */
const reasons: Partial<Record<LeaveCause, ByeReason>> = {
  [LeaveCause.BOOTED]: { cause: 403, text: 'removed from the room' },
  [LeaveCause.FAILED]: { cause: 408, text: 'media session failed' },
  [LeaveCause.REPLACED]: { cause: 486, text: 'replaced by a newer session' },
  [LeaveCause.CLOSED]: { cause: 410, text: 'room closed' },
};

/** Reads every room's state changes; who was made to leave gets a BYE from the one replica that hears of it. */
export function consumeLeftParticipants(bus: Bus, deps: ConferenceDependencies): BusSubscription {
  return bus.subscribeState((event: LogEvent) => {
    for (const { chatId, cause } of leavesIn(event, deps)) {
      const reason = reasons[cause];
      if (reason) dismiss(chatId, reason, deps);
    }
  }, 'focus');
}

/** None where the payload is not what it should be: a handler of the bus must not throw. */
function leavesIn(event: LogEvent, deps: ConferenceDependencies): Left[] {
  try {
    const { changes } = StateEvent.decode(event.payload);
    return changes.flatMap(({ change }) => (change?.$case === 'left' ? [change.value] : []));
  } catch (error) {
    deps.events.failed('reading a state event', error);
    return [];
  }
}

function dismiss(chatId: string, reason: ByeReason, deps: ConferenceDependencies): void {
  const work = async (): Promise<void> => {
    const found = await deps.dialogs.findByChatId(chatId);
    if (!found) return;
    await deps.queue.run(queueKey(found), async () => {
      const record = await deps.dialogs.take(found);
      if (!record) return;
      deps.events.left(record.media, reason.text);
      deps.requests.terminate(queueKey(found));
      sendBye(record, reason, deps);
    });
  };
  // The event comes once, so what is in the way is waited out.
  const done = deps.retries
    .run(work, () => true)
    .catch((error: unknown) => {
      deps.events.failed('dismissing a participant', error, { chatId });
    });
  deps.work.track(done);
}
