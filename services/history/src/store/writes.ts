import { CompiledQuery, sql, type Kysely } from 'kysely';
import type { KeptHead, OpenMessage, Recorded } from '../record.js';
import type { HistorySchema } from './schema.js';

export type Queries = Kysely<HistorySchema>;

/** Octets of several rows as one parameter (sent in binary, never as hex text), cut apart by the server. */
interface Packed {
  readonly blob: Buffer;
  /** 1-based, as SQL counts. */
  readonly starts: readonly number[];
  readonly lengths: readonly number[];
}

function pack(octets: readonly Uint8Array[]): Packed {
  const lengths = octets.map(({ byteLength }) => byteLength);
  let next = 1;
  const starts = lengths.map((length) => {
    const start = next;
    next += length;
    return start;
  });
  return { blob: Buffer.concat(octets), starts, lengths };
}

/** Columns that are the same for whole messages and heads. */
function columnsOf(heads: readonly KeptHead[]): unknown[] {
  return [
    heads.map(({ room }) => room),
    heads.map(({ epoch }) => epoch),
    heads.map(({ seq }) => seq),
    heads.map(({ event }) => event.originId),
    heads.map(({ event }) => event.senderPid),
    heads.map(({ event }) => event.senderEntity),
    heads.map(({ event }) => event.wrappedType),
    heads.map(({ event }) => event.messageId),
    heads.map(({ event }) => (Number(event.ingressTimeUs) / 1_000_000).toFixed(6)),
  ];
}

const unnestHeads = `unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::float8[], $10::int[], $11::int[])
  as m(room_id, epoch, seq, origin_id, sender_pid, sender_entity, wrapped_type, message_id, received, start, length)`;

/** Whole messages; how many were not there before. */
export async function writeWhole(db: Queries, whole: readonly KeptHead[]): Promise<number> {
  if (whole.length === 0) return 0;
  const { blob, starts, lengths } = pack(whole.map(({ event }) => event.octets));
  const text = `insert into history.message (room_id, epoch, seq, origin_id, sender_pid, sender_entity, wrapped_type,
      message_id, received_at, octets)
    select room_id, epoch, seq, origin_id, sender_pid, sender_entity, wrapped_type, message_id, to_timestamp(received),
      substring($12::bytea from start for length)
    from ${unnestHeads} on conflict do nothing`;
  const { numAffectedRows } = await db.executeQuery(
    CompiledQuery.raw(text, [...columnsOf(whole), starts, lengths, blob]),
  );
  return Number(numAffectedRows ?? 0n);
}

export async function writeHeads(db: Queries, heads: readonly KeptHead[]): Promise<void> {
  if (heads.length === 0) return;
  const { blob, starts, lengths } = pack(heads.map(({ event }) => event.octets));
  const text = `with m as (select * from ${unnestHeads}), head as (
      insert into history.open_message (room_id, epoch, head_seq, next_offset, origin_id, sender_pid, sender_entity,
        wrapped_type, message_id, received_at)
      select room_id, epoch, seq, 1 + length, origin_id, sender_pid, sender_entity, wrapped_type, message_id,
        to_timestamp(received) from m)
    insert into history.fragment (room_id, epoch, head_seq, byte_offset, octets)
    select room_id, epoch, seq, 1, substring($12::bytea from start for length) from m`;
  await db.executeQuery(CompiledQuery.raw(text, [...columnsOf(heads), starts, lengths, blob]));
}

export async function writeFragments(db: Queries, fragments: Recorded['fragments']): Promise<void> {
  if (fragments.length === 0) return;
  const { blob, starts, lengths } = pack(fragments.map(({ octets }) => octets));
  const text = `insert into history.fragment (room_id, epoch, head_seq, byte_offset, octets)
    select room_id, epoch, head_seq, byte_offset, substring($7::bytea from start for length)
    from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::int[], $6::int[])
      as f(room_id, epoch, head_seq, byte_offset, start, length)`;
  const offsets = fragments.map(({ offset }) => offset.toString());
  await db.executeQuery(
    CompiledQuery.raw(text, [...keysOf(fragments.map((part) => part.of)), offsets, starts, lengths, blob]),
  );
}

/** Moves the places of open messages. */
export async function writeOpen(db: Queries, open: Iterable<OpenMessage>): Promise<void> {
  const moved = [...open];
  if (moved.length === 0) return;
  const text = `update history.open_message m set next_offset = o.next_offset
    from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as o(room_id, epoch, head_seq, next_offset)
    where m.room_id = o.room_id and m.epoch = o.epoch and m.head_seq = o.head_seq`;
  const offsets = moved.map(({ nextOffset }) => nextOffset.toString());
  await db.executeQuery(CompiledQuery.raw(text, [...keysOf(moved), offsets]));
}

/** Puts ended messages together, in the database; how many were not there before. */
export async function completeMessages(db: Queries, completed: readonly OpenMessage[]): Promise<number> {
  if (completed.length === 0) return 0;
  const text = `insert into history.message (room_id, epoch, seq, origin_id, sender_pid, sender_entity, wrapped_type,
      message_id, received_at, octets)
    select m.room_id, m.epoch, m.head_seq, m.origin_id, m.sender_pid, m.sender_entity, m.wrapped_type, m.message_id,
      m.received_at, (select string_agg(f.octets, ''::bytea order by f.byte_offset) from history.fragment f
        where f.room_id = m.room_id and f.epoch = m.epoch and f.head_seq = m.head_seq)
    from history.open_message m
    join unnest($1::text[], $2::int[], $3::bigint[]) as o(room_id, epoch, head_seq)
      on m.room_id = o.room_id and m.epoch = o.epoch and m.head_seq = o.head_seq
    on conflict do nothing`;
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, keysOf(completed)));
  await removeParts(db, completed);
  return Number(numAffectedRows ?? 0n);
}

export async function removeParts(db: Queries, messages: readonly OpenMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const named = `using unnest($1::text[], $2::int[], $3::bigint[]) as o(room_id, epoch, head_seq)
    where t.room_id = o.room_id and t.epoch = o.epoch and t.head_seq = o.head_seq`;
  await db.executeQuery(CompiledQuery.raw(`delete from history.fragment t ${named}`, keysOf(messages)));
  await db.executeQuery(CompiledQuery.raw(`delete from history.open_message t ${named}`, keysOf(messages)));
}

/** Rooms as they are after the batch; what an old epoch left open is thrown away. */
export async function writeRooms(db: Queries, rooms: Recorded['rooms']): Promise<void> {
  if (rooms.size === 0) return;
  const rows = [...rooms].map(([room_id, { epoch, version, logged }]) => ({
    room_id,
    epoch,
    version: version.toString(),
    logged,
  }));
  await sql`insert into history.room (room_id, epoch, version, logged)
    select room_id, epoch, version, logged from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(room_id text, epoch int, version bigint, logged boolean)
    on conflict (room_id) do update set epoch = excluded.epoch, version = excluded.version, logged = excluded.logged`.execute(
    db,
  );
  const stale = sql`t.room_id = any(${[...rooms.keys()]}::text[])
    and t.epoch < (select r.epoch from history.room r where r.room_id = t.room_id)`;
  await sql`delete from history.fragment t where ${stale}`.execute(db);
  await sql`delete from history.open_message t where ${stale}`.execute(db);
}

function keysOf(messages: readonly OpenMessage[]): unknown[] {
  return [messages.map(({ room }) => room), messages.map(({ epoch }) => epoch), messages.map(({ headSeq }) => headSeq)];
}
