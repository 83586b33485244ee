import { LeaveCause } from '@plenary/proto/chat';
import { buildDialogRequest, formatReason } from '@plenary/sip';
import { RpcError } from '@plenary/service';
import type { DialogKey, DialogRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';

/** Why a dialog ends, as the event log and room-state know it. */
export type EndCause = 'departed' | 'failed';

export interface DialogEnd {
  readonly cause: EndCause;
  /** Present where we end it: the Reason of our BYE (RFC 3326). */
  readonly byeReason?: { readonly cause: number; readonly text: string };
}

const leaveCauses: Record<EndCause, LeaveCause> = { departed: LeaveCause.DEPARTED, failed: LeaveCause.FAILED };

/** Pauses between attempts to tell the other services, milliseconds. */
const retryPausesMs = [200, 500, 1_000, 2_000, 5_000, 10_000];

/** Named by its row; with `media` where that is newer than the row's. */
type DialogToEnd = DialogKey & { readonly media?: DialogRecord['media'] };

/**
 * Ends a dialog: its row goes, a BYE goes out where the end is ours, the edge closes the session and room-state lets the participant leave. Of
 * several callers one does it. Resolves when the row is gone; telling the others goes on, again and again for a while.
 */
export async function endDialog(dialog: DialogToEnd, end: DialogEnd, deps: ConferenceDependencies): Promise<boolean> {
  const taken = await deps.dialogs.take(dialog);
  if (!taken) return false;
  const record = { ...taken, media: dialog.media ?? taken.media };
  if (end.byeReason) sendBye(record, end.byeReason, deps);
  leaveConference(record, end.cause, deps);
  return true;
}

/** BYE in the dialog of a row that was taken; nobody waits for its answer. */
export function sendBye(
  record: DialogRecord,
  reason: { cause: number; text: string },
  deps: ConferenceDependencies,
): void {
  const value = formatReason({ protocol: 'SIP', cause: reason.cause, text: reason.text, params: [] });
  const { request, nextHop } = buildDialogRequest(record.dialog, 'BYE', { headers: [['Reason', value]] });
  deps
    .targetsFor(record.flow, nextHop)
    .then((targets) => {
      if (targets.length > 0) deps.userAgent().request(request, targets, { onFinal: () => undefined });
    })
    .catch((error: unknown) => {
      deps.events.failed('sending BYE', error, record.media);
    });
}

/** Tells the edge and room-state that the endpoint is gone. */
function leaveConference(record: DialogRecord, cause: EndCause, deps: ConferenceDependencies): void {
  const { media } = record;
  deps.events.left(media, cause);
  const leaveId = deps.newRequestId();
  const closeId = deps.newRequestId();
  const told = [
    repeatedly(() => deps.roomState.leave(leaveId, media.room, media.chatId, leaveCauses[cause]), deps),
    repeatedly(() => deps.edges.closeSession(closeId, media.edgeId, media.chatId, leaveCauses[cause]), deps),
  ];
  Promise.all(told).catch((error: unknown) => {
    deps.events.failed('telling of a leave', error, media);
  });
}

/** Does it again while the other side is away; the request id makes a repetition harmless. */
async function repeatedly(work: () => Promise<unknown>, deps: ConferenceDependencies): Promise<void> {
  for (const pauseMs of retryPausesMs) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof RpcError) || !error.retryable) throw error;
    }
    await new Promise<void>((resolve) => {
      deps.clock.setTimer(pauseMs, resolve);
    });
  }
  await work();
}
