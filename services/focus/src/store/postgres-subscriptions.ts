import type { Dialog, SipFlow, SubscribeUsage } from '@plenary/sip';
import { CompiledQuery, sql, type Kysely, type Selectable } from 'kysely';
import type { FocusTables, SubscriptionDialogTable, SubscriptionTable } from './schema.js';
import type {
  NotifyClaim,
  NotifyForm,
  SubscriptionDialog,
  SubscriptionRecord,
  SubscriptionStore,
  Viewer,
} from './subscription-store.js';

/** What nobody ended although it is over for so long is taken over by anybody, to be ended. */
const overdueMs = 60_000;
/** Replicas not seen for so long are forgotten. */
const forgetMs = 3_600_000;

// The CSeq is raised where the dialog stands: in the row of its INVITE as long as there is one, else in one of its own.
const raised = `jsonb_set(d.dialog, '{localSequence}', to_jsonb(coalesce((d.dialog->>'localSequence')::bigint, 0) + 1))`;
const raiseShared = `shared as (
    update focus.dialog d set dialog = ${raised}, rv = d.rv + 1 from mine
    where d.call_id = mine.call_id and d.local_tag = mine.local_tag
    returning d.dialog, d.flow, d.replica)`;

const claimSql = `with mine as (
    update focus.subscription set rv = rv + 1, version = version + 1
    where call_id = $1 and local_tag = $2 and event_id = $3 and rv = $4
    returning call_id, local_tag),
  ${raiseShared},
  own as (
    update focus.subscription_dialog d set dialog = ${raised}, rv = d.rv + 1 from mine
    where d.call_id = mine.call_id and d.local_tag = mine.local_tag
    returning d.dialog, d.flow, d.replica)
  select p.dialog, p.flow, p.replica from mine left join (select * from shared union all select * from own) p on true`;

const endSql = `with mine as (
    delete from focus.subscription where call_id = $1 and local_tag = $2 and event_id = $3 and rv = $4
    returning call_id, local_tag),
  others as (
    select 1 from focus.subscription where call_id = $1 and local_tag = $2 and event_id <> $3 limit 1),
  ${raiseShared},
  kept as (
    update focus.subscription_dialog d set dialog = ${raised}, rv = d.rv + 1 from mine
    where d.call_id = mine.call_id and d.local_tag = mine.local_tag and exists (select from others)
    returning d.dialog, d.flow, d.replica),
  dropped as (
    delete from focus.subscription_dialog d using mine
    where d.call_id = mine.call_id and d.local_tag = mine.local_tag and not exists (select from others)
    returning ${raised}, d.flow, d.replica)
  select p.dialog, p.flow, p.replica from mine
    left join (select * from shared union all select * from kept union all select * from dropped) p on true`;

interface PathRow {
  readonly dialog: Dialog | null;
  readonly flow: SipFlow | null;
  readonly replica: string | null;
}

/** Subscriptions in PostgreSQL: any replica can go on with any of them (EVT-011). */
export function postgresSubscriptions(db: Kysely<FocusTables>): SubscriptionStore {
  const take = async (statement: string, record: SubscriptionRecord): Promise<NotifyClaim> => {
    const { callId, localTag, eventId, rv } = record;
    const { rows } = await db.executeQuery<PathRow>(CompiledQuery.raw(statement, [callId, localTag, eventId, rv]));
    const [row] = rows;
    if (!row) return { kind: 'changed' };
    if (!row.dialog || !row.flow || row.replica === null) return { kind: 'orphaned' };
    const { flow, replica } = row;
    const next = { ...record, rv: rv + 1, version: record.version + 1 };
    return { kind: 'claimed', record: next, path: { dialog: before(row.dialog), flow, replica } };
  };
  return {
    async insert(record, dialog) {
      await db.transaction().execute(async (transaction) => {
        if (dialog) {
          await transaction.insertInto('focus.subscription_dialog').values(dialogColumns(dialog)).execute();
        }
        await transaction
          .insertInto('focus.subscription')
          .values({ ...keyColumns(record), ...columnsOf(record), version: String(record.version) })
          .execute();
      });
      return { ...record, rv: 1 };
    },

    async find({ callId, localTag, eventId }) {
      const row = await db
        .selectFrom('focus.subscription')
        .selectAll()
        .where('call_id', '=', callId)
        .where('local_tag', '=', localTag)
        .where('event_id', '=', eventId)
        .executeTakeFirst();
      return row && recordOf(row);
    },

    async findDialog({ callId, localTag }) {
      const row = await db
        .selectFrom('focus.subscription_dialog')
        .selectAll()
        .where('call_id', '=', callId)
        .where('local_tag', '=', localTag)
        .executeTakeFirst();
      return row && dialogOf(row);
    },

    async update(record) {
      const result = await db
        .updateTable('focus.subscription')
        .set({ ...columnsOf(record), rv: record.rv + 1 })
        .where('call_id', '=', record.callId)
        .where('local_tag', '=', record.localTag)
        .where('event_id', '=', record.eventId)
        .where('rv', '=', record.rv)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n ? { ...record, rv: record.rv + 1 } : undefined;
    },

    async updateDialog(dialog) {
      const result = await db
        .updateTable('focus.subscription_dialog')
        .set({ ...dialogColumns(dialog), rv: dialog.rv + 1 })
        .where('call_id', '=', dialog.callId)
        .where('local_tag', '=', dialog.localTag)
        .where('rv', '=', dialog.rv)
        .executeTakeFirst();
      return result.numUpdatedRows === 1n ? { ...dialog, rv: dialog.rv + 1 } : undefined;
    },

    claimNotify: (record) => take(claimSql, record),
    end: (record) => take(endSql, record),

    async adopt({ replica, nowMs, seenSinceMs, limit }) {
      const rows = await db
        .updateTable('focus.subscription')
        .set(({ eb }) => ({ notifier: replica, rv: eb('rv', '+', 1) }))
        .where(
          sql<boolean>`(call_id, local_tag, event_id) in (
            select call_id, local_tag, event_id from focus.subscription s
            where (s.notifier <> ${replica} and not exists (
                select from focus.replica r where r.name = s.notifier and r.seen_at > ${new Date(seenSinceMs)}))
              or s.expires_at < ${new Date(nowMs - overdueMs)}
            limit ${limit} for update skip locked)`,
        )
        .returningAll()
        .execute();
      return rows.map(recordOf);
    },

    async counts(room, viewerUri) {
      const count = db.fn.countAll<string>().as('n');
      const of = (column: 'room' | 'viewer_uri', value: string): Promise<{ n: string } | undefined> =>
        db.selectFrom('focus.subscription').select(count).where(column, '=', value).executeTakeFirst();
      const [inRoom, ofUser] = await Promise.all([of('room', room), of('viewer_uri', viewerUri)]);
      return { room: Number(inRoom?.n ?? 0), user: Number(ofUser?.n ?? 0) };
    },

    async beat(name, nowMs) {
      const seen_at = new Date(nowMs);
      await db
        .insertInto('focus.replica')
        .values({ name, seen_at })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ seen_at }))
        .execute();
      await db
        .deleteFrom('focus.replica')
        .where('seen_at', '<', new Date(nowMs - forgetMs))
        .execute();
    },

    async release(name) {
      await db.deleteFrom('focus.replica').where('name', '=', name).execute();
    },
  };
}

/** The dialog as it was before its CSeq was raised. */
function before(dialog: Dialog): Dialog {
  const sequence = dialog.localSequence ?? 0;
  return { ...dialog, localSequence: sequence > 1 ? sequence - 1 : null };
}

function keyColumns(key: { callId: string; localTag: string; eventId: string }): {
  call_id: string;
  local_tag: string;
  event_id: string;
} {
  return { call_id: key.callId, local_tag: key.localTag, event_id: key.eventId };
}

function columnsOf(record: Omit<SubscriptionRecord, 'rv'>): {
  room: string;
  conference_uri: string;
  room_user: string;
  viewer: string;
  viewer_uri: string;
  form: string;
  gruu: boolean;
  usage: string;
  expires_at: Date;
  notifier: string;
} {
  return {
    room: record.room,
    conference_uri: record.conferenceUri,
    room_user: record.roomUser,
    viewer: JSON.stringify(record.viewer),
    viewer_uri: record.viewer.uri,
    form: record.form,
    gruu: record.gruu,
    usage: JSON.stringify(record.usage),
    expires_at: new Date(record.usage.expiresAtMs),
    notifier: record.notifier,
  };
}

function recordOf(row: Selectable<SubscriptionTable>): SubscriptionRecord {
  return {
    callId: row.call_id,
    localTag: row.local_tag,
    eventId: row.event_id,
    rv: row.rv,
    usage: row.usage as SubscribeUsage,
    room: row.room,
    conferenceUri: row.conference_uri,
    roomUser: row.room_user,
    viewer: row.viewer as Viewer,
    form: row.form as NotifyForm,
    gruu: row.gruu,
    version: Number(row.version),
    notifier: row.notifier,
  };
}

function dialogColumns(dialog: SubscriptionDialog): {
  call_id: string;
  local_tag: string;
  dialog: string;
  flow: string;
  replica: string;
  user_uri: string;
} {
  return {
    call_id: dialog.callId,
    local_tag: dialog.localTag,
    dialog: JSON.stringify(dialog.dialog),
    flow: JSON.stringify(dialog.flow),
    replica: dialog.replica,
    user_uri: dialog.userUri,
  };
}

function dialogOf(row: Selectable<SubscriptionDialogTable>): SubscriptionDialog {
  return {
    callId: row.call_id,
    localTag: row.local_tag,
    rv: row.rv,
    dialog: row.dialog as Dialog,
    flow: row.flow as SipFlow,
    replica: row.replica,
    userUri: row.user_uri,
  };
}
