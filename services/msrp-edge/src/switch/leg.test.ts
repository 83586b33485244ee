import { randomFillSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Copy, outboundMessageId, renderByteRange, renderPaths } from './leg.js';
import { createTransactionIds } from './transaction-id.js';

describe('a copy', () => {
  it('MSRP-011 takes another transaction id when the first stands as an end-line in the body', () => {
    const ids = ['taken1', 'taken2', 'free3'];
    const octets = Buffer.from('text\r\n-------taken1$\r\nand -------taken2# too');
    const copy = new Copy({ messageId: 'm1', octets, offset: 1, total: octets.length, flag: '$' }, () => ids.shift()!);
    expect(copy.transactionId).toBe('free3');
    expect(copy.tail.endsWith('\r\n-------free3$\r\n')).toBe(true);
  });

  it('CHAT-022 the tracked form differs in Failure-Report only', () => {
    const octets = Buffer.from([0, 255, 13, 10, 128]);
    const copy = new Copy({ messageId: 'm1', octets, offset: 1, total: 5, flag: '$' }, () => 'abcd');
    expect(copy.trackedTail).toBe(copy.tail.replace('Failure-Report: partial', 'Failure-Report: yes'));
    expect(copy.tailOctets.includes(octets)).toBe(true);
    expect(Buffer.concat([copy.headOctets, copy.tailOctets]).toString('latin1')).toBe(copy.head + copy.tail);
  });

  it.each([
    [1, 14, 14, '1-14/14'],
    [1, 2048, 2048, '1-2048/2048'],
    [1, 2049, 2049, '1-*/2049'],
    [65537, 100, 0, '65537-65636/*'],
    [1, 0, 0, '1-0/*'],
  ])('RPT-013 MSRP-014 from %i, %i octets of %i: %s', (offset, length, total, range) => {
    expect(renderByteRange(offset, length, total)).toBe(range);
  });

  it('TRN-021 the whole path of the peer, then our URI', () => {
    expect(renderPaths(['msrp://relay:1/a;tcp', 'msrp://bob:2/b;tcp'], 'msrp://us:3/c;tcp')).toBe(
      'To-Path: msrp://relay:1/a;tcp msrp://bob:2/b;tcp\r\nFrom-Path: msrp://us:3/c;tcp\r\n',
    );
  });

  it('MSRP-003 Message-IDs are idents and the same at every replay', () => {
    expect(outboundMessageId('k3v9x0qa', 902)).toBe('k3v9x0qa.p2');
    expect(outboundMessageId('k3v9x0qa', Number.MAX_SAFE_INTEGER).length).toBeLessThanOrEqual(32);
  });

  it('MSRP-003 transaction ids: 13 letters and digits, none twice in 100,000', () => {
    const next = createTransactionIds((octets) => void randomFillSync(octets));
    const ids = new Set(Array.from({ length: 100_000 }, next));
    expect(ids.size).toBe(100_000);
    for (const id of ids) if (!/^[a-z2-7]{13}$/.test(id)) throw new Error(`bad id ${id}`);
  });
});
