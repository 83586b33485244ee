import { setTimeout as delay } from 'node:timers/promises';
import { floorSessions, startFloor } from './floor.js';
import { Load } from './load.js';
import type { LoadReport, LoadSession } from './load-protocol.js';
import { cpuSeconds } from './process-cost.js';
import type { CpuReading, System } from './system.js';
import { sendersPerRoom, type Workload } from './workloads.js';

export interface Timing {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** One figure per part, CPU microseconds per delivery. */
export interface Saturation {
  readonly deliveriesPerSecond: number;
  readonly sendsPerSecond: number;
  readonly edgeMicros: number;
  readonly serverMicros: number;
  readonly natsMicros: number;
  readonly postgresMicros: number;
  readonly refused: number;
}

export interface Latency {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly samples: number;
}

export interface Joins {
  readonly joins: number;
  readonly perSecond: number;
  readonly cpuMsPerJoin: number;
  readonly bytesPerIdleParticipant: number;
}

/** The floor under this workload: deliveries per second and CPU microseconds per delivery. */
export async function measureFloor(
  workload: Workload,
  timing: Timing,
): Promise<{ deliveriesPerSecond: number; micros: number }> {
  const floor = await startFloor();
  const load = new Load();
  try {
    await load.open(floorSessions(floor.port, workload.rooms, workload.participantsPerRoom));
    load.saturate(sendersPerRoom(workload), workload.bodyBytes);
    await delay(timing.warmUpMs);
    const before = { cpu: cpuSeconds(floor.pid), report: await load.report(), atMs: performance.now() };
    await delay(timing.measureMs);
    const after = { cpu: cpuSeconds(floor.pid), report: await load.report(), atMs: performance.now() };
    const delivered = after.report.delivered - before.report.delivered;
    return {
      deliveriesPerSecond: (delivered / (after.atMs - before.atMs)) * 1_000,
      micros: ((after.cpu - before.cpu) * 1e6) / delivered,
    };
  } finally {
    await load.close();
    await floor.stop();
  }
}

/** Everybody in, senders without pause. */
export async function measureSaturation(
  system: System,
  load: Load,
  workload: Workload,
  timing: Timing,
): Promise<Saturation> {
  load.saturate(sendersPerRoom(workload), workload.bodyBytes);
  await delay(timing.warmUpMs);
  const before = { cpu: system.cpu(), report: await load.report(), atMs: performance.now() };
  await delay(timing.measureMs);
  const after = { cpu: system.cpu(), report: await load.report(), atMs: performance.now() };
  await load.halt();
  return saturationOf(before, after);
}

function saturationOf(
  before: { cpu: CpuReading; report: LoadReport; atMs: number },
  after: { cpu: CpuReading; report: LoadReport; atMs: number },
): Saturation {
  const delivered = after.report.delivered - before.report.delivered;
  const seconds = (after.atMs - before.atMs) / 1_000;
  const micros = (read: (cpu: CpuReading) => number): number =>
    ((read(after.cpu) - read(before.cpu)) * 1e6) / delivered;
  return {
    deliveriesPerSecond: delivered / seconds,
    sendsPerSecond: (after.report.answered - before.report.answered) / seconds,
    edgeMicros: micros((cpu) => cpu.edges),
    serverMicros: micros((cpu) => cpu.edges + cpu.others + cpu.nats + cpu.postgres),
    natsMicros: micros((cpu) => cpu.nats),
    postgresMicros: micros((cpu) => cpu.postgres),
    refused: after.report.refused - before.report.refused,
  };
}

/** SENDs by the clock; latency counts from the moment a SEND was due, so a stall is not hidden by waiting for it. */
export async function measureLatency(
  load: Load,
  workload: Workload,
  perSecond: number,
  timing: Timing,
): Promise<Latency> {
  await load.report();
  load.pace(sendersPerRoom(workload), workload.bodyBytes, perSecond);
  await delay(timing.warmUpMs);
  await load.report();
  await delay(timing.measureMs);
  const { latenciesMs } = await load.report();
  await load.halt();
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), samples: sorted.length };
}

/** How many joins are under way at once. */
const joinsAtOnce = 16;

/** Joins everybody by SIP and binds them; tells what that cost and what it left in memory. */
export async function joinAll(
  system: System,
  load: Load,
  users: readonly { readonly user: string; readonly room: string }[],
): Promise<{ sessions: LoadSession[]; joins: Joins }> {
  const memoryBefore = system.serviceMemoryBytes();
  const cpuBefore = totalCpu(system.cpu());
  const startedMs = performance.now();
  const sessions: LoadSession[] = [];
  const queue = [...users];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { session } = await system.dial(next.user, next.room);
      sessions.push(session);
    }
  };
  await Promise.all(Array.from({ length: joinsAtOnce }, worker));
  await load.open(sessions);
  const boundMs = performance.now();
  const cpu = totalCpu(system.cpu()) - cpuBefore;
  // Garbage of the joins is not what an idle participant costs; a collection comes by itself within seconds.
  await delay(3_000);
  return {
    sessions,
    joins: {
      joins: users.length,
      perSecond: users.length / ((boundMs - startedMs) / 1_000),
      cpuMsPerJoin: (cpu * 1_000) / users.length,
      bytesPerIdleParticipant: Math.max(0, system.serviceMemoryBytes() - memoryBefore) / users.length,
    },
  };
}

function totalCpu(cpu: CpuReading): number {
  return cpu.edges + cpu.others + cpu.nats + cpu.postgres;
}
