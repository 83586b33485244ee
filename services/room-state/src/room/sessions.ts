import { Direction, LeaveCause } from '@plenary/proto/chat';
import type { ChatId, ParticipantId } from '@plenary/wire';
import { withActive } from '@plenary/xcon';
import { entryRoles, type Actor } from './actor.js';
import { pendingEnds } from './calls.js';
import type { RoomCommand } from './command.js';
import { documentEvents, mostRestrictive } from './conference/reconcile.js';
import { events, refused, type DecideContext, type Decision } from './decision.js';
import { grantedOnEntry, mayAddSession } from './entry.js';
import type { RoomEvent } from './event.js';
import { endpointLeaves } from './leaving.js';
import { isShutOut } from './rights.js';
import type { EndpointState, ParticipantState, RoomState, Seat } from './state.js';

/** The join is confirmed, or the endpoint is at another edge now. The first one makes a conference active. Req: CONF-012. */
export function join(state: RoomState, chatId: ChatId, edgeId: string, context: DecideContext): Decision {
  const { nowMs } = context;
  const owner = state.owners.get(chatId);
  if (owner !== undefined) {
    const joined = ownEndpoint(state, owner, chatId);
    if (joined?.edgeId === edgeId) return events();
    return events({ kind: 'endpoint-moved', pid: owner, chatId, edgeId });
  }
  const seat = state.desk.seats.get(chatId);
  if (seat === undefined) return refused('no-such-endpoint');
  if (seat.expiresAtMs <= nowMs) return refused('seat-lapsed');
  // CCMP-080: who was put out, or given up, while it rang does not come in by answering.
  if (seat.callId !== '' && !state.calls.has(seat.callId)) return refused('no-such-call');
  // POL-022: lists may have changed since the seat was taken.
  if (isShutOut(state, seatActor(seat))) return refused('not-a-member');
  const present = state.participants.get(seat.pid);
  if (present !== undefined && !mayAddSession(state, present)) return refused('too-many-sessions');
  const participant = withEndpoint(state, seat, present, edgeId, nowMs);
  const happened: RoomEvent[] = [{ kind: 'joined', participant, chatId }];
  if (seat.callId !== '') happened.push({ kind: 'call-gone', callId: seat.callId });
  if (state.view.policy.sessions === 'replace' && present !== undefined) {
    let rest = participant;
    for (const { chatId: old } of present.endpoints) {
      const { events: gone, rest: after } = endpointLeaves(state, rest, old, LeaveCause.REPLACED, nowMs);
      happened.push(...gone);
      rest = after;
    }
  }
  if (!state.view.active)
    happened.push(...documentEvents(state, withActive(state.document, true), activePath, { ...context, dialOut: [] }));
  return events(...happened);
}

const activePath = ['/conference-state/active'];

function seatActor({ userId, aors, roles, unauthenticated }: Seat): Actor {
  const systemRoles = roles.includes('administrator') ? ['administrator'] : [];
  return { userId, uris: aors, systemRoles, authenticated: !unauthenticated };
}

function withEndpoint(
  state: RoomState,
  seat: Seat,
  present: ParticipantState | undefined,
  edgeId: string,
  nowMs: number,
): ParticipantState {
  const { chatId, capabilities, pid, userId, userKey, anonymity, unauthenticated } = seat;
  const { contact, label, joiningMethod, dialog, callId } = seat;
  const call = callId === '' ? undefined : state.calls.get(callId);
  const roles = entryRoles(state, seatActor(seat));
  const granted = grantedTo(present, grantedOnEntry(state, roles));
  const endpoint: EndpointState = {
    chatId,
    edgeId,
    capabilities,
    contact,
    label,
    joiningMethod,
    dialog,
    callId,
    granted,
    allowed: granted,
    joinedAtMs: nowMs,
    nickname: call?.nickname ?? '',
    nickKey: call?.nickKey ?? '',
  };
  return {
    pid,
    userId,
    userKey,
    roles,
    anonymity,
    unauthenticated,
    entity: present?.entity ?? seat.entity,
    identities: [...new Set([...(present?.identities ?? []), ...seat.identities])],
    aors: [...new Set([...(present?.aors ?? []), ...seat.aors])],
    displayName: seat.displayName === '' ? (present?.displayName ?? '') : seat.displayName,
    nickname: endpoint.nickname === '' ? (present?.nickname ?? '') : endpoint.nickname,
    endpoints: [...(present?.endpoints ?? []), endpoint],
  };
}

/** A further session of somebody whom a moderator muted in all it has gets no voice either. Req: POL-018. */
function grantedTo(present: ParticipantState | undefined, onEntry: Direction): Direction {
  const others = (present?.endpoints ?? []).map(({ granted }) => mostRestrictive(onEntry, granted));
  return others.find((one) => one === onEntry || one === Direction.SENDRECV) ?? others[0] ?? onEntry;
}

export function leave(state: RoomState, chatId: ChatId, cause: LeaveCause, { nowMs }: DecideContext): Decision {
  const owner = state.owners.get(chatId);
  const participant = owner === undefined ? undefined : state.participants.get(owner);
  if (participant !== undefined) return events(...endpointLeaves(state, participant, chatId, cause, nowMs).events);
  const pending = state.pending.get(chatId);
  if (pending !== undefined) return events(...pendingEnds(state, pending, false, nowMs));
  return state.desk.seats.has(chatId) ? events({ kind: 'seat-returned', chatId }) : refused('no-such-endpoint');
}

export function updateCapabilities(
  state: RoomState,
  { chatId, capabilities }: Extract<RoomCommand, { kind: 'update-capabilities' }>,
): Decision {
  const pid = state.owners.get(chatId);
  if (pid !== undefined) return events({ kind: 'capabilities-changed', pid, chatId, capabilities });
  return state.desk.seats.has(chatId)
    ? events({ kind: 'seat-changed', chatId, capabilities })
    : refused('no-such-endpoint');
}

function ownEndpoint(state: RoomState, pid: ParticipantId, chatId: ChatId): EndpointState | undefined {
  return state.participants.get(pid)?.endpoints.find((endpoint) => endpoint.chatId === chatId);
}
