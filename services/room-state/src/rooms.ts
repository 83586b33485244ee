import type { EndpointCapabilities, LeaveCause, Participant } from '@plenary/proto/chat';
import type { CallFailure, RoomView } from '@plenary/proto/roomstate';
import type { Clock } from '@plenary/service';
import { identityEquals, type ChatId, type RoomId } from '@plenary/wire';
import { conferenceUri } from './conference-uri.js';
import type { NicknameAllocator } from './conference/nickname-allocator.js';
import type { Entrance, Entry, EntryAnswer } from './entrance.js';
import type { Events } from './events.js';
import { NotYetPublished } from './not-yet-published.js';
import type { RefusalCode, RoomCommand } from './room/command.js';
import { participantMessage, resolveParticipant, roomHead, roomView } from './room/roster.js';
import type { RoomState } from './room/state.js';
import type { Answer, RoomQueue } from './room-queue.js';
import type { RoomStore } from './store/interface.js';

/** What a command that changes one endpoint or the room came to. */
export type Change =
  | { readonly kind: 'done'; readonly version: bigint; readonly room: RoomState | undefined }
  | { readonly kind: 'refused'; readonly code: RefusalCode | 'no-such-room' };

export interface RoomsOptions {
  readonly store: RoomStore;
  readonly queue: RoomQueue;
  readonly clock: Clock;
  readonly events: Events;
  readonly entrance: Entrance;
  readonly nicknames: Pick<NicknameAllocator, 'prepare'>;
  /** To be told when somebody may have made a conference begin. */
  readonly began: (room: RoomState) => void;
}

/** What room-state does for its callers, whatever they call it by. */
export class Rooms {
  constructor(private readonly options: RoomsOptions) {}

  /** Lets a user in, or says why not. */
  admit(entry: Entry): Promise<EntryAnswer> {
    return this.options.entrance.admit(entry);
  }

  /** The join is confirmed, or the endpoint is at another edge now. */
  async join(room: RoomId, chatId: ChatId, edgeId: string): Promise<Change> {
    const change = await this.#change(room, { kind: 'join', chatId, edgeId }, '');
    // A document changes with a join only when that makes the conference active.
    const state = change.kind === 'done' ? change.room : undefined;
    if (state !== undefined && state.documentVersion === state.version) this.options.began(state);
    return change;
  }

  /** Spec: RFC 7701 §4.1 (quarantine). Req: ROOM-011, NICK-012. */
  leave(room: RoomId, chatId: ChatId, cause: LeaveCause): Promise<Change> {
    return this.#change(room, { kind: 'leave', chatId, cause }, '');
  }

  /** Spec: RFC 7701 §7. Req: NICK-002..NICK-012. */
  async claimNickname(
    room: RoomId,
    chatId: ChatId,
    nickname: string,
    requestId: string,
  ): Promise<{ readonly change: Change; readonly nickname: string }> {
    const { events, nicknames } = this.options;
    const asked = nicknames.prepare(nickname);
    const change = await this.#change(room, { kind: 'claim-nickname', chatId, asked }, requestId);
    events.nicknameAsked(change.kind === 'done' ? 'ok' : nicknameLabel(change.code));
    return { change, nickname: asked.kind === 'claim' ? asked.nickname : '' };
  }

  updateCapabilities(
    room: RoomId,
    chatId: ChatId,
    capabilities: EndpointCapabilities,
    requestId: string,
  ): Promise<Change> {
    return this.#change(room, { kind: 'update-capabilities', chatId, capabilities }, requestId);
  }

  /** A call into the room did not end in a join. */
  reportCall(room: RoomId, callId: string, failure: CallFailure): Promise<Change> {
    return this.#change(room, { kind: 'report-call', callId, failure }, '');
  }

  /** Answered once the log has it: what is stored before it falls under the old rule, what comes after under the new. */
  async setLogging(room: RoomId, on: boolean): Promise<Change> {
    const since = new Date(this.options.clock.nowMs()).toISOString();
    return this.#ordered(room, { kind: 'set-logging', on, since });
  }

  /** Everybody is out and the URI stays taken. Answered once the log has it. Req: ROOM-013. */
  async close(room: RoomId, reason: string): Promise<Change> {
    return this.#ordered(room, { kind: 'close', reason, onlyUnused: false, urisFree: false });
  }

  async resolve(room: RoomId, uri: string): Promise<Participant | undefined> {
    const state = await this.options.store.readRoom(room);
    const found = state === undefined ? undefined : resolveParticipant(state, uri, identityEquals);
    return found === undefined ? undefined : participantMessage(found);
  }

  /** A closed room is not found. */
  async view(key: { readonly room: RoomId } | { readonly conferenceUri: string }): Promise<RoomView | undefined> {
    const { store } = this.options;
    const uri = 'room' in key ? undefined : conferenceUri(key.conferenceUri);
    const room = 'room' in key ? key.room : uri === undefined ? undefined : await store.findRoom(uri);
    const state = room === undefined ? undefined : await store.readRoom(room);
    return state === undefined || state.closed ? undefined : roomView(state);
  }

  async list(after: string, limit: number): Promise<RoomView[]> {
    return (await this.options.store.listRooms(after, limit)).map(roomHead);
  }

  async #change(room: RoomId, command: RoomCommand, requestId: string): Promise<Change> {
    return changeOf(await this.options.queue.ask(room, { command, requestId }));
  }

  async #ordered(room: RoomId, command: RoomCommand): Promise<Change> {
    const answer = await this.options.queue.ask(room, { command, requestId: '' });
    if (!(await answer.published)) throw new NotYetPublished('the change is kept, its event is not in the log yet');
    return changeOf(answer);
  }
}

function changeOf({ outcome, room }: Answer): Change {
  if (outcome.kind === 'no-such-room') return { kind: 'refused', code: 'no-such-room' };
  if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.code };
  return { kind: 'done', version: outcome.version, room };
}

function nicknameLabel(code: RefusalCode | 'no-such-room'): 'taken' | 'malformed' | 'reserved' | 'policy' {
  switch (code) {
    case 'nickname-in-use':
      return 'taken';
    case 'nickname-malformed':
      return 'malformed';
    case 'nickname-reserved':
      return 'reserved';
    default:
      return 'policy';
  }
}
