import type { ColumnType, Generated } from 'kysely';
import type { Direction } from '@plenary/proto/chat';
import type { Anonymity } from '@plenary/xcon';
import type { JoiningMethod, ObjectKind } from '../room/state.js';

/** `bigint` comes as text and is written as `bigint`. */
type Int8 = ColumnType<string, bigint | string, bigint | string>;

/** Tables of schema `room_state`, as kysely sees them. */
export interface RoomStateSchema {
  'room_state.rooms': {
    id: string;
    conference_uri: string | null;
    shard: string;
    epoch: number;
    tag: string;
    version: Int8;
    policy: ColumnType<unknown, string, string>;
    created_by: string;
    created_at: Generated<Date>;
    closed_at: Date | null;
    kind: ObjectKind;
    xcon_uri: string;
    parent_id: string | null;
    cloning_parent: string;
    /** XML of the static part; written only when it changed. */
    document: string;
    document_version: Int8;
    /** Path of an element → version of its last change. */
    touched: ColumnType<unknown, string, string>;
    password_hash: string;
    active: boolean;
    secret: boolean;
    /** XCON-USERIDs, URIs and domains (`*@host`) the document names: whom a secret room is shown to. */
    known_to: string[];
    owner_user_id: string;
    successor: string;
    empty_since: Date | null;
    next_due_at: Date | null;
    time_checked_at: Date | null;
  };
  'room_state.room_uris': { uri: string; room_id: string };
  'room_state.participants': {
    room_id: string;
    pid: string;
    user_key: string;
    user_id: string;
    entity: string;
    identities: string[];
    display_name: string;
    roles: string[];
    nickname: string;
    keep_until: Date | null;
    aors: string[];
    anonymity: Anonymity;
    unauthenticated: boolean;
  };
  'room_state.endpoints': {
    chat_id: string;
    room_id: string;
    pid: string;
    edge_id: string;
    capabilities: ColumnType<unknown, string, string>;
    state: 'seat' | 'pending' | 'joined';
    seat_expires_at: Date | null;
    seat: ColumnType<unknown, string | null, string | null>;
    nickname: string;
    nick_key: string;
    ordinal: Generated<string>;
    allowed: Direction;
    granted: Direction;
    label: string;
    contact: string;
    joining_method: JoiningMethod;
    dialog: ColumnType<unknown, string | null, string | null>;
    call_id: string;
    joined_at: Generated<Date>;
  };
  'room_state.calls': {
    call_id: string;
    room_id: string;
    user_id: string;
    uri: string;
    display_name: string;
    nickname: string;
    nick_key: string;
    state: 'wanted' | 'taken';
    asked_by: string;
    asked_at: Generated<Date>;
    told_at: Generated<Date>;
    ordinal: Generated<string>;
  };
  'room_state.nicknames': {
    room_id: string;
    nick_key: string;
    user_key: string;
    held_until: Date | null;
    unicode_version: string;
  };
  'room_state.nickname_registrations': { room_id: string; nick_key: string; user_id: string };
  'room_state.outbox': {
    room_id: string;
    version: Int8;
    shard: string;
    event: Uint8Array;
    committed_at: Generated<Date>;
  };
  'room_state.requests': {
    op: string;
    request_id: string;
    result: ColumnType<unknown, string, string>;
    created_at: Generated<Date>;
  };
  'room_state.accounts': {
    username: string;
    realm: string;
    ha1_md5: string;
    ha1_sha256: string;
    identities: string[];
    system_roles: string[];
  };
  'room_state.users': {
    user_id: string;
    username: string | null;
    display_text: string;
    e_mail: string;
    anonymous: boolean;
    created_at: Generated<Date>;
  };
  'room_state.user_identities': { identity_key: string; uri: string; user_id: string; ordinal: Generated<string> };
  'room_state.shards': { shard: string; incarnation: string };
  'room_state.leases': { name: string; holder: string; fence: Int8; expires_at: Date };
}
