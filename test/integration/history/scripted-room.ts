import { randomBytes } from 'node:crypto';
import type { Bus } from '@plenary/bus';
import type { RoomDirectory, RoomNow } from '@plenary/history';
import {
  ChatEvent,
  Direction,
  LeaveCause,
  Part,
  Participant,
  RoomPolicy,
  StateEvent,
  type StateChange,
} from '@plenary/proto/chat';
import type { RoomId, ShardId } from '@plenary/wire';
import { roomNow } from './readers.js';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export interface Spoken extends Partial<ChatEvent> {
  readonly by?: string;
  readonly text?: string;
  /** Default: one after the other, a second apart. */
  readonly atMs?: number;
}

/** A room whose log a test writes by hand, event for event, and the room-state behind it. */
export class ScriptedRoom {
  readonly id: RoomId;
  readonly shard = '000' as ShardId;
  /** What room-state says of it; `undefined`: it knows of none. */
  now: RoomNow = roomNow();
  #version = 0n;
  #epoch = 1;
  #said = 0;

  constructor(private readonly bus: Bus) {
    this.id = [...randomBytes(26)].map((octet, index) => crockford[octet % (index === 0 ? 8 : 32)]).join('') as RoomId;
  }

  /** Answers for these rooms, and for no other. */
  static directory(...rooms: readonly ScriptedRoom[]): RoomDirectory {
    return {
      now: (id) => Promise.resolve(rooms.find((room) => room.id === id)?.now),
      close: () => undefined,
    };
  }

  create(policy: Partial<RoomPolicy> = { logged: true }): Promise<number> {
    const value = { conferenceUri: '', policy: RoomPolicy.fromPartial(policy), displayText: '' };
    return this.change({ $case: 'roomCreated', value });
  }

  policy(policy: Partial<RoomPolicy>): Promise<number> {
    return this.change({ $case: 'policyChanged', value: { policy: RoomPolicy.fromPartial(policy) } });
  }

  logging(on: boolean): Promise<number> {
    return this.change({ $case: 'loggingChanged', value: { on } });
  }

  joins(name: string, allowed: Direction = Direction.SENDRECV): Promise<number> {
    const participant = Participant.fromPartial({ pid: name, endpoints: [{ chatId: chatIdOf(name), allowed }] });
    return this.change({ $case: 'joined', value: { participant, chatId: chatIdOf(name) } });
  }

  leaves(name: string): Promise<number> {
    const value = { pid: name, chatId: chatIdOf(name), cause: LeaveCause.BOOTED, lastEndpoint: true };
    return this.change({ $case: 'left', value });
  }

  allows(name: string, allowed: Direction): Promise<number> {
    return this.change({ $case: 'mediaChanged', value: { pid: name, chatId: chatIdOf(name), allowed } });
  }

  closes(): Promise<number> {
    return this.change({ $case: 'roomClosed', value: { reason: '', successorUri: '' } });
  }

  /** The log was lost, and begins anew. */
  startsEpoch(epoch: number): Promise<number> {
    this.#epoch = epoch;
    return this.change({ $case: 'epochStarted', value: { epoch, tag: 'tttttttt' } });
  }

  async change(change: StateChange['change']): Promise<number> {
    const event = StateEvent.fromPartial({
      room: this.id,
      epoch: this.#epoch,
      version: ++this.#version,
      changes: [{ change }],
      committedAtUs: BigInt(Date.now()) * 1000n,
    });
    return this.#publish('st', `st/${String(this.#version)}`, StateEvent.encode(event).finish());
  }

  /** Stores one ChatEvent; its sequence. */
  async say({ by = 'alice', text = '', atMs, ...event }: Spoken = {}): Promise<number> {
    const number = ++this.#said;
    const messageId = `m${String(number)}`;
    const full = ChatEvent.fromPartial({
      room: this.id,
      epoch: this.#epoch,
      senderPid: by,
      senderChatId: chatIdOf(by),
      senderEntity: `sip:${by}@localhost`,
      senderNickname: `${by} the ${String(number)}.`,
      senderUserId: `xcon-userid:${by}@localhost`,
      messageId,
      originId: `${by}/${messageId}/1`,
      wrappedType: 'text/plain',
      part: Part.WHOLE,
      offset: 1n,
      ingressTimeUs: BigInt(atMs ?? baseMs + number * 1_000) * 1000n,
      octets: Buffer.from(text),
      ...event,
    });
    return this.#publish('all', `${String(number)}/${full.originId}`, ChatEvent.encode(full).finish());
  }

  async #publish(kind: 'all' | 'st', msgId: string, payload: Uint8Array): Promise<number> {
    const { shard, id } = this;
    const result = await this.bus.publishToLogAsync({ shard, room: id, kind, msgId: `${id}/${msgId}`, payload });
    if (result.kind !== 'stored') throw new Error(`not stored: ${result.kind}`);
    return result.seq;
  }
}

/** When the first message of a room is said, less a second. */
export const baseMs = Date.UTC(2026, 0, 1);

export function chatIdOf(name: string): string {
  return `c-${name}`;
}
