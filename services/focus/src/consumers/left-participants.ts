import type { BusSubscription, Bus, LogEvent } from '@plenary/bus';
import { LeaveCause, StateEvent } from '@plenary/proto/chat';
import { queueKey } from '../conference/acknowledge.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { sendBye } from '../conference/end-dialog.js';

/** The Reason of the BYE to somebody who did not leave by itself (ROOM-012, ROOM-013). */
const reasons: Partial<Record<LeaveCause, { readonly cause: number; readonly text: string }>> = {
  [LeaveCause.BOOTED]: { cause: 403, text: 'removed from the room' },
  [LeaveCause.FAILED]: { cause: 408, text: 'media session failed' },
  [LeaveCause.REPLACED]: { cause: 486, text: 'replaced by a newer session' },
  [LeaveCause.CLOSED]: { cause: 410, text: 'room closed' },
};

/** Reads every room's state changes; who was made to leave gets a BYE from the one replica that hears of it. */
export function consumeLeftParticipants(bus: Bus, deps: ConferenceDependencies): BusSubscription {
  return bus.subscribeState((event: LogEvent) => {
    for (const { change } of StateEvent.decode(event.payload).changes) {
      if (change?.$case !== 'left') continue;
      const { chatId, cause } = change.value;
      const reason = reasons[cause];
      if (reason) dismiss(chatId, reason, deps);
    }
  }, 'focus');
}

function dismiss(chatId: string, reason: { cause: number; text: string }, deps: ConferenceDependencies): void {
  const work = async (): Promise<void> => {
    const found = await deps.dialogs.findByChatId(chatId);
    if (!found) return;
    await deps.queue.run(queueKey(found), async () => {
      const record = await deps.dialogs.take(found);
      if (!record) return;
      deps.events.left(record.media, reason.text);
      sendBye(record, reason, deps);
    });
  };
  work().catch((error: unknown) => {
    deps.events.failed('dismissing a participant', error, { chatId });
  });
}
