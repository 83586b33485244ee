import type { Bus } from '@plenary/bus';
import {
  Direction,
  StateEvent,
  type EndpointCapabilities,
  type LeaveCause,
  type Participant,
  type RoomPolicy,
  type StateChange,
} from '@plenary/proto/chat';
import { NicknameResult, type RoomView } from '@plenary/proto/roomstate';
import type { FakeClock } from '@plenary/service';
import type { RoomId, ShardId } from '@plenary/wire';
import type { RoomState } from './room-state.interface.js';

export const ROOM = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
export const SHARD = '000' as ShardId;
export const ROOM_URI = 'sip:lobby@localhost';
export const TAG = 'k3v9x0qa';

/** Where a room is. */
export interface Place {
  readonly room: RoomId;
  readonly shard: ShardId;
  readonly uri: string;
  readonly tag: string;
}

export const LOBBY: Place = { room: ROOM, shard: SHARD, uri: ROOM_URI, tag: TAG };
export const MAIN: Place = {
  room: '01HYYYYYYYYYYYYYYYYYYYYYYY' as RoomId,
  shard: '001' as ShardId,
  uri: 'sip:main@localhost',
  tag: 'm4mainqa',
};

/** Room-state as the edge sees it, for one room and those beside it: joins and leaves become events on the bus. */
export class FakeRoomState implements RoomState {
  version = 0n;
  holdJoins = false;
  /** When its changes were committed; default: now. */
  committedAtUs: bigint | undefined;
  /** What conference control lets who joins do. */
  allowedAtJoin: Direction = Direction.UNSPECIFIED;
  failing = false;
  nickname: NicknameResult = NicknameResult.OK;
  readonly claims: string[] = [];
  readonly joins: string[] = [];
  readonly leaves: { chatId: string; cause: LeaveCause }[] = [];
  readonly resolves: string[] = [];
  readonly participants = new Map<string, Participant>();
  readonly endpoints = new Map<string, { participant: Participant; capabilities: EndpointCapabilities }>();
  getRoomAnswer: RoomView | undefined;
  policy: RoomPolicy | undefined;
  roomsAsked = 0;
  /** Other rooms, by id. */
  readonly others = new Map<string, FakeRoomState>();

  constructor(
    private readonly bus: Bus,
    private readonly clock: FakeClock,
    readonly place: Place = LOBBY,
  ) {}

  /** Another room of this room-state. */
  beside(place: Place): FakeRoomState {
    const other = new FakeRoomState(this.bus, this.clock, place);
    this.others.set(place.room, other);
    return other;
  }

  participant(pid: string, entity: string, identities?: readonly string[], userId = ''): Participant {
    let participant = this.participants.get(pid);
    if (participant === undefined) {
      participant = {
        pid,
        userId,
        entity,
        identities: [...(identities ?? [entity])],
        nickname: '',
        displayName: '',
        roles: [],
        endpoints: [],
      };
      this.participants.set(pid, participant);
    }
    return participant;
  }

  roster(): Participant[] {
    return [...this.participants.values()]
      .filter(({ endpoints }) => endpoints.length > 0)
      .map((one) => structuredClone(one));
  }

  reserved(chatId: string, participant: Participant, capability: EndpointCapabilities): void {
    this.endpoints.set(chatId, { participant, capabilities: capability });
  }

  async join(room: string, chatId: string): Promise<void> {
    const other = this.others.get(room);
    if (other !== undefined) return other.join(room, chatId);
    if (this.failing) throw new Error('away');
    this.joins.push(chatId);
    if (!this.holdJoins) await this.confirm(chatId);
  }

  /** The join of an endpoint takes effect. */
  async confirm(chatId: string): Promise<void> {
    const { participant, capabilities: capability } = this.endpoints.get(chatId)!;
    participant.endpoints.push({
      chatId,
      edgeId: 'edge-1-abcdef',
      capabilities: capability,
      allowed: this.allowedAtJoin,
      label: '',
    });
    await this.publish({ $case: 'joined', value: { participant: structuredClone(participant), chatId } });
  }

  /** Conference control lets this endpoint do so much. */
  async allow(chatId: string, allowed: Direction): Promise<void> {
    const { pid, endpoints } = this.endpoints.get(chatId)!.participant;
    for (const endpoint of endpoints) if (endpoint.chatId === chatId) endpoint.allowed = allowed;
    await this.publish({ $case: 'mediaChanged', value: { pid, chatId, allowed } });
  }

  async leave(room: string, chatId: string, cause: LeaveCause): Promise<void> {
    const other = this.others.get(room);
    if (other !== undefined) return other.leave(room, chatId, cause);
    if (this.failing) throw new Error('away');
    this.leaves.push({ chatId, cause });
    const known = this.endpoints.get(chatId);
    if (known === undefined) return;
    const { participant } = known;
    participant.endpoints = participant.endpoints.filter((endpoint) => endpoint.chatId !== chatId);
    const lastEndpoint = participant.endpoints.length === 0;
    await this.publish({ $case: 'left', value: { pid: participant.pid, chatId, cause, lastEndpoint } });
  }

  async claimNickname(_id: string, _room: string, _chatId: string, nickname: string): Promise<NicknameResult> {
    if (this.failing) throw new Error('away');
    this.claims.push(nickname);
    return this.nickname;
  }

  async resolve(_room: string, uri: string): Promise<Participant | undefined> {
    if (this.failing) throw new Error('away');
    this.resolves.push(uri);
    return [...this.participants.values()].find(({ entity }) => entity === uri);
  }

  async getRoom(room?: string): Promise<RoomView | undefined> {
    const other = this.others.get(room ?? '');
    if (other !== undefined) return other.getRoom();
    this.roomsAsked++;
    if (this.failing) throw new Error('away');
    return this.getRoomAnswer ?? this.view();
  }

  /** The room as it is now. */
  view(): RoomView {
    const { version, policy, place } = this;
    return {
      room: place.room,
      conferenceUri: place.uri,
      shard: place.shard,
      epoch: 1,
      tag: place.tag,
      version,
      policy,
      displayText: '',
      roster: this.roster(),
    };
  }

  /** Publishes one state event of the room, with these changes. */
  async publish(...changes: NonNullable<StateChange['change']>[]): Promise<void> {
    this.version++;
    const { version, place } = this;
    const { room, shard } = place;
    const event: StateEvent = {
      room,
      epoch: 1,
      version,
      changes: changes.map((change) => ({ change })),
      committedAtUs: this.committedAtUs ?? BigInt(this.clock.nowMs()) * 1000n,
    };
    const payload = StateEvent.encode(event).finish();
    await this.bus.publishToLogAsync({ shard, room, kind: 'st', msgId: `${room}/st/${version}`, payload });
  }
}
