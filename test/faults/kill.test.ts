import { afterEach, describe, expect, it } from 'vitest';
import { reportOf, strayedOf, violationsOf } from '../ledger/run/report.js';
import { runLedger, type LedgerRun } from '../ledger/run/run-ledger.js';
import { startSystem, type System } from '../scenarios/runner/system.js';

/** Messages of a run; more in the long profile. */
const messages = Number(process.env['PLENARY_FAULT_MESSAGES'] ?? '600');
let system: System | undefined;

afterEach(async () => {
  await system?.stop();
  system = undefined;
});

/** Five people talk; halfway `name` is killed and started again, while they talk on. */
async function runWithKill(name: string): Promise<LedgerRun> {
  system = await startSystem('processes');
  const victim = system.processes?.get(name);
  if (!victim) throw new Error('processes were asked for');
  const edgePort = name.startsWith('msrp-edge') ? Number(victim.address('MSRP').split(':')[1]) : undefined;
  const run = await runLedger({
    system,
    room: 'sip:minutes@localhost',
    people: ['alice', 'bob', 'carol', 'dave', 'erin'],
    messages,
    privateEvery: 11,
    halfway: async ({ participants }) => {
      for (const participant of participants) if (participant.edgePort === edgePort) participant.standAside();
      expect(await victim.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGKILL' });
      await victim.start();
    },
  });
  process.stdout.write(`kill -9 ${name}: ${reportOf(run)}\n`);
  return run;
}

describe('kill -9 in the middle of a talk', () => {
  it.each(['room-state', 'focus', 'history'])(
    'CHAT-024 CHAT-032 %s: nothing that was accepted is lost, nothing comes twice',
    { timeout: 180_000 },
    async (name) => {
      const run = await runWithKill(name);
      expect(strayedOf(run)).toEqual([]);
      expect(violationsOf(run)).toEqual([]);
      expect(run.participants.every(({ isWitness }) => isWitness)).toBe(true);
      expect(run.summary.unanswered + run.summary.refused).toBe(0);
    },
  );

  it(
    'CHAT-024 CHAT-032 an edge: those on the other edge lose nothing that was accepted, from whomever',
    { timeout: 180_000 },
    async () => {
      const run = await runWithKill('msrp-edge-1');
      const survivors = run.participants.filter(({ isWitness }) => isWitness);
      expect(survivors.length).toBeGreaterThan(0);
      expect(survivors.length).toBeLessThan(run.participants.length);
      expect(violationsOf(run)).toEqual([]);
    },
  );
});
