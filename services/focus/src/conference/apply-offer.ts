import type { RoomView } from '@plenary/proto/roomstate';
import { ok } from '@plenary/wire';
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
  ownFingerprint,
  securedOffer,
  type CheckedOffer,
  type MediaFault,
  type OfferChange,
} from './offer-answer.js';

/** Our answer to an offer, at a path with the fingerprint of its certificate. */
type AnswerAt = (path: string, fingerprint: string) => ReturnType<typeof answerTo>;

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
  const checked = policy.requireTls ? securedOffer(offer) : ok(offer);
  if (!checked.ok) return checked.error;
  const taken = checked.value;
  const answer: AnswerAt = (path, fingerprint) =>
    answerTo(
      taken,
      ourSide({ policy, path, fingerprint, sessionId: sdpSessionIdOf(media.localSdp), previousSdp: media.localSdp }),
    );
  // A session that changes its transport moves: only the scheme of the path to come is known, and the answer depends on no more.
  const path = media.path.replace(/^msrps?:/u, taken.secure ? 'msrps:' : 'msrp:');
  const agreed = answer(path, ownFingerprint(media.localSdp));
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
  return { kind, media: await moved({ ...record, media: next }, room, taken, answer, deps) };
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
  offer: CheckedOffer,
  answer: AnswerAt,
  deps: ConferenceDependencies,
): Promise<MediaRecord> {
  const { media } = record;
  await deps.roomState.updateCapabilities(deps.newRequestId(), media.room, media.chatId, media.capabilities);
  const { media: there, fingerprint } = await move(record, room, offer, deps);
  const agreed = answer(there.path, fingerprint);
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
