import type { Participant } from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import type { ConferenceHead, ParticipantState, RoomState, Seat } from './state.js';

/** A participant as it stands in events and rosters. */
export function participantMessage(participant: ParticipantState): Participant {
  return {
    pid: participant.pid,
    userId: participant.userId,
    entity: participant.entity,
    identities: [...participant.identities],
    nickname: participant.nickname,
    displayName: participant.displayName,
    roles: [...participant.roles],
    endpoints: participant.endpoints.map(({ chatId, edgeId, capabilities, allowed, label }) => ({
      chatId,
      edgeId,
      capabilities,
      allowed,
      label,
    })),
  };
}

/**
 * The participant a seat will be, for the edge's session record: what is already in the room under this id, or the seat
 * alone. The seat's own endpoint is there with an empty edge id.
 */
export function seatedParticipant(seat: Seat, present: ParticipantState | undefined): Participant {
  const { pid, userId, entity, displayName, chatId, capabilities, granted, label } = seat;
  const endpoint = { chatId, edgeId: '', capabilities, allowed: granted, label };
  const known = present === undefined ? undefined : participantMessage(present);
  return {
    pid,
    userId,
    entity: known?.entity ?? entity,
    identities: [...new Set([...(known?.identities ?? []), ...seat.identities])],
    nickname: known?.nickname ?? '',
    displayName: known?.displayName ?? displayName,
    roles: [...seat.roles],
    endpoints: [...(known?.endpoints.filter((other) => other.chatId !== seat.chatId) ?? []), endpoint],
  };
}

/** The room as others see it, with everybody in it. */
export function roomView(state: RoomState): RoomView {
  return { ...roomHead(state), roster: [...state.participants.values()].map(participantMessage) };
}

/** The room without its roster, for lists. */
export function roomHead(state: ConferenceHead): RoomView {
  const { id, conferenceUri = '', shard, epoch, tag, version, policy, view } = state;
  return { room: id, conferenceUri, shard, epoch, tag, version, policy, displayText: view.displayText, roster: [] };
}

/** Who in the room is meant by `uri`: its entity or one of its identities, compared as CHAT-005 says. Spec: RFC 7701 §6.2. */
export function resolveParticipant(
  state: Pick<RoomState, 'participants'>,
  uri: string,
  equals: (one: string, other: string) => boolean,
): ParticipantState | undefined {
  for (const participant of state.participants.values())
    if (equals(participant.entity, uri) || participant.identities.some((identity) => equals(identity, uri)))
      return participant;
  return undefined;
}
