import { describe, expect, it } from 'vitest';
import { HeaderFields } from './headers.js';

const fields = (): HeaderFields =>
  new HeaderFields([
    ['Via', 'one'],
    ['To', 'bob'],
    ['via', 'two'],
  ]);

describe('HeaderFields', () => {
  it('MSRP-005 compares names without case and keeps order and spelling', () => {
    expect(fields().get('VIA')).toBe('one');
    expect(fields().getAll('via')).toEqual(['one', 'two']);
    expect([...fields()]).toEqual([
      ['Via', 'one'],
      ['To', 'bob'],
      ['via', 'two'],
    ]);
    expect([fields().size, fields().has('tO'), fields().has('From'), fields().get('From')]).toEqual([
      3,
      true,
      false,
      undefined,
    ]);
  });

  it('MSRP-005 appends at the end and prepends at the front', () => {
    expect([...fields().append('X', '1').prepend('Via', 'zero')].map(([, value]) => value)).toEqual([
      'zero',
      'one',
      'bob',
      'two',
      '1',
    ]);
  });

  it('MSRP-005 sets one field for all of its name, at the place of the first', () => {
    expect([...fields().set('VIA', 'new')]).toEqual([
      ['VIA', 'new'],
      ['To', 'bob'],
    ]);
    expect([...new HeaderFields().set('A', '1')]).toEqual([['A', '1']]);
  });

  it('MSRP-005 deletes all of a name', () => {
    expect([...fields().delete('via')]).toEqual([['To', 'bob']]);
    expect(fields().delete('none').size).toBe(3);
  });

  it('MSRP-005 clones into an independent list', () => {
    const first = fields();
    const second = first.clone().delete('To');
    expect([first.size, second.size]).toEqual([3, 2]);
  });
});
