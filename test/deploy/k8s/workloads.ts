import { ofKind, type KubernetesObject, type Labels, type RenderedSet } from './objects.js';

/** The parts of a pod that the checks read; what is absent in the YAML is absent here. */
export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly { readonly configMapRef?: { readonly name: string } }[];
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: {
    readonly preStop?: {
      readonly httpGet?: { readonly path: string; readonly port: string | number };
      readonly sleep?: { readonly seconds: number };
    };
  };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly privileged?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly configMapKeyRef?: { readonly name: string; readonly key: string };
    readonly secretKeyRef?: unknown;
  };
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number };
  readonly tcpSocket?: { readonly port: string | number };
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
  readonly failureThreshold?: number;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly configMap?: { readonly name: string };
  readonly secret?: {
    readonly secretName: string;
    readonly defaultMode?: number;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
  readonly [other: string]: unknown;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly priorityClassName?: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly hostNetwork?: boolean;
  readonly restartPolicy?: string;
  readonly securityContext?: {
    readonly runAsNonRoot?: boolean;
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly fsGroup?: number;
    readonly seccompProfile?: { readonly type: string };
  };
  readonly topologySpreadConstraints?: readonly {
    readonly topologyKey: string;
    readonly maxSkew: number;
    readonly minDomains?: number;
    readonly whenUnsatisfiable: string;
    readonly labelSelector: { readonly matchLabels: Labels };
    readonly matchLabelKeys?: readonly string[];
  }[];
}

/** Something that makes pods. */
export interface Workload {
  readonly object: KubernetesObject;
  readonly kind: string;
  readonly name: string;
  /** `app.kubernetes.io/name` of its pods. */
  readonly app: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly pod: PodSpec;
  readonly spec: {
    readonly replicas?: number;
    readonly serviceName?: string;
    readonly podManagementPolicy?: string;
    readonly selector?: { readonly matchLabels: Labels };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

/** Every object of the set that makes pods, in its order. */
export function workloads(set: RenderedSet): Workload[] {
  return ofKind(set, 'Deployment', 'StatefulSet', 'Job', 'DaemonSet', 'CronJob').map((object) => {
    const spec = object.spec as Workload['spec'] & {
      readonly template: {
        readonly metadata?: { readonly labels?: Labels; readonly annotations?: Labels };
        readonly spec: PodSpec;
      };
    };
    const labels = spec.template.metadata?.labels ?? {};
    return {
      object,
      kind: object.kind,
      name: object.metadata.name,
      app: labels['app.kubernetes.io/name'] ?? '',
      labels,
      annotations: spec.template.metadata?.annotations ?? {},
      pod: spec.template.spec,
      spec,
    };
  });
}

/** Mebibytes of a quantity such as `512Mi` or `2Gi`; NaN where it is neither. */
export function mebibytes(quantity: string | undefined): number {
  const match = /^([0-9]+)(Mi|Gi)$/.exec(quantity ?? '');
  return match === null ? Number.NaN : Number(match[1]) * (match[2] === 'Gi' ? 1024 : 1);
}
