import { named, title, type RenderedSet } from '../objects.js';
import { mebibytes, workloads, type Container, type Workload } from '../workloads.js';
import { expectedProbes, expectedWorkloads, type ExpectedWorkload } from '../workloads.table.js';
import type { Check } from './check.js';

/** Collects sentences: `same` says both values where they differ. */
class Problems {
  readonly all: string[] = [];
  readonly #of: string;
  constructor(of: string) {
    this.#of = of;
  }
  same(what: string, is: unknown, wanted: unknown): void {
    const [left, right] = [JSON.stringify(is), JSON.stringify(wanted)];
    if (left !== right) this.all.push(`${this.#of}: ${what} is ${left ?? 'missing'}, not ${right ?? 'absent'}`);
  }
}

function each(run: (workload: Workload, problems: Problems, set: RenderedSet) => void): Check['run'] {
  return (set) =>
    workloads(set).flatMap((workload) => {
      const problems = new Problems(title(workload.object));
      run(workload, problems, set);
      return problems.all;
    });
}

/** Pods run as nobody, on a read-only root, with no token, no link and no capability. */
export const securityCheck: Check = {
  name: 'security context',
  run: each(({ pod }, problems) => {
    problems.same('service account token', pod.automountServiceAccountToken, false);
    problems.same('service links', pod.enableServiceLinks, false);
    problems.same('hostNetwork', pod.hostNetwork, undefined);
    problems.same('pod securityContext', pod.securityContext, {
      fsGroup: 65532,
      runAsGroup: 65532,
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    problems.same('initContainers', pod.initContainers, undefined);
    for (const container of pod.containers) {
      problems.same(`securityContext of ${container.name}`, container.securityContext, {
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        readOnlyRootFilesystem: true,
      });
      problems.same(
        `/tmp of ${container.name}`,
        container.volumeMounts?.filter(({ mountPath }) => mountPath === '/tmp').map(({ name }) => name),
        ['tmp'],
      );
    }
    for (const { name, secret, emptyDir } of pod.volumes ?? []) {
      if (secret !== undefined) problems.same(`mode of volume ${name}`, secret.defaultMode, 0o440);
      for (const { key, path } of secret?.items ?? []) problems.same(`file of volume ${name}`, path, key);
      if (emptyDir !== undefined) problems.same(`size of volume ${name}`, emptyDir.sizeLimit, '64Mi');
    }
    const kinds = (pod.volumes ?? []).flatMap((volume) => Object.keys(volume).filter((key) => key !== 'name'));
    const others = kinds.filter((kind) => !['secret', 'configMap', 'emptyDir'].includes(kind));
    problems.same('other volumes', others, []);
  }),
};

/** Kind, size, grace, preStop, ports and priority as the table of workloads says. */
export const shapeCheck: Check = {
  name: 'shape of workloads',
  run(set) {
    const there = workloads(set);
    const unknown = there
      .filter(({ name }) => expectedWorkloads[name] === undefined)
      .map(({ object }) => title(object));
    const missing = Object.keys(expectedWorkloads).filter(
      (name) =>
        !there.some((workload) => workload.name === name) && !(set.overlay === 'dev' && name === 'otel-collector'),
    );
    return [
      ...unknown.map((name) => `${name}: is not in the table of workloads`),
      ...missing.map((name) => `${name}: is missing`),
      ...each((workload, problems) => {
        const expected = expectedWorkloads[workload.name];
        if (expected !== undefined) shape(workload, expected, problems, set);
      })(set),
    ];
  },
};

function shape(workload: Workload, expected: ExpectedWorkload, problems: Problems, set: RenderedSet): void {
  const { pod, spec } = workload;
  const main = pod.containers[0];
  problems.same('kind', workload.kind, expected.kind);
  problems.same('app', workload.app, expected.app);
  problems.same('part-of', workload.labels['app.kubernetes.io/part-of'], 'plenary');
  problems.same('service account', pod.serviceAccountName, expected.app);
  problems.same('priority', pod.priorityClassName, expected.priority);
  problems.same('grace', pod.terminationGracePeriodSeconds, expected.graceSeconds);
  problems.same('preStop', preStopOf(main), expected.preStop);
  const drained = pod.containers.length - (workload.name === 'nats' ? 1 : 0);
  problems.same('containers', drained, 1);
  if (main === undefined) return;
  problems.same('container', main.name, expected.app);
  if (set.overlay !== 'dev') problems.same('requests', main.resources?.requests, expected.requests);
  problems.same('limits', main.resources?.limits, { memory: expected.memoryLimit });
  problems.same(
    'ports',
    Object.fromEntries(
      (main.ports ?? []).map(({ name, containerPort, protocol }) => [name, [containerPort, protocol]]),
    ),
    expected.ports,
  );
  const foreign = foreignMounts[expected.app];
  if (foreign !== undefined) {
    const mounts = main.volumeMounts?.map(({ name, mountPath, readOnly }) => [name, mountPath, readOnly ?? false]);
    problems.same('mounts', mounts, foreign);
    const fields = main.env?.map(({ name, valueFrom }) => [name, valueFrom?.fieldRef?.fieldPath ?? null]);
    if (expected.app === 'nats') problems.same('fields', fields?.slice(0, 1), [['POD_NAME', 'metadata.name']]);
    const jaeger = main.env?.find(({ name }) => name === 'JAEGER_ENDPOINT')?.value;
    problems.same('Jaeger', jaeger, expected.app === 'nats' ? undefined : 'jaeger.observability.svc:4317');
  }
  if (workload.kind === 'StatefulSet') {
    problems.same('podManagementPolicy', spec.podManagementPolicy, 'Parallel');
    problems.same(
      'claims',
      spec.volumeClaimTemplates?.map(({ metadata }) => metadata.name),
      claimsOf(workload.name),
    );
  }
  if (expected.app === 'msrp-edge') {
    problems.same('pool', workload.labels['plenary.chat/pool'], workload.name.slice(-1));
    problems.same('eviction', workload.annotations['cluster-autoscaler.kubernetes.io/safe-to-evict'], 'false');
  }
  if (expected.replicas !== undefined && set.overlay !== 'dev')
    problems.same('replicas', spec.replicas, expected.replicas);
}

/** Paths that the configuration of programs not ours names. */
const foreignMounts: Readonly<Record<string, readonly (readonly [string, string, boolean])[]>> = {
  nats: [
    ['config', '/etc/nats', true],
    ['users', '/etc/nats-users', true],
    ['internal', '/run/plenary/internal', true],
    ['data', '/data', false],
    ['tmp', '/tmp', false],
  ],
  'otel-collector': [
    ['config', '/etc/otel', true],
    ['tmp', '/tmp', false],
  ],
};

const claimsOf = (name: string): readonly string[] | undefined => (name === 'nats' ? ['data'] : undefined);

function preStopOf(container: Container | undefined): string | undefined {
  const { httpGet, sleep } = container?.lifecycle?.preStop ?? {};
  if (httpGet !== undefined) return httpGet.port === 'health' ? `GET ${httpGet.path}` : 'GET elsewhere';
  return sleep === undefined ? undefined : `sleep ${String(sleep.seconds)}`;
}

/** Every container asks for what it needs, has a bound on memory and none on the CPU. */
export const resourcesCheck: Check = {
  name: 'requests and limits',
  run: each(({ pod }, problems, set) => {
    for (const { name, resources, env } of pod.containers) {
      problems.same(`requests of ${name}`, Object.keys(resources?.requests ?? {}).toSorted(), ['cpu', 'memory']);
      problems.same(`limits of ${name}`, Object.keys(resources?.limits ?? {}), ['memory']);
      const limit = mebibytes(resources?.limits?.['memory']);
      const asked = mebibytes(resources?.requests?.['memory']);
      problems.same(`memory of ${name} fits`, asked <= limit, true);
      if (name === 'exporter')
        problems.same(`size of ${name}`, resources, {
          limits: { memory: '64Mi' },
          requests: { cpu: '20m', memory: '32Mi' },
        });
      const options = env?.find((variable) => variable.name === 'NODE_OPTIONS')?.value;
      const ours = !['nats', 'exporter', 'otel-collector'].includes(name);
      problems.same(`NODE_OPTIONS of ${name}`, options, ours ? heapOption(limit) : undefined);
      if (name === 'nats' || name === 'otel-collector') {
        const soft = env?.find((variable) => variable.name === 'GOMEMLIMIT')?.value;
        problems.same(`GOMEMLIMIT of ${name}`, soft, set.overlay === 'dev' || name === 'nats' ? '3400MiB' : '800MiB');
      }
    }
  }),
};

/** The heap gets 60 % of the limit; the rest is for buffers of sockets and the code. */
const heapOption = (limitMebibytes: number): string =>
  `--max-old-space-size=${String(Math.floor(limitMebibytes * 0.6))}`;

export const probesCheck: Check = {
  name: 'probes',
  run: each(({ name: workload, pod }, problems) => {
    const kind = expectedWorkloads[workload]?.probes ?? 'ours';
    if (kind === 'none') return;
    for (const container of pod.containers) {
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe'] as const) {
        const given = container[probe];
        const where = `${probe} of ${container.name}`;
        if (container.name === 'exporter') {
          problems.same(`${where} port`, given?.tcpSocket?.port, 'health');
          continue;
        }
        const facts = [given?.httpGet?.path, given?.httpGet?.port, given?.periodSeconds, given?.failureThreshold];
        problems.same(where, facts, expectedProbes[kind][probe]);
        const [period, timeout] = [given?.periodSeconds ?? 0, given?.timeoutSeconds ?? 1];
        problems.same(`${where} has time`, timeout >= 1 && timeout <= period, true);
      }
    }
  }),
};

/** Pods of one workload stand in different zones, and on different machines where that can be. */
export const spreadCheck: Check = {
  name: 'spread',
  run: each((workload, problems, set) => {
    const { pod, spec, name } = workload;
    if (workload.kind === 'Job') return;
    const zones = set.overlay === 'dev' ? 'ScheduleAnyway' : 'DoNotSchedule';
    const machines = name === 'nats' && set.overlay !== 'dev' ? 'DoNotSchedule' : 'ScheduleAnyway';
    const minDomains = set.overlay === 'prod-3zone' && name !== 'otel-collector' ? 3 : undefined;
    const facts = (pod.topologySpreadConstraints ?? []).map((constraint) => [
      constraint.topologyKey,
      constraint.maxSkew,
      constraint.minDomains ?? null,
      constraint.whenUnsatisfiable,
    ]);
    problems.same('spread', facts, [
      ['topology.kubernetes.io/zone', 1, minDomains ?? null, zones],
      ['kubernetes.io/hostname', 1, null, machines],
    ]);
    // Pods of two revisions are spread each by itself, so that a rollout ends as even as it began.
    const revision = workload.kind === 'Deployment' && name !== 'otel-collector' ? ['pod-template-hash'] : undefined;
    for (const { labelSelector, matchLabelKeys } of pod.topologySpreadConstraints ?? []) {
      problems.same('spread selector', labelSelector.matchLabels, spec.selector?.matchLabels);
      problems.same('spread by revision', matchLabelKeys, revision);
    }
  }),
};

/** Accounts and priority classes a pod names are there, and no account hands out a token. */
export const identityCheck: Check = {
  name: 'accounts and priorities',
  run: each(({ pod }, problems, set) => {
    const account = named(set, 'ServiceAccount', pod.serviceAccountName ?? '');
    problems.same('its account is there', account !== undefined, true);
    const token = (account as { readonly automountServiceAccountToken?: boolean } | undefined)
      ?.automountServiceAccountToken;
    problems.same('token of its account', token, false);
    const priority = named(set, 'PriorityClass', pod.priorityClassName ?? '');
    const values = { 'plenary-data': 1_000_000, 'plenary-sessions': 900_000, 'plenary-services': 800_000 };
    const value = (priority as { readonly value?: number } | undefined)?.value;
    problems.same('its priority', value, values[pod.priorityClassName as keyof typeof values]);
  }),
};
