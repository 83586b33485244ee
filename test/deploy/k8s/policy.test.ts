import { describe, expect, it } from 'vitest';
import { checks } from './checks/all.js';
import { overlays, readRendered } from './objects.js';

describe.each(overlays)('the overlay %s', (overlay) => {
  const set = readRendered(overlay);

  it.each(checks.map((check) => [check.name, check] as const))('%s', (_name, check) => {
    expect(check.run(set)).toEqual([]);
  });
});
