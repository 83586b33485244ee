import { sql } from 'kysely';
import { inTransaction, type Database } from '@plenary/db';
import { Part } from '@plenary/proto/chat';
import type { RoomId, ShardId } from '@plenary/wire';
import { endpointsIn, record, roomsInQuestion } from '../record.js';
import { endpointKey, messageKey, type Known, type LogEntry, type OpenMessage } from '../record.types.js';
import type { RoomLog, RoomNow } from '../room-log.js';
import type { HistoryStore } from './interface.js';
import { queryPage, readPage } from './reads.js';
import { postgresRemoval } from './removal.js';
import type { HistorySchema } from './schema.js';
import {
  completeMessages,
  endpointsOf,
  removeParts,
  writeFragments,
  writeHeads,
  writeOpen,
  writeRooms,
  writeSilences,
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
        await writeRooms(transaction, batch.shard, recorded.rooms);
        await writeSilences(transaction, recorded);
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
    read: (query) => readPage(db, query),
    removal: postgresRemoval(db),
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
  return {
    rooms: await loadRooms(db, entries),
    open: await loadOpen(db, entries),
    silenced: await loadSilenced(db, entries),
  };
}

async function loadRooms(db: Queries, entries: readonly LogEntry[]): Promise<ReadonlyMap<RoomId, RoomLog>> {
  const rows = await db
    .selectFrom('history.room')
    .selectAll()
    .where('room_id', '=', sql<string>`any(${[...new Set(entries.map(({ room }) => room))]}::text[])`)
    .execute();
  return new Map(
    rows.map((row) => [
      row.room_id as RoomId,
      {
        epoch: row.epoch,
        version: BigInt(row.version),
        logged: row.logged,
        suspended: row.suspended,
        retentionSeconds: Number(row.retention_seconds),
        hold: row.hold,
        filesKept: row.files_kept,
        closed: row.closed,
      },
    ]),
  );
}

/** Locks them: what is being erased meanwhile must not get further parts. */
async function loadOpen(db: Queries, entries: readonly LogEntry[]): Promise<ReadonlyMap<string, OpenMessage>> {
  const open = new Map<string, OpenMessage>();
  const parts = entries.flatMap((entry) =>
    entry.kind === 'all' && entry.event.part !== Part.WHOLE && entry.event.part !== Part.HEAD ? [entry] : [],
  );
  if (parts.length === 0) return open;
  const { rows } = await sql<{
    room_id: string;
    epoch: number;
    head_seq: string;
    next_offset: string;
    headers_only: boolean;
  }>`select m.room_id, m.epoch, m.head_seq, m.next_offset, m.headers_only from history.open_message m
    where (m.room_id, m.head_seq) in (select * from unnest(${parts.map(({ room }) => room)}::text[],
      ${parts.map((entry) => entry.event.headSeq.toString())}::bigint[]))
    order by m.epoch for update of m`.execute(db);
  for (const row of rows) {
    const headSeq = Number(row.head_seq);
    const room = row.room_id as RoomId;
    const nextOffset = BigInt(row.next_offset);
    open.set(messageKey(room, headSeq), { room, epoch: row.epoch, headSeq, nextOffset, headersOnly: row.headers_only });
  }
  return open;
}

async function loadSilenced(db: Queries, entries: readonly LogEntry[]): Promise<Known['silenced']> {
  const endpoints = [...endpointsIn(entries).values()];
  if (endpoints.length === 0) return new Map();
  const { rows } = await sql<{ room_id: string; chat_id: string; gone: boolean }>`
    select s.room_id, s.chat_id, s.left_at is not null as gone from history.silenced s
    join ${endpointsOf(endpoints)} on s.room_id = e.room_id and s.chat_id = e.chat_id`.execute(db);
  return new Map(
    rows.map(({ room_id, chat_id, gone }) => [endpointKey(room_id as RoomId, chat_id), gone ? 'left' : 'muted']),
  );
}
