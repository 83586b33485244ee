import type { ChatId, ParticipantId } from '@plenary/wire';
import type { RoomEvent } from '../room/event.js';
import type { EndpointOrigin, Persona, RoomState } from '../room/state.js';
import { capabilitiesToJson, dialogToJson, seatToJson } from './json.js';

/** Who is in the room no longer. */
export interface GoneParticipant {
  readonly pid: string;
  readonly keep_until_ms: number;
}

/** What events touched: the rows that are written anew from the room as it is after them. */
export interface Touched {
  readonly chatIds: Set<ChatId>;
  readonly pids: Set<ParticipantId>;
  readonly nickKeys: Set<string>;
  /** User keys of participants who left: remembered until then. */
  readonly departures: Map<ParticipantId, number>;
  readonly callIds: Set<string>;
  /** Policy and the like. */
  head: boolean;
  document: boolean;
  timeCheckedMs: number | undefined;
  /** Set when everything goes: are its URIs free for others? */
  closed: { readonly urisFree: boolean } | undefined;
}

/** What events touched. */
export function touchedBy(happened: readonly RoomEvent[]): Touched {
  const touched: Touched = {
    chatIds: new Set(),
    pids: new Set(),
    nickKeys: new Set(),
    departures: new Map(),
    callIds: new Set(),
    head: false,
    document: false,
    timeCheckedMs: undefined,
    closed: undefined,
  };
  for (const event of happened) {
    switch (event.kind) {
      case 'seat-taken':
        touched.chatIds.add(event.seat.chatId);
        touched.departures.set(event.seat.pid, event.seat.expiresAtMs);
        break;
      case 'joined':
        touched.chatIds.add(event.chatId);
        touched.pids.add(event.participant.pid);
        break;
      case 'left':
        touched.chatIds.add(event.chatId);
        touched.pids.add(event.pid);
        if (event.releasedKey !== '') touched.nickKeys.add(event.releasedKey);
        if (event.lastEndpoint) touched.departures.set(event.pid, event.heldUntilMs);
        break;
      case 'nickname-changed':
        touched.pids.add(event.pid);
        if (event.chatId !== undefined) touched.chatIds.add(event.chatId);
        if (event.nickKey !== '') touched.nickKeys.add(event.nickKey);
        if (event.releasedKey !== '') touched.nickKeys.add(event.releasedKey);
        break;
      case 'seat-returned':
      case 'seat-changed':
      case 'capabilities-changed':
      case 'endpoint-moved':
        touched.chatIds.add(event.chatId);
        break;
      case 'media-changed':
      case 'pending-gone':
      case 'pending-decided':
        touched.chatIds.add(event.chatId);
        break;
      case 'pending-added':
        touched.chatIds.add(event.pending.chatId);
        break;
      case 'roles-changed':
        touched.pids.add(event.pid);
        break;
      case 'participant-changed':
        touched.pids.add(event.participant.pid);
        break;
      case 'nickname-held':
      case 'nickname-released':
        touched.nickKeys.add(event.nickKey);
        break;
      case 'time-checked':
        touched.timeCheckedMs = event.atMs;
        break;
      case 'call-wanted':
        touched.callIds.add(event.call.callId);
        break;
      case 'call-taken':
      case 'call-gone':
        touched.callIds.add(event.callId);
        break;
      case 'document-changed':
        touched.document = true;
        break;
      case 'password-changed':
      case 'policy-changed':
      case 'logging-changed':
        touched.head = true;
        break;
      case 'room-closed':
        touched.closed = { urisFree: event.urisFree };
        break;
      case 'room-created':
      case 'epoch-started':
      case 'notice':
      case 'sidebar-added':
      case 'sidebar-changed':
      case 'sidebar-gone':
        break;
      default:
        event satisfies never;
    }
  }
  return touched;
}

/** Rows of participants as they are after the events, and those that are gone. */
export function participantRows(
  after: RoomState,
  { pids, departures }: Touched,
): { rows: object[]; gone: GoneParticipant[] } {
  const seats = new Map([...after.desk.seats.values()].map((seat) => [seat.pid, seat] as const));
  const rows = [];
  const gone: GoneParticipant[] = [];
  for (const pid of new Set([...pids, ...departures.keys()])) {
    const present = after.participants.get(pid);
    const shown: Persona | undefined = present ?? seats.get(pid);
    const keepUntilMs = present === undefined ? departures.get(pid) : undefined;
    if (present === undefined && pids.has(pid)) {
      gone.push({ pid, keep_until_ms: keepUntilMs ?? 0 });
    } else if (shown !== undefined && (present === undefined || pids.has(pid))) {
      rows.push({
        pid,
        user_key: shown.userKey,
        user_id: shown.userId,
        entity: shown.entity,
        identities: shown.identities,
        aors: shown.aors,
        display_name: shown.displayName,
        roles: shown.roles,
        anonymity: shown.anonymity,
        unauthenticated: shown.unauthenticated,
        nickname: present?.nickname ?? '',
        keep_until_ms: keepUntilMs ?? null,
      });
    }
  }
  return { rows, gone };
}

/** Rows of endpoints, seats and those who wait, as they are after the events, and those that are gone. */
export function endpointRows(after: RoomState, { chatIds }: Touched): { rows: object[]; gone: ChatId[] } {
  const rows = [];
  const gone: ChatId[] = [];
  for (const chatId of chatIds) {
    const owner = after.owners.get(chatId);
    const seat = after.desk.seats.get(chatId) ?? after.pending.get(chatId);
    if (owner !== undefined) {
      const endpoint = after.participants.get(owner)?.endpoints.find((own) => own.chatId === chatId);
      if (endpoint === undefined) throw new Error('an endpoint has an owner that has no such endpoint');
      rows.push({
        chat_id: chatId,
        pid: owner,
        edge_id: endpoint.edgeId,
        capabilities: capabilitiesToJson(endpoint.capabilities),
        state: 'joined',
        nickname: endpoint.nickname,
        nick_key: endpoint.nickKey,
        allowed: endpoint.allowed,
        granted: endpoint.granted,
        joined_ms: endpoint.joinedAtMs,
        ...originColumns(endpoint),
      });
    } else if (seat !== undefined) {
      rows.push({
        chat_id: chatId,
        pid: seat.pid,
        edge_id: '',
        capabilities: capabilitiesToJson(seat.capabilities),
        state: after.pending.has(chatId) ? 'pending' : 'seat',
        seat_expires_ms: seat.expiresAtMs,
        seat: seatToJson(seat),
        nickname: '',
        nick_key: '',
        allowed: 0,
        granted: 0,
        joined_ms: 0,
        ...originColumns(seat),
      });
    } else gone.push(chatId);
  }
  return { rows, gone };
}

function originColumns({ label, contact, joiningMethod, dialog, callId }: EndpointOrigin): object {
  return { label, contact, joining_method: joiningMethod, dialog: dialogToJson(dialog), call_id: callId };
}
