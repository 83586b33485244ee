import type { LeaveCause } from '@plenary/proto/chat';
import type { ChatId } from '@plenary/wire';
import type { RoomEvent } from './event.js';
import type { EndpointState, ParticipantState, RoomState } from './state.js';

/** Everything of one participant leaves. */
export function participantLeaves(
  state: RoomState,
  participant: ParticipantState,
  cause: LeaveCause,
  nowMs: number,
): RoomEvent[] {
  const happened: RoomEvent[] = [];
  let rest = participant;
  for (const { chatId } of participant.endpoints) {
    const gone = endpointLeaves(state, rest, chatId, cause, nowMs);
    happened.push(...gone.events);
    rest = gone.rest;
  }
  return happened;
}

export function endpointLeaves(
  state: RoomState,
  participant: ParticipantState,
  chatId: ChatId,
  cause: LeaveCause,
  nowMs: number,
): { readonly events: RoomEvent[]; readonly rest: ParticipantState } {
  const { pid } = participant;
  const going = participant.endpoints.find((endpoint) => endpoint.chatId === chatId);
  const endpoints = participant.endpoints.filter((endpoint) => endpoint.chatId !== chatId);
  const nickname = rosterNickname(participant.nickname, endpoints);
  const happened: RoomEvent[] = [
    {
      kind: 'left',
      pid,
      chatId,
      cause,
      lastEndpoint: endpoints.length === 0,
      releasedKey: going === undefined ? '' : unheldKey(going.nickKey, endpoints),
      heldUntilMs: nowMs + state.policy.nicknameQuarantineSeconds * 1000,
      atMs: nowMs,
    },
  ];
  if (endpoints.length > 0 && nickname !== participant.nickname)
    happened.push({
      kind: 'nickname-changed',
      pid,
      chatId: undefined,
      nickname: '',
      nickKey: '',
      rosterNickname: nickname,
      releasedKey: '',
    });
  return { events: happened, rest: { ...participant, endpoints, nickname } };
}

/** The nickname of a user whose endpoints are `endpoints`: `current` while one of them holds it, else the newest's, else none. */
export function rosterNickname(current: string, endpoints: readonly EndpointState[]): string {
  if (endpoints.some((endpoint) => endpoint.nickname === current)) return current;
  return endpoints.findLast((endpoint) => endpoint.nickname !== '')?.nickname ?? '';
}

/** `key` if none of `endpoints` holds it, else nothing. */
export function unheldKey(key: string, endpoints: readonly EndpointState[]): string {
  return endpoints.some((endpoint) => endpoint.nickKey === key) ? '' : key;
}
