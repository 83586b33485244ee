import type { EndpointCapabilities, Participant } from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import type { ChatId, ConferenceUri, RoomId, ShardId } from '@plenary/wire';
import { conferenceUri, hostOf, userKeyOf } from './conference-uri.js';
import type { AdHocRooms } from './conference/ad-hoc.js';
import type { Users } from './conference/users.js';
import { findVenue, wasEntitled } from './conference/venue.js';
import { newChatId, newParticipantId, type RandomBytes } from './ids.js';
import type { PasswordCheck } from './password-check.js';
import type { Actor } from './room/actor.js';
import type { RefusalCode, RoomCommandOf } from './room/command.js';
import { participantMessage, roomHead, seatedParticipant } from './room/roster.js';
import type { RoomState, SipDialogName } from './room/state.js';
import type { RoomQueue } from './room-queue.js';
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

export interface EntranceOptions {
  readonly store: RoomStore;
  readonly queue: RoomQueue;
  readonly random: RandomBytes;
  readonly users: Users;
  readonly passwords: PasswordCheck;
  readonly adHoc: AdHocRooms;
  readonly domain: string;
  readonly seatMs: number;
  /** How long somebody waits for a moderator. */
  readonly pendingMs: number;
}

/** Tries of one entry with what was found out meanwhile. */
const entryTries = 4;
/** Rooms known to have lists. */
const maxListed = 10_000;

/** The way in: finds or makes the room, finds out who enters, and asks the room. */
export class Entrance {
  /** Rooms whose lists are compared with all URIs of who enters; elsewhere those of the session do. */
  readonly #listed = new Set<RoomId>();

  constructor(private readonly options: EntranceOptions) {}

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
    return admitted(state, chatId, command.seat.userKey, seatMs);
  }

  async #admitCommand(room: RoomId, entry: Entry, actor: Actor): Promise<RoomCommandOf<'admit'>> {
    const { random, seatMs, pendingMs, store, passwords } = this.options;
    const { displayName, capabilities, contact = '', label = '', callId = '', dialog, password } = entry;
    const { userId, uris, authenticated, systemRoles } = actor;
    const hash = password === undefined ? '' : ((await store.readRoom(room))?.passwordHash ?? '');
    const proof = await passwords.prove(hash, password, {
      source: authenticated ? userId : contact,
      user: authenticated ? userId : '',
      room,
    });
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
    if (closed === undefined || !wasEntitled(closed, actor)) return { kind: 'refused', code: 'unknown-room' };
    const venue = await findVenue(store, closed, actor);
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
function admitted(room: RoomState, chatId: ChatId, userKey: string, seatMs: number): EntryAnswer {
  const held = room.desk.seats.get(chatId);
  // A repeat of somebody else's request gets nothing; whom a call reaches was decided with it.
  const seat = held !== undefined && (held.callId !== '' || held.userKey === userKey) ? held : undefined;
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
