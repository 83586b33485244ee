import { LeaveCause } from '@plenary/proto/chat';
import type { Admitted } from '@plenary/proto/roomstate';
import type { Reservation } from '../edges/interface.js';
import type { ConferenceDependencies } from './dependencies.js';

/** Undoes a join that led to nothing (ERR-007): the seat and the reservation. Never rejects: what cannot be told lapses by itself. */
export async function giveBack(
  admitted: Admitted,
  reservation: Reservation,
  deps: ConferenceDependencies,
): Promise<void> {
  await Promise.all([giveBackSeat(admitted, deps), closeReservation(admitted, reservation, deps)]);
}

/** The edge forgets the session. Never rejects. */
export async function closeReservation(
  admitted: Admitted,
  { edgeId }: Reservation,
  deps: ConferenceDependencies,
): Promise<void> {
  try {
    await deps.edges.closeSession(deps.newRequestId(), edgeId, admitted.chatId, LeaveCause.DEPARTED);
  } catch (error) {
    // An unbound reservation lapses by itself.
    deps.events.failed('closing a reservation', error, idsOf(admitted));
  }
}

/** Room-state forgets the seat. Never rejects. */
export async function giveBackSeat(admitted: Admitted, deps: ConferenceDependencies): Promise<void> {
  try {
    const room = admitted.room?.room ?? '';
    await deps.roomState.leave(deps.newRequestId(), room, admitted.chatId, LeaveCause.DEPARTED);
  } catch (error) {
    // A seat nobody takes lapses by itself.
    deps.events.failed('giving a seat back', error, idsOf(admitted));
  }
}

/** For the log. */
export function idsOf(admitted: Admitted): { room: string; pid: string; chatId: string } {
  return { room: admitted.room?.room ?? '', pid: admitted.participant?.pid ?? '', chatId: admitted.chatId };
}
