import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Timeline } from './timeline.js';

describe('timeline', () => {
  it('says what held for an event, in whatever order it learned of the changes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 20 }), fc.nat(60), (seqs, at) => {
        const timeline = new Timeline<number>();
        for (const seq of seqs) timeline.set(seq, seq * 10);
        const before = seqs.filter((seq) => seq < at);
        expect(timeline.before(at)).toBe(before.length === 0 ? undefined : Math.max(...before) * 10);
        expect(timeline.first).toBe(seqs.length === 0 ? undefined : Math.min(...seqs) * 10);
        expect(timeline.latest).toBe(seqs.length === 0 ? undefined : Math.max(...seqs) * 10);
      }),
    );
  });

  it('of several values of one event the last holds, and the oldest are forgotten above its bound', () => {
    const timeline = new Timeline<string>(2);
    timeline.set(1, 'a');
    timeline.set(1, 'b');
    expect([timeline.first, timeline.latest]).toEqual(['b', 'b']);
    timeline.set(2, 'c');
    timeline.set(3, 'd');
    expect([timeline.before(2), timeline.before(3), timeline.latest]).toEqual([undefined, 'c', 'd']);
  });

  it('a guess holds for all the past until the event that brought it is learned', () => {
    const timeline = new Timeline<boolean>();
    timeline.guess(true);
    timeline.guess(false);
    expect(timeline.before(5)).toBe(true);
    timeline.set(10, true);
    expect([timeline.before(5), timeline.before(11)]).toEqual([undefined, true]);
    const other = new Timeline<boolean>();
    other.guess(true);
    other.set(10, false);
    expect([other.before(5), other.before(11)]).toEqual([true, false]);
  });
});
