import type { ColumnType } from 'kysely';

type Int8 = ColumnType<string, bigint | string | number, bigint | string | number>;

/** Tables of schema `history`, as kysely sees them; parts and places of messages are only touched by hand-written SQL. */
export interface HistorySchema {
  'history.message': {
    room_id: string;
    epoch: number;
    seq: Int8;
    origin_id: string;
    sender_pid: string;
    sender_chat_id: string;
    sender_entity: string;
    sender_nickname: string;
    sender_user_id: string;
    wrapped_type: string;
    message_id: string;
    media_label: string;
    received_at: Date;
    octets: Buffer;
    left_out_bytes: Int8;
  };
  'history.room': {
    room_id: string;
    shard: string;
    epoch: number;
    version: Int8;
    logged: boolean;
    suspended: boolean;
    retention_seconds: Int8;
    hold: boolean;
    files_kept: boolean;
    closed: boolean;
  };
  'history.silenced': { room_id: string; chat_id: string; left_at: Date | null };
  'history.shard': { shard: string; incarnation: string; last_seq: Int8; last_event_at: Date };
  'history.open_message': {
    room_id: string;
    epoch: number;
    head_seq: Int8;
    next_offset: Int8;
    headers_only: boolean;
    begun_at: Date;
  };
  'history.lease': { name: string; holder: string; expires_at: Date };
}
