import type { EdgeId, RoomId, ShardId } from '@plenary/wire';

/** Every subject on the bus, as functions of typed ids. Nothing else spells one. */

/** What a room subject carries: what was said, or what changed. */
export type RoomSubjectKind = 'all' | 'st';

export const subjects = {
  /** Publish here to have it stored in the room's log. */
  roomIn: (shard: ShardId, room: RoomId, kind: RoomSubjectKind): string => `chat.in.${shard}.${room}.${kind}`,
  /** Both kinds of one room, as they stand in the log. */
  roomInAllKinds: (shard: ShardId, room: RoomId): string => `chat.in.${shard}.${room}.*`,
  /** The stored copy of one room, both kinds: an edge's one subscription per room it serves. */
  roomOut: (shard: ShardId, room: RoomId): string => `chat.out.${shard}.${room}.*`,
  /** The stored copies of every room's state changes. */
  stateOutOfAllRooms: (): string => 'chat.out.*.*.st',
  /** Everything a shard's stream stores. */
  shardIn: (shard: ShardId): string => `chat.in.${shard}.>`,
  shardOut: (shard: ShardId): string => `chat.out.${shard}.>`,
  /** Where the log of each room that moved now ends. */
  head: (shard: ShardId): string => `chat.head.${shard}`,
  edgeCursor: (edge: EdgeId): string => `edge.cursor.${edge}`,
} as const;

/** Name of a shard's stream. */
export function streamName(shard: ShardId): string {
  return `CHAT_${shard}`;
}

/** Shard number 0..255 as it stands in subjects: always three digits. */
export function shardId(number: number): ShardId {
  if (!Number.isInteger(number) || number < 0 || number > 255) throw new RangeError(`shard ${number} is not 0..255`);
  return number.toString().padStart(3, '0') as ShardId;
}

/** The parts of a `chat.in.` or `chat.out.` subject; undefined for any other. */
export function parseRoomSubject(
  subject: string,
): { direction: 'in' | 'out'; shard: ShardId; room: RoomId; kind: RoomSubjectKind } | undefined {
  const parts = subject.split('.');
  if (parts.length !== 5 || parts[0] !== 'chat') return undefined;
  const [, direction, shard, room, kind] = parts;
  if (direction !== 'in' && direction !== 'out') return undefined;
  if (kind !== 'all' && kind !== 'st') return undefined;
  return { direction, shard: shard as ShardId, room: room as RoomId, kind };
}
