import { sql, type RawBuilder } from 'kysely';
import { DEFAULT_CPIM_LIMITS, readHead } from '@plenary/cpim';
import { inTransaction, type Database } from '@plenary/db';
import type { KeptMessage } from '@plenary/proto/history';
import type { RoomId } from '@plenary/wire';
import type { PageQuery, Place, ReadPage, ReadQuery } from './interface.js';
import type { HistorySchema } from './schema.js';
import type { Queries } from './writes.js';

/** Messages of a room's epoch after a place. */
export async function queryPage(
  db: Queries,
  { room, epoch, afterSeq, limit, maxBytes }: PageQuery,
): Promise<{ messages: KeptMessage[]; more: boolean }> {
  const wanted = sql`m.room_id = ${room} and m.epoch = ${epoch} and m.seq > ${afterSeq.toString()}`;
  return page(db, room, wanted, true, limit, maxBytes);
}

/** A page by time and direction, and the place of the log up to which the room was recorded at that moment. */
export async function readPage(db: Database<HistorySchema>, query: ReadQuery): Promise<ReadPage> {
  return inTransaction(
    db,
    async (transaction) => {
      const recorded = await recordedPlace(transaction, query.room);
      if (query.limit === 0) return { messages: [], more: false, recorded };
      const found = await page(transaction, query.room, condition(query), query.forward, query.limit, query.maxBytes);
      return { ...found, recorded };
    },
    // One moment of all that is read.
    { isolation: 'repeatable read' },
  );
}

function condition({ room, sinceUs, beforeUs, forward, beyond }: ReadQuery): RawBuilder<unknown> {
  const parts = [sql`m.room_id = ${room}`];
  if (sinceUs > 0n) parts.push(sql`m.received_at >= ${instant(sinceUs)}`);
  if (beforeUs !== undefined) parts.push(sql`m.received_at < ${instant(beforeUs)}`);
  if (beyond !== undefined) {
    const place = sql`(${beyond.epoch}::int, ${beyond.seq.toString()}::bigint)`;
    parts.push(forward ? sql`(m.epoch, m.seq) > ${place}` : sql`(m.epoch, m.seq) < ${place}`);
  }
  return sql.join(parts, sql` and `);
}

/** Exact to the microsecond, which a float of seconds is not for every year. */
function instant(us: bigint): RawBuilder<unknown> {
  return sql`(timestamptz 'epoch' + ${us.toString()}::bigint * interval '1 microsecond')`;
}

/**
 * Finds the places of a page without reading octets, then its messages. Of a message that alone is larger than a page its headers are
 * given, as of a file that is not kept.
 */
async function page(
  db: Queries,
  room: RoomId,
  wanted: RawBuilder<unknown>,
  forward: boolean,
  limit: number,
  maxBytes: number,
): Promise<{ messages: KeptMessage[]; more: boolean }> {
  const order = forward ? sql`epoch, seq` : sql`epoch desc, seq desc`;
  // One more than asked for tells whether there is more.
  const { rows: sizes } = await sql<{ epoch: number; seq: string; size: number }>`
    with place as materialized (
      select m.epoch, m.seq from history.message m where ${wanted} order by ${order} limit ${limit + 1})
    select place.epoch, place.seq, octet_length(k.octets) as size
    from place join history.message k on k.room_id = ${room} and k.epoch = place.epoch and k.seq = place.seq
    order by ${order}`.execute(db);
  let pageBytes = 0;
  const chosen: typeof sizes = [];
  for (const place of sizes.slice(0, limit)) {
    const bytes = place.size > maxBytes ? DEFAULT_CPIM_LIMITS.headBytes : place.size;
    if (chosen.length > 0 && pageBytes + bytes > maxBytes) break;
    pageBytes += bytes;
    chosen.push(place);
  }
  if (chosen.length === 0) return { messages: [], more: false };
  const { rows } = await sql<KeptRow>`
    select m.room_id, m.epoch, m.seq, m.sender_pid, m.sender_entity, m.sender_nickname, m.sender_user_id, m.wrapped_type,
      m.message_id, m.media_label, m.left_out_bytes, (extract(epoch from m.received_at) * 1000000)::bigint as received_us, p.size,
      case when p.size > ${maxBytes} then substring(m.octets for ${DEFAULT_CPIM_LIMITS.headBytes}) else m.octets end as octets
    from unnest(${chosen.map(({ epoch }) => epoch)}::int[], ${chosen.map(({ seq }) => seq)}::bigint[],
      ${chosen.map(({ size }) => size)}::int[]) as p(epoch, seq, size)
    join history.message m on m.room_id = ${room} and m.epoch = p.epoch and m.seq = p.seq
    order by m.epoch, m.seq`.execute(db);
  return { messages: rows.map((row) => keptMessage(row, maxBytes)), more: sizes.length > chosen.length };
}

interface KeptRow {
  readonly room_id: string;
  readonly epoch: number;
  readonly seq: string;
  readonly sender_pid: string;
  readonly sender_entity: string;
  readonly sender_nickname: string;
  readonly sender_user_id: string;
  readonly wrapped_type: string;
  readonly message_id: string;
  readonly media_label: string;
  readonly received_us: string;
  /** Octets that are kept; `octets` has the first of them. */
  readonly size: number;
  readonly octets: Buffer;
  readonly left_out_bytes: string;
}

function keptMessage(row: KeptRow, maxBytes: number): KeptMessage {
  const octets = row.size > maxBytes ? headersOf(row.octets) : row.octets;
  return {
    room: row.room_id,
    epoch: row.epoch,
    seq: BigInt(row.seq),
    senderPid: row.sender_pid,
    senderEntity: row.sender_entity,
    senderNickname: row.sender_nickname,
    senderUserId: row.sender_user_id,
    wrappedType: row.wrapped_type,
    messageId: row.message_id,
    mediaLabel: row.media_label,
    receivedAtUs: BigInt(row.received_us),
    octets,
    leftOutBytes: BigInt(row.left_out_bytes) + BigInt(row.size - octets.byteLength),
  };
}

/** CPIM headers and those of the content; of what is no CPIM object, nothing. */
function headersOf(octets: Buffer): Buffer {
  const head = readHead(octets);
  return octets.subarray(0, head.ok ? head.value.contentOffset : 0);
}

/** A room that is not known of now may still have messages: at least those were recorded. */
async function recordedPlace(db: Queries, room: RoomId): Promise<Place | undefined> {
  const { rows } = await sql<{ epoch: number; seq: string }>`
    (select 1 as source, r.epoch, s.last_seq as seq from history.room r join history.shard s on s.shard = r.shard
      where r.room_id = ${room})
    union all
    (select 2, epoch, seq from history.message where room_id = ${room} order by epoch desc, seq desc limit 1)
    order by source limit 1`.execute(db);
  const row = rows[0];
  return row === undefined ? undefined : { epoch: row.epoch, seq: BigInt(row.seq) };
}
