import { setTimeout as delay } from 'node:timers/promises';
import type { Load } from './load.js';
import type { LoadSession } from './load-protocol.js';
import type { Timing } from './saturation.js';
import type { CpuReading, System } from './system.js';
import { sendersPerRoom, sessionsPerLoad, type Workload } from './workloads.js';

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
  if (users.length > sessionsPerLoad) throw new RangeError('one load process cannot take so many');
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
