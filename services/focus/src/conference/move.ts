import { LeaveCause } from '@plenary/proto/chat';
import { SessionRecord } from '@plenary/proto/edge';
import type { RoomView } from '@plenary/proto/roomstate';
import { NoEdgeError } from '../edges/interface.js';
import type { DialogRecord, MediaRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import type { CheckedOffer } from './offer-answer.js';
import { isAway } from './retries.js';

/**
 * The session gets a new URI of ours, at the edge chosen now: the old edge closes it and says how far it got, the new one goes on from there
 * (TRN-006, TRN-014). From the first step on the old URI is dead, so a move that fails ends the dialog and rejects.
 */
export async function move(
  record: DialogRecord,
  room: RoomView,
  offer: Pick<CheckedOffer, 'peer' | 'secure' | 'fingerprints'>,
  deps: ConferenceDependencies,
): Promise<{ readonly media: MediaRecord; readonly fingerprint: string }> {
  const participant = room.roster.find(({ pid }) => pid === record.media.pid);
  let media = record.media;
  try {
    if (!participant) throw new NoEdgeError('the participant is no longer in the room');
    const cursor = await closeAtOldEdge(media, deps);
    const reservation = await deps.edges.reserve(
      deps.newRequestId(),
      SessionRecord.fromPartial({
        chatId: media.chatId,
        room: room.room,
        shard: room.shard,
        epoch: room.epoch,
        tag: room.tag,
        conferenceUri: room.conferenceUri,
        participant,
        capabilities: media.capabilities,
        ...(room.policy ? { policy: room.policy } : {}),
        peerPath: [...offer.peer.peerPath],
        secure: offer.secure,
        peerFingerprints: [...offer.fingerprints],
        cursor: BigInt(cursor),
        roomVersion: room.version,
      }),
    );
    media = { ...media, edgeId: reservation.edgeId, path: reservation.path };
    const { joined } = await deps.roomState.join(deps.newRequestId(), media.room, media.chatId, media.edgeId);
    if (!joined) throw new NoEdgeError('the endpoint is no longer in the room');
    deps.events.moved(media, media.edgeId);
    return { media, fingerprint: reservation.fingerprint };
  } catch (error) {
    const end = { cause: 'failed', byeReason: { cause: 503, text: 'session could not be moved' } } as const;
    await endDialog({ ...record, media }, end, deps);
    throw error;
  }
}

/** The cursor; 0 where the edge has gone and took it along. */
async function closeAtOldEdge(media: MediaRecord, deps: ConferenceDependencies): Promise<number> {
  try {
    return await deps.edges.closeSession(deps.newRequestId(), media.edgeId, media.chatId, LeaveCause.UNSPECIFIED);
  } catch (error) {
    if (!isAway(error)) throw error;
    // An edge that lives on hears of the move by its event, and closes what it holds.
    deps.events.failed('closing at the old edge', error, media);
    return 0;
  }
}
