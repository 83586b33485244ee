import { CompiledQuery, sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { DialogKey, DialogRecord, DialogStore, MediaRecord, TimerRecord } from './interface.js';
import type { DialogTable, FocusTables } from './schema.js';
import type { Dialog, SipFlow } from '@plenary/sip';

const columns = [
  'call_id',
  'local_tag',
  'rv',
  'state',
  'dialog',
  'media',
  'timer',
  'peer_allows',
  'flow',
  'replica',
] as const;
type Row = Pick<Selectable<DialogTable>, (typeof columns)[number]>;

// The two statements of every join, as texts: building them each time costs as much as the server takes to run them.
const insertSql = `insert into focus.dialog
  (call_id, local_tag, state, dialog, media, timer, peer_allows, flow, replica, chat_id, due_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
const confirmSql = `update focus.dialog set state = 'confirmed', due_at = $1, rv = rv + 1
  where call_id = $2 and local_tag = $3 and rv = $4`;

/** Dialogs in PostgreSQL: any replica can go on with any of them. */
export function postgresDialogs(db: Kysely<FocusTables>): DialogStore {
  const table = 'focus.dialog' as const;
  // A dialog lives on while subscriptions are in it (RFC 6665 section 4.5.2), past the CSeq of a BYE of ours.
  const taken = async (which: RawBuilder<unknown>): Promise<DialogRecord | undefined> => {
    const { rows } = await sql<Row>`
      with gone as (
        delete from focus.dialog where ${which} returning ${sql.raw(columns.join(', '))}),
      kept as (
        insert into focus.subscription_dialog (call_id, local_tag, dialog, flow, replica, user_uri)
        select call_id, local_tag,
          jsonb_set(dialog, '{localSequence}', to_jsonb(coalesce((dialog->>'localSequence')::bigint, 0) + 1)),
          flow, replica, media->>'userUri'
        from gone where exists (
          select from focus.subscription s where s.call_id = gone.call_id and s.local_tag = gone.local_tag))
      select * from gone`.execute(db);
    return rows[0] && recordOf(rows[0]);
  };
  return {
    async insert(record, ackDueAtMs) {
      const written = columnsOf(record);
      await db.executeQuery(
        CompiledQuery.raw(insertSql, [
          record.callId,
          record.localTag,
          written.state,
          written.dialog,
          written.media,
          written.timer,
          written.peer_allows,
          written.flow,
          written.replica,
          written.chat_id,
          new Date(ackDueAtMs),
        ]),
      );
      return { ...record, rv: 1 };
    },

    async find(key) {
      const row = await db
        .selectFrom(table)
        .select(columns)
        .where('call_id', '=', key.callId)
        .where('local_tag', '=', key.localTag)
        .executeTakeFirst();
      return row && recordOf(row);
    },

    async findByChatId(chatId) {
      const row = await db.selectFrom(table).select(columns).where('chat_id', '=', chatId).executeTakeFirst();
      return row && recordOf(row);
    },

    async chatIdsIn(room) {
      const rows = await db
        .selectFrom(table)
        .select('chat_id')
        .where(sql<boolean>`media->>'room' = ${room}`)
        .execute();
      return rows.map((row) => row.chat_id);
    },

    async update(record) {
      const result = await db
        .updateTable(table)
        .set({ ...columnsOf(record), rv: record.rv + 1 })
        .where('call_id', '=', record.callId)
        .where('local_tag', '=', record.localTag)
        .where('rv', '=', record.rv)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n ? { ...record, rv: record.rv + 1 } : undefined;
    },

    async confirm(record) {
      const dueAt = record.timer ? new Date(record.timer.dueAtMs) : null;
      const confirmed = await db.executeQuery(
        CompiledQuery.raw(confirmSql, [dueAt, record.callId, record.localTag, record.rv]),
      );
      return confirmed.numAffectedRows === 1n ? { ...record, state: 'confirmed', rv: record.rv + 1 } : undefined;
    },

    take: (key: DialogKey) => taken(sql`call_id = ${key.callId} and local_tag = ${key.localTag}`),
    takeByChatId: (chatId) => taken(sql`chat_id = ${chatId}`),

    async claimDue({ nowMs, replica, othersAfterMs, leaseMs, limit }) {
      const rows = await db
        .updateTable(table)
        .set({ due_at: new Date(nowMs + leaseMs) })
        .where(
          sql<boolean>`(call_id, local_tag) in (
            select call_id, local_tag from focus.dialog
            where due_at <= ${new Date(nowMs)} and (replica = ${replica} or due_at <= ${new Date(nowMs - othersAfterMs)})
            order by due_at limit ${limit} for update skip locked)`,
        )
        .returning(columns)
        .execute();
      return rows.map(recordOf);
    },

    async count(replica) {
      const row = await db
        .selectFrom(table)
        .where('replica', '=', replica)
        .select(({ fn }) => fn.countAll<string>().as('dialogs'))
        .executeTakeFirstOrThrow();
      return Number(row.dialogs);
    },
  };
}

function columnsOf(record: Omit<DialogRecord, 'rv'>): {
  state: string;
  dialog: string;
  media: string;
  timer: string | null;
  peer_allows: string | null;
  flow: string;
  replica: string;
  chat_id: string;
  due_at: Date | null;
} {
  return {
    state: record.state,
    dialog: JSON.stringify(record.dialog),
    media: JSON.stringify(record.media, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value)),
    timer: record.timer ? JSON.stringify(record.timer) : null,
    peer_allows: record.peerAllows ? JSON.stringify(record.peerAllows) : null,
    flow: JSON.stringify(record.flow),
    replica: record.replica,
    chat_id: record.media.chatId,
    due_at: record.timer ? new Date(record.timer.dueAtMs) : null,
  };
}

function recordOf(row: Row): DialogRecord {
  return {
    callId: row.call_id,
    localTag: row.local_tag,
    rv: row.rv,
    state: row.state as DialogRecord['state'],
    dialog: row.dialog as Dialog,
    media: mediaOf(row.media as MediaRecord),
    timer: (row.timer as TimerRecord | null) ?? undefined,
    peerAllows: (row.peer_allows as readonly string[] | null) ?? undefined,
    flow: row.flow as SipFlow,
    replica: row.replica,
  };
}

/** 64-bit numbers stand in JSON as text with an `n`. */
function mediaOf(stored: MediaRecord): MediaRecord {
  const size = String(stored.capabilities.maxSizeBytes).replace(/n$/, '');
  return { ...stored, capabilities: { ...stored.capabilities, maxSizeBytes: BigInt(size) } };
}
