import { setTimeout as delay } from 'node:timers/promises';
import { noDrivers, perPart, turnsOf, type PerDriver, type PerPart, type Point, type Points } from '@plenary/sizing';
import { Load } from './load.js';
import { joinAll } from './measure.js';
import { machine } from './report.js';
import { System } from './system.js';
import { sendersPerRoom, type Workload } from './workloads.js';

/** One load on a system: so many messages a second in all, or as many as it takes. */
interface Step {
  readonly use: Point['use'];
  readonly perSecond: number | 'saturation';
  readonly bodyBytes: number;
}

interface Series extends Pick<Workload, 'rooms' | 'participantsPerRoom' | 'edges' | 'isLogged'> {
  readonly steps: readonly Step[];
}

const small = 64;
const large = 1_024;
const warmUpMs = 6_000;

/** Few rooms of different sizes, with and without a log, over one and two edges; some of it only to be predicted. */
const series: readonly Series[] = [
  {
    rooms: 1,
    participantsPerRoom: 100,
    edges: 1,
    isLogged: false,
    steps: [
      { use: 'fit', perSecond: 50, bodyBytes: small },
      { use: 'fit', perSecond: 50, bodyBytes: large },
      { use: 'fit', perSecond: 'saturation', bodyBytes: small },
      { use: 'check', perSecond: 100, bodyBytes: small },
    ],
  },
  {
    rooms: 20,
    participantsPerRoom: 5,
    edges: 1,
    isLogged: true,
    steps: [
      { use: 'fit', perSecond: 200, bodyBytes: small },
      { use: 'check', perSecond: 100, bodyBytes: small },
    ],
  },
  {
    rooms: 4,
    participantsPerRoom: 30,
    edges: 2,
    isLogged: false,
    steps: [
      { use: 'fit', perSecond: 150, bodyBytes: small },
      { use: 'check', perSecond: 75, bodyBytes: large },
    ],
  },
];

/** Measures what the simulator rests on: `Points` of `@plenary/sizing`. Under three minutes with 8 s a step. */
export async function measureForSizing(seconds: number, say: (text: string) => void, command: string): Promise<Points> {
  const points: Point[] = [];
  const idles: { seconds: number; cpuSeconds: PerPart }[] = [];
  const memory: PerPart[] = [];
  for (const one of series) {
    say(`${one.rooms} rooms of ${one.participantsPerRoom}, ${one.edges} edge(s)${one.isLogged ? ', logged' : ''}`);
    const system = await System.start(one.edges, one.isLogged);
    const load = new Load();
    try {
      const joined = await measureJoins(system, load, one);
      points.push(joined.point);
      memory.push(joined.bytesPerSession);
      // Code that has run often runs as it will: before anything else is measured, much is said.
      load.saturate(sendersPerRoom({ ...one, bodyBytes: small }), small);
      await delay(warmUpMs);
      await load.halt();
      idles.push({ seconds, cpuSeconds: await measureIdle(system, seconds) });
      for (const step of one.steps) {
        say(
          `  ${step.perSecond === 'saturation' ? 'saturation' : `${step.perSecond} messages/s`}, ${step.bodyBytes} B`,
        );
        points.push(await measureStep(system, load, one, step, seconds));
      }
    } finally {
      await load.close();
      await system.stop();
    }
  }
  const { model, cores, node } = machine();
  return {
    source: {
      date: new Date().toISOString().slice(0, 10),
      machine: `${cores} cores (${model}), Node ${node}, everything on it`,
      command,
    },
    idle: { seconds, cpuSeconds: perPart((part) => Math.min(...idles.map(({ cpuSeconds }) => cpuSeconds[part]))) },
    bytesPerSession: perPart((part) => Math.max(...memory.map((bytes) => bytes[part]))),
    points,
  };
}

/** Everybody is there and nobody speaks. */
async function measureIdle(system: System, seconds: number): Promise<PerPart> {
  await delay(1_000);
  const before = system.cpuByPart();
  await delay(seconds * 1_000);
  return difference(before, system.cpuByPart());
}

/** The first half of the joins makes rooms and warms code up; the second is measured. */
async function measureJoins(
  system: System,
  load: Load,
  { rooms, participantsPerRoom, edges }: Series,
): Promise<{ point: Point; bytesPerSession: PerPart }> {
  const users = Array.from({ length: rooms * participantsPerRoom }, (_, n) => ({
    user: `u${n}`,
    room: `sip:bench${n % rooms}@localhost`,
  }));
  const half = Math.floor(users.length / 2);
  await joinAll(system, load, users.slice(0, half));
  const memoryBefore = system.memoryByPart();
  const before = system.cpuByPart();
  const startedMs = performance.now();
  await joinAll(system, load, users.slice(half));
  const seconds = (performance.now() - startedMs) / 1_000;
  const cpuSeconds = difference(before, system.cpuByPart());
  const memoryAfter = system.memoryByPart();
  const joins = users.length - half;
  return {
    point: {
      name: `${joins} joins, ${edges} edge(s)`,
      use: 'fit',
      seconds,
      drivers: { ...noDrivers, joins },
      cpuSeconds,
    },
    bytesPerSession: perPart((part) => Math.max(0, memoryAfter[part] - memoryBefore[part]) / joins),
  };
}

async function measureStep(
  system: System,
  load: Load,
  one: Series,
  { use, perSecond, bodyBytes }: Step,
  seconds: number,
): Promise<Point> {
  const workload: Workload = { ...one, bodyBytes };
  if (perSecond === 'saturation') load.saturate(sendersPerRoom(workload), bodyBytes);
  else load.pace(sendersPerRoom(workload), bodyBytes, perSecond);
  await delay(2_000);
  const read = async () => ({ report: await load.report(), counts: await system.writeCounts() });
  const first = await read();
  const before = system.cpuByPart();
  const startedMs = performance.now();
  await delay(seconds * 1_000);
  const cpuSeconds = difference(before, system.cpuByPart());
  const measuredSeconds = (performance.now() - startedMs) / 1_000;
  const last = await read();
  await load.halt();
  const sends = last.report.sent - first.report.sent;
  const drivers: PerDriver = {
    ...noDrivers,
    sends,
    events: sends * one.edges,
    deliveries: last.report.delivered - first.report.delivered,
    writes: last.counts.writes - first.counts.writes,
    egressKilobytes: (last.report.receivedBytes - first.report.receivedBytes) / 1_000,
    loggedSends: one.isLogged ? sends : 0,
    // Of the four shards of this system, those its rooms can be in.
    turns: turnsOf(sends / measuredSeconds, Math.min(4, one.rooms)) * measuredSeconds,
  };
  const rate = perSecond === 'saturation' ? 'saturated' : `${perSecond}/s`;
  return {
    name: `${one.rooms} × ${one.participantsPerRoom}, ${rate}, ${bodyBytes} B, ${one.edges} edge(s)${one.isLogged ? ', logged' : ''}`,
    use,
    seconds: measuredSeconds,
    drivers,
    cpuSeconds,
  };
}

function difference(before: PerPart, after: PerPart): PerPart {
  return perPart((part) => Math.max(0, after[part] - before[part]));
}
