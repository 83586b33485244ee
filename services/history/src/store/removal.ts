import { sql } from 'kysely';
import { inTransaction, type Database } from '@plenary/db';
import type { RoomId } from '@plenary/wire';
import type { OpenMessage } from '../record.types.js';
import type { Place, RemovalStore } from './interface.js';
import type { HistorySchema } from './schema.js';
import { removeParts, type Queries } from './writes.js';

/** Messages one transaction of an erasure looks at. */
const erasureStep = 10_000;

/** What takes messages out of the tables of schema `history`. */
export function postgresRemoval(db: Database<HistorySchema>): RemovalStore {
  return {
    async discardUnfinished(olderThanMs) {
      const discarded = await inTransaction(db, (transaction) =>
        removeOpen(
          transaction,
          sql`m.begun_at < clock_timestamp() - ${olderThanMs} * interval '1 millisecond'`,
          sql`for update skip locked`,
        ),
      );
      await sql`delete from history.silenced where left_at < clock_timestamp() - interval '1 day'`.execute(db.kysely);
      return discarded;
    },

    async erase(room, userId) {
      let erased = 0;
      let held = false;
      let place: Place | undefined = { epoch: -1, seq: 0n };
      while (place !== undefined) {
        const after: Place = place;
        const step = await inTransaction(db, (transaction) => eraseStep(transaction, room, userId, after));
        erased += step.erased;
        ({ held, place } = step);
      }
      return { erased, held };
    },

    async overdueRooms(after, limit) {
      const { rows } = await sql<{ room_id: string }>`
        select r.room_id from history.room r
        where r.room_id > ${after} and r.retention_seconds > 0 and not r.hold and exists (
          select from history.message m
          where m.room_id = r.room_id and m.received_at < clock_timestamp() - r.retention_seconds * interval '1 second')
        order by r.room_id limit ${limit}`.execute(db.kysely);
      return rows.map(({ room_id }) => room_id as RoomId);
    },

    removeOverdue: (room, limit) =>
      inTransaction(db, async (transaction) => {
        const policy = await lockPolicy(transaction, room);
        if (policy === undefined || policy.hold || Number(policy.retention_seconds) === 0) return 0;
        const { numAffectedRows } = await sql`delete from history.message m using (
            select epoch, seq from history.message
            where room_id = ${room}
              and received_at < clock_timestamp() - ${policy.retention_seconds}::bigint * interval '1 second'
            order by received_at limit ${limit}) old
          where m.room_id = ${room} and m.epoch = old.epoch and m.seq = old.seq`.execute(transaction);
        return Number(numAffectedRows ?? 0n);
      }),

    forgetClosed: (limit) =>
      inTransaction(db, async (transaction) => {
        const { rows } = await sql<{ room_id: string }>`
          delete from history.room r where r.room_id in (
            select c.room_id from history.room c
            where c.closed and not exists (select from history.message m where m.room_id = c.room_id)
            limit ${limit} for update skip locked)
          returning r.room_id`.execute(transaction);
        const rooms = rows.map(({ room_id }) => room_id);
        if (rooms.length > 0) await transaction.deleteFrom('history.silenced').where('room_id', 'in', rooms).execute();
        return rooms.length;
      }),

    async takeLease(name, holder, ttlMs) {
      const { rows } = await sql`insert into history.lease as l (name, holder, expires_at)
        values (${name}, ${holder}, clock_timestamp() + ${ttlMs} * interval '1 millisecond')
        on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
        where l.holder = excluded.holder or l.expires_at <= clock_timestamp()
        returning 1`.execute(db.kysely);
      return rows.length > 0;
    },

    async releaseLease(name, holder) {
      await db.kysely.deleteFrom('history.lease').where('name', '=', name).where('holder', '=', holder).execute();
    },
  };
}

/** Keeps the policy as it is until the transaction ends. */
async function lockPolicy(
  db: Queries,
  room: RoomId,
): Promise<{ hold: boolean; retention_seconds: string } | undefined> {
  return db
    .selectFrom('history.room')
    .select(['hold', 'retention_seconds'])
    .where('room_id', '=', room)
    .forShare()
    .executeTakeFirst();
}

interface EraseStep {
  readonly erased: number;
  readonly held: boolean;
  /** Where the next step begins; undefined: that was the last. */
  readonly place: Place | undefined;
}

async function eraseStep(db: Queries, room: RoomId, userId: string, after: Place): Promise<EraseStep> {
  const policy = await lockPolicy(db, room);
  if (policy?.hold === true) return { erased: 0, held: true, place: undefined };
  const open = await removeOpen(
    db,
    sql`m.room_id = ${room} and m.sender_user_id = ${userId}`,
    sql`order by m.epoch, m.head_seq for update`,
  );
  const { rows } = await sql<{ epoch: number | null; seq: string | null; looked: string; gone: string }>`
    with step as materialized (
      select epoch, seq, sender_user_id = ${userId} as theirs from history.message
      where room_id = ${room} and (epoch, seq) > (${after.epoch}::int, ${after.seq.toString()}::bigint)
      order by epoch, seq limit ${erasureStep}),
    gone as (
      delete from history.message m using step
      where m.room_id = ${room} and m.epoch = step.epoch and m.seq = step.seq and step.theirs returning 1)
    select (select count(*) from step) as looked, (select count(*) from gone) as gone, last.epoch, last.seq
    from (select 1) one left join (select epoch, seq from step order by epoch desc, seq desc limit 1) last on true`.execute(
    db,
  );
  const [row] = rows;
  const isLast = row === undefined || row.epoch === null || row.seq === null || Number(row.looked) < erasureStep;
  const place = isLast ? undefined : { epoch: Number(row.epoch), seq: BigInt(row.seq ?? 0) };
  return { erased: open + Number(row?.gone ?? 0), held: false, place };
}

/** Removes open messages with their parts; how many messages. */
async function removeOpen(db: Queries, which: ReturnType<typeof sql>, lock: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ room_id: string; epoch: number; head_seq: string }>`
    select m.room_id, m.epoch, m.head_seq from history.open_message m where ${which} ${lock}`.execute(db);
  const open = rows.map(({ room_id, epoch, head_seq }): OpenMessage => {
    return { room: room_id as RoomId, epoch, headSeq: Number(head_seq), nextOffset: 0n, headersOnly: false };
  });
  await removeParts(db, open);
  return open.length;
}
