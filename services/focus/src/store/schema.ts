import type { ColumnType, Generated } from 'kysely';

/** The tables of schema `focus`, as kysely sees them. */
export interface FocusTables {
  'focus.dialog': DialogTable;
  'focus.nonce_use': NonceUseTable;
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
