import type { ColumnType, Generated } from 'kysely';

/** The tables of schema `focus`, as kysely sees them. */
export interface FocusTables {
  'focus.dialog': DialogTable;
  'focus.nonce_use': NonceUseTable;
  'focus.subscription': SubscriptionTable;
  'focus.subscription_dialog': SubscriptionDialogTable;
  'focus.replica': ReplicaTable;
}

export interface DialogTable {
  call_id: string;
  local_tag: string;
  rv: Generated<number>;
  state: string;
  dialog: JsonColumn;
  media: JsonColumn;
  timer: JsonColumn | null;
  peer_allows: JsonColumn | null;
  flow: JsonColumn;
  replica: string;
  chat_id: string;
  due_at: Date | null;
}

/** Written as JSON text, read as what it holds. */
type JsonColumn = ColumnType<unknown, string, string>;

export interface NonceUseTable {
  nonce: string;
  /** 32 bits without a sign, which only bigint holds. */
  uses: string;
  expires_at: Date;
}

export interface SubscriptionTable {
  call_id: string;
  local_tag: string;
  event_id: string;
  rv: Generated<number>;
  room: string;
  conference_uri: string;
  room_user: string;
  viewer: JsonColumn;
  viewer_uri: string;
  form: string;
  gruu: boolean;
  /** 32 bits without a sign. */
  version: string;
  usage: JsonColumn;
  expires_at: Date;
  notifier: string;
}

export interface SubscriptionDialogTable {
  call_id: string;
  local_tag: string;
  rv: Generated<number>;
  dialog: JsonColumn;
  flow: JsonColumn;
  replica: string;
  user_uri: string;
}

export interface ReplicaTable {
  name: string;
  seen_at: Date;
}
