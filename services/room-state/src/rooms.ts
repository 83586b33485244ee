import type { EndpointCapabilities, LeaveCause, Participant } from '@plenary/proto/chat';
import type { CallFailure, RoomView } from '@plenary/proto/roomstate';
import type { Clock } from '@plenary/service';
import { identityEquals, type ChatId, type ConferenceUri, type RoomId, type ShardId } from '@plenary/wire';
import { hostOf, conferenceUri, userKeyOf } from './conference-uri.js';
import type { AdHocRooms } from './conference/ad-hoc.js';
import type { Users } from './conference/users.js';
import { findVenue } from './conference/venue.js';
import type { Events } from './events.js';
import { newChatId, newParticipantId, type RandomBytes } from './ids.js';
import { NotYetPublished } from './not-yet-published.js';
import type { PasswordCheck } from './password-check.js';
import type { Actor } from './room/actor.js';
import type { RefusalCode, RoomCommand, RoomCommandOf } from './room/command.js';
import { prepareNickname, type NicknameProfile } from './room/nickname.js';
import { participantMessage, resolveParticipant, roomHead, roomView, seatedParticipant } from './room/roster.js';
import type { RoomState, SipDialogName } from './room/state.js';
import type { Answer, RoomQueue } from './room-queue.js';
import type { Outcome, RoomStore } from './store/interface.js';

/** Why an entry is refused: the room's own reasons, and those of rooms that are not there. */
export type EntryRefusal = RefusalCode | 'unknown-room' | 'create-forbidden' | 'quota' | 'bad-identity';

export interface Entry {
  readonly requestId: string;
  readonly conferenceUri: string;
  /** Authenticated AOR. */
  readonly userUri: string;
  readonly identities: readonly string[];
  readonly displayName: string;
  readonly capabilities: EndpointCapabilities;
  readonly systemRoles?: readonly string[];
  /** undefined: none came. */
  readonly password?: string | undefined;
  readonly contact?: string;
  readonly label?: string;
  /** The call of ours it answers; empty: it came by itself. */
  readonly callId?: string;
  /** The decided admission it goes on from; empty: a new one. */
  readonly pendingChatId?: string;
  readonly dialog?: SipDialogName | undefined;
  /** The user is known by its claim alone. */
  readonly unauthenticated?: boolean;
}

export type EntryAnswer =
  | {
      readonly kind: 'admitted';
      /** Without its roster: an entry costs the same however many are in the room. */
      readonly room: RoomView;
      readonly participant: Participant;
      readonly chatId: ChatId;
      readonly seatMs: number;
    }
  /** A moderator decides. */
  | { readonly kind: 'pending'; readonly room: RoomId; readonly shard: ShardId; readonly chatId: ChatId }
  /** The room is closed, another took its place. */
  | { readonly kind: 'moved'; readonly conferenceUri: string; readonly xconUri: string }
  | { readonly kind: 'refused'; readonly code: EntryRefusal };

/** What a command that changes one endpoint or the room came to. */
export type Change =
  | { readonly kind: 'done'; readonly version: bigint; readonly room: RoomState | undefined }
  | { readonly kind: 'refused'; readonly code: RefusalCode | 'no-such-room' };

export interface RoomsOptions {
  readonly store: RoomStore;
  readonly queue: RoomQueue;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: Events;
  readonly users: Users;
  readonly passwords: PasswordCheck;
  readonly adHoc: AdHocRooms;
  readonly nicknames: { readonly profile: NicknameProfile; readonly reservedKeys: ReadonlySet<string> };
  readonly domain: string;
  readonly seatMs: number;
  /** How long somebody waits for a moderator. */
  readonly pendingMs: number;
  /** To be told when somebody may have made a conference begin. */
  readonly began: (room: RoomState) => void;
}

/** Tries of one entry with what was found out meanwhile. */
const entryTries = 4;
/** Rooms known to have lists. */
const maxListed = 10_000;

/** What room-state does for its callers, whatever they call it by. */
export class Rooms {
  /** Rooms whose lists are compared with all URIs of who enters; elsewhere those of the session do. */
  readonly #listed = new Set<RoomId>();

  constructor(private readonly options: RoomsOptions) {}

  /**
   * Lets a user in: makes the room where the ad-hoc blueprint may, takes a seat or a place in the line.
   * Req: ROOM-001, ROOM-004, ROOM-005, XCON-010, POL-006, POL-016, VENUE-002.
   */
  async admit(entry: Entry): Promise<EntryAnswer> {
    if (userKeyOf(entry.userUri) === undefined) return { kind: 'refused', code: 'bad-identity' };
    const uri = conferenceUri(entry.conferenceUri);
    if (uri === undefined) return { kind: 'refused', code: 'unknown-room' };
    const actor = await this.#actorOf(entry);
    const found = await this.#roomFor(uri, actor);
    if (typeof found !== 'string') return found;
    const answer = await this.#enter(found, entry, actor);
    if (answer.kind !== 'refused' || answer.code !== 'closed') return answer;
    // The URI may lead to another room by now; a closed one may show the way to the one that took its place.
    this.options.store.forgetUri(uri);
    const again = await this.#roomFor(uri, actor);
    if (typeof again !== 'string') return again;
    return again === found ? this.#moved(found, actor) : this.#enter(again, entry, actor);
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
    const asked = prepareNickname(nickname, nicknames.profile, nicknames.reservedKeys);
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

  /** Who enters: the XCON-USERID of its identity, where that is more than a claim. */
  async #actorOf({
    userUri,
    identities,
    unauthenticated = false,
    systemRoles = [],
    callId = '',
  }: Entry): Promise<Actor> {
    const { users } = this.options;
    const uris = [...new Set([userUri, ...identities])];
    // Whom a call reaches was decided when it was asked for.
    if (callId !== '') return { userId: '', uris, systemRoles: [], authenticated: true };
    if (!unauthenticated) return { userId: await users.idOf(uris), uris, systemRoles, authenticated: true };
    const { userId } = await users.register({ uris: [], displayText: '', email: '' });
    return { userId, uris, systemRoles: [], authenticated: false };
  }

  async #enter(room: RoomId, entry: Entry, actor: Actor): Promise<EntryAnswer> {
    for (let tried = 1; ; tried++) {
      const answer = await this.#enterOnce(room, entry, actor);
      if (answer.kind !== 'refused') return answer;
      if (answer.code === 'identities-needed') this.#noteListed(room);
      else if (answer.code !== 'password-stale') return answer;
      if (tried === entryTries) return { kind: 'refused', code: 'password-wrong' };
    }
  }

  #noteListed(room: RoomId): void {
    if (this.#listed.size >= maxListed) this.#listed.clear();
    this.#listed.add(room);
  }

  /** The URIs of the session and all others mapped to its XCON-USERID. Req: POL-012. */
  async #knownUris({ userId, uris, authenticated }: Actor): Promise<readonly string[]> {
    const user = authenticated && userId !== '' ? await this.options.users.find(userId) : undefined;
    return [...new Set([...uris, ...(user?.uris ?? [])])];
  }

  async #enterOnce(room: RoomId, entry: Entry, actor: Actor): Promise<EntryAnswer> {
    const { queue, seatMs } = this.options;
    const command = await this.#admitCommand(room, entry, actor);
    const { outcome, room: state } = await queue.ask(room, { command, requestId: entry.requestId });
    if (outcome.kind === 'no-such-room') return { kind: 'refused', code: 'unknown-room' };
    if (outcome.kind === 'refused') return { kind: 'refused', code: outcome.code };
    const chatId = chatIdOf(command, outcome);
    if (state === undefined) return { kind: 'refused', code: 'seat-lapsed' };
    const waiting = state.pending.get(chatId);
    if (waiting !== undefined) return { kind: 'pending', room, shard: state.shard, chatId };
    return admitted(state, chatId, seatMs);
  }

  async #admitCommand(room: RoomId, entry: Entry, actor: Actor): Promise<RoomCommandOf<'admit'>> {
    const { random, seatMs, pendingMs, store, passwords } = this.options;
    const { displayName, capabilities, contact = '', label = '', callId = '', dialog, password } = entry;
    const { userId, uris, authenticated, systemRoles } = actor;
    const hash = password === undefined ? '' : ((await store.readRoom(room))?.passwordHash ?? '');
    const proof = await passwords.prove(hash, password, { source: authenticated ? userId : contact, room });
    const isListed = this.#listed.has(room);
    const known = isListed ? await this.#knownUris(actor) : uris;
    const pendingChatId = entry.pendingChatId === '' ? undefined : (entry.pendingChatId as ChatId | undefined);
    return {
      kind: 'admit',
      seat: {
        chatId: newChatId(random),
        pid: newParticipantId(random),
        userId: userId as RoomCommandOf<'admit'>['seat']['userId'],
        userKey: userId,
        identities: uris,
        aors: known,
        displayName,
        unauthenticated: !authenticated,
        capabilities,
        contact,
        label,
        callId,
        dialog,
        joiningMethod: 'dialed-in',
      },
      isResolved: isListed || !authenticated,
      systemRoles,
      password: proof,
      seatMs,
      pendingMs,
      pendingChatId,
    };
  }

  /** Where who was entitled to a closed room is shown. Req: VENUE-002, VENUE-005, VENUE-006. */
  async #moved(room: RoomId, actor: Actor): Promise<EntryAnswer> {
    const { store } = this.options;
    const closed = await store.readRoom(room);
    const venue = closed === undefined ? undefined : await findVenue(store, closed, actor);
    if (venue === undefined) return { kind: 'refused', code: 'closed' };
    return { kind: 'moved', conferenceUri: venue.conferenceUri ?? '', xconUri: venue.xconUri };
  }

  async #roomFor(
    uri: ConferenceUri,
    actor: Actor,
  ): Promise<RoomId | Extract<EntryAnswer, { readonly kind: 'refused' }>> {
    const { store, adHoc, domain } = this.options;
    const known = await store.findRoom(uri);
    if (known !== undefined) return known;
    if (hostOf(uri) !== domain.toLowerCase()) return { kind: 'refused', code: 'unknown-room' };
    const made = await adHoc.make(uri, actor);
    return made.kind === 'made' ? made.room : { kind: 'refused', code: made.kind };
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

/** The chat-ID of the answer: of the first time where the request is a repeat, the one that was waited with where it was decided on. */
function chatIdOf(
  { seat, pendingChatId }: RoomCommandOf<'admit'>,
  outcome: Extract<Outcome, { readonly kind: 'done' | 'repeated' }>,
): ChatId {
  if (pendingChatId !== undefined) return pendingChatId;
  return outcome.kind === 'repeated' ? (outcome.chatId ?? seat.chatId) : seat.chatId;
}

/** Builds the answer to an entry whose seat (or endpoint, if it has joined meanwhile) is in `room`. */
function admitted(room: RoomState, chatId: ChatId, seatMs: number): EntryAnswer {
  const seat = room.desk.seats.get(chatId);
  const owner = room.owners.get(chatId) ?? seat?.pid;
  const present = owner === undefined ? undefined : room.participants.get(owner);
  const participant =
    seat !== undefined
      ? seatedParticipant(seat, present)
      : present === undefined
        ? undefined
        : participantMessage(present);
  if (participant === undefined) return { kind: 'refused', code: 'seat-lapsed' };
  return { kind: 'admitted', room: roomHead(room), participant, chatId, seatMs };
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
