import type { Bus, BusSubscription, LogEvent } from '@plenary/bus';
import { LeaveCause, StateEvent } from '@plenary/proto/chat';
import { callOut, type CallDependencies } from '../calls/call-out.js';
import { sendBye, type ByeReason } from '../conference/end-dialog.js';
import type { ConferenceDependencies } from '../conference/dependencies.js';
import { queueKey } from '../signalling/dialog-queue.js';

const roomClosed: ByeReason = { cause: 410, text: 'room closed' };

/**
 * The Reason of the BYE to somebody who did not leave by its own BYE (ROOM-012, ROOM-013): who left by conference control has a dialog
 * still (CCMP-080); of who sent a BYE there is none any more.
 */
const reasons: Partial<Record<LeaveCause, ByeReason>> = {
  [LeaveCause.DEPARTED]: { cause: 200, text: 'left the room' },
  [LeaveCause.BOOTED]: { cause: 403, text: 'removed from the room' },
  [LeaveCause.FAILED]: { cause: 408, text: 'media session failed' },
  [LeaveCause.REPLACED]: { cause: 486, text: 'replaced by a newer session' },
  [LeaveCause.CLOSED]: roomClosed,
};

/** Dialogs of a closed conference that are ended at once. */
const dismissedAtOnce = 50;

/**
 * Reads every room's state changes, each at one replica: who has left, or whose room was closed, gets a BYE, who is wanted in a room is called.
 */
export function consumeRoomChanges(bus: Bus, calls: CallDependencies): BusSubscription {
  const { conference } = calls;
  return bus.subscribeState((event: LogEvent) => {
    const read = readEvent(event, conference);
    for (const { change } of read?.changes ?? []) {
      switch (change?.$case) {
        case 'left': {
          const { chatId, cause } = change.value;
          const reason = reasons[cause];
          if (reason) conference.work.track(dismiss(chatId, reason, conference));
          break;
        }
        case 'roomClosed':
          conference.work.track(dismissAll(read?.room ?? '', conference));
          break;
        case 'callWanted':
          conference.work.track(callOut(read?.room ?? '', change.value, calls));
          break;
        default:
      }
    }
  }, 'focus');
}

/** Undefined where the payload is not what it should be: a handler of the bus must not throw. */
function readEvent(event: LogEvent, deps: ConferenceDependencies): StateEvent | undefined {
  try {
    return StateEvent.decode(event.payload);
  } catch (error) {
    deps.events.failed('reading a state event', error);
    return undefined;
  }
}

/** The conference is gone, and nobody leaves it any more by an event of its own. Req: CONF-022, ROOM-013. */
async function dismissAll(room: string, deps: ConferenceDependencies): Promise<void> {
  try {
    const chatIds = await deps.retries.run(
      () => deps.dialogs.chatIdsIn(room),
      () => true,
    );
    for (let at = 0; at < chatIds.length; at += dismissedAtOnce)
      await Promise.all(chatIds.slice(at, at + dismissedAtOnce).map((chatId) => dismiss(chatId, roomClosed, deps)));
  } catch (error) {
    deps.events.failed('ending the dialogs of a room', error);
  }
}

async function dismiss(chatId: string, reason: ByeReason, deps: ConferenceDependencies): Promise<void> {
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
  try {
    await deps.retries.run(work, () => true);
  } catch (error) {
    deps.events.failed('dismissing a participant', error, { chatId });
  }
}
