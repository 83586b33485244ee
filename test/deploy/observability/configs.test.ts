import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { exporters } from '@plenary/observability';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { dashboardSchema } from './dashboard.schema.js';
import { promtool } from './promtool.js';

const workspace = new URL('../../../infra/observability/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, workspace), 'utf8');

interface Pipeline {
  readonly receivers: readonly string[];
  readonly processors?: readonly string[];
  readonly exporters: readonly string[];
}
interface Collector {
  readonly receivers: Readonly<Record<string, unknown>>;
  readonly processors: Readonly<Record<string, unknown>>;
  readonly exporters: Readonly<Record<string, unknown>>;
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly service: { readonly extensions: readonly string[]; readonly pipelines: Readonly<Record<string, Pipeline>> };
}

/** What is wrong with how a collector's parts refer to each other; each fault as a sentence. */
function wiringFaults(config: Collector): string[] {
  const faults: string[] = [];
  const used = { receivers: new Set<string>(), processors: new Set<string>(), exporters: new Set<string>() };
  const kinds = ['receivers', 'processors', 'exporters'] as const;
  for (const [name, pipeline] of Object.entries(config.service.pipelines))
    for (const kind of kinds)
      for (const part of pipeline[kind] ?? []) {
        used[kind].add(part);
        if (!(part in config[kind])) faults.push(`pipeline ${name} names ${part}, which is no one of the ${kind}`);
      }
  for (const kind of kinds)
    for (const part of Object.keys(config[kind]))
      if (!used[kind].has(part)) faults.push(`${kind}: ${part} is in no pipeline`);
  for (const part of config.service.extensions)
    if (!(part in config.extensions)) faults.push(`extension ${part} is not defined`);
  for (const part of Object.keys(config.extensions))
    if (!config.service.extensions.includes(part)) faults.push(`extension ${part} is not started`);
  return faults;
}

const collectors = ['collector/collector.yaml', 'jaeger/jaeger.yaml'];
const configOf = (path: string): Collector => parse(read(path)) as Collector;

describe('the configurations of the collector and of Jaeger', () => {
  it.each(collectors)('%s: every part is defined and in use', (path) => {
    expect(wiringFaults(configOf(path))).toEqual([]);
  });

  it.each(collectors)('%s: a part renamed anywhere is found', (path) => {
    const text = read(path);
    const config = configOf(path);
    const names = [config.receivers, config.processors, config.exporters, config.extensions].flatMap(Object.keys);
    for (const name of names) {
      // The definition alone: its place in the pipeline keeps the name.
      const mutant = text.replace(new RegExp(`^ {2}${name}:`, 'm'), `  ${name}x:`);
      expect(mutant, name).not.toBe(text);
      expect(wiringFaults(parse(mutant) as Collector), name).not.toEqual([]);
    }
  });

  it('limit memory first and gather last', () => {
    const { processors } = configOf('collector/collector.yaml').service.pipelines['traces'] ?? {};
    expect(processors?.[0]).toBe('memory_limiter');
    expect(processors?.at(-1)).toBe('batch');
  });

  it('meet each other: services at 4318, Jaeger at 4317, one store', () => {
    const collector = configOf('collector/collector.yaml');
    const jaeger = configOf('jaeger/jaeger.yaml');
    expect(collector.receivers).toMatchObject({ otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } });
    expect(collector.exporters).toMatchObject({ 'otlp/jaeger': { endpoint: '${env:JAEGER_ENDPOINT:-jaeger:4317}' } });
    expect(jaeger.receivers).toMatchObject({ otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } } });
    const store = { trace_storage: 'newest' };
    expect(jaeger.exporters).toMatchObject({ jaeger_storage_exporter: store });
    expect(jaeger.extensions).toMatchObject({
      jaeger_storage: { backends: { newest: { memory: {} } } },
      jaeger_query: { storage: { traces: 'newest' } },
    });
  });
});

describe('the configuration of Prometheus for the compose file', () => {
  interface Scrape {
    readonly job_name: string;
    readonly static_configs: readonly {
      readonly targets: readonly string[];
      readonly labels?: Record<string, string>;
    }[];
  }
  const config = parse(read('prometheus/prometheus.yaml')) as { readonly scrape_configs: readonly Scrape[] };

  it('is one that Prometheus loads', async () => {
    // The rules stand beside it where it is mounted; here they are checked by themselves.
    const files = { 'prometheus.yaml': read('prometheus/prometheus.yaml').replace('rules/*.yaml', 'none-*.yaml') };
    const told = await promtool(['check', 'config'], files, ['prometheus.yaml']);
    expect(told.ok, told.output).toBe(true);
  });

  it('watches every process of the compose file, under its service and pod', () => {
    const compose = parse(readFileSync(new URL('../dev/compose.yaml', workspace), 'utf8'), { merge: true }) as {
      services: Record<string, { build?: { args: { SERVICE: string } } }>;
    };
    const processes = Object.entries(compose.services)
      .map(([name, { build }]) => ({ pod: name, service: build?.args.SERVICE }))
      .filter(({ service }) => ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp'].includes(service ?? ''));
    const watched = config.scrape_configs.find(({ job_name }) => job_name === 'plenary')?.static_configs ?? [];
    expect(processes.length).toBeGreaterThan(5);
    expect(watched.map(({ labels }) => labels).toSorted(byPod)).toEqual(processes.toSorted(byPod));
    for (const { targets, labels } of watched) expect(targets).toEqual([`${labels?.['pod'] ?? ''}:9464`]);
  });
});

function byPod(one: Record<string, string | undefined> | undefined, other: typeof one): number {
  return (one?.['pod'] ?? '') < (other?.['pod'] ?? '') ? -1 : 1;
}

describe('the dashboards', () => {
  const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(dashboardSchema);
  const names = readdirSync(new URL('dashboards/', workspace));
  interface Placed {
    readonly id: number;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  }
  const panelsOf = (name: string): Placed[] => (JSON.parse(read(`dashboards/${name}`)) as { panels: Placed[] }).panels;

  it.each(names)('%s has the form Grafana loads', (name) => {
    validate(JSON.parse(read(`dashboards/${name}`)));
    expect(validate.errors).toBeNull();
  });

  it.each(names)('%s: panels have ids of their own and lie beside each other', (name) => {
    const panels = panelsOf(name);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${String(x + (index % w))},${String(y + Math.floor(index / w))}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('are refused by the schema when a part is missing', () => {
    const text = read(`dashboards/${names[0] ?? ''}`);
    for (const key of ['uid', 'schemaVersion', 'expr', 'unit', 'description', 'refId', 'gridPos', 'url']) {
      const mutant: unknown = JSON.parse(text.replaceAll(`"${key}":`, `"${key}x":`));
      expect(validate(mutant), key).toBe(false);
    }
  });

  it('are where Grafana is told to look, with its data sources', () => {
    const { providers } = parse(read('grafana/provisioning/dashboards/plenary.yaml')) as {
      providers: { options: { path: string } }[];
    };
    const compose = readFileSync(new URL('../dev/compose.yaml', workspace), 'utf8');
    expect(compose).toContain(`../observability/dashboards:${providers[0]?.options.path ?? 'nowhere'}:ro`);
    const { datasources } = parse(read('grafana/provisioning/datasources/plenary.yaml')) as {
      datasources: { type: string }[];
    };
    expect(datasources.map(({ type }) => type)).toEqual(['prometheus', 'jaeger']);
  });
});

describe('the exporters that no test sees live', () => {
  it.each(exporters)(
    '$name says where it is described and why, and stands in the README',
    ({ name, source, reason, metrics }) => {
      expect(source.length).toBeGreaterThan(10);
      expect(reason.length).toBeGreaterThan(10);
      const readme = read('README.md');
      expect(readme).toContain(`| ${name} |`);
      for (const metric of metrics) expect(readme).toContain(`\`${metric.name}\``);
    },
  );
});
