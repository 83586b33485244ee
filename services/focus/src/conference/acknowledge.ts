import type { SipRequest } from '@plenary/sip';
import { queueKey } from '../signalling/dialog-queue.js';
import { changeDialog } from '../store/change-dialog.js';
import type { DialogKey, DialogRecord, MediaRecord } from '../store/interface.js';
import { capabilitiesOf } from './capabilities.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { isUnchangedAnswer, readAckAnswer } from './offer-answer.js';
import { takeSeat, takeSeatOnce } from './seat.js';

/**
 * The ACK of a join is here, at the replica that sent the 2xx or at another: the participant is joined (SIP-024), after its answer was read where our 2xx
 * held the offer (SDP-020). An ACK that came before changes nothing. `seen`: the row as it was when the 2xx went out, or was found.
 */
export function acknowledged(seen: DialogRecord, ack: SipRequest, deps: ConferenceDependencies): Promise<void> {
  const work = async (): Promise<void> => {
    const confirmed = await deps.retries.run(
      () =>
        deps.queue.run(queueKey(seen), async () => {
          const record = await confirm(seen, ack, deps);
          // Before anything else happens to the dialog, so the row need not be read again.
          return record && { record, isSeated: await takeSeatOnce(record, deps) };
        }),
      () => true,
    );
    if (confirmed && !confirmed.isSeated) await takeSeat(confirmed.record, deps);
  };
  const done = work().catch((error: unknown) => {
    // The row stays unconfirmed, so the sweep ends the dialog.
    deps.events.failed('joining after ACK', error);
  });
  deps.work.track(done);
  return done;
}

/** No ACK came: "the session SHOULD be terminated by BYE" (RFC 3261 section 13.3.1.4; SIP-023). Unless it came to another replica. */
export function unacknowledged(key: DialogKey, deps: ConferenceDependencies): void {
  giveUp(key, (current) => current.state !== 'confirmed', deps);
}

/** No ACK came for the 2xx to a later INVITE. */
export function unanswered(key: DialogKey, deps: ConferenceDependencies): void {
  giveUp(key, () => true, deps);
}

function giveUp(key: DialogKey, isLost: (current: DialogRecord) => boolean, deps: ConferenceDependencies): void {
  const ended = deps.queue
    .run(queueKey(key), async () => {
      const current = await deps.dialogs.find(key);
      if (!current || !isLost(current)) return;
      await endDialog(current, { cause: 'failed', byeReason: { cause: 408, text: 'no ACK' } }, deps);
    })
    .catch((error: unknown) => {
      deps.events.failed('ending an unacknowledged session', error);
    });
  deps.work.track(ended);
}

/** The ACK of a later INVITE whose 2xx held our offer: its answer takes effect; without a usable one the session ends. */
export function answered(key: DialogKey, ack: SipRequest, deps: ConferenceDependencies): void {
  const taken = deps.queue
    .run(queueKey(key), async () => {
      const current = await deps.dialogs.find(key);
      if (!current) return;
      if (isUnchangedAnswer(current.media.remoteSdp, ack.body)) return;
      const media = await takeAnswer(current, ack, deps);
      if (media) await changeDialog(deps.dialogs, key, (row) => ({ ...row, media }));
    })
    .catch((error: unknown) => {
      deps.events.failed('taking an answer', error);
    });
  deps.work.track(taken);
}

/** The row is confirmed; undefined when it was so already, or is gone. */
async function confirm(
  seen: DialogRecord,
  ack: SipRequest,
  deps: ConferenceDependencies,
): Promise<DialogRecord | undefined> {
  // Mostly nobody has changed the row since the 2xx.
  const confirmed = seen.state === 'awaiting-ack' ? await deps.dialogs.confirm(seen) : undefined;
  return confirmed ?? confirmChanged(seen, ack, deps);
}

async function confirmChanged(
  key: DialogKey,
  ack: SipRequest,
  deps: ConferenceDependencies,
): Promise<DialogRecord | undefined> {
  const current = await deps.dialogs.find(key);
  if (!current || current.state === 'confirmed') return undefined;
  const media = current.state === 'awaiting-answer' ? await takeAnswer(current, ack, deps) : undefined;
  if (current.state === 'awaiting-answer' && !media) return undefined;
  return changeDialog(deps.dialogs, key, (row) =>
    row.state === 'confirmed' ? undefined : { ...row, state: 'confirmed', media: media ?? row.media },
  );
}

/** What an answer in the ACK changes, told to edge and room-state. Where there is none that can be used, the dialog has been ended. */
async function takeAnswer(
  record: DialogRecord,
  ack: SipRequest,
  deps: ConferenceDependencies,
): Promise<MediaRecord | undefined> {
  const answer = readAckAnswer(record.media.localSdp, ack.body);
  if (!answer.ok) {
    await endDialog(record, { cause: 'failed', byeReason: { cause: 488, text: 'no usable answer' } }, deps);
    return undefined;
  }
  const { room, chatId, edgeId } = record.media;
  const capabilities = capabilitiesOf(answer.value.peer);
  try {
    await deps.edges.update(deps.newRequestId(), edgeId, chatId, capabilities, {
      peerPath: answer.value.peer.peerPath,
      peerFingerprints: answer.value.fingerprints,
    });
    await deps.roomState.updateCapabilities(deps.newRequestId(), room, chatId, capabilities);
  } catch (error) {
    deps.events.failed('taking an answer', error, record.media);
    await endDialog(record, { cause: 'failed', byeReason: { cause: 503, text: 'session could not be set up' } }, deps);
    return undefined;
  }
  return { ...record.media, capabilities, remoteSdp: Buffer.from(ack.body).toString('utf8') };
}
