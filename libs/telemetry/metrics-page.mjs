// Writes the page of metrics from the list, as it was built. `node libs/telemetry/metrics-page.mjs [--check]`
import { readFileSync, writeFileSync } from 'node:fs';
import { metricsPage } from './dist/metric-list/page.js';

const file = new URL('../../infra/docs/metrics.md', import.meta.url);
const page = metricsPage();
if (!process.argv.includes('--check')) writeFileSync(file, page);
else if (readFileSync(file, 'utf8') !== page) {
  process.stderr.write('infra/docs/metrics.md is not what the list says: node libs/telemetry/metrics-page.mjs\n');
  process.exitCode = 1;
}
