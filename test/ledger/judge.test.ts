import { describe, expect, it } from 'vitest';
import { judge, summary } from './judge.js';
import { modelRun, seeded } from './model-run.js';
import { mutants } from './mutants.js';

const seeds = Array.from({ length: 40 }, (_, n) => n + 1);

describe('the ledger', () => {
  it('finds nothing wrong with runs in which everything held', () => {
    for (const seed of seeds) {
      expect(judge(modelRun({ random: seeded(seed), messages: 60 })), `seed ${seed}`).toEqual([]);
    }
  });

  it('counts what was sent, accepted, refused, received and kept', () => {
    const counts = summary(modelRun({ random: seeded(7), messages: 60 }));
    expect(counts.sent).toBe(60);
    expect(counts.refused).toBe(1);
    expect(counts.unanswered).toBe(1);
    expect(counts.accepted).toBe(58);
    expect(counts.received).toBeGreaterThan(counts.kept);
  });
});

describe('the ledger can fail', () => {
  for (const mutant of mutants) {
    it(`CHAT-023 CHAT-024 notices when ${mutant.name}`, () => {
      for (const seed of seeds) {
        const random = seeded(seed);
        const mutated = mutant.mutate(modelRun({ random, messages: 60 }), random);
        const broken = judge(mutated).map((violation) => violation.invariant);
        expect(broken, `seed ${seed}`).toContain(mutant.killedBy);
      }
    });
  }
});
