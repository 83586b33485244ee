import { nicknameSkeleton } from '@plenary/xcon';
import type { RoomState } from './state.js';

/**
 * Is a nickname easily taken for one that somebody else has here, where the conference refuses such ones?
 * Spec: RFC 7701 §11. Req: NICK-X-017.
 */
export function isConfusable(state: RoomState, nickname: string, userKey: string): boolean {
  if (state.view.policy.confusables !== 'refuse') return false;
  const skeleton = nicknameSkeleton(nickname);
  const looksAlike = (other: string): boolean => other !== '' && nicknameSkeleton(other) === skeleton;
  const inRoom = [...state.participants.values()].some(
    (participant) =>
      participant.userKey !== userKey && participant.endpoints.some((endpoint) => looksAlike(endpoint.nickname)),
  );
  const awaited = [...state.calls.values(), ...state.pending.values()];
  return inRoom || awaited.some((other) => other.userId !== userKey && looksAlike(other.nickname));
}
