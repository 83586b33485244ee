import { named, type RenderedSet } from '../objects.js';
import type { Container, EnvVar, PodSpec, Workload } from '../workloads.js';

/** The environment a container starts with, as far as the manifests say it; `problems` names what they leave open. */
export interface ResolvedEnvironment {
  readonly values: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

const podFacts: Readonly<Record<string, (workload: Workload) => string | undefined>> = {
  'metadata.name': ({ name }) => `${name}-0`,
  'status.podIP': () => '10.1.0.7',
  // Set on pods by the cluster itself, from their node; absent where it does not.
  "metadata.labels['topology.kubernetes.io/zone']": () => 'zone-1',
};

/** Puts `envFrom` and `env` together as the kubelet does: later wins, `env` over `envFrom`. */
export function environmentOf(workload: Workload, container: Container, set: RenderedSet): ResolvedEnvironment {
  const values: Record<string, string> = {};
  const problems: string[] = [];
  for (const { configMapRef } of container.envFrom ?? []) {
    const map = named(set, 'ConfigMap', configMapRef?.name ?? '');
    if (map === undefined) problems.push(`envFrom names ConfigMap ${configMapRef?.name ?? '?'}, which is not there`);
    else Object.assign(values, map.data);
  }
  for (const variable of container.env ?? []) {
    if (Object.hasOwn(values, variable.name)) problems.push(`${variable.name} is given twice`);
    const value = valueOf(variable, workload, set);
    if (value === undefined) problems.push(`${variable.name} has no value here`);
    else values[variable.name] = value;
  }
  return { values, problems };
}

function valueOf({ value, valueFrom }: EnvVar, workload: Workload, set: RenderedSet): string | undefined {
  if (value !== undefined) return value;
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom ?? {};
  // Secrets come as files; one in the environment would show in every dump of it.
  if (secretKeyRef !== undefined) return undefined;
  if (configMapKeyRef !== undefined) return named(set, 'ConfigMap', configMapKeyRef.name)?.data?.[configMapKeyRef.key];
  if (fieldRef === undefined) return undefined;
  const label = /^metadata\.labels\['plenary\.chat\/pool'\]$/.test(fieldRef.fieldPath);
  return label ? workload.labels['plenary.chat/pool'] : podFacts[fieldRef.fieldPath]?.(workload);
}

const tlsFiles = ['tls.crt', 'tls.key', 'ca.crt'];

/** Paths of the files that mounted secrets and config maps bring, with the secret each comes from. */
export function mountedFiles(pod: PodSpec, container: Container, set: RenderedSet): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name, mountPath, readOnly } of container.volumeMounts ?? []) {
    const volume = pod.volumes?.find((candidate) => candidate.name === name);
    if (volume?.secret !== undefined && readOnly === true) {
      const { secretName, items } = volume.secret;
      const paths = items?.map(({ path }) => path) ?? tlsFiles;
      for (const path of paths) files.set(`${mountPath}/${path}`, secretName);
    }
    if (volume?.configMap !== undefined && readOnly === true)
      for (const key of Object.keys(named(set, 'ConfigMap', volume.configMap.name)?.data ?? {}))
        files.set(`${mountPath}/${key}`, volume.configMap.name);
  }
  return files;
}
