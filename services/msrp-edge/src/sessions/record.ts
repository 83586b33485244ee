import { Direction, type EndpointCapabilities, type Participant } from '@plenary/proto/chat';
import type { SessionRecord } from '@plenary/proto/edge';
import { parseUri } from '@plenary/msrp';
import type { RoomId, ShardId } from '@plenary/wire';
import type { RoomInit } from '../rooms/room.js';

/** Why a session record cannot be used. */
export type RecordFault = 'bad-room' | 'bad-chat-id' | 'bad-participant' | 'bad-peer-path' | 'bad-tag';

export interface ReadRecord {
  readonly room: RoomInit;
  readonly participant: Participant;
  readonly capabilities: EndpointCapabilities;
  /** What conference control lets the endpoint do. */
  readonly allowed: Direction;
  /** Label of the media entry it carries; empty: none is known. */
  readonly label: string;
}

/**
 * Checks what `Reserve` brought: parts of it become subjects on the bus and header lines on the wire, so nothing in them may be
 * anything but what it claims to be.
 */
export function readRecord(record: SessionRecord): ReadRecord | { readonly code: RecordFault } {
  const { participant, capabilities, policy } = record;
  if (!/^[0-9A-HJKMNP-TV-Z]{26}$/i.test(record.room) || !/^[0-9]{3}$/.test(record.shard) || policy === undefined)
    return { code: 'bad-room' };
  if (!/^[0-9a-z]{1,20}$/.test(record.chatId)) return { code: 'bad-chat-id' };
  if (!/^[0-9A-Za-z]{3,16}$/.test(record.tag)) return { code: 'bad-tag' };
  if (participant === undefined || participant.pid === '' || capabilities === undefined)
    return { code: 'bad-participant' };
  if (!isPath(record.peerPath)) return { code: 'bad-peer-path' };
  return {
    room: {
      id: record.room as RoomId,
      shard: record.shard as ShardId,
      conferenceUri: record.conferenceUri,
      epoch: record.epoch,
      tag: record.tag,
      policy,
    },
    participant,
    capabilities,
    allowed: allowedOf(participant, record.chatId),
    label: participant.endpoints.find(({ chatId }) => chatId === record.chatId)?.label ?? '',
  };
}

/** What conference control lets an endpoint of this participant do; everything where it is not among its endpoints. */
export function allowedOf({ endpoints }: Pick<Participant, 'endpoints'>, chatId: string): Direction {
  return endpoints.find((endpoint) => endpoint.chatId === chatId)?.allowed ?? Direction.UNSPECIFIED;
}

/** True for a list of MSRP URIs; the empty one is of a peer that has not told its path yet. */
export function isPath(uris: readonly string[]): boolean {
  return uris.every((uri) => parseUri(uri).ok);
}
