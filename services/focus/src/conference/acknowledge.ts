import type { SipRequest } from '@plenary/sip';
import type { DialogRecord } from '../store/interface.js';
import { capabilitiesOf } from './capabilities.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { readAckAnswer } from './offer-answer.js';

/** The ACK of a join is here: the participant is joined (SIP-024), after its answer was read where our 2xx held the offer (SDP-020). */
export function acknowledged(record: DialogRecord, ack: SipRequest, deps: ConferenceDependencies): void {
  deps.queue
    .run(queueKey(record), async () => {
      const current = await deps.dialogs.find(record);
      if (!current || current.state === 'confirmed') return;
      const media = current.state === 'awaiting-answer' ? await takeAnswer(current, ack, deps) : current.media;
      if (!media) {
        await endDialog(current, { cause: 'failed', byeReason: { cause: 488, text: 'no usable answer' } }, deps);
        return;
      }
      await deps.dialogs.update({ ...current, state: 'confirmed', media });
      const { joined } = await deps.roomState.join(deps.newRequestId(), media.room, media.chatId, media.edgeId);
      if (joined) {
        deps.events.joined(media, media.edgeId);
        return;
      }
      // The seat lapsed: the ACK came too late.
      await endDialog({ ...current, media }, { cause: 'failed', byeReason: { cause: 408, text: 'seat lapsed' } }, deps);
    })
    .catch((error: unknown) => {
      // The edge joins the participant with its first MSRP request; if that cannot be done either, the seat lapses.
      deps.events.failed('joining after ACK', error, record.media);
    });
}

/** No ACK came: "the session SHOULD be terminated by BYE" (RFC 3261 section 13.3.1.4; SIP-023). */
export function unacknowledged(record: DialogRecord, deps: ConferenceDependencies): void {
  deps.queue
    .run(queueKey(record), () =>
      endDialog(record, { cause: 'failed', byeReason: { cause: 408, text: 'no ACK' } }, deps),
    )
    .catch((error: unknown) => {
      deps.events.failed('ending an unacknowledged session', error, record.media);
    });
}

/** What an answer in the ACK changes; undefined when there is none that can be used. */
async function takeAnswer(
  record: DialogRecord,
  ack: SipRequest,
  deps: ConferenceDependencies,
): Promise<DialogRecord['media'] | undefined> {
  const answer = readAckAnswer(record.media.localSdp, ack.body);
  if (!answer.ok) return undefined;
  const { room, chatId, edgeId } = record.media;
  const capabilities = capabilitiesOf(answer.value);
  await deps.edges.update(deps.newRequestId(), edgeId, chatId, capabilities, answer.value.peerPath);
  await deps.roomState.updateCapabilities(deps.newRequestId(), room, chatId, capabilities);
  return { ...record.media, capabilities, remoteSdp: Buffer.from(ack.body).toString('utf8') };
}

/** Names a dialog in the queue. */
export function queueKey(key: { readonly callId: string; readonly localTag: string }): string {
  return `${key.callId} ${key.localTag}`;
}
