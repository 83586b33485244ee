import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { useHistories } from './installation.js';
import type { Reader } from './readers.js';
import type { ScriptedRoom } from './scripted-room.js';

const histories = useHistories();
const million = 1_000_000;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly Plan[];
}

describe('a room with a million messages', () => {
  it('HIST-003 its last hundred are found by the index alone, and so is the place a cursor names', async () => {
    const room = histories.room();
    await room.create();
    const reader = await histories.start();
    await histories.caughtUp(reader);
    await fill(room);

    for (const request of [
      { count: 100 },
      { count: 100, cursor: (await histories.read(reader, room, { count: 100 })).cursor },
      { count: 100, forward: true },
      { count: 100, sinceUs: 1_767_300_000_000_000n },
    ]) {
      const { found, plans } = await plansOf(reader, () => histories.read(reader, room, request));
      expect(found.messages).toHaveLength(100);
      const nodes = plans.flatMap(nodesOf);
      const scans = nodes.filter((node) => node['Relation Name'] === 'message');
      expect(scans.length).toBeGreaterThan(2);
      expect(scans.map((node) => node['Node Type']).filter((type) => type === 'Seq Scan')).toEqual([]);
      expect(Math.max(...nodes.map((node) => node['Actual Rows']))).toBeLessThanOrEqual(101);
      // Out of some 20,000 blocks of the table.
      const blocks = plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0);
      expect(blocks).toBeLessThan(2_000);
    }
  }, 180_000);
});

/** Rows as recording makes them, a second apart from the first of 2026 on. */
async function fill(room: ScriptedRoom): Promise<void> {
  const client = new Client({ connectionString: histories.installation.databaseUrl });
  await client.connect();
  try {
    await client.query(
      `insert into history.message (room_id, epoch, seq, origin_id, sender_pid, sender_entity, sender_user_id, wrapped_type,
         message_id, received_at, octets)
       select $1, 1, 1000 + n, 'o' || n, 'p', 'sip:alice@localhost', 'u', 'text/plain', 'm' || n,
         timestamptz '2026-01-01' + n * interval '1 second', 'hello' from generate_series(1, ${String(million)}) n`,
      [room.id],
    );

    await client.query('vacuum analyze history.message');
  } finally {
    await client.end();
  }
}

/** The plans, with what was really read, of the statements that `work` sends. */
async function plansOf<T>(reader: Reader, work: () => Promise<T>): Promise<{ found: T; plans: Plan[] }> {
  const sent: { text: string; values: unknown[] }[] = [];
  const query = Client.prototype.query as (this: Client, ...asked: unknown[]) => unknown;
  Client.prototype.query = function (this: Client, ...asked: unknown[]) {
    sent.push(asked[0] as (typeof sent)[number]);
    return query.apply(this, asked);
  } as typeof Client.prototype.query;
  const found = await work().finally(() => {
    Client.prototype.query = query as typeof Client.prototype.query;
  });
  const plans: Plan[] = [];
  for (const { text, values } of sent.filter((asked) => /history\.message/.test(asked.text ?? ''))) {
    const { rows } = await reader.context.database.pool.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    plans.push(rows[0]!['QUERY PLAN'][0]!.Plan);
  }
  return { found, plans };
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}
