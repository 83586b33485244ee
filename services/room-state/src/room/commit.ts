import { StateEvent, type StateChange } from '@plenary/proto/chat';
import { advance, type RoomDraft } from './apply.js';
import { toStateChange, type RoomEvent } from './event.js';

/** Octets of changes one StateEvent may carry: far under the 128 KiB a shard's log takes. */
export const maxStateEventBytes = 64 * 1024;

/** Applies events to a draft and returns what others are told of them, in order; desk events are told to nobody. */
export function advanceAll(draft: RoomDraft, happened: readonly RoomEvent[]): StateChange[] {
  const changes: StateChange[] = [];
  for (const event of happened) {
    advance(draft, event);
    const change = toStateChange(event, draft);
    if (change !== undefined) changes.push(change);
  }
  return changes;
}

/**
 * Gives the changes of one transaction their version and returns what goes to the room's `st` subject.
 *
 * All of them share one version and one StateEvent; only when they would be larger than `maxBytes` they are spread over
 * several, with a version each. No changes: no version, no event.
 */
export function commitChanges(
  draft: Pick<RoomDraft, 'id' | 'epoch' | 'version'>,
  changes: readonly StateChange[],
  committedAtUs: bigint,
  maxBytes = maxStateEventBytes,
): StateEvent[] {
  return packChanges(changes, maxBytes).map((part) => {
    draft.version += 1n;
    return { room: draft.id, epoch: draft.epoch, version: draft.version, changes: part, committedAtUs };
  });
}

function packChanges(changes: readonly StateChange[], maxBytes: number): StateChange[][] {
  const parts: StateChange[][] = [];
  let sizeBytes = Infinity;
  for (const change of changes) {
    const ownBytes = encodedBytes(change);
    if (sizeBytes + ownBytes > maxBytes) {
      parts.push([]);
      sizeBytes = 0;
    }
    parts.at(-1)?.push(change);
    sizeBytes += ownBytes;
  }
  return parts;
}

function encodedBytes(change: StateChange): number {
  return StateEvent.encode({ room: '', epoch: 0, version: 0n, changes: [change], committedAtUs: 0n }).finish()
    .byteLength;
}
