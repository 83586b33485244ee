import { named, ofKind, title, type RenderedSet } from '../objects.js';
import type { Check } from './check.js';

const clusterWide = new Set(['Namespace', 'PriorityClass', 'ClusterImagePolicy']);

/** Everything stands in the one namespace, which lets in only pods of the strictest level; names are there once. */
export const surroundingsCheck: Check = {
  name: 'namespace and monitoring',
  run(set) {
    const seen = new Set<string>();
    const problems: string[] = [];
    for (const object of set.objects) {
      const id = `${object.apiVersion} ${title(object)}`;
      if (seen.has(id)) problems.push(`${title(object)} is there twice`);
      seen.add(id);
      const namespace = clusterWide.has(object.kind) ? undefined : 'plenary';
      if (object.metadata.namespace !== namespace) problems.push(`${title(object)} is in another namespace`);
    }
    const labels = named(set, 'Namespace', 'plenary')?.metadata.labels;
    for (const mode of ['enforce', 'warn'])
      if (labels?.[`pod-security.kubernetes.io/${mode}`] !== 'restricted')
        problems.push(`pod security: ${mode} is not restricted`);
    return [...problems, ...monitoring(set)];
  },
};

interface PodMonitorSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly podMetricsEndpoints: readonly {
    readonly port: string;
    readonly path: string;
    readonly relabelings: readonly { readonly sourceLabels: readonly string[]; readonly targetLabel: string }[];
  }[];
}

function monitoring(set: RenderedSet): string[] {
  if (set.overlay === 'dev') return [];
  const monitor = named(set, 'PodMonitor', 'plenary');
  if (monitor === undefined) return ['nobody watches the pods'];
  const { selector, podMetricsEndpoints } = monitor.spec as PodMonitorSpec;
  const [endpoint] = podMetricsEndpoints;
  const [relabel] = endpoint?.relabelings ?? [];
  const good =
    JSON.stringify(selector.matchLabels) === '{"app.kubernetes.io/part-of":"plenary"}' &&
    endpoint?.port === 'health' &&
    endpoint.path === '/metrics' &&
    relabel?.targetLabel === 'service' &&
    relabel.sourceLabels.join() === '__meta_kubernetes_pod_label_app_kubernetes_io_name';
  const others = ofKind(set, 'PodMonitor', 'ServiceMonitor').length === 1;
  const rules = named(set, 'PrometheusRule', 'plenary')?.spec as { readonly groups?: readonly unknown[] } | undefined;
  if ((rules?.groups ?? []).length === 0) return ['nobody evaluates the rules'];
  return good && others ? [] : ['PodMonitor plenary does not watch every pod under the name of its service'];
}
