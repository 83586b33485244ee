import { setTimeout as delay } from 'node:timers/promises';
import { floorSessions, startFloor, type WriteCounts } from './floor.js';
import { Load } from './load.js';
import type { LoadReport } from './load-protocol.js';
import { cpuSeconds } from './process-cost.js';
import type { CpuReading, System } from './system.js';
import { sendersPerRoom, type Workload } from './workloads.js';

export interface Timing {
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** What floor and system are both measured by. */
export interface Throughput {
  readonly deliveriesPerSecond: number;
  readonly sendsPerSecond: number;
  /** Copies that left in one write, on average (answers are written too, mostly with copies). */
  readonly copiesPerWrite: number;
  /** Part of one core the load process used; near 1 it was the limit. */
  readonly loadShare: number;
  readonly refused: number;
}

/** CPU in microseconds per delivery. */
export interface FloorFigures extends Throughput {
  readonly micros: number;
}

export interface Saturation extends Throughput {
  readonly edgeMicros: number;
  /** Everything: edges, the other services, broker, database. */
  readonly serverMicros: number;
  readonly otherServicesMicros: number;
  readonly natsMicros: number;
  readonly postgresMicros: number;
}

/** One measurement of the system between two of the floor. */
export interface Round {
  /** Means of the one before and the one after. */
  readonly floor: FloorFigures;
  readonly saturation: Saturation;
}

/** SENDs answered before anything is measured: code that has run often runs as it will. */
const warmUpSends = 3_000;

/** The system between floors, `rounds` times: floor, system, floor, system, floor, … */
export async function measureRounds(
  system: System,
  load: Load,
  workload: Workload,
  timing: Timing,
  rounds: number,
): Promise<Round[]> {
  const done: Round[] = [];
  let before = await measureFloor(workload, timing);
  for (let n = 0; n < rounds; n++) {
    const saturation = await measureSaturation(system, load, workload, timing);
    const after = await measureFloor(workload, timing);
    done.push({ floor: meanOf(before, after), saturation });
    before = after;
  }
  return done;
}

/** The round in the middle, by what the edge costs in multiples of the floor. */
export function medianRound(rounds: readonly Round[]): Round {
  const sorted = rounds.toSorted((a, b) => edgeRatio(a) - edgeRatio(b));
  const middle = sorted[Math.floor((sorted.length - 1) / 2)];
  if (middle === undefined) throw new RangeError('no round was measured');
  return middle;
}

export function edgeRatio({ floor, saturation }: Round): number {
  return saturation.edgeMicros / floor.micros;
}

/** The floor under this workload. */
async function measureFloor(workload: Workload, timing: Timing): Promise<FloorFigures> {
  const floor = await startFloor();
  const load = new Load();
  try {
    await load.open(floorSessions(floor.port, workload.rooms, workload.participantsPerRoom));
    const { throughput, cpu, delivered } = await measureWindow(
      load,
      workload,
      timing,
      () => cpuSeconds(floor.pid),
      () => floor.counts(),
    );
    return { ...throughput, micros: ((cpu.after - cpu.before) * 1e6) / delivered };
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
  const { throughput, cpu, delivered } = await measureWindow(
    load,
    workload,
    timing,
    () => system.cpu(),
    () => system.writeCounts(),
  );
  const micros = (read: (reading: CpuReading) => number): number =>
    ((read(cpu.after) - read(cpu.before)) * 1e6) / delivered;
  return {
    ...throughput,
    edgeMicros: micros(({ edges }) => edges),
    serverMicros: micros(({ edges, others, nats, postgres }) => edges + others + nats + postgres),
    otherServicesMicros: micros(({ others }) => others),
    natsMicros: micros(({ nats }) => nats),
    postgresMicros: micros(({ postgres }) => postgres),
  };
}

/** Saturates, warms up, and reads everything at the beginning and the end of the time measured. */
async function measureWindow<Cpu>(
  load: Load,
  workload: Workload,
  timing: Timing,
  readCpu: () => Cpu,
  readCounts: () => Promise<WriteCounts>,
): Promise<{ throughput: Throughput; cpu: { before: Cpu; after: Cpu }; delivered: number }> {
  // Counts first and last: asking for them costs the server a little, outside the time measured.
  const read = async () => ({
    cpu: readCpu(),
    loadCpu: load.cpuSeconds(),
    report: await load.report(),
    atMs: performance.now(),
  });
  load.saturate(sendersPerRoom(workload), workload.bodyBytes);
  await warmUp(load, timing);
  const countsBefore = await readCounts();
  const before = await read();
  await delay(timing.measureMs);
  const after = await read();
  const countsAfter = await readCounts();
  await load.halt();
  const seconds = (after.atMs - before.atMs) / 1_000;
  const difference = (of: (report: LoadReport) => number): number => of(after.report) - of(before.report);
  const delivered = difference((report) => report.delivered);
  return {
    delivered,
    cpu: { before: before.cpu, after: after.cpu },
    throughput: {
      deliveriesPerSecond: delivered / seconds,
      sendsPerSecond: difference((report) => report.answered) / seconds,
      copiesPerWrite:
        (countsAfter.deliveries - countsBefore.deliveries) / Math.max(1, countsAfter.writes - countsBefore.writes),
      loadShare: (after.loadCpu - before.loadCpu) / seconds,
      refused: difference((report) => report.refused),
    },
  };
}

/** At least the time for it, then until enough was sent; five times that time at most. */
async function warmUp(load: Load, { warmUpMs }: Timing): Promise<void> {
  const { answered } = await load.report();
  for (let n = 0; n < 5; n++) {
    await delay(warmUpMs);
    if ((await load.report()).answered - answered >= warmUpSends) return;
  }
}

function meanOf(a: FloorFigures, b: FloorFigures): FloorFigures {
  const mean = (of: (figures: FloorFigures) => number): number => (of(a) + of(b)) / 2;
  return {
    deliveriesPerSecond: mean((one) => one.deliveriesPerSecond),
    sendsPerSecond: mean((one) => one.sendsPerSecond),
    copiesPerWrite: mean((one) => one.copiesPerWrite),
    loadShare: mean((one) => one.loadShare),
    refused: a.refused + b.refused,
    micros: mean((one) => one.micros),
  };
}
