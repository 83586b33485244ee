import type { Bus } from '@plenary/bus';
import { ChatEvent, Part } from '@plenary/proto/chat';
import type { Room } from '../rooms/room.js';

/** How far a message had come into the log before this edge began to send it again. */
export interface StoredProgress {
  /** Last octet that is stored. */
  readonly storedTo: number;
  readonly ended: 'no' | 'complete' | 'aborted';
}

const PAGE_EVENTS = 256;
const MAX_PAGES = 256;

/**
 * Reads from the log what is stored of the message whose first event is `headSeq`. For a head that turned out to be a double:
 * its sender lost a connection in the middle and sends it again (RFC 4975 section 5.4), perhaps through another edge.
 */
export async function readProgress(bus: Bus, room: Room, headSeq: number): Promise<StoredProgress> {
  let storedTo = 0;
  let after = headSeq - 1;
  for (let page = 0; page < MAX_PAGES; page++) {
    // The head alone says whether there is anything behind it.
    const limit = page === 0 ? 1 : PAGE_EVENTS;
    const events = await bus.readAfter(room.shard, room.id, 'all', after, limit);
    for (const { seq, payload } of events) {
      after = seq;
      const event = ChatEvent.decode(payload);
      if (seq !== headSeq && Number(event.headSeq) !== headSeq) continue;
      if (event.part === Part.ABORT) return { storedTo, ended: 'aborted' };
      storedTo = Math.max(storedTo, Number(event.offset) + event.octets.byteLength - 1);
      if (event.part === Part.WHOLE || event.part === Part.LAST) return { storedTo, ended: 'complete' };
    }
    if (events.length < limit) break;
  }
  return { storedTo, ended: 'no' };
}
