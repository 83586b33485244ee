import { named, ofKind, title, type KubernetesObject, type RenderedSet } from '../objects.js';
import { expectedCalm, expectedTriggers, scaledByCpu } from '../scaling.table.js';
import { workloads } from '../workloads.js';
import { expectedWorkloads } from '../workloads.table.js';
import type { Check } from './check.js';

export interface ScaledObjectSpec {
  readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind?: string; readonly name: string };
  readonly pollingInterval: number;
  readonly minReplicaCount: number;
  readonly maxReplicaCount: number;
  readonly fallback?: { readonly failureThreshold: number; readonly replicas: number };
  readonly advanced: {
    readonly horizontalPodAutoscalerConfig: {
      readonly behavior: { readonly scaleUp: Behavior; readonly scaleDown: Behavior };
    };
  };
  readonly triggers: readonly {
    readonly type: string;
    readonly metricType: string;
    readonly metadata: Readonly<Record<string, string>>;
  }[];
}

export interface Behavior {
  readonly stabilizationWindowSeconds: number;
  readonly policies: readonly { readonly type: string; readonly value: number; readonly periodSeconds: number }[];
}

/** One scaler for each workload that is scaled, none for two, and the numbers that were decided on. */
export const scalingCheck: Check = {
  name: 'scaling',
  run(set) {
    const scaled = ofKind(set, 'ScaledObject');
    const pods = ofKind(set, 'HorizontalPodAutoscaler');
    if (scaled.length > 0 && pods.length > 0) return ['KEDA and plain autoscalers are both there'];
    const missing =
      scaled.length === 0
        ? []
        : Object.keys(expectedTriggers).filter((name) => named(set, 'ScaledObject', name) === undefined);
    return [
      ...missing.map((name) => `${name} is scaled by nobody`),
      ...scaled.flatMap((object) => judgeScaled(object, set)),
      ...pods.flatMap((object) => judgePlain(object, set)),
      ...targets(set),
    ];
  },
};

function judgeScaled(object: KubernetesObject, set: RenderedSet): string[] {
  const spec = object.spec as ScaledObjectSpec;
  const { name } = object.metadata;
  const problems: string[] = [];
  const same = (what: string, is: unknown, wanted: unknown): void => {
    if (JSON.stringify(is) !== JSON.stringify(wanted))
      problems.push(`${title(object)}: ${what} is ${JSON.stringify(is)}, not ${JSON.stringify(wanted)}`);
  };
  const target = workloads(set).find((workload) => workload.name === spec.scaleTargetRef.name);
  same(
    'target',
    [spec.scaleTargetRef.apiVersion, spec.scaleTargetRef.kind, spec.scaleTargetRef.name],
    ['apps/v1', target?.kind, name],
  );
  const [least = 0, most = 0] = expectedWorkloads[name]?.scale ?? [];
  same('most', spec.maxReplicaCount, most);
  if (set.overlay === 'prod') same('least', spec.minReplicaCount, least);
  else same('least in three zones', spec.minReplicaCount >= least && spec.minReplicaCount % 3 === 0, true);
  const byMetric = spec.triggers.filter(({ type }) => type === 'prometheus');
  same(
    'triggers',
    byMetric.map(({ metadata }) => [metadata['query'], Number(metadata['threshold'])]),
    expectedTriggers[name]?.map(({ query, threshold }) => [query, threshold]),
  );
  same(
    'metric types',
    byMetric.every(({ metricType }) => metricType === 'AverageValue'),
    true,
  );
  same(
    'servers',
    byMetric.every(({ metadata }) => metadata['serverAddress'] === 'http://prometheus-operated.monitoring.svc:9090'),
    true,
  );
  const cpu = spec.triggers
    .filter(({ type }) => type === 'cpu')
    .map(({ metadata, metricType }) => [metricType, metadata['value']]);
  same('CPU trigger', cpu, scaledByCpu.includes(name) ? [['Utilization', '70']] : []);
  const wanted =
    byMetric.length === 0 ? undefined : { failureThreshold: 4, replicas: Math.min(most, 2 * spec.minReplicaCount) };
  same('fallback', spec.fallback, wanted);
  const { scaleUp, scaleDown } = spec.advanced.horizontalPodAutoscalerConfig.behavior;
  const [calm, between] = expectedCalm[name.startsWith('msrp-edge') ? 'edge' : 'other'];
  same('growth', scaleUp, {
    policies: [{ periodSeconds: 60, type: 'Percent', value: 100 }],
    stabilizationWindowSeconds: 0,
  });
  same('shrinking', scaleDown, {
    policies: [{ periodSeconds: between, type: 'Pods', value: 1 }],
    stabilizationWindowSeconds: calm,
  });
  return problems;
}

interface PlainSpec {
  readonly scaleTargetRef: { readonly kind: string; readonly name: string };
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly metrics: readonly {
    readonly resource?: { readonly name: string; readonly target: { readonly averageUtilization?: number } };
  }[];
}

function judgePlain(object: KubernetesObject, set: RenderedSet): string[] {
  const { scaleTargetRef, minReplicas, maxReplicas, metrics } = object.spec as PlainSpec;
  const good =
    named(set, scaleTargetRef.kind, scaleTargetRef.name) !== undefined &&
    scaleTargetRef.name === object.metadata.name &&
    minReplicas >= 1 &&
    maxReplicas > minReplicas &&
    metrics.every(({ resource }) => resource?.name === 'cpu' && resource.target.averageUtilization === 70);
  return good ? [] : [`${title(object)} does not scale its workload by CPU`];
}

/** A number of replicas in the manifest fights with the autoscaler at every apply. */
function targets(set: RenderedSet): string[] {
  const scaled = new Set(ofKind(set, 'ScaledObject', 'HorizontalPodAutoscaler').map(({ metadata }) => metadata.name));
  return workloads(set).flatMap(({ object, name, spec, kind }) => {
    if (kind === 'Job') return [];
    if (scaled.has(name)) return spec.replicas === undefined ? [] : [`${title(object)} has replicas and an autoscaler`];
    return spec.replicas === undefined ? [`${title(object)} has neither replicas nor an autoscaler`] : [];
  });
}
