import { describe, expect, it } from 'vitest';
import { maxTouchedPaths, noteTouched, touchedSince } from './touched.js';

describe('elements that changed', () => {
  it('VER-004 an element collides with itself, what it holds and what holds it, not with its neighbours', () => {
    const touched = noteTouched(new Map(), ['/conference-description/subject', "/users/user[@entity='x']/roles"], 5n);
    const since = (path: string, version: bigint): boolean => touchedSince(touched, [path], version);
    expect(since('/conference-description/subject', 4n)).toBe(true);
    expect(since('/conference-description/subject', 5n)).toBe(false);
    expect(since('/conference-description', 4n)).toBe(true);
    expect(since('/conference-description/display-text', 4n)).toBe(false);
    expect(since("/users/user[@entity='x']", 4n)).toBe(true);
    expect(since("/users/user[@entity='y']", 4n)).toBe(false);
  });

  it('what no longer fits counts as changed everywhere, as late as it was', () => {
    let touched: ReadonlyMap<string, bigint> = new Map();
    for (let index = 0; index <= maxTouchedPaths + 9; index++)
      touched = noteTouched(touched, [`/a/e${String(index)}`], BigInt(index));
    expect(touched.size).toBeLessThanOrEqual(maxTouchedPaths);
    expect(touchedSince(touched, ['/b'], 0n)).toBe(true);
    expect(touchedSince(touched, ['/b'], 20n)).toBe(false);
    expect(touchedSince(touched, [`/a/e${String(maxTouchedPaths)}`], 20n)).toBe(true);
  });
});
