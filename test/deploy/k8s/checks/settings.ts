import { readSettings } from '@plenary/config';
import { named, ofKind, title, type RenderedSet } from '../objects.js';
import {
  addressSettings,
  definitionsOf,
  fieldSettings,
  fileSettings,
  neededIn,
  portSettings,
} from '../settings.table.js';
import { workloads, type Container, type Workload } from '../workloads.js';
import type { Check } from './check.js';
import { environmentOf, mountedFiles } from './environment.js';

/** Variables that Node.js reads, not we. */
const foreign = new Set(['NODE_OPTIONS']);

/**
 * The environment of every container of ours is given to the very `readSettings` of its service: an unknown name, a missing
 * one or a value its type refuses is found before a pod finds it. Then what the values mean is compared with the pod.
 */
export const settingsCheck: Check = {
  name: 'settings',
  run: (set) =>
    workloads(set).flatMap((workload) =>
      workload.pod.containers
        .filter(({ name }) => definitionsOf[name] !== undefined)
        .flatMap((container) => of(workload, container, set).map((text) => `${title(workload.object)}: ${text}`)),
    ),
};

function of(workload: Workload, container: Container, set: RenderedSet): string[] {
  const definitions = definitionsOf[container.name] ?? {};
  const { values, problems } = environmentOf(workload, container, set);
  const files = mountedFiles(workload.pod, container, set);
  const read = readSettings(definitions, values, { readFile: (path) => contentOf(path, files) });
  const names = Object.keys(values).filter((name) => !foreign.has(name));
  const known = (name: string): boolean =>
    definitions[name] !== undefined || (name.endsWith('_FILE') && definitions[name.slice(0, -5)] !== undefined);
  const settings: Readonly<Record<string, unknown>> = read.ok ? read.value : {};
  return [
    ...problems,
    ...names.filter((name) => !known(name)).map((name) => `${name} is no setting of ${container.name}`),
    ...(neededIn[container.name] ?? [])
      .filter((name) => (values[name] ?? '') === '')
      .map((name) => `${name} is not set`),
    ...(read.ok ? [] : read.error.map(({ name, problem }) => `${name} ${problem}`)),
    ...names.flatMap((name) => meaning(name, values, workload, container, set, files)),
    ...deadline(settings, workload),
    ...publicNames(values, container, set),
    ...traces(values, definitions, set),
  ];
}

function contentOf(path: string, files: ReadonlyMap<string, string>): string {
  if (!files.has(path)) throw new Error('no volume brings it');
  // A seed of the bus's form; for every other secret its length is all that counts.
  return path.endsWith('/nkey') ? `SU${'A'.repeat(56)}` : 'x'.repeat(64);
}

function meaning(
  name: string,
  values: Readonly<Record<string, string>>,
  workload: Workload,
  container: Container,
  set: RenderedSet,
  files: ReadonlyMap<string, string>,
): string[] {
  const value = values[name] ?? '';
  const problems: string[] = [];
  const must = (good: boolean, text: string): void => {
    if (!good) problems.push(`${name}=${value} ${text}`);
  };
  const ports = portSettings[name];
  if (name.endsWith('_PORT') && ports === undefined) problems.push(`${name} is not in the table of ports`);
  if (Array.isArray(ports))
    for (const port of ports)
      must(String(container.ports?.find((one) => one.name === port)?.containerPort) === value, `is not port ${port}`);
  if (ports === 'loopback') {
    must(values[name.replace(/_PORT$/, '_HOST')] === '127.0.0.1', 'is open to others than the pod');
    must(
      container.ports?.every(({ containerPort }) => String(containerPort) !== value) ?? true,
      'is a port of the pod',
    );
  }
  const portBeside = portSettings[name.replace(/_HOST$/, '_PORT')];
  if (name.endsWith('_HOST') && Array.isArray(portBeside))
    must(value === '0.0.0.0', 'is not reached from outside the pod');
  const target = addressSettings[name];
  if (name.endsWith('_ADDRESS'))
    must(target !== undefined && leadsTo(value, target, set), 'leads to no Service of ours');
  const field = fieldSettings[name];
  const given = container.env?.find((variable) => variable.name === name)?.valueFrom?.fieldRef?.fieldPath;
  if (field !== undefined) must(given === field, `does not come from ${field}`);
  const file = fileSettings[name];
  if (file !== undefined) {
    const [secret, key] = file;
    must(files.get(value) === secret.replace('*', container.name), `is not from the secret ${secret}`);
    must(value.endsWith(`/${key}`), `is not the file ${key}`);
  } else must(!value.startsWith('/run/'), 'is a file the table of files does not know');
  if (name === 'NATS_URL') must(busUrl(value, set), 'is not the Service of the bus, by TLS');
  if (name === 'DATABASE_URL') must(databaseUrl(value, workload.app, set), 'is not the database of this service');
  if (name === 'PLENARY_TRACE_ENDPOINT')
    must(value === 'http://otel-collector:4318' && serviceHas('otel-collector', 4318, set), 'is not the collector');
  if (name === 'NATS_REPLICAS') must(value === (set.overlay === 'dev' ? '1' : '3'), 'is not the number of servers');
  if (name === 'CCMP_HTTP') must(value === 'false', 'serves HTTP without TLS');
  return problems;
}

function serviceHas(name: string, port: number, set: RenderedSet, headless?: boolean): boolean {
  const spec = named(set, 'Service', name)?.spec as
    { readonly clusterIP?: string; readonly ports: readonly { readonly port: number }[] } | undefined;
  if (spec === undefined || (headless === true && spec.clusterIP !== 'None')) return false;
  return spec.ports.some((one) => one.port === port);
}

function leadsTo(address: string, service: string, set: RenderedSet): boolean {
  // All addresses of the name are used in turn; `host:port` alone would take one and stay there.
  const match = /^dns:\/\/\/([a-z-]+):([0-9]+)$/.exec(address);
  return match?.[1] === service && serviceHas(service, Number(match[2]), set, true);
}

function busUrl(value: string, set: RenderedSet): boolean {
  const match = /^tls:\/\/([a-z-]+):([0-9]+)$/.exec(value);
  return match?.[1] === 'nats' && serviceHas('nats', Number(match[2]), set);
}

interface DatabaseCluster {
  readonly bootstrap: { readonly initdb: { readonly database: string } };
  readonly managed: {
    readonly roles: readonly { readonly name: string; readonly passwordSecret: { readonly name: string } }[];
  };
}

function databaseUrl(value: string, app: string, set: RenderedSet): boolean {
  const [cluster] = ofKind(set, 'Cluster');
  if (cluster === undefined || !URL.canParse(value)) return false;
  const spec = cluster.spec as DatabaseCluster;
  const { protocol, hostname, port, pathname, username, password } = new URL(value);
  const role = spec.managed.roles.find(({ name }) => name === username);
  return (
    protocol === 'postgres:' &&
    hostname === `${cluster.metadata.name}-rw` &&
    port === '5432' &&
    pathname === `/${spec.bootstrap.initdb.database}` &&
    password === '' &&
    username === `plenary_${app.replaceAll('-', '_')}` &&
    role?.passwordSecret.name === `${app}-database`
  );
}

/** A drain, and the pause before it, must end well before the kill. */
function deadline(settings: Readonly<Record<string, unknown>>, workload: Workload): string[] {
  const [name, ms] = Object.entries(settings).find(([key]) => key.endsWith('_DRAIN_DEADLINE_MS')) ?? [];
  if (name === undefined || typeof ms !== 'number') return [];
  const pause = workload.pod.containers[0]?.lifecycle?.preStop?.sleep?.seconds ?? 0;
  const left = (workload.pod.terminationGracePeriodSeconds ?? 30) - pause - ms / 1000;
  const margin = workload.app === 'msrp-edge' ? 30 : 5;
  return left >= margin && left <= 2 * margin ? [] : [`${name} leaves ${String(left)} s before the kill`];
}

/** Where there is a collector, whoever can sends it traces. */
function traces(values: Readonly<Record<string, string>>, definitions: object, set: RenderedSet): string[] {
  const able = 'PLENARY_TRACE_ENDPOINT' in definitions && named(set, 'Service', 'otel-collector') !== undefined;
  return able && values['PLENARY_TRACE_ENDPOINT'] === undefined ? ['PLENARY_TRACE_ENDPOINT is not set'] : [];
}

interface Names {
  readonly dnsNames?: readonly string[];
  readonly secretName?: string;
}

/** Certificates that clients see carry the names they are sent to. */
function publicNames(values: Readonly<Record<string, string>>, container: Container, set: RenderedSet): string[] {
  const certificate = ofKind(set, 'Certificate')
    .map(({ spec }) => spec as Names)
    .find(({ secretName }) => secretName === `${container.name}-public-tls`);
  const names = certificate?.dnsNames ?? [];
  const template = values['MSRP_EDGE_PUBLIC_HOST_TEMPLATE'] ?? '';
  if (container.name === 'msrp-edge' && (template === '') === (values['MSRP_EDGE_PUBLIC_HOST'] === undefined))
    return ['an edge needs a public name, one alone or one for each'];
  const wanted =
    template !== ''
      ? ['a', 'b'].map((pool) => template.replace('e{ordinal}', '*').replace('{pool}', pool))
      : [values['MSRP_EDGE_PUBLIC_HOST'], values['FOCUS_SIP_PUBLIC_HOST']].filter((name) => name !== undefined);
  return wanted.filter((name) => !names.includes(name)).map((name) => `no public certificate for ${name}`);
}
