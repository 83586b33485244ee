import { sql, type Kysely } from 'kysely';

/**
 * Subscriptions to the conference event package, the dialogs that carry them and no INVITE, and which replicas are alive. A subscription inside the
 * dialog of an INVITE uses that dialog's row as long as there is one.
 */
export const subscriptions = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`
      create table focus.subscription (
        call_id        text not null,
        local_tag      text not null,
        event_id       text not null,
        rv             integer not null default 1,
        room           text not null,
        conference_uri text not null,
        room_user      text not null,
        viewer         jsonb not null,
        viewer_uri     text not null,
        form           text not null,
        gruu           boolean not null,
        version        bigint not null default 0,
        usage          jsonb not null,
        expires_at     timestamptz not null,
        notifier       text not null,
        created_at     timestamptz not null default now(),
        primary key (call_id, local_tag, event_id)
      )`.execute(db);
    await sql`create index subscription_room on focus.subscription (room)`.execute(db);
    await sql`create index subscription_viewer_uri on focus.subscription (viewer_uri)`.execute(db);
    await sql`create index subscription_notifier on focus.subscription (notifier)`.execute(db);
    await sql`create index subscription_expires_at on focus.subscription (expires_at)`.execute(db);
    await sql`
      create table focus.subscription_dialog (
        call_id   text not null,
        local_tag text not null,
        rv        integer not null default 1,
        dialog    jsonb not null,
        flow      jsonb not null,
        replica   text not null,
        user_uri  text not null,
        primary key (call_id, local_tag)
      )`.execute(db);
    await sql`
      create unlogged table focus.replica (
        name    text primary key,
        seen_at timestamptz not null
      )`.execute(db);
  },
};
