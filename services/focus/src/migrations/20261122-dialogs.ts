import { sql, type Kysely } from 'kysely';

/** Dialogs and the use counts of nonces. The latter are worthless after a crash, so their table is not logged. */
export const dialogs = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table focus.dialog (
        call_id    text not null,
        local_tag  text not null,
        rv         integer not null default 1,
        state      text not null,
        dialog     jsonb not null,
        media      jsonb not null,
        timer      jsonb,
        peer_allows jsonb,
        flow       jsonb not null,
        replica    text not null,
        chat_id    text not null,
        due_at     timestamptz,
        created_at timestamptz not null default now(),
        primary key (call_id, local_tag)
      )`.execute(db);
    await sql`create unique index dialog_chat_id on focus.dialog (chat_id)`.execute(db);
    await sql`create index dialog_replica on focus.dialog (replica)`.execute(db);
    await sql`create index dialog_due_at on focus.dialog (due_at) where due_at is not null`.execute(db);
    await sql`
      create unlogged table focus.nonce_use (
        nonce      text primary key,
        uses       bigint not null,
        expires_at timestamptz not null
      )`.execute(db);
    await sql`create index nonce_use_expires_at on focus.nonce_use (expires_at)`.execute(db);
  },
};
