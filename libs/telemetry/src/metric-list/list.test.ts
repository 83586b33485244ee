import { describe, expect, it } from 'vitest';
import { isAllowed } from '../labels.js';
import { metricDefinition, metricList, type MetricName } from './index.js';

const names = Object.keys(metricList) as MetricName[];

describe('the list of metrics', () => {
  it.each(names)('%s is named after what it is, in base units', (name) => {
    const { type, buckets, labels, services, help } = metricDefinition(name);
    expect(name).toMatch(/^chat_[a-z0-9]+(?:_[a-z0-9]+)*$/);
    expect(name.endsWith('_total'), 'only counters end in _total').toBe(type === 'counter');
    expect(name).not.toMatch(/_(?:ms|milliseconds|kb|mb|percent)(?:_total)?$/);
    expect(buckets !== undefined).toBe(type === 'histogram');
    if (buckets !== undefined) expect([...buckets]).toEqual([...new Set(buckets)].toSorted((a, b) => a - b));
    // The scrape adds these; one of ours would be renamed by it.
    for (const label of Object.keys(labels)) expect(['service', 'pod', 'instance', 'job', 'le']).not.toContain(label);
    expect(services.length).toBeGreaterThan(0);
    expect(help).not.toMatch(/\.$/);
  });

  it('has no label that could hold an identity', () => {
    const identities = [
      'sip:alice@example.com',
      'xcon:minutes@localhost',
      'a84b4c76e66710@pc33.example.com',
      '192.0.2.7:5060',
      'chat.in.000.room.all',
      'msrp://a.example.com:2855/iau39soe2843z;tcp',
    ];
    for (const name of names)
      for (const [label, values] of Object.entries(metricDefinition(name).labels))
        for (const identity of identities)
          expect(isAllowed(values, identity), `${name}{${label}="${identity}"}`).toBe(false);
  });
});
