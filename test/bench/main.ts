import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Load } from './load.js';
import { joinAll, measureLatency } from './measure.js';
import { measureOverhead } from './overhead.js';
import { judgeOverhead, overheadPage, overheadTable } from './overhead-report.js';
import { documentationPage, machine, terminalTable, type BenchResult, type BenchRow } from './report.js';
import { measureRounds, medianRound, type Timing } from './saturation.js';
import { measureForSizing } from './sizing.js';
import { System } from './system.js';
import { allWorkloads, isGoal, nameOf, quickWorkloads, sendersOf, type Workload } from './workloads.js';

const help = `Measures deliveries, CPU per delivery, latency, memory and joins of the whole system on this machine,
beside a bare Node server that writes the same octets to the same sockets.

  npm run bench                      every workload (about 30 minutes)
  npm run bench -- --quick           rooms of 100 and 1,000, small bodies, one edge, unlogged and logged (about 6 minutes)
  npm run bench -- --only 1000       only workloads whose name holds this text
  npm run bench -- --sizing --json FILE    what the simulator rests on (about 3 minutes); then npm run simulate -- --fit FILE

  npm run bench -- --overhead        what metrics and traces cost: 5 runs of each kind in turn (about 8 minutes)

  --seconds N    how long each figure is measured (default 5)
  --rounds N     how often saturation is measured, between floors; the round in the middle counts
                 (default 3 for unlogged rooms of 100 and 1,000 with small bodies on one edge, 1 for all others)
  --write        with --overhead: writes infra/docs/overhead.md
  --json FILE    also writes the figures as JSON
  --docs FILE    also writes the table as a page of the documentation
  --help         this text
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    overhead: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    sizing: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string' },
    json: { type: 'string' },
    docs: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  process.stdout.write(help);
} else if (values.overhead) {
  const rounds = Number(values.rounds ?? 5);
  const options = [
    ...(rounds === 5 ? [] : [`--rounds ${rounds}`]),
    ...(values.seconds === '5' ? [] : [`--seconds ${values.seconds}`]),
  ];
  const timing: Timing = { warmUpMs: 2_000, measureMs: Number(values.seconds) * 1_000 };
  const command = ['npm run bench -- --overhead', ...options].join(' ');
  const overhead = await measureOverhead({ rounds, timing, command, say });
  const verdict = judgeOverhead(overhead);
  process.stdout.write(`${overheadTable(verdict)}\n`);
  if (values.json !== undefined) write(values.json, `${JSON.stringify({ ...overhead, verdict }, null, 2)}\n`);
  if (values.write)
    writeFileSync(fileURLToPath(new URL('../../../infra/docs/overhead.md', import.meta.url)), overheadPage(overhead));
  process.exitCode = verdict.isGood ? 0 : 1;
} else if (values.sizing) {
  const points = await measureForSizing(Number(values.seconds), say, 'npm run bench -- --sizing');
  const text = `${JSON.stringify(points, null, 2)}\n`;
  if (values.json === undefined) process.stdout.write(text);
  else write(values.json, text);
} else {
  const timing: Timing = { warmUpMs: 2_000, measureMs: Number(values.seconds) * 1_000 };
  const { only = '' } = values;
  const workloads = (values.quick ? quickWorkloads() : allWorkloads()).filter((one) =>
    nameOf(one).replaceAll(',', '').includes(only),
  );
  const startedAt = new Date().toISOString();
  const rows: BenchRow[] = [];
  for (const [n, workload] of workloads.entries()) {
    say(
      `${n + 1} of ${workloads.length}: ${nameOf(workload)}, ${workload.bodyBytes} B, ${workload.edges} edge(s)${workload.isLogged ? ', logged' : ''}, ${sendersOf(workload)} senders`,
    );
    rows.push(await measureWorkload(workload, timing, Number(values.rounds ?? (isGoal(workload) ? 3 : 1))));
  }
  const result: BenchResult = { machine: machine(), startedAt, command: commandOf(), rows };
  process.stdout.write(`${terminalTable(rows)}\n`);
  if (values.json !== undefined) write(values.json, `${JSON.stringify(result, null, 2)}\n`);
  if (values.docs !== undefined) write(values.docs, documentationPage(result));
}

/** The command that makes these figures again; where they are written does not matter. */
function commandOf(): string {
  const { quick, only, seconds, rounds } = values;
  const options = [
    ...(quick ? ['--quick'] : []),
    ...(only === undefined ? [] : ['--only', only]),
    ...(seconds === '5' ? [] : ['--seconds', seconds]),
    ...(rounds === undefined ? [] : ['--rounds', rounds]),
  ];
  return ['npm run bench', ...(options.length > 0 ? ['--', ...options] : [])].join(' ');
}

/** A system of its own for every workload: no workload pays for what another left behind. */
async function measureWorkload(workload: Workload, timing: Timing, repeats: number): Promise<BenchRow> {
  const { rooms, participantsPerRoom, isLogged } = workload;
  say('  starting the system …');
  const system = await System.start(workload.edges, isLogged);
  const load = new Load();
  try {
    const users = Array.from({ length: rooms * participantsPerRoom }, (_, n) => ({
      user: `u${n}`,
      room: `sip:bench${Math.floor(n / participantsPerRoom)}@localhost`,
    }));
    say(`  ${users.length} participants join …`);
    const { joins } = await joinAll(system, load, users);
    say(`  saturation between floors, ${repeats === 1 ? 'once' : `${repeats} times`} …`);
    const rounds = await measureRounds(system, load, workload, timing, repeats);
    say('  latency …');
    const perSecond = rooms * participantsPerRoom > 100 ? 10 : 50;
    const latency = await measureLatency(load, workload, perSecond, timing);
    return { workload, median: medianRound(rounds), rounds, latency, joins };
  } finally {
    await load.close();
    await system.stop();
  }
}

function write(file: string, text: string): void {
  const path = resolve(process.env['INIT_CWD'] ?? '.', file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Progress goes to standard error, so that the table alone is standard output. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
