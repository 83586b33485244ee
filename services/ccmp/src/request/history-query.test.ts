import { xmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { readHistoryQuery } from './history-query.js';

function read(attributes: Record<string, string>, count = 1): ReturnType<typeof readHistoryQuery> {
  const list = Object.entries(attributes).map(([name, value]) => ({ ns: '', name, value }));
  return readHistoryQuery(
    Array.from({ length: count }, () => xmlElement(namespaces.chat, 'history-request', list, [])),
  );
}

describe('what a chatHistory request asks for', () => {
  it('has its defaults without an element, and passes over strange ones', () => {
    const nothing = {
      conference: undefined,
      sinceUs: 0n,
      beforeUs: 0n,
      count: undefined,
      cursor: '',
      forward: false,
      user: '',
    };
    expect(readHistoryQuery([])).toEqual({ ok: true, value: nothing });
    expect(readHistoryQuery([xmlElement('urn:other', 'history-request', [], [])])).toEqual({
      ok: true,
      value: nothing,
    });
    expect(read({}, 2).ok).toBe(false);
  });

  it.each([
    ['1970-01-01T00:00:01Z', 1_000_000n],
    ['2026-11-29T12:00:00+02:00', 1_795_946_400_000_000n],
    ['2026-11-29T12:00:00.123456Z', 1_795_953_600_123_456n],
    ['2026-11-29T12:00:00.1234Z', 1_795_953_600_123_400n],
    ['2026-11-29T12:00:00.123456789Z', 1_795_953_600_123_456n],
  ])('HIST-001 %s is %i µs', (time, us) => {
    expect(read({ since: time })).toMatchObject({ value: { sinceUs: us } });
  });

  it.each([
    { since: '2026-11-29' },
    { before: 'now' },
    { since: '1969-12-31T23:59:59Z' },
    { count: '1.5' },
    { cursor: 'x'.repeat(2_000) },
    { user: 'sip:bob@localhost' },
    { conference: 'x'.repeat(300) },
    { direction: 'up' },
    { unknown: 'x' },
  ])('%j is refused', (attributes) => {
    expect(read(attributes).ok).toBe(false);
  });
});
