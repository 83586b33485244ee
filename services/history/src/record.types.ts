import type { ChatEvent, StateEvent } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import type { RoomLog, Silence } from './room-log.js';

/** One event of a shard's log, decoded. */
export type LogEntry = { readonly seq: number; readonly room: RoomId } & (
  { readonly kind: 'all'; readonly event: ChatEvent } | { readonly kind: 'st'; readonly event: StateEvent }
);

/** A message of which the head has been seen and the end has not. */
export interface OpenMessage {
  readonly room: RoomId;
  readonly epoch: number;
  readonly headSeq: number;
  /** Place of the next octet, 1-based. */
  readonly nextOffset: bigint;
  /** A file of which only the CPIM headers are kept. */
  readonly headersOnly: boolean;
}

/** What is known before a batch. */
export interface Known {
  readonly rooms: ReadonlyMap<RoomId, RoomLog>;
  /** By `messageKey`. */
  readonly open: ReadonlyMap<string, OpenMessage>;
  /** Of the endpoints the batch speaks of, those whose messages are distributed to nobody; by `endpointKey`. */
  readonly silenced: ReadonlyMap<string, 'muted' | 'left'>;
}

/** A message to keep, head or whole. */
export interface KeptHead {
  readonly room: RoomId;
  readonly epoch: number;
  readonly seq: number;
  readonly event: ChatEvent;
  /** What is kept of the event's octets. */
  readonly octets: Uint8Array;
}

/** An endpoint that was silenced, or may speak again. */
export interface SilenceChange {
  readonly room: RoomId;
  readonly chatId: string;
  readonly silence: Silence;
}

/** What a batch comes to; to be written in this order, all of it or nothing. */
export interface Recorded {
  /** Rooms whose `RoomLog` changed. */
  readonly rooms: ReadonlyMap<RoomId, RoomLog>;
  /** Rooms whose silences are to be forgotten before `silences`: they were asked about. */
  readonly relearnt: ReadonlySet<RoomId>;
  /** By `endpointKey`; the last word on each. */
  readonly silences: ReadonlyMap<string, SilenceChange>;
  readonly whole: readonly KeptHead[];
  /** Heads of messages that go on in fragments. */
  readonly heads: readonly (KeptHead & { readonly headersOnly: boolean })[];
  /** Octets after the head, in order. */
  readonly fragments: readonly { readonly of: OpenMessage; readonly offset: bigint; readonly octets: Uint8Array }[];
  /** Messages that ended: kept now. */
  readonly completed: readonly OpenMessage[];
  /** Messages given up: nothing of them is kept. */
  readonly discarded: readonly OpenMessage[];
  /** Open messages whose place moved. */
  readonly open: ReadonlyMap<string, OpenMessage>;
}

/** Key of a message in parts, by its head. */
export function messageKey(room: RoomId, headSeq: number): string {
  return `${room}/${String(headSeq)}`;
}

/** Key of an endpoint in a room. */
export function endpointKey(room: RoomId, chatId: string): string {
  return `${room}/${chatId}`;
}
