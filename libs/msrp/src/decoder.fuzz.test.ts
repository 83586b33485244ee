import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { collected, cutAt, decode } from './testing.js';

const folder = new URL('../../../test/vectors/msrp/', import.meta.url);
const corpus = readdirSync(folder)
  .filter((file) => file.endsWith('.msrp'))
  .toSorted()
  .map((file) => readFileSync(new URL(file, folder)));

/** A small generator with a seed, so that a failure can be run again (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One of the corpus with a few octets changed, left out, doubled, or another message put in. */
function mutant(next: (below: number) => number): Buffer {
  let octets = Buffer.from(corpus[next(corpus.length)] ?? []);
  for (let i = next(5); i >= 0; i--) {
    const at = next(octets.byteLength + 1);
    const to = Math.min(octets.byteLength, at + next(20));
    switch (next(5)) {
      case 0:
        if (at < octets.byteLength) octets[at] = next(256);
        break;
      case 1:
        octets = Buffer.concat([octets.subarray(0, at), octets.subarray(to)]);
        break;
      case 2:
        octets = Buffer.concat([octets.subarray(0, to), octets.subarray(at)]);
        break;
      case 3:
        octets = Buffer.concat([octets.subarray(0, at), corpus[next(corpus.length)] ?? octets, octets.subarray(at)]);
        break;
      default:
        if (at < octets.byteLength) octets[at] = '\r\n-:$ M'.charCodeAt(next(7));
    }
  }
  return octets;
}

describe('mutants of the messages in the RFCs', () => {
  it.each([1, 2, 3, 4])('MSRP-010 MSRP-020 are read alike however cut, within the limits (seed %d)', (seed) => {
    const next = generator(seed);
    for (let round = 0; round < 1000; round++) {
      const octets = mutant(next);
      const cuts = Array.from({ length: 1 + next(6) }, () => next(octets.byteLength + 1));
      const whole = JSON.stringify(collected([octets]));
      const split = JSON.stringify(collected(cutAt(octets, cuts)));
      if (split !== whole) expect(split, JSON.stringify(octets.toString('latin1'))).toBe(whole);
      const { maxHeldBytes } = decode(cutAt(octets, cuts));
      expect(maxHeldBytes).toBeLessThanOrEqual(2 * (16 * 1024 + 44) + 512);
    }
  });
});
