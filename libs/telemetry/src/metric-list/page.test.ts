import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { metricsPage } from './page.js';

it('the page of metrics says what the list says', () => {
  const page = readFileSync(new URL('../../../../infra/docs/metrics.md', import.meta.url), 'utf8');
  expect(page, 'make it again: node libs/telemetry/metrics-page.mjs').toBe(metricsPage());
});
