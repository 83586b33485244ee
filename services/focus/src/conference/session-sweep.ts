import {
  applyResponse,
  buildAck,
  buildDialogRequest,
  parseSessionExpires,
  readOptional,
  readSessionTimerAnswer,
  type SipRequest,
  type SipResponse,
} from '@plenary/sip';
import { roomContact } from '../signalling/headers.js';
import type { DialogRecord } from '../store/interface.js';
import { queueKey } from './acknowledge.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { roomContactUri } from './room-uri.js';
import { timerFrom } from './session-timer.js';

/** How long a claimed dialog is left alone by other replicas; more than a transaction lasts. */
const leaseMs = 40_000;
const batch = 100;

/**
 * Dialogs whose session timer is due (RFC 4028 section 10; SIP-032): ours to refresh get an UPDATE (or re-INVITE), the others have not been refreshed in time and
 * end. Any replica does it for all. Resolves with how many were due.
 */
export async function sweepSessionTimers(deps: ConferenceDependencies): Promise<number> {
  const due = await deps.dialogs.claimDue(deps.clock.nowMs(), leaseMs, batch);
  for (const record of due) {
    const work = record.timer?.weRefresh ? refresh(record, deps) : expire(record, deps);
    work.catch((error: unknown) => {
      deps.events.failed('session timer', error, record.media);
    });
  }
  return due.length;
}

async function expire(record: DialogRecord, deps: ConferenceDependencies): Promise<void> {
  await deps.queue.run(queueKey(record), () =>
    endDialog(record, { cause: 'failed', byeReason: { cause: 408, text: 'session timer expired' } }, deps),
  );
}

async function refresh(claimed: DialogRecord, deps: ConferenceDependencies): Promise<void> {
  await deps.queue.run(queueKey(claimed), async () => {
    const record = await deps.dialogs.find(claimed);
    if (!record?.timer || record.state !== 'confirmed') return;
    const method = record.peerAllows?.includes('UPDATE') === true ? 'UPDATE' : 'INVITE';
    const contact = roomContactUri(record.media.roomUser, deps.domain, deps.sipPort(), record.flow.transport);
    const body = method === 'INVITE' ? Buffer.from(record.media.localSdp) : undefined;
    const built = buildDialogRequest(record.dialog, method, {
      headers: [
        roomContact(contact),
        ['Supported', 'timer'],
        ['Session-Expires', `${record.timer.intervalSeconds};refresher=uac`],
        ...(body ? ([['Content-Type', 'application/sdp']] as const) : []),
      ],
      ...(body ? { body } : {}),
    });
    const sent = await deps.dialogs.update({ ...record, dialog: built.dialog });
    const targets = sent ? await deps.targetsFor(record.flow, built.nextHop) : [];
    if (!sent || targets.length === 0) return;
    deps.queue.inviteOpened(queueKey(record), 'ours');
    const response = await new Promise<SipResponse>((resolve) => {
      const transaction = deps.userAgent().request(built.request, targets, {
        onFinal: (final) => {
          const sequence = built.dialog.localSequence;
          if (method === 'INVITE' && final.status < 300 && sequence !== null) {
            transaction.acknowledge(buildAck(built.dialog, sequence).request);
          }
          resolve(final);
        },
      });
    });
    deps.queue.inviteEnded(queueKey(record));
    await refreshed(sent, built.request, response, deps);
  });
}

async function refreshed(
  record: DialogRecord,
  request: SipRequest,
  response: SipResponse,
  deps: ConferenceDependencies,
): Promise<void> {
  // "If the UAC receives a 408 or 481 ... or no response at all, it SHOULD terminate the dialog" (RFC 3261 section 12.2.1.2).
  if (response.status === 408 || response.status === 481) {
    await endDialog(record, { cause: 'failed', byeReason: { cause: response.status, text: 'refresh failed' } }, deps);
    return;
  }
  if (response.status >= 300) return;
  const dialog = applyResponse(record.dialog, request, response);
  const expires = readOptional(response.headers, 'Session-Expires', parseSessionExpires);
  const agreed = readSessionTimerAnswer({
    intervalS: expires.ok ? expires.value?.seconds : undefined,
    refresher: expires.ok ? expires.value?.refresher : undefined,
  });
  const intervalSeconds = agreed?.intervalS ?? record.timer?.intervalSeconds ?? 0;
  await deps.dialogs.update({
    ...record,
    dialog: dialog.ok ? dialog.value : record.dialog,
    timer: timerFrom(intervalSeconds, agreed?.weRefresh ?? true, deps.clock.nowMs()),
  });
}
