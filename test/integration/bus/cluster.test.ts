import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNatsBus, shardId, streamName, type Bus, type LogEvent, type PublishResult } from '@plenary/bus';
import { startNatsCluster, type NatsServer } from '@plenary/dev';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { natsServerPath } from '../setup/nats-server.js';
import { natsOptions } from './engines.js';
import { eventOf, newRoom, Recorder, stored, textOf } from './recording.js';

const shard = shardId(1);
const room = newRoom();
let dataDir: string;
let servers: NatsServer[];
let bus: Bus;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'plenary-cluster-'));
  servers = await startNatsCluster({ binary: natsServerPath(), dataDir, size: 3, monitorPort: 0 });
  bus = await connectNatsBus(
    natsOptions(servers[0]?.url ?? '', {
      servers: servers.map((server) => server.url),
      streams: { replicas: 3, maxBytes: 64 * 1024 * 1024 },
    }),
  );
  await bus.ensureShards([shard]);
}, 60_000);

afterAll(async () => {
  await bus.close();
  await Promise.all(servers.map((server) => server.kill()));
  rmSync(dataDir, { recursive: true, force: true });
});

it('loses and doubles nothing that was acknowledged when the leader of the log is killed under load', async () => {
  const incarnation = await bus.shardIncarnation(shard);
  const live = new Recorder<LogEvent>();
  await bus.subscribeRoom(shard, room, live.add).ready();
  const publishers = 20;
  const perPublisher = 60;
  const acked = new Map<string, number>();
  let killed: Promise<void> | undefined;
  // Each publisher has one message open at a time and goes on when it is answered.
  const runs = Array.from({ length: publishers }, async (_, publisher) => {
    for (let n = 0; n < perPublisher; n += 1) {
      const id = `${publisher}.${n}`;
      const result: PublishResult = await bus.publishToLogAsync(eventOf(shard, room, id));
      acked.set(id, stored(result).seq);
      if (acked.size === 400) killed = killLeader();
    }
  });
  await Promise.all(runs);
  await killed;

  const log = await readWholeLog();
  const ids = log.map(textOf);
  expect(acked.size).toBe(publishers * perPublisher);
  // Not one lost, not one twice, each where its publisher was told.
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(acked.size);
  for (const event of log) expect(event.seq).toBe(acked.get(textOf(event)));
  // In each publisher's own order.
  for (let publisher = 0; publisher < publishers; publisher += 1) {
    const own = ids.filter((id) => id.startsWith(`${publisher}.`));
    expect(own).toEqual(Array.from({ length: perPublisher }, (_, n) => `${publisher}.${n}`));
  }
  // Live copies may be missing, but then the chain shows it; with the log they are complete.
  const mended = mend(live.items, log);
  expect(mended).toEqual(log.map((event) => event.seq));
  expect(await bus.shardIncarnation(shard)).toBe(incarnation);
  expect(await bus.lastSeq(shard, room, 'all')).toBe(log.at(-1)?.seq);
}, 120_000);

async function killLeader(): Promise<void> {
  for (const server of servers) {
    const leader = await leaderOf(server, streamName(shard));
    const index = leader === undefined ? -1 : Number(leader.slice(1));
    const victim = servers[index];
    if (victim === undefined) continue;
    await victim.kill();
    return;
  }
  throw new Error('the stream has no leader');
}

interface Jsz {
  readonly account_details?: {
    readonly stream_detail?: { readonly name: string; readonly cluster?: { leader?: string } }[];
  }[];
}

async function leaderOf(server: NatsServer, stream: string): Promise<string | undefined> {
  const answer = await fetch(`${server.monitorUrl ?? ''}/jsz?streams=true`);
  const { account_details: accounts = [] } = (await answer.json()) as Jsz;
  return accounts.flatMap((account) => account.stream_detail ?? []).find((detail) => detail.name === stream)?.cluster
    ?.leader;
}

async function readWholeLog(): Promise<LogEvent[]> {
  const log: LogEvent[] = [];
  for (;;) {
    const page = await bus.readAfter(shard, room, 'all', log.at(-1)?.seq ?? 0, 256);
    if (page.length === 0) return log;
    log.push(...page);
  }
}

/** What a reader of the live copies has that fills every gap the chain shows, and the end, from the log. */
function mend(live: readonly LogEvent[], log: readonly LogEvent[]): number[] {
  const have: number[] = [];
  for (const event of live) {
    const last = have.at(-1) ?? 0;
    if (event.seq <= last) continue;
    if (event.lastSeq !== last) {
      for (const each of log) if (each.seq > last && each.seq < event.seq) have.push(each.seq);
    }
    have.push(event.seq);
  }
  for (const each of log) if (each.seq > (have.at(-1) ?? 0)) have.push(each.seq);
  return have;
}
