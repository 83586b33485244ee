import { named, ofKind, selects, title, type KubernetesObject, type Labels, type RenderedSet } from '../objects.js';
import { workloads, type Workload } from '../workloads.js';
import type { Check } from './check.js';

interface ServiceSpec {
  readonly type?: string;
  readonly clusterIP?: string;
  readonly publishNotReadyAddresses?: boolean;
  readonly externalTrafficPolicy?: string;
  readonly selector?: Labels;
  readonly ports: readonly {
    readonly name: string;
    readonly port: number;
    readonly targetPort: string | number;
    readonly protocol?: string;
  }[];
}

/** Ports each Service must offer: name of the port → its number. Services of single edges are judged by their pool. */
const servicePorts: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  focus: { 'sip-udp': 5060, 'sip-tcp': 5060, sips: 5061 },
  'room-state': { grpc: 7000 },
  history: { grpc: 7000 },
  ccmp: { https: 443 },
  'msrp-edge-a': { grpc: 7000 },
  'msrp-edge-b': { grpc: 7000 },
  nats: { client: 4222, cluster: 6222 },
  'otel-collector': { 'otlp-http': 4318 },
};
const oneEdge = /^msrp-edge-[ab]-[0-9]+$/;
const outward = new Set(['focus', 'ccmp']);

/** The labels of a pod as the cluster sees them: a StatefulSet adds the pod's name. */
function podsOf(set: RenderedSet): { readonly workload: Workload; readonly labels: Labels }[] {
  return workloads(set).flatMap((workload) => {
    if (workload.kind !== 'StatefulSet') return [{ workload, labels: workload.labels }];
    return Array.from({ length: 50 }, (_, ordinal) => ({
      workload,
      labels: { ...workload.labels, 'statefulset.kubernetes.io/pod-name': `${workload.name}-${String(ordinal)}` },
    }));
  });
}

/** Every Service finds pods of its own workload, by ports they name. */
export const servicesCheck: Check = {
  name: 'services',
  run(set) {
    const pods = podsOf(set);
    const problems = ofKind(set, 'Service').flatMap((service) => judgeService(service, pods));
    const missing = Object.keys(servicePorts).filter(
      (name) => named(set, 'Service', name) === undefined && !(set.overlay === 'dev' && name === 'otel-collector'),
    );
    return [...problems, ...missing.map((name) => `Service ${name} is missing`), ...governing(set)];
  },
};

function judgeService(service: KubernetesObject, pods: ReturnType<typeof podsOf>): string[] {
  const name = service.metadata.name;
  const spec = service.spec as ServiceSpec;
  const expected = oneEdge.test(name) ? { msrps: 2855 } : servicePorts[name];
  if (expected === undefined) return [`${title(service)} is not in the table of services`];
  const problems: string[] = [];
  const must = (good: boolean, text: string): void => {
    if (!good) problems.push(`${title(service)} ${text}`);
  };
  const chosen = pods.filter(({ labels }) => selects(spec.selector, labels));
  const owner = oneEdge.test(name) ? name.replace(/-[0-9]+$/, '') : name;
  const whole = pods.find(({ workload }) => workload.name === owner)?.workload.spec.selector?.matchLabels;
  const exact = oneEdge.test(name) ? { 'statefulset.kubernetes.io/pod-name': name } : whole;
  must(JSON.stringify(spec.selector) === JSON.stringify(exact), 'does not select exactly its pods');
  must(chosen.length > 0, 'selects no pod');
  must(
    chosen.every(({ workload }) => workload.name === owner),
    `selects pods of others than ${owner}`,
  );
  if (oneEdge.test(name)) must(chosen.length === 1 && podName(chosen[0]?.labels) === name, 'is not for its own pod');
  const ports = Object.fromEntries(spec.ports.map((port) => [port.name, port.port]));
  must(JSON.stringify(ports) === JSON.stringify(expected), `has ports ${JSON.stringify(ports)}`);
  for (const { name: port, targetPort, protocol } of spec.ports) {
    must(targetPort === port, `sends port ${port} elsewhere`);
    for (const { workload } of chosen.slice(0, 1)) {
      const target = workload.pod.containers
        .flatMap((container) => container.ports ?? [])
        .find((p) => p.name === targetPort);
      must(
        target !== undefined && (target.protocol ?? 'TCP') === (protocol ?? 'TCP'),
        `has port ${port}, its pods do not`,
      );
    }
  }
  const headless = !outward.has(name) && !oneEdge.test(name) && name !== 'otel-collector';
  must((spec.clusterIP === 'None') === headless, headless ? 'has an address of its own' : 'has no address');
  must((spec.type === 'LoadBalancer') === outward.has(name), 'is reached from outside, or is not and should be');
  if (outward.has(name)) must(spec.externalTrafficPolicy === 'Local', 'hides the address of the client');
  const early = oneEdge.test(name) || owner.startsWith('msrp-edge') || name === 'nats';
  must((spec.publishNotReadyAddresses ?? false) === early, 'publishes pods at the wrong time');
  return problems;
}

const podName = (labels: Labels | undefined): string | undefined => labels?.['statefulset.kubernetes.io/pod-name'];

function governing(set: RenderedSet): string[] {
  return workloads(set)
    .filter(({ kind, spec }) => kind === 'StatefulSet' && named(set, 'Service', spec.serviceName ?? '') === undefined)
    .map(({ object }) => `${title(object)} has no governing Service`);
}

/** Selectors of workloads and disruption budgets: exactly one budget for each, one pod at a time. */
export const selectorsCheck: Check = {
  name: 'selectors and disruption budgets',
  run: (set) =>
    workloads(set).flatMap((workload) => {
      const where = title(workload.object);
      if (workload.kind === 'Job') return [];
      const others = workloads(set).filter(({ name }) => name !== workload.name);
      const selector = workload.spec.selector?.matchLabels ?? {};
      const budgets = ofKind(set, 'PodDisruptionBudget').filter(({ spec }) =>
        selects((spec as BudgetSpec).selector.matchLabels, workload.labels),
      );
      return [
        ...(selects(selector, workload.labels) ? [] : [`${where} does not select its own pods`]),
        ...others
          .filter(({ labels }) => selects(selector, labels))
          .map(({ name }) => `${where} selects pods of ${name}`),
        ...(budgets.length === 1 ? [] : [`${where} has ${String(budgets.length)} disruption budgets`]),
        ...budgets.flatMap(({ spec, metadata }) => {
          const { maxUnavailable, minAvailable, unhealthyPodEvictionPolicy, selector: theirs } = spec as BudgetSpec;
          const good =
            JSON.stringify(theirs.matchLabels) === JSON.stringify(selector) &&
            maxUnavailable === 1 &&
            minAvailable === undefined &&
            unhealthyPodEvictionPolicy === 'AlwaysAllow';
          return good && metadata.name === workload.name ? [] : [`${where} is not protected one pod at a time`];
        }),
      ];
    }),
};

interface BudgetSpec {
  readonly maxUnavailable?: number;
  readonly minAvailable?: number;
  readonly unhealthyPodEvictionPolicy?: string;
  readonly selector: { readonly matchLabels: Labels };
}

/** Secrets that the manifests do not make: who deploys brings them (infra/docs/deploy.md). */
export const givenSecrets: readonly string[] = [
  'plenary-keys',
  'nats-users',
  ...['focus', 'msrp-edge', 'room-state', 'history', 'nats-bootstrap'].map((name) => `${name}-bus`),
  ...['focus', 'room-state', 'history'].map((name) => `${name}-database`),
];

/** Issuers that are not made here either. */
export const givenIssuers: readonly string[] = ['plenary-public'];

/** Every ConfigMap and Secret that something names is made by something, or is on the list of what is given. */
export const configCheck: Check = {
  name: 'config maps and secrets',
  run(set) {
    const secrets = new Set([
      ...givenSecrets,
      ...ofKind(set, 'Certificate').map(({ spec }) => (spec as { readonly secretName: string }).secretName),
    ]);
    const maps = new Set(ofKind(set, 'ConfigMap').map(({ metadata }) => metadata.name));
    const used = new Set<string>();
    const problems = workloads(set).flatMap(({ object, pod }) => [
      ...(pod.volumes ?? []).flatMap(({ name, secret, configMap }) => {
        if (configMap !== undefined) used.add(configMap.name);
        if (secret !== undefined && !secrets.has(secret.secretName))
          return [`${title(object)}: nobody makes secret ${secret.secretName} of volume ${name}`];
        if (configMap !== undefined && !maps.has(configMap.name))
          return [`${title(object)}: ConfigMap ${configMap.name} is not there`];
        const mounted = pod.containers.some((container) =>
          container.volumeMounts?.some((mount) => mount.name === name),
        );
        return mounted ? [] : [`${title(object)}: volume ${name} is mounted nowhere`];
      }),
      ...pod.containers.flatMap((container) => {
        for (const { configMapRef } of container.envFrom ?? []) used.add(configMapRef?.name ?? '');
        for (const { valueFrom } of container.env ?? []) used.add(valueFrom?.configMapKeyRef?.name ?? '');
        const volumes = [
          ...(pod.volumes ?? []).map(({ name }) => name),
          ...(object.kind === 'StatefulSet' ? claims(object) : []),
        ];
        return (container.volumeMounts ?? [])
          .filter(({ name }) => !volumes.includes(name))
          .map(({ name }) => `${title(object)}: ${container.name} mounts ${name}, which is no volume`);
      }),
    ]);
    const idle = [...maps].filter((name) => !used.has(name)).map((name) => `ConfigMap ${name} is used by nobody`);
    return [...problems, ...idle];
  },
};

const claims = (object: KubernetesObject): string[] =>
  ((object.spec as { volumeClaimTemplates?: { metadata: { name: string } }[] }).volumeClaimTemplates ?? []).map(
    ({ metadata }) => metadata.name,
  );
