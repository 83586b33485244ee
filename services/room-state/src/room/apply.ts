import type { ChatId, ParticipantId, RoomId } from '@plenary/wire';
import type { RoomEvent, RoomEventOf } from './event.js';
import { ForkedMap } from './forked-map.js';
import type {
  CallState,
  Desk,
  EndpointState,
  NicknameHold,
  ParticipantState,
  PendingState,
  RoomState,
  Seat,
  SidebarState,
} from './state.js';
import { noteTouched } from './touched.js';

/** A room being changed by one transaction: its own fork of every map, so that a change costs the same in a large room. */
export type RoomDraft = Mutable<
  Omit<RoomState, 'participants' | 'owners' | 'pending' | 'calls' | 'sidebars' | 'desk'>
> & {
  readonly participants: ForkedMap<ParticipantId, ParticipantState>;
  readonly owners: ForkedMap<ChatId, ParticipantId>;
  readonly pending: ForkedMap<ChatId, PendingState>;
  readonly calls: ForkedMap<string, CallState>;
  readonly sidebars: ForkedMap<RoomId, SidebarState>;
  readonly desk: Mutable<Pick<Desk, 'seatCount'>> &
    Pick<Desk, 'claims'> & {
      readonly seats: Map<ChatId, Seat>;
      readonly remembered: Map<string, ParticipantId>;
      readonly nicknames: Map<string, NicknameHold>;
    };
};
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A draft of `state`, which stays as it is. */
export function draftOf(state: RoomState): RoomDraft {
  const { seats, remembered, nicknames } = state.desk;
  return {
    ...state,
    participants: ForkedMap.of(state.participants),
    owners: ForkedMap.of(state.owners),
    pending: ForkedMap.of(state.pending),
    calls: ForkedMap.of(state.calls),
    sidebars: ForkedMap.of(state.sidebars),
    desk: {
      ...state.desk,
      seats: new Map(seats),
      remembered: new Map(remembered),
      nicknames: new Map(nicknames),
    },
  };
}

/** event → state, pure. Leaves `version` alone: that counts commits, not events. Events come from `decide` only. */
export function apply(state: RoomState, event: RoomEvent): RoomState {
  const draft = draftOf(state);
  advance(draft, event);
  return draft;
}

/** The same on a draft. */
export function advance(draft: RoomDraft, event: RoomEvent): void {
  switch (event.kind) {
    case 'room-created':
      return;
    case 'seat-taken':
      draft.desk.seats.set(event.seat.chatId, event.seat);
      draft.desk.seatCount += 1;
      draft.desk.remembered.set(event.seat.userKey, event.seat.pid);
      return;
    case 'seat-returned':
      dropSeat(draft, event.chatId);
      return;
    case 'seat-changed': {
      const seat = draft.desk.seats.get(event.chatId);
      if (seat !== undefined) draft.desk.seats.set(event.chatId, { ...seat, capabilities: event.capabilities });
      return;
    }
    case 'joined':
      dropSeat(draft, event.chatId);
      draft.participants.set(event.participant.pid, event.participant);
      draft.owners.set(event.chatId, event.participant.pid);
      draft.emptySinceMs = undefined;
      return;
    case 'left':
      left(draft, event);
      return;
    case 'nickname-changed':
      nicknameChanged(draft, event);
      return;
    case 'capabilities-changed':
      changeEndpoint(draft, event.pid, event.chatId, { capabilities: event.capabilities });
      return;
    case 'endpoint-moved':
      changeEndpoint(draft, event.pid, event.chatId, { edgeId: event.edgeId });
      return;
    case 'document-changed':
      draft.document = event.document;
      draft.view = event.view;
      // The commit that is to come: the change holds from that version on.
      draft.documentVersion = draft.version + 1n;
      draft.touched = noteTouched(draft.touched, event.touched, draft.version + 1n);
      return;
    case 'password-changed':
      draft.passwordHash = event.passwordHash;
      return;
    case 'policy-changed':
      draft.policy = event.policy;
      return;
    case 'logging-changed':
      draft.policy = { ...draft.policy, logged: event.on };
      return;
    case 'media-changed':
      changeEndpoint(draft, event.pid, event.chatId, { allowed: event.allowed, granted: event.granted });
      return;
    case 'roles-changed': {
      const participant = draft.participants.get(event.pid);
      if (participant !== undefined) draft.participants.set(event.pid, { ...participant, roles: event.roles });
      return;
    }
    case 'participant-changed':
      draft.participants.set(event.participant.pid, event.participant);
      return;
    case 'pending-added':
      draft.pending.set(event.pending.chatId, event.pending);
      return;
    case 'pending-decided': {
      const pending = draft.pending.get(event.chatId);
      if (pending === undefined) return;
      if (event.admitted) draft.pending.set(event.chatId, { ...pending, admitted: true });
      else draft.pending.delete(event.chatId);
      return;
    }
    case 'pending-gone':
      draft.pending.delete(event.chatId);
      return;
    case 'call-wanted':
      draft.calls.set(event.call.callId, event.call);
      return;
    case 'call-taken': {
      const call = draft.calls.get(event.callId);
      if (call !== undefined) draft.calls.set(event.callId, { ...call, state: 'taken' });
      return;
    }
    case 'call-gone':
      draft.calls.delete(event.callId);
      return;
    case 'nickname-held':
    case 'nickname-released': {
      const { nickKey, userKey, heldUntilMs } = event;
      draft.desk.nicknames.set(nickKey, { userKey, heldUntilMs });
      return;
    }
    case 'time-checked':
      draft.timeCheckedAtMs = event.atMs;
      return;
    case 'notice':
      return;
    case 'sidebar-added':
    case 'sidebar-changed':
      draft.sidebars.set(event.sidebar.id, event.sidebar);
      return;
    case 'sidebar-gone':
      draft.sidebars.delete(event.sidebar);
      return;
    case 'epoch-started':
      draft.epoch = event.epoch;
      draft.tag = event.tag;
      return;
    case 'room-closed':
      draft.closed = true;
      draft.successor = event.successor;
      draft.emptySinceMs = undefined;
      draft.participants.clear();
      draft.owners.clear();
      draft.pending.clear();
      draft.calls.clear();
      draft.sidebars.clear();
      draft.desk.seats.clear();
      draft.desk.seatCount = 0;
      draft.desk.nicknames.clear();
      return;
    default:
      event satisfies never;
  }
}

function dropSeat(draft: RoomDraft, chatId: ChatId): void {
  if (draft.desk.seats.delete(chatId)) draft.desk.seatCount -= 1;
}

function left(draft: RoomDraft, { pid, chatId, releasedKey, heldUntilMs, atMs }: RoomEventOf<'left'>): void {
  const participant = draft.participants.get(pid);
  if (participant === undefined) return;
  draft.owners.delete(chatId);
  if (releasedKey !== '') draft.desk.nicknames.set(releasedKey, { userKey: participant.userKey, heldUntilMs });
  const endpoints = participant.endpoints.filter((endpoint) => endpoint.chatId !== chatId);
  if (endpoints.length === 0) draft.participants.delete(pid);
  else draft.participants.set(pid, { ...participant, endpoints });
  if (draft.participants.size === 0) draft.emptySinceMs = atMs;
}

function nicknameChanged(draft: RoomDraft, event: RoomEventOf<'nickname-changed'>): void {
  const { pid, chatId, nickname, nickKey, rosterNickname, releasedKey } = event;
  if (chatId !== undefined) changeEndpoint(draft, pid, chatId, { nickname, nickKey });
  const participant = draft.participants.get(pid);
  if (participant === undefined) return;
  draft.participants.set(pid, { ...participant, nickname: rosterNickname });
  if (releasedKey !== '') draft.desk.nicknames.delete(releasedKey);
  if (nickKey !== '') draft.desk.nicknames.set(nickKey, { userKey: participant.userKey, heldUntilMs: undefined });
}

function changeEndpoint(draft: RoomDraft, pid: ParticipantId, chatId: ChatId, change: Partial<EndpointState>): void {
  const participant = draft.participants.get(pid);
  if (participant === undefined) return;
  const endpoints = participant.endpoints.map((endpoint) =>
    endpoint.chatId === chatId ? { ...endpoint, ...change } : endpoint,
  );
  draft.participants.set(pid, { ...participant, endpoints });
}
