import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { RoomState } from '@plenary/focus';
import {
  Endpoint,
  RoomPolicy,
  type EndpointCapabilities,
  type LeaveCause,
  type Participant,
} from '@plenary/proto/chat';
import { Refusal, type AdmitRequest, type AdmitResponse, type RoomView } from '@plenary/proto/roomstate';
import { RpcError } from '@plenary/service';
import { FakeDocuments } from './fake-documents.js';

/** Methods a test may make fail. */
export type RoomStateCall = keyof RoomState;

/** Room-state as the focus sees it: rooms and seats in memory, every call on record. */
export class FakeRoomState implements RoomState {
  readonly calls: { readonly call: RoomStateCall; readonly chatId?: string; readonly detail?: unknown }[] = [];
  /** Calls that fail as if nobody listened. */
  readonly away = new Set<RoomStateCall>();
  /** Room user part → why nobody gets in. */
  readonly refusals = new Map<string, Refusal>();
  /** Room user part → conference URI of the room that took its place. */
  readonly successors = new Map<string, string>();
  /** Room user part → nobody gets in before a moderator has decided. */
  readonly confirming = new Set<string>();
  /** Places a moderator has let in. */
  readonly letIn = new Set<string>();
  /** chat-ID of who was last told to wait. */
  lastPlace = '';
  /** Calls a replica has taken; a second one is refused. */
  readonly takenCalls = new Set<string>();
  readonly documents = new FakeDocuments();
  /** Awaited before a seat is given. */
  beforeAdmit: () => Promise<void> = () => Promise.resolve();
  /** chat-ID → whether its owner has joined. */
  readonly seats = new Map<string, { joined: boolean; edgeId: string; readonly userUri: string }>();
  readonly capabilities = new Map<string, EndpointCapabilities>();
  readonly knownRooms = new Set(['lobby', 'minutes']);
  #chats = 0;

  credential: RoomState['credential'] = async (username, realm, algorithm) => {
    this.#note('credential');
    if (username.startsWith('nobody')) return Promise.resolve(undefined);
    const hash = createHash(algorithm === 'MD5' ? 'md5' : 'sha256');
    const ha1 = hash.update(`${username}:${realm}:${username}`).digest('hex');
    return Promise.resolve({ ha1, identities: [`sip:${username}@${realm}`], systemRoles: [] });
  };

  async admit(request: AdmitRequest): Promise<AdmitResponse> {
    this.#note('admit', undefined, request);
    await this.beforeAdmit();
    const successor = this.successors.get(userOf(request.conferenceUri));
    if (successor !== undefined)
      return { result: { $case: 'moved', value: { conferenceUri: successor, xconUri: '' } } };
    const room = this.#view(request.conferenceUri);
    const refused = this.refusals.get(userOf(request.conferenceUri)) ?? (room ? undefined : Refusal.UNKNOWN_ROOM);
    if (refused !== undefined || !room) {
      return { result: { $case: 'refused', value: refused ?? Refusal.UNKNOWN_ROOM } };
    }
    if (request.callId !== '') {
      if (this.takenCalls.has(request.callId)) return { result: { $case: 'refused', value: Refusal.NO_SUCH_CALL } };
      this.takenCalls.add(request.callId);
    }
    this.#chats += 1;
    if (this.confirming.has(userOf(request.conferenceUri)) && !this.letIn.has(request.pendingChatId)) {
      const chatId =
        request.pendingChatId === '' ? `wait${String(this.#chats).padStart(8, '0')}` : request.pendingChatId;
      this.lastPlace = chatId;
      return { result: { $case: 'pending', value: { room: room.room, chatId, shard: room.shard } } };
    }
    const chatId = `chat${String(this.#chats).padStart(8, '0')}`;
    this.seats.set(chatId, { joined: false, edgeId: '', userUri: request.userUri });
    const participant = this.#participant(chatId, request.userUri);
    return { result: { $case: 'admitted', value: { room, participant, chatId, seatSeconds: 64 } } };
  }

  join: RoomState['join'] = (_requestId, _room, chatId, edgeId) => {
    this.#note('join', chatId, edgeId);
    const seat = this.seats.get(chatId);
    if (seat) Object.assign(seat, { joined: true, edgeId });
    return Promise.resolve({ joined: seat !== undefined });
  };

  leave = (_requestId: string, _room: string, chatId: string, cause: LeaveCause): Promise<void> => {
    this.#note('leave', chatId, cause);
    this.seats.delete(chatId);
    return Promise.resolve();
  };

  updateCapabilities: RoomState['updateCapabilities'] = (_requestId, _room, chatId, capabilities) => {
    this.#note('updateCapabilities', chatId);
    this.capabilities.set(chatId, capabilities);
    return Promise.resolve();
  };

  roomByUri: RoomState['roomByUri'] = (conferenceUri) => {
    this.#note('roomByUri');
    return Promise.resolve(this.#view(conferenceUri));
  };

  roomById: RoomState['roomById'] = (room) => {
    this.#note('roomById');
    return Promise.resolve(this.#view(`sip:${room.replace('01ROOM', '').toLowerCase()}@localhost`));
  };

  reportCall: RoomState['reportCall'] = (_requestId, _room, callId, failure) => {
    this.#note('reportCall', undefined, { callId, failure });
    return Promise.resolve();
  };

  document: RoomState['document'] = async (request) => {
    this.#note('document', undefined, request);
    return Promise.resolve(this.documents.answer(request));
  };

  /** How often it was asked; for one endpoint only, where given. */
  count(call: RoomStateCall, chatId?: string): number {
    return this.calls.filter((one) => one.call === call && (chatId === undefined || one.chatId === chatId)).length;
  }

  #note(call: RoomStateCall, chatId?: string, detail?: unknown): void {
    this.calls.push({ call, ...(chatId === undefined ? {} : { chatId }), detail });
    if (this.away.has(call)) throw new RpcError(status.UNAVAILABLE, 'nobody listens', call);
  }

  #participant(chatId: string, userUri: string): Participant {
    return {
      pid: `p-${chatId}`,
      userId: userUri.replace('sip:', 'xcon-userid:'),
      entity: userUri,
      identities: [userUri],
      nickname: '',
      displayName: '',
      roles: ['participant'],
      endpoints: [Endpoint.fromPartial({ chatId })],
    };
  }

  #view(conferenceUri: string): RoomView | undefined {
    const user = userOf(conferenceUri);
    if (!this.knownRooms.has(user)) return undefined;
    return {
      room: `01ROOM${user.toUpperCase()}`,
      conferenceUri,
      shard: '003',
      epoch: 1,
      tag: 'abcdefgh',
      version: 7n,
      policy: RoomPolicy.fromPartial({ nicknames: true, privateMessages: true, maxSizeBytes: 1_000_000n }),
      displayText: user,
      roster: [...this.seats].map(([chatId, { userUri }]) => this.#participant(chatId, userUri)),
    };
  }
}

function userOf(uri: string): string {
  return /^sip:([^@]*)@/u.exec(uri)?.[1] ?? '';
}
