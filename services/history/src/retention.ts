import type { RoomId } from '@plenary/wire';
import type { Events } from './events.js';
import type { RoomDirectory } from './room-now.js';
import type { RemovalStore } from './store/interface.js';

const leaseName = 'retention';
const roomsAtOnce = 100;
const messagesAtOnce = 1_000;

export interface RetentionOptions {
  readonly removal: RemovalStore;
  readonly directory: RoomDirectory;
  readonly events: Events;
  /** Names this replica among others. */
  readonly holder: string;
  /** Prolonged at every step and kept between runs: longer than the longest step and than the time from one run to the next. */
  readonly leaseMs: number;
  /** True when the service is going down: the run ends at the next step. */
  readonly stopping: () => boolean;
}

/**
 * One run of retention: messages older than their room keeps them are removed, then closed rooms of which nothing is left are forgotten.
 * One replica does it, as long as it lives. Nothing of a room on legal hold goes, by the recorded policy nor by what room-state says now; a room
 * it cannot be asked about waits for the next run. True if the run was ours to do. Req: LOG-009.
 */
export async function runRetention(options: RetentionOptions): Promise<boolean> {
  const { removal, events, holder, leaseMs, stopping } = options;
  const isOurs = (): Promise<boolean> => removal.takeLease(leaseName, holder, leaseMs);
  if (!(await isOurs())) return false;
  let after: string | undefined = '';
  while (after !== undefined && !stopping()) {
    const rooms: RoomId[] = await removal.overdueRooms(after, roomsAtOnce);
    for (const room of rooms) if (!(await removeOverdue(room, options, isOurs))) return true;
    after = rooms.at(-1);
  }
  while (!stopping() && (await removal.forgetClosed(roomsAtOnce)) === roomsAtOnce) await isOurs();
  events.retentionRan();
  return true;
}

/** Lets another replica go on at once. */
export async function endRetention(removal: RemovalStore, holder: string): Promise<void> {
  await removal.releaseLease(leaseName, holder);
}

/** False: the run is over. */
async function removeOverdue(
  room: RoomId,
  options: RetentionOptions,
  isOurs: () => Promise<boolean>,
): Promise<boolean> {
  const { removal, directory, events, stopping } = options;
  try {
    if ((await directory.now(room))?.hold === true) return true;
  } catch (error) {
    events.taskFailed('retention', error);
    return true;
  }
  let removed = 0;
  let last: number;
  do {
    if (stopping() || !(await isOurs())) return false;
    last = await removal.removeOverdue(room, messagesAtOnce);
    removed += last;
  } while (last === messagesAtOnce);
  events.expired(room, removed);
  return true;
}
