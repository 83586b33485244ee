import type { Bus } from '@plenary/bus';
import {
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

/** Room-state as the edge sees it: joins and leaves become events on the bus. */
export class FakeRoomState implements RoomState {
  version = 0n;
  holdJoins = false;
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

  constructor(
    private readonly bus: Bus,
    private readonly clock: FakeClock,
  ) {}

  participant(pid: string, entity: string, identities?: readonly string[]): Participant {
    let participant = this.participants.get(pid);
    if (participant === undefined) {
      participant = {
        pid,
        userId: '',
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

  async join(_room: string, chatId: string): Promise<void> {
    if (this.failing) throw new Error('away');
    this.joins.push(chatId);
    if (!this.holdJoins) await this.confirm(chatId);
  }

  /** The join of an endpoint takes effect. */
  async confirm(chatId: string): Promise<void> {
    const { participant, capabilities: capability } = this.endpoints.get(chatId)!;
    participant.endpoints.push({ chatId, edgeId: 'edge-1-abcdef', capabilities: capability });
    await this.publish({ $case: 'joined', value: { participant: structuredClone(participant), chatId } });
  }

  async leave(_room: string, chatId: string, cause: LeaveCause): Promise<void> {
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

  async getRoom(): Promise<RoomView | undefined> {
    this.roomsAsked++;
    if (this.failing) throw new Error('away');
    return this.getRoomAnswer ?? this.view();
  }

  /** The room as it is now. */
  view(): RoomView {
    const { version, policy } = this;
    return {
      room: ROOM,
      conferenceUri: ROOM_URI,
      shard: SHARD,
      epoch: 1,
      tag: TAG,
      version,
      policy,
      displayText: '',
      roster: this.roster(),
    };
  }

  /** Publishes one state event of the room. */
  async publish(change: NonNullable<StateChange['change']>): Promise<void> {
    this.version++;
    const { version } = this;
    const event: StateEvent = {
      room: ROOM,
      epoch: 1,
      version,
      changes: [{ change }],
      committedAtUs: BigInt(this.clock.nowMs()) * 1000n,
    };
    const payload = StateEvent.encode(event).finish();
    await this.bus.publishToLogAsync({ shard: SHARD, room: ROOM, kind: 'st', msgId: `${ROOM}/st/${version}`, payload });
  }
}
