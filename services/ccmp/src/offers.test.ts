import { ccmpMessages, ccmpOperations } from '@plenary/xcon';
import { describe, expect, it } from 'vitest';
import { labelOf, Offers } from './offers.js';
import { extensionsTable, operationsTable } from './operations.table.js';

const schema = 'urn:x';

describe('the operations table', () => {
  it('CCMP-043 has the cells of RFC 6503 Table 1 as the codec has them', () => {
    for (const [kind, row] of Object.entries(operationsTable))
      expect(
        ccmpOperations.filter((operation) => row[operation] !== 'invalid'),
        kind,
      ).toEqual(ccmpMessages[kind as keyof typeof operationsTable].operations);
  });

  it('CCMP-055 everything can be switched off, by message or by operation', () => {
    const names = [...Object.keys(operationsTable).map((kind) => `${kind}Request`), ...Object.keys(extensionsTable)];
    const none = new Offers(names, schema);
    for (const kind of Object.keys(operationsTable) as (keyof typeof operationsTable)[])
      for (const operation of ccmpOperations) expect(none.verdict({ kind, operation })).toBe('not-implemented');
    expect(none.verdict({ kind: 'extended', operation: 'retrieve', extensionName: 'chatHistory' })).toBe(
      'not-implemented',
    );
    expect(none.options()).toEqual({ standard: [], extended: [] });
    const some = new Offers(['confRequest/delete'], schema);
    expect(some.verdict({ kind: 'conf', operation: 'delete' })).toBe('not-implemented');
    expect(some.verdict({ kind: 'conf', operation: 'update' })).toBe('offered');
  });

  it('a word that is no message is refused at the start', () => {
    expect(() => new Offers(['confrequest'], schema)).toThrow('CCMP_MESSAGES_OFF: confrequest');
  });

  it('CCMP-084 lists have no operations, extensions a schema', () => {
    const { standard, extended } = new Offers([], schema).options();
    expect(standard).toHaveLength(10);
    expect(standard.find(({ name }) => name === 'confsRequest')).toEqual({ name: 'confsRequest' });
    expect(extended).toMatchObject([{ name: 'chatHistory', operations: ['retrieve', 'delete'], schemaDef: schema }]);
  });
});

it('names in metrics are of a closed set', () => {
  expect(labelOf({ kind: 'conf', operation: 'create' })).toBe('confRequest/create');
  expect(labelOf({ kind: 'confs' })).toBe('confsRequest');
  expect(labelOf({ kind: 'options', operation: 'retrieve' })).toBe('optionsRequest');
  expect(labelOf({ kind: 'extended', operation: 'retrieve', extensionName: 'chatHistory' })).toBe(
    'chatHistory/retrieve',
  );
  expect(labelOf({ kind: 'extended', operation: 'retrieve', extensionName: 'x'.repeat(99) })).toBe(
    'extendedRequest/retrieve',
  );
  expect(labelOf({})).toBe('none');
});
