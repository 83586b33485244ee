import { sql } from 'kysely';
import { inTransaction, type Database } from '@plenary/db';
import { Part } from '@plenary/proto/chat';
import type { KeptMessage } from '@plenary/proto/history';
import type { RoomId, ShardId } from '@plenary/wire';
import {
  openKey,
  record,
  roomsInQuestion,
  type Known,
  type LogEntry,
  type OpenMessage,
  type RoomNow,
} from '../record.js';
import type { HistoryStore, PageQuery } from './interface.js';
import type { HistorySchema } from './schema.js';
import {
  completeMessages,
  removeParts,
  writeFragments,
  writeHeads,
  writeOpen,
  writeRooms,
  writeWhole,
  type Queries,
} from './writes.js';

/** The kept log in schema `history`. The tables must be there (`migrations/`). */
export function postgresHistory(db: Database<HistorySchema>, maxMessageBytes: number): HistoryStore {
  return {
    recordBatch: (batch, askNow) =>
      inTransaction(db, async (transaction) => {
        const place = await lockPlace(transaction, batch.shard, batch.incarnation);
        const entries = batch.entries.filter(({ seq }) => seq > place);
        const repeated = batch.entries.length - entries.length;
        if (batch.lastSeq <= place) return { stored: 0, duplicates: 0, repeated };
        const known = await loadKnown(transaction, entries);
        const now = new Map<RoomId, RoomNow>();
        for (const room of roomsInQuestion(known.rooms, entries)) now.set(room, await askNow(room));
        const recorded = record(known, now, entries, maxMessageBytes);
        let stored = await writeWhole(transaction, recorded.whole);
        await writeHeads(transaction, recorded.heads);
        await writeFragments(transaction, recorded.fragments);
        await writeOpen(transaction, recorded.open.values());
        stored += await completeMessages(transaction, recorded.completed);
        await removeParts(transaction, recorded.discarded);
        await writeRooms(transaction, recorded.rooms);
        await transaction
          .updateTable('history.shard')
          .set({ last_seq: batch.lastSeq, last_event_at: new Date(batch.lastEventMs) })
          .where('shard', '=', batch.shard)
          .execute();
        return { stored, duplicates: recorded.whole.length + recorded.completed.length - stored, repeated };
      }),
    async positions() {
      const rows = await db.kysely.selectFrom('history.shard').selectAll().execute();
      return new Map(
        rows.map(({ shard, incarnation, last_seq, last_event_at }) => [
          shard as ShardId,
          { incarnation, lastSeq: Number(last_seq), lastEventMs: last_event_at.getTime() },
        ]),
      );
    },
    query: (query) => queryPage(db.kysely, query),
    async discardUnfinished(olderThanMs) {
      return inTransaction(db, async (transaction) => {
        const { rows } = await sql<{ room_id: string; epoch: number; head_seq: string }>`
          select room_id, epoch, head_seq from history.open_message
          where begun_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'
          for update skip locked`.execute(transaction);
        const open = rows.map(({ room_id, epoch, head_seq }): OpenMessage => {
          return { room: room_id as RoomId, epoch, headSeq: Number(head_seq), nextOffset: 0n };
        });
        await removeParts(transaction, open);
        return open.length;
      });
    },
  };
}

/** Takes the lock on a shard's place and returns it: 0 in a log not seen before. */
async function lockPlace(db: Queries, shard: ShardId, incarnation: string): Promise<number> {
  await db
    .insertInto('history.shard')
    .values({ shard, incarnation, last_seq: 0, last_event_at: new Date(0) })
    .onConflict((conflict) => conflict.column('shard').doNothing())
    .execute();
  const row = await db
    .selectFrom('history.shard')
    .select(['incarnation', 'last_seq'])
    .where('shard', '=', shard)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (row.incarnation === incarnation) return Number(row.last_seq);
  await db.updateTable('history.shard').set({ incarnation, last_seq: 0 }).where('shard', '=', shard).execute();
  return 0;
}

async function loadKnown(db: Queries, entries: readonly LogEntry[]): Promise<Known> {
  const rooms = await db
    .selectFrom('history.room')
    .selectAll()
    .where('room_id', '=', sql<string>`any(${[...new Set(entries.map(({ room }) => room))]}::text[])`)
    .execute();
  const open = new Map<string, OpenMessage>();
  const heads = entries.flatMap((entry) =>
    entry.kind === 'all' && entry.event.part !== Part.WHOLE && entry.event.part !== Part.HEAD ? [entry] : [],
  );
  if (heads.length > 0) {
    const { rows } = await sql<{ room_id: string; epoch: number; head_seq: string; next_offset: string }>`
      select m.room_id, m.epoch, m.head_seq, m.next_offset from history.open_message m
      where (m.room_id, m.head_seq) in (select * from unnest(${heads.map(({ room }) => room)}::text[],
        ${heads.map((entry) => entry.event.headSeq.toString())}::bigint[]))
      order by m.epoch`.execute(db);
    for (const row of rows) {
      const headSeq = Number(row.head_seq);
      const room = row.room_id as RoomId;
      open.set(openKey(room, headSeq), { room, epoch: row.epoch, headSeq, nextOffset: BigInt(row.next_offset) });
    }
  }
  const known = rooms.map(
    ({ room_id, epoch, version, logged }) => [room_id as RoomId, { epoch, version: BigInt(version), logged }] as const,
  );
  return { rooms: new Map(known), open };
}

async function queryPage(
  db: Queries,
  { room, epoch, afterSeq, limit, maxBytes }: PageQuery,
): Promise<{ messages: KeptMessage[]; more: boolean }> {
  // One more than asked for tells whether there is more; sizes are read without the octets.
  const { rows: sizes } = await sql<{ seq: string; size: number }>`
    select seq, octet_length(octets) as size from history.message
    where room_id = ${room} and epoch = ${epoch} and seq > ${afterSeq.toString()}
    order by seq limit ${limit + 1}`.execute(db);
  let pageBytes = 0;
  let count = 0;
  for (const { size } of sizes.slice(0, limit)) {
    if (count > 0 && pageBytes + size > maxBytes) break;
    pageBytes += size;
    count += 1;
  }
  const last = sizes[count - 1];
  if (last === undefined) return { messages: [], more: false };
  const rows = await db
    .selectFrom('history.message')
    .selectAll()
    .select(sql<string>`(extract(epoch from received_at) * 1000000)::bigint`.as('received_us'))
    .where('room_id', '=', room)
    .where('epoch', '=', epoch)
    .where('seq', '>', afterSeq.toString())
    .where('seq', '<=', last.seq)
    .orderBy('seq')
    .execute();
  const messages = rows.map((row): KeptMessage => {
    return {
      room: row.room_id,
      epoch: row.epoch,
      seq: BigInt(row.seq),
      senderPid: row.sender_pid,
      senderEntity: row.sender_entity,
      wrappedType: row.wrapped_type,
      messageId: row.message_id,
      receivedAtUs: BigInt(row.received_us),
      octets: row.octets,
    };
  });
  return { messages, more: sizes.length > count };
}
