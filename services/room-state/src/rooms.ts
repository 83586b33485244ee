import type { EndpointCapabilities, LeaveCause, Participant, RoomPolicy } from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import { shardId } from '@plenary/bus';
import type { Clock } from '@plenary/service';
import { identityEquals, type ChatId, type ConferenceUri, type RoomId } from '@plenary/wire';
import { conferenceUri, hostOf, userKeyOf, xconUserId } from './conference-uri.js';
import type { Events } from './events.js';
import { newChatId, newParticipantId, newRoomId, newTag, type RandomBytes } from './ids.js';
import type { StatePublisher } from './producers/state-events.js';
import type { RefusalCode, RoomCommand } from './room/command.js';
import { prepareNickname, type NicknameProfile } from './room/nickname.js';
import { blueprint, type Blueprint } from './room/policy.js';
import { participantMessage, resolveParticipant, roomHead, roomView, seatedParticipant } from './room/roster.js';
import type { RoomState } from './room/state.js';
import type { Answer, RoomQueue } from './room-queue.js';
import type { RoomStore } from './store/interface.js';

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
  | { readonly kind: 'refused'; readonly code: EntryRefusal };

/** What a command that changes one endpoint or the room came to. */
export type Change =
  | { readonly kind: 'done'; readonly version: bigint; readonly room: RoomState | undefined }
  | { readonly kind: 'refused'; readonly code: RefusalCode | 'no-such-room' };

/** The event of a change that promises an order with the messages is not in the log yet; the change itself is kept. */
export class NotYetPublished extends Error {
  override readonly name = 'NotYetPublished';
}

export interface RoomsOptions {
  readonly store: RoomStore;
  readonly publisher: StatePublisher;
  readonly queue: RoomQueue;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: Events;
  readonly nicknames: { readonly profile: NicknameProfile; readonly reservedKeys: ReadonlySet<string> };
  readonly domain: string;
  readonly shards: number;
  /** Blueprint of a room made by entering its URI; undefined: none is made so. */
  readonly adHoc: 'open' | 'logged' | undefined;
  readonly roomsPerUserMax: number;
  readonly seatMs: number;
}

/** What room-state does for its callers, whatever they call it by. */
export class Rooms {
  constructor(private readonly options: RoomsOptions) {}

  /** Lets a user in: makes the room where the ad-hoc blueprint may, takes a seat. Req: ROOM-001, ROOM-004, ROOM-005. */
  async admit(entry: Entry): Promise<EntryAnswer> {
    const { random, seatMs } = this.options;
    const userKey = userKeyOf(entry.userUri);
    if (userKey === undefined) return { kind: 'refused', code: 'bad-identity' };
    const uri = conferenceUri(entry.conferenceUri);
    if (uri === undefined) return { kind: 'refused', code: 'unknown-room' };
    const found = await this.#roomFor(uri, userKey);
    if (typeof found !== 'string') return found;
    const seat = {
      chatId: newChatId(random),
      pid: newParticipantId(random),
      userId: xconUserId(entry.userUri),
      userKey,
      entity: entry.userUri,
      identities: [...new Set([entry.userUri, ...entry.identities])],
      displayName: entry.displayName,
      capabilities: entry.capabilities,
    };
    const command: RoomCommand = { kind: 'admit', seat, seatMs };
    const { outcome, room } = await this.options.queue.ask(found, { command, requestId: entry.requestId });
    switch (outcome.kind) {
      case 'no-such-room':
        return { kind: 'refused', code: 'unknown-room' };
      case 'refused':
        return { kind: 'refused', code: outcome.code };
      case 'done':
        return admitted(room, seat.chatId, userKey, seatMs);
      case 'repeated':
        return admitted(room, outcome.chatId, userKey, seatMs);
      default:
        return outcome satisfies never;
    }
  }

  /** The join is confirmed, or the endpoint is at another edge now. */
  join(room: RoomId, chatId: ChatId, edgeId: string): Promise<Change> {
    return this.#change(room, { kind: 'join', chatId, edgeId }, '');
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

  /** Answered once the log has it: what is stored before it falls under the old rule, what comes after under the new. */
  async setLogging(room: RoomId, on: boolean): Promise<Change> {
    return this.#ordered(room, { kind: 'set-logging', on });
  }

  /** Answered once the log has it. */
  async changePolicy(room: RoomId, policy: RoomPolicy): Promise<Change> {
    return this.#ordered(room, { kind: 'change-policy', policy });
  }

  /** Everybody is out and the URI stays taken. Answered once the log has it. Req: ROOM-013. */
  async close(room: RoomId, reason: string): Promise<Change> {
    return this.#ordered(room, { kind: 'close', reason });
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

  /** Makes a room unless its URI is taken; the id of the one that is there. `createdBy`: user key, empty: the system. */
  async ensureRoom(uri: ConferenceUri, form: Blueprint, createdBy: string): Promise<RoomId> {
    const { store, clock, random, shards, events, publisher } = this.options;
    const id = newRoomId(clock.nowMs(), random);
    const shard = shardId(Math.floor((readUint32(random(4)) / 2 ** 32) * shards));
    const made = await store.createRoom({
      id,
      conferenceUri: uri,
      shard,
      tag: newTag(random),
      blueprint: form,
      createdBy,
    });
    if (made.events.length > 0) {
      events.roomCreated(made.room, createdBy === '' ? 'demo' : 'user');
      void publisher.publish(shard, made.events);
    }
    return made.room;
  }

  async #roomFor(uri: ConferenceUri, userKey: string): Promise<RoomId | Extract<EntryAnswer, { kind: 'refused' }>> {
    const { store, adHoc, domain, roomsPerUserMax } = this.options;
    const known = await store.findRoom(uri);
    if (known !== undefined) return known;
    if (hostOf(uri) !== domain.toLowerCase()) return { kind: 'refused', code: 'unknown-room' };
    if (adHoc === undefined) return { kind: 'refused', code: 'unknown-room' };
    if (roomsPerUserMax > 0 && (await store.countRoomsOf(userKey)) >= roomsPerUserMax)
      return { kind: 'refused', code: 'quota' };
    return this.ensureRoom(uri, blueprint(adHoc), userKey);
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
  if (outcome.kind === 'refused') return outcome;
  return { kind: 'done', version: outcome.version, room };
}

/** Builds the answer to an entry whose seat (or endpoint, if it has joined meanwhile) is in `room`. */
function admitted(
  room: RoomState | undefined,
  chatId: ChatId | undefined,
  userKey: string,
  seatMs: number,
): EntryAnswer {
  if (room === undefined || chatId === undefined) return { kind: 'refused', code: 'seat-lapsed' };
  const seat = room.desk.seats.get(chatId);
  const owner = room.owners.get(chatId) ?? seat?.pid;
  const present = owner === undefined ? undefined : room.participants.get(owner);
  const participant =
    seat !== undefined && seat.userKey === userKey
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

function readUint32(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0);
}
