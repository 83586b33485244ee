import { describe, expect, it } from 'vitest';
import { createTransactions } from './transaction.js';

describe('open transactions', () => {
  it('MSRP-021 matches a response once, and nothing it was not asked', () => {
    const open = createTransactions<string>();
    open.open('abcd', 'first', 30);
    expect(open.match('other')).toBeUndefined();
    expect(open.match('abcd')).toBe('first');
    expect(open.match('abcd')).toBeUndefined();
    expect(open.nextDeadlineMs).toBeUndefined();
  });

  it('RPT-004 ends them at their deadline, the oldest first', () => {
    const open = createTransactions<string>();
    open.open('aaaa', 'a', 30);
    open.open('bbbb', 'b', 30);
    open.open('cccc', 'c', 31);
    open.open('dddd', 'd', undefined);
    expect(open.nextDeadlineMs).toBe(30);
    expect(open.expire(29)).toEqual([]);
    expect(open.expire(30)).toEqual(['a', 'b']);
    expect(open.nextDeadlineMs).toBe(31);
    expect(open.clear()).toEqual(['c', 'd']);
    expect(open.size).toBe(0);
  });

  it('MSRP-003 never has one id twice', () => {
    const open = createTransactions<number>();
    open.open('abcd', 1, undefined);
    expect(open.isOpen('abcd')).toBe(true);
    expect(() => open.open('abcd', 2, 30)).toThrow(/in use/);
    expect(() => {
      open.open('aaaa', 1, 30);
      open.open('bbbb', 2, 29);
    }).toThrow(RangeError);
  });

  it('RPT-004 has a limit: those without a deadline go first, those with one stay', () => {
    const open = createTransactions<number>(2);
    open.open('aaaa', 1, undefined);
    open.open('bbbb', 2, 30);
    expect(open.open('cccc', 3, 30)).toBe(true);
    expect(open.match('aaaa')).toBeUndefined();
    expect(open.hasRoom).toBe(false);
    expect(open.open('dddd', 4, 30)).toBe(false);
    expect(open.size).toBe(2);
  });
});
