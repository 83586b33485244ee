import { queueKey } from '../signalling/dialog-queue.js';
import type { DialogRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';
import { endDialog } from './end-dialog.js';
import { refreshSession } from './session-refresh.js';

/** How long a claimed dialog is left alone by other replicas; more than a transaction lasts. */
const leaseMs = 40_000;
/** A replica that has not looked after its dialogs for so long has died. */
const othersAfterMs = 10_000;
const batch = 100;
/** Batches of one sweep: after a long standstill not everything is sent at once. */
const batches = 10;

/**
 * Dialogs that are due: ours to refresh get an UPDATE or re-INVITE (RFC 4028 section 10; SIP-032); those not refreshed in time, or never acknowledged, end. A
 * replica does it for its own, and for those of replicas that are gone. Resolves with how many were due.
 */
export async function sweepSessionTimers(deps: ConferenceDependencies): Promise<number> {
  let total = 0;
  for (let round = 0; round < batches; round++) {
    const nowMs = deps.clock.nowMs();
    const due = await deps.dialogs.claimDue({ nowMs, replica: deps.replica, othersAfterMs, leaseMs, limit: batch });
    for (const record of due) look(record, nowMs, deps);
    total += due.length;
    if (due.length < batch) break;
  }
  return total;
}

function look(record: DialogRecord, nowMs: number, deps: ConferenceDependencies): void {
  const { state, timer } = record;
  const work =
    state === 'confirmed' && timer?.weRefresh === true && nowMs < timer.endAtMs
      ? refreshSession(record, deps)
      : expire(record, nowMs, deps);
  const done = work.catch((error: unknown) => {
    deps.events.failed('session timer', error, record.media);
  });
  deps.work.track(done);
}

async function expire(claimed: DialogRecord, nowMs: number, deps: ConferenceDependencies): Promise<void> {
  await deps.queue.run(queueKey(claimed), async () => {
    const record = await deps.dialogs.find(claimed);
    if (!record) return;
    // Refreshed or acknowledged while this was on its way.
    if (record.state === 'confirmed' && record.timer && record.timer.dueAtMs > nowMs) return;
    const text = record.state === 'confirmed' ? 'session timer expired' : 'no ACK';
    await endDialog(record, { cause: 'failed', byeReason: { cause: 408, text } }, deps);
  });
}
