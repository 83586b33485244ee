import { status } from '@grpc/grpc-js';
import { RpcFault } from '@plenary/service';
import type { RoomId } from '@plenary/wire';
import type { Events } from './events.js';
import type { RoomDirectory } from './room-now.js';
import type { RemovalStore } from './store/interface.js';

/** Removes what a user said in a room; `held`: the room is on legal hold. */
export type Eraser = (room: RoomId, userId: string) => Promise<{ readonly erased: number; readonly held: boolean }>;

/**
 * Erasure, refused while the room is on legal hold: by what room-state says now, for the log may not have been read up to there,
 * or, of a room that is gone, by what was recorded. Throws `RpcFault` UNAVAILABLE while room-state cannot be asked.
 */
export function createEraser(removal: RemovalStore, directory: RoomDirectory, events: Events): Eraser {
  return async (room, userId) => {
    const now = await directory.now(room).catch((error: unknown) => {
      events.taskFailed('erase', error);
      throw new RpcFault(status.UNAVAILABLE, 'room-state cannot be asked about a legal hold');
    });
    const result = now?.hold === true ? { erased: 0, held: true } : await removal.erase(room, userId);
    events.erased(room, userId, result);
    return result;
  };
}
