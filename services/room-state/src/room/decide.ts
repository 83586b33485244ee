import { LeaveCause } from '@plenary/proto/chat';
import type { ChatId, ParticipantId } from '@plenary/wire';
import type { RefusalCode, RoomCommand } from './command.js';
import type { RoomEvent } from './event.js';
import type { PreparedNickname } from './nickname.js';
import { isMember, maxSessionsPerUser, rolesOf, type SameIdentity } from './policy.js';
import { occupancy, type EndpointState, type ParticipantState, type RoomState, type Seat } from './state.js';

/** What a command comes to: events (none: it holds already), or a refusal that changes nothing. */
export type Decision =
  | { readonly kind: 'events'; readonly events: readonly RoomEvent[] }
  | { readonly kind: 'refused'; readonly code: RefusalCode };

/** What the rules need from outside. */
export interface DecideContext {
  readonly nowMs: number;
  readonly sameIdentity: SameIdentity;
}

/**
 * The rules of a room: command → events or refusal. Pure; the caller has the room to itself (row lock) and applies the
 * events. Repeating a command that has had its effect gives no events.
 *
 * Spec: RFC 7701 §4.1, §7; RFC 4353 §5. Req: ROOM-001, ROOM-015, ROOM-019, NICK-002..NICK-012.
 */
export function decide(state: RoomState, command: RoomCommand, context: DecideContext): Decision {
  if (state.closed) return command.kind === 'leave' ? events() : refused('closed');
  switch (command.kind) {
    case 'admit':
      return admit(state, command, context);
    case 'join':
      return join(state, command.chatId, command.edgeId, context);
    case 'leave':
      return leave(state, command.chatId, command.cause, context);
    case 'claim-nickname':
      return claimNickname(state, command.chatId, command.asked, context);
    case 'update-capabilities':
      return updateCapabilities(state, command);
    case 'change-policy':
      return events({ kind: 'policy-changed', policy: command.policy });
    case 'set-logging':
      return state.policy.logged === command.on ? events() : events({ kind: 'logging-changed', on: command.on });
    case 'start-epoch':
      return command.epoch <= state.epoch
        ? events()
        : events({ kind: 'epoch-started', epoch: command.epoch, tag: command.tag });
    case 'close':
      return events({ kind: 'room-closed', reason: command.reason });
    default:
      return command satisfies never;
  }
}

function admit(
  state: RoomState,
  { seat: asked, seatMs }: Extract<RoomCommand, { kind: 'admit' }>,
  { nowMs, sameIdentity }: DecideContext,
): Decision {
  const pid = state.desk.remembered.get(asked.userKey) ?? asked.pid;
  const present = state.participants.get(pid);
  const roles = rolesOf(state.access, asked.identities, sameIdentity);
  if (state.policy.locked && present === undefined) return refused('locked');
  if (!isMember(state.access, asked.identities, sameIdentity)) return refused('not-a-member');
  const maximum = state.policy.maximumUserCount;
  if (maximum > 0 && occupancy(state) >= maximum) return refused('full');
  if (present !== undefined && !mayAddSession(state, present)) return refused('too-many-sessions');
  return events({ kind: 'seat-taken', seat: { ...asked, pid, roles, expiresAtMs: nowMs + seatMs } });
}

function join(state: RoomState, chatId: ChatId, edgeId: string, { nowMs }: DecideContext): Decision {
  const owner = state.owners.get(chatId);
  if (owner !== undefined) {
    const joined = ownEndpoint(state, owner, chatId);
    if (joined?.edgeId === edgeId) return events();
    return events({ kind: 'endpoint-moved', pid: owner, chatId, edgeId });
  }
  const seat = state.desk.seats.get(chatId);
  if (seat === undefined) return refused('no-such-endpoint');
  if (seat.expiresAtMs <= nowMs) return refused('seat-lapsed');
  const present = state.participants.get(seat.pid);
  if (present !== undefined && !mayAddSession(state, present)) return refused('too-many-sessions');
  const participant = withEndpoint(seat, present, edgeId);
  const happened: RoomEvent[] = [{ kind: 'joined', participant, chatId }];
  if (state.access.sessions === 'replace' && present !== undefined) {
    let rest = participant;
    for (const { chatId: old } of present.endpoints) {
      const { events: gone, rest: after } = endpointLeaves(state, rest, old, LeaveCause.REPLACED, nowMs);
      happened.push(...gone);
      rest = after;
    }
  }
  return events(...happened);
}

/** ROOM-015: several sessions of one user by policy, and never more than events can carry. */
function mayAddSession({ access }: RoomState, present: ParticipantState): boolean {
  if (access.sessions === 'replace') return true;
  return access.sessions === 'many' && present.endpoints.length < maxSessionsPerUser;
}

function withEndpoint(seat: Seat, present: ParticipantState | undefined, edgeId: string): ParticipantState {
  const { chatId, capabilities, pid, userId, userKey, roles } = seat;
  const endpoint: EndpointState = { chatId, edgeId, capabilities, nickname: '', nickKey: '' };
  return {
    pid,
    userId,
    userKey,
    entity: present?.entity ?? seat.entity,
    identities: [...new Set([...(present?.identities ?? []), ...seat.identities])],
    displayName: seat.displayName === '' ? (present?.displayName ?? '') : seat.displayName,
    roles,
    nickname: present?.nickname ?? '',
    endpoints: [...(present?.endpoints ?? []), endpoint],
  };
}

function leave(state: RoomState, chatId: ChatId, cause: LeaveCause, { nowMs }: DecideContext): Decision {
  const owner = state.owners.get(chatId);
  const participant = owner === undefined ? undefined : state.participants.get(owner);
  if (participant !== undefined) return events(...endpointLeaves(state, participant, chatId, cause, nowMs).events);
  return state.desk.seats.has(chatId) ? events({ kind: 'seat-returned', chatId }) : refused('no-such-endpoint');
}

function endpointLeaves(
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

function claimNickname(state: RoomState, chatId: ChatId, asked: PreparedNickname, { nowMs }: DecideContext): Decision {
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
      const holder = state.desk.nicknames.get(nickKey);
      const quarantineOver = holder?.heldUntilMs !== undefined && holder.heldUntilMs <= nowMs;
      if (holder !== undefined && holder.userKey !== participant.userKey && !quarantineOver)
        return refused('nickname-in-use');
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

function updateCapabilities(
  state: RoomState,
  { chatId, capabilities }: Extract<RoomCommand, { kind: 'update-capabilities' }>,
): Decision {
  const pid = state.owners.get(chatId);
  if (pid !== undefined) return events({ kind: 'capabilities-changed', pid, chatId, capabilities });
  return state.desk.seats.has(chatId)
    ? events({ kind: 'seat-changed', chatId, capabilities })
    : refused('no-such-endpoint');
}

/** The nickname of a user whose endpoints are `endpoints`: `current` while one of them holds it, else the newest's, else none. */
function rosterNickname(current: string, endpoints: readonly EndpointState[]): string {
  if (endpoints.some((endpoint) => endpoint.nickname === current)) return current;
  return endpoints.findLast((endpoint) => endpoint.nickname !== '')?.nickname ?? '';
}

/** `key` if none of `endpoints` holds it, else nothing. */
function unheldKey(key: string, endpoints: readonly EndpointState[]): string {
  return endpoints.some((endpoint) => endpoint.nickKey === key) ? '' : key;
}

function ownEndpoint(state: RoomState, pid: ParticipantId, chatId: ChatId): EndpointState | undefined {
  return state.participants.get(pid)?.endpoints.find((endpoint) => endpoint.chatId === chatId);
}

function events(...happened: readonly RoomEvent[]): Decision {
  return { kind: 'events', events: happened };
}

function refused(code: RefusalCode): Decision {
  return { kind: 'refused', code };
}
