import { LeaveCause } from '@plenary/proto/chat';
import { buildDialogRequest, formatReason } from '@plenary/sip';
import type { DialogKey, DialogRecord } from '../store/interface.js';
import type { ConferenceDependencies } from './dependencies.js';

/** Why a dialog ends, as the event log and room-state know it. */
export type EndCause = 'departed' | 'failed';

/** The Reason of a BYE of ours (RFC 3326). */
export interface ByeReason {
  readonly cause: number;
  readonly text: string;
}

export interface DialogEnd {
  readonly cause: EndCause;
  /** Present where we end it. */
  readonly byeReason?: ByeReason;
}

const leaveCauses: Record<EndCause, LeaveCause> = { departed: LeaveCause.DEPARTED, failed: LeaveCause.FAILED };

/** Named by its row; with `media` where that is newer than the row's. */
type DialogToEnd = DialogKey & { readonly media?: DialogRecord['media'] };

/**
 * Ends a dialog: its row goes, a BYE goes out where the end is ours, the edge closes the session and room-state lets the participant leave. Of
 * several callers one does it. Resolves when the row is gone; telling the others goes on, again and again for a while.
 */
export async function endDialog(dialog: DialogToEnd, end: DialogEnd, deps: ConferenceDependencies): Promise<boolean> {
  // The database may be away for a moment; nobody would end it later.
  const taken = await deps.retries.run(
    () => deps.dialogs.take(dialog),
    () => true,
  );
  if (!taken) return false;
  const record = { ...taken, media: dialog.media ?? taken.media };
  if (end.byeReason) sendBye(record, end.byeReason, deps);
  leaveConference(record, end.cause, deps);
  return true;
}

/** BYE in the dialog of a row that was taken; nobody but a drain waits for its answer. */
export function sendBye(record: DialogRecord, reason: ByeReason, deps: ConferenceDependencies): void {
  const value = formatReason({ protocol: 'SIP', cause: reason.cause, text: reason.text, params: [] });
  const send = async (): Promise<void> => {
    const { request, nextHop } = buildDialogRequest(record.dialog, 'BYE', { headers: [['Reason', value]] });
    const targets = await deps.targetsFor(record, nextHop);
    if (targets.length === 0) return;
    await new Promise<void>((resolve) => {
      deps.userAgent().request(request, targets, {
        onFinal: () => {
          resolve();
        },
      });
    });
  };
  const sending = send().catch((error: unknown) => {
    deps.events.failed('sending BYE', error, record.media);
  });
  deps.work.track(sending);
}

/** Tells the edge and room-state that the endpoint is gone. */
function leaveConference(record: DialogRecord, cause: EndCause, deps: ConferenceDependencies): void {
  const { media } = record;
  deps.events.left(media, cause);
  const leaveId = deps.newRequestId();
  const closeId = deps.newRequestId();
  const tell = (what: string, work: () => Promise<unknown>): void => {
    const told = deps.retries.run(work).catch((error: unknown) => {
      deps.events.failed(what, error, media);
    });
    deps.work.track(told);
  };
  tell('leaving a room', () => deps.roomState.leave(leaveId, media.room, media.chatId, leaveCauses[cause]));
  tell('closing a session', () => deps.edges.closeSession(closeId, media.edgeId, media.chatId, leaveCauses[cause]));
}
