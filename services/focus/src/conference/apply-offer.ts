import type { RoomView } from '@plenary/proto/roomstate';
import type { DialogRecord, MediaRecord } from '../store/interface.js';
import { capabilitiesOf } from './capabilities.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { move } from './move.js';
import {
  answerTo,
  changeOf,
  inPart,
  ourSide,
  type CheckedOffer,
  type MediaFault,
  type OfferChange,
} from './offer-answer.js';

/** Our media after a later offer, and what the offer changed. */
export interface AppliedOffer {
  readonly kind: OfferChange;
  readonly media: MediaRecord;
}

/** Does what a later offer asks for; a fault where it is refused, and then nothing was done. Rejects when a service needed is away. */
export async function applyOffer(
  record: DialogRecord,
  offer: CheckedOffer,
  body: Uint8Array,
  deps: ConferenceDependencies,
): Promise<AppliedOffer | MediaFault> {
  const { media } = record;
  const kind = changeOf(media.remoteSdp, offer);
  if (kind === 'unchanged') return { kind, media: { ...media, localSdp: inPart(media.localSdp, 'passive') } };
  const room = await deps.roomState.roomByUri(media.conferenceUri);
  if (!room?.policy) return { status: 488, warning: { code: 399, text: 'The room is gone' } };
  const { policy } = room;
  const answer = (path: string): ReturnType<typeof answerTo> =>
    answerTo(offer, ourSide({ policy, path, sessionId: sdpSessionIdOf(media.localSdp), previousSdp: media.localSdp }));
  const agreed = answer(media.path);
  if (!agreed.ok) return agreed.error;
  const next = {
    ...media,
    capabilities: capabilitiesOf(agreed.value.capabilities),
    remoteSdp: Buffer.from(body).toString('utf8'),
  };
  if (kind === 'capabilities') {
    await tellCapabilities(next, media, deps);
    return { kind, media: { ...next, localSdp: agreed.value.localSdp } };
  }
  return { kind, media: await moved({ ...record, media: next }, room, offer.peer.peerPath, answer, deps) };
}

/** The peer took its offer back after it had taken effect. */
export async function withdrawOffer(
  record: DialogRecord,
  before: MediaRecord,
  applied: AppliedOffer,
  deps: ConferenceDependencies,
): Promise<void> {
  if (applied.kind === 'unchanged') return;
  if (applied.kind === 'path') {
    const end = { cause: 'failed', byeReason: { cause: 487, text: 'session had moved already' } } as const;
    await endDialog(record, end, deps);
    return;
  }
  await tellCapabilities(before, applied.media, deps);
  await deps.dialogs.update({ ...record, media: before });
}

async function moved(
  record: DialogRecord,
  room: RoomView,
  peerPath: readonly string[],
  answer: (path: string) => ReturnType<typeof answerTo>,
  deps: ConferenceDependencies,
): Promise<MediaRecord> {
  const { media } = record;
  await deps.roomState.updateCapabilities(deps.newRequestId(), media.room, media.chatId, media.capabilities);
  const there = await move(record, room, peerPath, deps);
  const agreed = answer(there.path);
  // Only the path differs from the answer that was checked.
  if (!agreed.ok) throw new Error('an offer that was taken is refused');
  return { ...there, localSdp: agreed.value.localSdp };
}

/** Edge first, it checks what goes over the wire. Where room-state cannot be told, the edge is told of `before` again. */
async function tellCapabilities(next: MediaRecord, before: MediaRecord, deps: ConferenceDependencies): Promise<void> {
  const { room, chatId, edgeId } = next;
  await deps.edges.update(deps.newRequestId(), edgeId, chatId, next.capabilities);
  try {
    await deps.roomState.updateCapabilities(deps.newRequestId(), room, chatId, next.capabilities);
  } catch (error) {
    const undone = deps.retries
      .run(() => deps.edges.update(deps.newRequestId(), edgeId, chatId, before.capabilities))
      .catch((fault: unknown) => {
        deps.events.failed('undoing a change', fault, before);
      });
    deps.work.track(undone);
    throw error;
  }
}

/** The id in our `o=`, which stays the same for all descriptions of a dialog. */
function sdpSessionIdOf(localSdp: string): string {
  return /^o=\S+ (\d+) /mu.exec(localSdp)?.[1] ?? '0';
}
