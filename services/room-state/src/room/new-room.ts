import type { RoomPolicy } from '@plenary/proto/chat';
import type { ConferenceUri, RoomId, ShardId, UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { XconUri } from '@plenary/xcon';
import type { ObjectKind } from './state.js';

/** A conference object to be made, complete: its document has no placeholder and its own URIs in it. */
export interface NewRoom {
  readonly id: RoomId;
  readonly kind: ObjectKind;
  readonly xconUri: XconUri;
  /** undefined: nobody enters it by SIP (a blueprint). */
  readonly conferenceUri: ConferenceUri | undefined;
  readonly shard: ShardId;
  readonly tag: string;
  readonly document: XmlElement;
  readonly policy: RoomPolicy;
  readonly passwordHash: string;
  readonly ownerUserId: UserId | '';
  readonly parentId: RoomId | undefined;
  /** User key of whoever made it; empty: the system. */
  readonly createdBy: string;
  /** When its time next makes something happen; undefined: never. */
  readonly nextDueAtMs: number | undefined;
}
