import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ForkedMap } from './forked-map.js';

type Step = { readonly kind: 'set' | 'delete' | 'fork' | 'clear'; readonly key: number };

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('set' as const, 'set' as const, 'set' as const, 'delete' as const, 'fork' as const),
  key: fc.nat(60),
});
const steps = fc.array(fc.oneof({ weight: 40, arbitrary: step }, fc.constant<Step>({ kind: 'clear', key: 0 })), {
  maxLength: 300,
});

describe('a forked map', () => {
  it('holds and iterates what a map does, and leaves what it was forked from as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 40 }), steps, (first, all) => {
        let plain = new Map(first.map((key) => [key, `first ${String(key)}`]));
        let forked = ForkedMap.of(plain);
        const before: [ForkedMap<number, string>, [number, string][]][] = [];
        plain = new Map(plain);
        for (const [n, { kind, key }] of all.entries()) {
          switch (kind) {
            case 'set':
              plain.set(key, String(n));
              forked.set(key, String(n));
              break;
            case 'delete':
              expect(forked.delete(key)).toBe(plain.delete(key));
              break;
            case 'clear':
              plain.clear();
              forked.clear();
              break;
            case 'fork':
              before.push([forked, [...plain]]);
              forked = ForkedMap.of(forked);
              break;
          }
          expect(forked.size).toBe(plain.size);
          expect([forked.get(key), forked.has(key)]).toEqual([plain.get(key), plain.has(key)]);
        }
        expect([...forked]).toEqual([...plain]);
        expect([...forked.keys()]).toEqual([...plain.keys()]);
        expect([...forked.values()]).toEqual([...plain.values()]);
        for (const [then, entries] of before) expect([...then]).toEqual(entries);
      }),
    );
  });
});
