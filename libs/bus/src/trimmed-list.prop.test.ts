import { array, assert, constant, nat, oneof, property } from 'fast-check';
import { expect, it } from 'vitest';
import { TrimmedList } from './trimmed-list.js';

it('behaves as an array of which the front is cut off', () => {
  assert(
    property(array(oneof(constant('shift' as const), nat()), { maxLength: 600 }), (steps) => {
      const list = new TrimmedList<number>();
      const model: number[] = [];
      for (const step of steps) {
        if (step === 'shift') expect(list.shift()).toBe(model.shift());
        else {
          list.push(step);
          model.push(step);
        }
      }
      expect(list.length).toBe(model.length);
      expect(Array.from({ length: list.length }, (_, index) => list.at(index))).toEqual(model);
      expect(list.at(-1)).toBeUndefined();
      expect(list.last()).toBe(model.at(-1));
    }),
  );
});
