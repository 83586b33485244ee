import { afterAll, describe, expect, it } from 'vitest';
import { reportOf, strayedOf, violationsOf } from '../../ledger/run/report.js';
import { runLedger } from '../../ledger/run/run-ledger.js';
import { startSystem, type System, type SystemKind } from '../../scenarios/runner/system.js';

/** 10,000 in the long profile. */
const messages = Number(process.env['PLENARY_LEDGER_MESSAGES'] ?? '600');
const systems: System[] = [];

afterAll(async () => {
  for (const system of systems) await system.stop();
});

describe('two people on two edges, and three more, in a logged room', () => {
  it.each<SystemKind>(['nats', 'memory'])(
    'CHAT-023 CHAT-024 CHAT-032 keeps the ledger clean on %s',
    { timeout: 120_000 + messages * 60 },
    async (kind) => {
      const system = await startSystem(kind);
      systems.push(system);
      const run = await runLedger({
        system,
        room: 'sip:minutes@localhost',
        people: ['alice', 'bob', 'carol', 'dave', 'erin'],
        messages,
        privateEvery: 11,
      });
      process.stdout.write(`${kind} ${reportOf(run)}\n`);
      expect(strayedOf(run)).toEqual([]);
      expect(violationsOf(run)).toEqual([]);
      expect(run.summary.accepted).toBe(messages + 5);

      const [alice, bob] = run.participants;
      expect(alice?.edgePort).not.toBe(bob?.edgePort);

      // Said once more without the judge: both saw the order of the rows, and the rows are what was accepted for all.
      const rows = run.history.map(({ digest }) => digest);
      for (const person of [alice, bob]) {
        const shown = new Set(person?.received);
        const seen = [...shown].filter((digest) => rows.includes(digest));
        expect(seen).toEqual(rows.filter((digest) => shown.has(digest)));
      }
      const toAll = run.recording.entries.filter((entry) => entry.type === 'sent' && entry.audience === undefined);
      expect(rows.toSorted()).toEqual(toAll.map((entry) => ('digest' in entry ? entry.digest : '')).toSorted());
    },
  );
});
