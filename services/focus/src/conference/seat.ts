import { queueKey } from '../signalling/dialog-queue.js';
import type { DialogKey, DialogRecord, MediaRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';

/** Tells room-state that the participant is there. A seat that lapsed, or a room-state that stays away, ends the dialog. */
export async function takeSeat(key: DialogKey, deps: ConferenceDependencies): Promise<void> {
  try {
    const joined = await deps.retries.run(() => joinAt(key, deps));
    if (joined) deps.events.joined(joined, joined.edgeId);
  } catch (error) {
    deps.events.failed('joining', error);
    // The seat is kept: the edge joins by itself, or whichever replica refreshes the session.
    if (deps.retries.isStopped) return;
    await endDialog(key, { cause: 'failed', byeReason: { cause: 503, text: 'could not join' } }, deps);
  }
}

/**
 * The same, asked once by whoever has just written the row and has the dialog to itself. False where no answer came, and `takeSeat` is to go on. Never
 * rejects.
 */
export async function takeSeatOnce(record: DialogRecord, deps: ConferenceDependencies): Promise<boolean> {
  try {
    const joined = await joinAs(record, deps);
    if (joined) deps.events.joined(joined, joined.edgeId);
    return true;
  } catch {
    return false;
  }
}

/**
 * Asks whether the seat is still the participant's: an event that said it was not may have been lost while the bus was away. Called with every
 * session refresh, so that no dialog outlives its seat for long. An answer that does not come says nothing.
 */
export function checkSeat(key: DialogKey, deps: ConferenceDependencies): void {
  const checked = joinAt(key, deps).then(
    () => undefined,
    (error: unknown) => {
      deps.events.failed('checking a seat', error);
    },
  );
  deps.work.track(checked);
}

/** The seat's media; undefined when the dialog is over, by itself or because the seat is gone. Joining again where one is has no effect. */
async function joinAt(key: DialogKey, deps: ConferenceDependencies): Promise<MediaRecord | undefined> {
  return deps.queue.run(queueKey(key), async () => {
    const record = await deps.dialogs.find(key);
    return record?.state === 'confirmed' ? joinAs(record, deps) : undefined;
  });
}

async function joinAs(record: DialogRecord, deps: ConferenceDependencies): Promise<MediaRecord | undefined> {
  const { media } = record;
  const { joined } = await deps.roomState.join(deps.newRequestId(), media.room, media.chatId, media.edgeId);
  if (joined) return media;
  await endDialog(record, { cause: 'failed', byeReason: { cause: 408, text: 'seat lapsed' } }, deps);
  return undefined;
}
