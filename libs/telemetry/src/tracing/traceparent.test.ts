import { describe, expect, it } from 'vitest';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('traceparent', () => {
  it('is read as it was written', () => {
    expect(parseTraceparent(formatTraceparent({ traceId, spanId }))).toEqual({ traceId, spanId });
    expect(parseTraceparent(`00-${traceId}-${spanId}-03`)).toEqual({ traceId, spanId });
  });

  it.each([
    ['not sampled', `00-${traceId}-${spanId}-00`],
    ['of another version', `01-${traceId}-${spanId}-01`],
    ['with more behind', `00-${traceId}-${spanId}-01-x`],
    ['in capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['without a trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['without a span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['cut off', `00-${traceId}-${spanId}`],
    ['with a line end', `00-${traceId}-${spanId}-0\n`],
    ['empty', ''],
    ['very long', '0'.repeat(1_000_000)],
  ])('is ignored when it is %s', (_, text) => {
    expect(parseTraceparent(text)).toBeUndefined();
  });
});
