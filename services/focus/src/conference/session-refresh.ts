import {
  applyResponse,
  buildAck,
  buildDialogRequest,
  needsSips,
  glareIntervalMs,
  parseMinSe,
  parseSessionExpires,
  readOptional,
  readSessionTimerAnswer,
  type DialogRequest,
  type SipResponse,
} from '@plenary/sip';
import { queueKey } from '../signalling/dialog-queue.js';
import { allow, roomContact, supported } from '../signalling/headers.js';
import { changeDialog } from '../store/change-dialog.js';
import type { DialogKey, DialogRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { inPart } from './offer-answer.js';
import { roomContactUri } from './room-uri.js';
import { checkSeat } from './seat.js';
import { retried, timerFrom } from './session-timer.js';

/**
 * A session refresh of ours: UPDATE where the peer takes it, else a re-INVITE with what stands (RFC 4028 section 7.4, 10; SIP-032). The dialog's queue
 * is free while the answer is awaited, so that a BYE does not wait behind it.
 */
export async function refreshSession(key: DialogKey, deps: ConferenceDependencies): Promise<void> {
  const prepared = await deps.queue.run(queueKey(key), () => prepare(key, deps));
  if (!prepared) return;
  const response = await send(prepared, deps);
  await deps.queue.run(queueKey(key), () => settle(prepared, response, deps));
}

interface Prepared {
  readonly record: DialogRecord;
  readonly method: 'INVITE' | 'UPDATE';
  readonly built: DialogRequest;
  readonly localSdp: string;
}

/** The request, its CSeq taken in the row. Undefined: nothing to refresh now. */
async function prepare(key: DialogKey, deps: ConferenceDependencies): Promise<Prepared | undefined> {
  const record = await deps.dialogs.find(key);
  // An INVITE of the peer that is open refreshes the session itself.
  if (!record?.timer || record.state !== 'confirmed' || deps.requests.invite(queueKey(key)) !== undefined) {
    return undefined;
  }
  const method = record.peerAllows?.includes('UPDATE') === true ? 'UPDATE' : 'INVITE';
  const contact = roomContactUri(record.media.roomUser, deps.domain, deps.sipPort, {
    transport: record.flow.transport,
    sips: needsSips(record.dialog),
  });
  const localSdp = method === 'INVITE' ? inPart(record.media.localSdp, 'actpass') : record.media.localSdp;
  const built = buildDialogRequest(record.dialog, method, {
    headers: [
      roomContact(contact),
      allow,
      supported,
      ['Session-Expires', `${record.timer.intervalSeconds};refresher=uac`],
      ...(method === 'INVITE' ? ([['Content-Type', 'application/sdp']] as const) : []),
    ],
    ...(method === 'INVITE' ? { body: Buffer.from(localSdp) } : {}),
  });
  const sent = await deps.dialogs.update({ ...record, dialog: built.dialog });
  return sent && { record: sent, method, built, localSdp };
}

/** The final response; undefined when there is no way to the peer. */
async function send(
  { record, method, built }: Prepared,
  deps: ConferenceDependencies,
): Promise<SipResponse | undefined> {
  const targets = await deps.targetsFor(record, built.nextHop);
  if (targets.length === 0) return undefined;
  const key = queueKey(record);
  if (method === 'INVITE') deps.requests.ourInviteOpened(key);
  try {
    return await new Promise<SipResponse>((resolve) => {
      const transaction = deps.userAgent().request(built.request, targets, {
        onFinal: (final) => {
          const { localSequence } = built.dialog;
          if (method === 'INVITE' && final.status < 300 && localSequence !== null) {
            transaction.acknowledge(buildAck(built.dialog, localSequence).request);
          }
          resolve(final);
        },
      });
    });
  } finally {
    if (method === 'INVITE') deps.requests.ourInviteEnded(key);
  }
}

async function settle(
  prepared: Prepared,
  response: SipResponse | undefined,
  deps: ConferenceDependencies,
): Promise<void> {
  const { record } = prepared;
  // "If the UAC receives a 408 or 481 ... or no response at all, it SHOULD terminate the dialog" (RFC 3261 section 12.2.1.2).
  if (response?.status === 408 || response?.status === 481) {
    const byeReason = { cause: response.status, text: 'refresh failed' };
    await endDialog(record, { cause: 'failed', byeReason }, deps);
    return;
  }
  if (response && response.status < 300) {
    await refreshed(prepared, response, deps);
    return;
  }
  if (response?.status === 491) {
    // The peer made the Call-ID: its INVITE goes first (section 14.1).
    deps.clock.setTimer(glareIntervalMs(false, deps.random()), () => {
      again(record, deps);
    });
  }
  const minSe = response?.status === 422 ? readOptional(response.headers, 'Min-SE', parseMinSe) : undefined;
  const floor = minSe?.ok === true ? (minSe.value ?? 0) : 0;
  await changeDialog(deps.dialogs, record, ({ timer, ...row }) =>
    timer
      ? {
          ...row,
          timer: {
            ...retried(timer, deps.clock.nowMs()),
            intervalSeconds: Math.max(timer.intervalSeconds, floor),
          },
        }
      : undefined,
  );
}

function again(key: DialogKey, deps: ConferenceDependencies): void {
  const done = refreshSession(key, deps).catch((error: unknown) => {
    deps.events.failed('session timer', error);
  });
  deps.work.track(done);
}

async function refreshed(
  { record, method, built, localSdp }: Prepared,
  response: SipResponse,
  deps: ConferenceDependencies,
): Promise<void> {
  const expires = readOptional(response.headers, 'Session-Expires', parseSessionExpires);
  const agreed = readSessionTimerAnswer({
    intervalS: expires.ok ? expires.value?.seconds : undefined,
    refresher: expires.ok ? expires.value?.refresher : undefined,
  });
  const row = await changeDialog(deps.dialogs, record, (current) => {
    const dialog = applyResponse(current.dialog, built.request, response);
    const intervalSeconds = agreed?.intervalS ?? current.timer?.intervalSeconds ?? record.timer?.intervalSeconds ?? 0;
    return {
      ...current,
      dialog: dialog.ok ? dialog.value : current.dialog,
      media: method === 'INVITE' ? { ...current.media, localSdp } : current.media,
      timer: timerFrom(intervalSeconds, agreed?.weRefresh ?? true, deps.clock.nowMs()),
    };
  });
  if (row) checkSeat(row, deps);
}
