import type { ChatId } from '@plenary/wire';
import { isConfusable } from './confusable.js';
import { events, refused, type DecideContext, type Decision } from './decision.js';
import type { PreparedNickname } from './nickname.js';
import { rosterNickname, unheldKey } from './leaving.js';
import type { RoomState } from './state.js';

/** Is a nickname anybody else's, by its comparison key? Req: NICK-006, NICK-012, NICK-X-005, NICK-X-014. */
export function isTaken({ desk }: Pick<RoomState, 'desk'>, nickKey: string, userKey: string, nowMs: number): boolean {
  if (desk.claims.get(nickKey)?.some((other) => other !== userKey) === true) return true;
  const holder = desk.nicknames.get(nickKey);
  if (holder === undefined || holder.userKey === userKey) return false;
  return holder.heldUntilMs === undefined || holder.heldUntilMs > nowMs;
}

/** Spec: RFC 7701 §7. Req: NICK-002..NICK-012. */
export function claimNickname(
  state: RoomState,
  chatId: ChatId,
  asked: PreparedNickname,
  { nowMs }: DecideContext,
): Decision {
  const pid = state.owners.get(chatId);
  const participant = pid === undefined ? undefined : state.participants.get(pid);
  const endpoint = participant?.endpoints.find((own) => own.chatId === chatId);
  if (participant === undefined || endpoint === undefined) return refused('no-such-endpoint');
  if (!state.policy.nicknames) return refused('nicknames-off');
  const others = participant.endpoints.filter((own) => own !== endpoint);
  switch (asked.kind) {
    case 'malformed':
      return refused('nickname-malformed');
    case 'reserved':
      return refused('nickname-reserved');
    case 'remove':
      if (endpoint.nickKey === '') return events();
      return events({
        kind: 'nickname-changed',
        pid: participant.pid,
        chatId,
        nickname: '',
        nickKey: '',
        rosterNickname: rosterNickname(participant.nickname, others),
        releasedKey: unheldKey(endpoint.nickKey, others),
      });
    case 'claim': {
      const { nickname, nickKey } = asked;
      if (isTaken(state, nickKey, participant.userKey, nowMs)) return refused('nickname-in-use');
      if (isConfusable(state, nickname, participant.userKey)) return refused('nickname-in-use');
      if (endpoint.nickname === nickname && participant.nickname === nickname) return events();
      return events({
        kind: 'nickname-changed',
        pid: participant.pid,
        chatId,
        nickname,
        nickKey,
        rosterNickname: nickname,
        releasedKey: endpoint.nickKey === nickKey ? '' : unheldKey(endpoint.nickKey, others),
      });
    }
    default:
      return asked satisfies never;
  }
}
