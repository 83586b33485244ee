import type { ConferenceView } from '@plenary/xcon';
import { isTaken } from '../claim-nickname.js';
import { refused, type Decision } from '../decision.js';
import { registeredNicknames } from '../registered.js';
import { unusableNickname } from '../refusal-texts.js';
import type { RoomState } from '../state.js';

/**
 * What stands against the nicknames a new persistent list registers: one the profile refuses, or one that is somebody else's, in this list,
 * in the conference, or registered anywhere in the system. Req: NICK-X-001, NICK-X-014, NICK-X-018, Q17.
 */
export function registrationFaults(
  state: Pick<RoomState, 'view' | 'desk'>,
  after: ConferenceView,
  nowMs: number,
): Decision | undefined {
  const before = new Set(registeredNicknames(state.view).map(({ nickKey, userId }) => `${userId} ${nickKey ?? ''}`));
  const owners = new Map<string, string>();
  for (const { nickKey, nickname, userId } of registeredNicknames(after)) {
    if (nickKey === undefined) return refused('bad-request', `${nickname}: ${unusableNickname}`);
    if ((owners.get(nickKey) ?? userId) !== userId) return refused('conflict', 'one nickname of two users');
    owners.set(nickKey, userId);
    if (!before.has(`${userId} ${nickKey}`) && isTaken(state, nickKey, userId, nowMs))
      return refused('conflict', 'the nickname is somebody else’s');
  }
  return undefined;
}
