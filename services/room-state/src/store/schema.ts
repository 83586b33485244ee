import type { ColumnType, Generated } from 'kysely';

/** `bigint` comes as text and is written as `bigint`. */
type Int8 = ColumnType<string, bigint | string, bigint | string>;

/** Tables of schema `room_state`, as kysely sees them. */
export interface RoomStateSchema {
  'room_state.rooms': {
    id: string;
    conference_uri: string;
    shard: string;
    epoch: number;
    tag: string;
    version: Int8;
    policy: ColumnType<unknown, string, string>;
    access: ColumnType<unknown, string, string>;
    display_text: string;
    created_by: string;
    created_at: Generated<Date>;
    closed_at: Date | null;
  };
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
  };
  'room_state.endpoints': {
    chat_id: string;
    room_id: string;
    pid: string;
    edge_id: string;
    capabilities: ColumnType<unknown, string, string>;
    state: 'seat' | 'joined';
    seat_expires_at: Date | null;
    seat: ColumnType<unknown, string | null, string | null>;
    nickname: string;
    nick_key: string;
    ordinal: Generated<string>;
  };
  'room_state.nicknames': {
    room_id: string;
    nick_key: string;
    user_key: string;
    held_until: Date | null;
    unicode_version: string;
  };
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
  'room_state.shards': { shard: string; incarnation: string };
  'room_state.leases': { name: string; holder: string; fence: Int8; expires_at: Date };
}
