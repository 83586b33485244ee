import { describe, expect, it } from 'vitest';
import { knownMetrics, nameFaults } from './check.js';
import { references } from './references.js';
import { tokenize } from './tokens.js';

describe('references', () => {
  it('finds the metrics, matchers and grouping labels of an expression', () => {
    const found = references(
      'histogram_quantile(0.99, sum by (le, kind) (rate(chat_delivery_seconds_bucket{kind=~"all|private",le!="+Inf"}[5m])))' +
        ' and on (pod) max without (instance) (chat_up) > bool 1e3 or absent(a:b{}) offset 5m',
    );
    expect(found.selectors).toEqual([
      {
        metric: 'chat_delivery_seconds_bucket',
        matchers: [
          { label: 'kind', operator: '=~', value: 'all|private' },
          { label: 'le', operator: '!=', value: '+Inf' },
        ],
      },
      { metric: 'chat_up', matchers: [] },
      { metric: 'a:b', matchers: [] },
    ]);
    expect(found.grouping).toEqual(['le', 'kind', 'pod', 'instance']);
  });

  it('reads aggregations with the grouping behind, variables, and metrics named like an aggregation', () => {
    const found = references('sum(rate(x{pool=~"$pool"}[$__rate_interval])) by (pool) + count');
    expect(found.selectors.map(({ metric }) => metric)).toEqual(['x', 'count']);
    expect(found.grouping).toEqual(['pool']);
  });

  it('throws where brackets, matchers or characters are broken', () => {
    expect(() => references('x{a="b"')).toThrow(/no }/);
    expect(() => references('x{a="b" c="d"}')).toThrow(/no comma/);
    expect(() => references('x{a=b}')).toThrow(/no matcher/);
    expect(() => tokenize('x # y')).toThrow(/not PromQL at 2/);
  });
});

describe('nameFaults', () => {
  const known = knownMetrics([
    { name: 'h', type: 'histogram', labels: { kind: ['all', 'private'] } },
    { name: 'g', type: 'gauge', labels: { shard: { form: /^\d{3}$/ }, name: 'open', service: ['history'] } },
  ]);
  const faults = (expression: string, legend?: string): string[] => nameFaults(expression, known, legend);

  it('says nothing where all names are right', () => {
    expect(faults('sum by (le, kind) (rate(h_bucket{kind="all"}[5m]))', '{{le}} {{ kind }}')).toEqual([]);
    expect(faults('max by (shard, pod) (g{shard="001",name="x",service="history",kind!~"$k"})')).toEqual([
      'g has no label kind',
    ]);
    expect(faults('g{shard="001",name=~"x.*"} / on (name) g')).toEqual([]);
  });

  it.each([
    ['h{kind="all"}', 'no metric is called h'],
    ['h_total', 'no metric is called h_total'],
    ['h_count{kind="everybody"}', 'kind of h_count is never everybody'],
    ['h_count{kind=~"all|privat"}', 'kind of h_count is never privat'],
    ['h_sum{le="1"}', 'h_sum has no label le'],
    ['g{shard="1"}', 'shard of g is never 1'],
    ['g{service="focus"}', 'service of g is never focus'],
    ['sum by (kind) (g)', 'no metric here has the label kind'],
  ])('%s: %s', (expression, fault) => {
    expect(faults(expression)).toContain(fault);
  });

  it('looks at the labels of the legend', () => {
    expect(faults('g', '{{kind}}')).toEqual(['the legend names kind, which no metric here has']);
  });
});
