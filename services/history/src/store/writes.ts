import { CompiledQuery, sql, type Kysely, type RawBuilder } from 'kysely';
import type { RoomId, ShardId } from '@plenary/wire';
import type { KeptHead, OpenMessage, Recorded } from '../record.types.js';
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

/** Columns that a message has from its head; those of `columnsOf`, in its order. */
const headColumns = `origin_id, sender_pid, sender_chat_id, sender_entity, sender_nickname, sender_user_id, wrapped_type, message_id, media_label`;

/** Columns that are the same for whole messages and heads. */
function columnsOf(heads: readonly KeptHead[]): unknown[] {
  return [
    heads.map(({ room }) => room),
    heads.map(({ epoch }) => epoch),
    heads.map(({ seq }) => seq),
    heads.map(({ event }) => event.originId),
    heads.map(({ event }) => event.senderPid),
    heads.map(({ event }) => event.senderChatId),
    heads.map(({ event }) => event.senderEntity),
    heads.map(({ event }) => event.senderNickname),
    heads.map(({ event }) => event.senderUserId),
    heads.map(({ event }) => event.wrappedType),
    heads.map(({ event }) => event.messageId),
    heads.map(({ event }) => event.mediaLabel),
    heads.map(({ event }) => (Number(event.ingressTimeUs) / 1_000_000).toFixed(6)),
  ];
}

const unnestHeads = `unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
  $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::float8[], $14::int[], $15::int[], $16::bigint[], $17::boolean[])
  as m(room_id, epoch, seq, ${headColumns}, received, start, length, count, headers_only)`;

/** Whole messages; how many were not there before. */
export async function writeWhole(db: Queries, whole: readonly KeptHead[]): Promise<number> {
  if (whole.length === 0) return 0;
  const { blob, starts, lengths } = pack(whole.map(({ octets }) => octets));
  const leftOut = whole.map(({ event, octets }) => event.octets.byteLength - octets.byteLength);
  const headersOnly = leftOut.map((bytes) => bytes > 0);
  const text = `insert into history.message (room_id, epoch, seq, ${headColumns}, received_at, octets, left_out_bytes)
    select room_id, epoch, seq, ${headColumns}, to_timestamp(received), substring($18::bytea from start for length), count
    from ${unnestHeads} on conflict do nothing`;
  const { numAffectedRows } = await db.executeQuery(
    CompiledQuery.raw(text, [...columnsOf(whole), starts, lengths, leftOut, headersOnly, blob]),
  );
  return Number(numAffectedRows ?? 0n);
}

export async function writeHeads(db: Queries, heads: Recorded['heads']): Promise<void> {
  if (heads.length === 0) return;
  const { blob, starts, lengths } = pack(heads.map(({ octets }) => octets));
  const nextOffsets = heads.map(({ event }) => event.octets.byteLength + 1);
  const headersOnly = heads.map((head) => head.headersOnly);
  const text = `with m as (select * from ${unnestHeads}), head as (
      insert into history.open_message (room_id, epoch, head_seq, next_offset, headers_only, ${headColumns}, received_at)
      select room_id, epoch, seq, count, headers_only, ${headColumns}, to_timestamp(received) from m)
    insert into history.fragment (room_id, epoch, head_seq, byte_offset, octets)
    select room_id, epoch, seq, 1, substring($18::bytea from start for length) from m`;
  await db.executeQuery(
    CompiledQuery.raw(text, [...columnsOf(heads), starts, lengths, nextOffsets, headersOnly, blob]),
  );
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
  const text = `insert into history.message (room_id, epoch, seq, ${headColumns}, received_at, octets, left_out_bytes)
    select m.room_id, m.epoch, m.head_seq, ${headColumns}, m.received_at, f.octets, o.next_offset - 1 - octet_length(f.octets)
    from history.open_message m
    join unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[]) as o(room_id, epoch, head_seq, next_offset)
      on m.room_id = o.room_id and m.epoch = o.epoch and m.head_seq = o.head_seq
    cross join lateral (select string_agg(f.octets, ''::bytea order by f.byte_offset) as octets from history.fragment f
        where f.room_id = m.room_id and f.epoch = m.epoch and f.head_seq = m.head_seq) f
    on conflict do nothing`;
  const offsets = completed.map(({ nextOffset }) => nextOffset.toString());
  const { numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text, [...keysOf(completed), offsets]));
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
export async function writeRooms(db: Queries, shard: ShardId, rooms: Recorded['rooms']): Promise<void> {
  if (rooms.size === 0) return;
  const rows = [...rooms].map(([room_id, log]) => ({
    room_id,
    epoch: log.epoch,
    version: log.version.toString(),
    logged: log.logged,
    suspended: log.suspended,
    retention_seconds: log.retentionSeconds,
    hold: log.hold,
    files_kept: log.filesKept,
    closed: log.closed,
  }));
  const columns = sql.raw('room_id, epoch, version, logged, suspended, retention_seconds, hold, files_kept, closed');
  await sql`insert into history.room (shard, ${columns})
    select ${shard}, ${columns} from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as r(room_id text, epoch int, version bigint, logged boolean, suspended boolean, retention_seconds bigint,
        hold boolean, files_kept boolean, closed boolean)
    on conflict (room_id) do update set shard = excluded.shard, epoch = excluded.epoch, version = excluded.version,
      logged = excluded.logged, suspended = excluded.suspended, retention_seconds = excluded.retention_seconds,
      hold = excluded.hold, files_kept = excluded.files_kept, closed = excluded.closed`.execute(db);
  const stale = sql`t.room_id = any(${[...rooms.keys()]}::text[])
    and t.epoch < (select r.epoch from history.room r where r.room_id = t.room_id)`;
  await sql`delete from history.fragment t where ${stale}`.execute(db);
  await sql`delete from history.open_message t where ${stale}`.execute(db);
}

/** Endpoints as they are after the batch. */
export async function writeSilences(db: Queries, { relearnt, silences }: Recorded): Promise<void> {
  if (relearnt.size > 0)
    await db
      .deleteFrom('history.silenced')
      .where('room_id', 'in', [...relearnt])
      .execute();
  const changes = [...silences.values()];
  const cleared = changes.filter(({ silence }) => silence === undefined);
  const set = changes.filter(({ silence }) => silence !== undefined);
  if (cleared.length > 0)
    await sql`delete from history.silenced s using ${endpointsOf(cleared)}
      where s.room_id = e.room_id and s.chat_id = e.chat_id`.execute(db);
  if (set.length > 0)
    await sql`insert into history.silenced (room_id, chat_id, left_at)
      select e.room_id, e.chat_id, case when l.gone then clock_timestamp() end
      from ${endpointsOf(set)} join unnest(${set.map(({ silence }) => silence === 'left')}::boolean[])
        with ordinality as l(gone, place) using (place)
      on conflict (room_id, chat_id) do update set left_at = excluded.left_at`.execute(db);
}

/** Rows `e(room_id, chat_id, place)`. */
export function endpointsOf(
  endpoints: readonly { readonly room: RoomId; readonly chatId: string }[],
): RawBuilder<unknown> {
  return sql`unnest(${endpoints.map(({ room }) => room)}::text[], ${endpoints.map(({ chatId }) => chatId)}::text[])
    with ordinality as e(room_id, chat_id, place)`;
}

function keysOf(messages: readonly OpenMessage[]): unknown[] {
  return [messages.map(({ room }) => room), messages.map(({ epoch }) => epoch), messages.map(({ headSeq }) => headSeq)];
}
