import { describe, expect, it } from 'vitest';
import { err, mapResult, ok } from './result.js';

describe('Result', () => {
  it('ERR-007 carries a value or an error, never both', () => {
    expect(ok(1)).toEqual({ ok: true, value: 1 });
    expect(err('why')).toEqual({ ok: false, error: 'why' });
  });

  it('ERR-007 maps a value and passes an error on', () => {
    expect(mapResult(ok(2), (value) => value * 2)).toEqual(ok(4));
    const failure = err('why');
    expect(mapResult(failure, () => expect.unreachable())).toBe(failure);
  });
});
