import { readFileSync } from 'node:fs';
import { Certificate, Issuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { Gateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import { TLSRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1alpha2';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { PodMonitor, PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { Deployment, StatefulSet } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { PriorityClass } from 'kubernetes-models/scheduling.k8s.io/v1';
import { ConfigMap, Namespace, Service, ServiceAccount } from 'kubernetes-models/v1';
import type { KubernetesObject } from './objects.js';

type Model = new (data: never) => { validate(): void };

/** Kinds whose schema comes with a package. */
const models: Readonly<Record<string, Model>> = {
  'v1 ConfigMap': ConfigMap,
  'v1 Namespace': Namespace,
  'v1 Service': Service,
  'v1 ServiceAccount': ServiceAccount,
  'apps/v1 Deployment': Deployment,
  'apps/v1 StatefulSet': StatefulSet,
  'autoscaling/v2 HorizontalPodAutoscaler': HorizontalPodAutoscaler,
  'batch/v1 Job': Job,
  'networking.k8s.io/v1 NetworkPolicy': NetworkPolicy,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'scheduling.k8s.io/v1 PriorityClass': PriorityClass,
  'cert-manager.io/v1 Certificate': Certificate,
  'cert-manager.io/v1 Issuer': Issuer,
  'gateway.networking.k8s.io/v1 Gateway': Gateway,
  'gateway.networking.k8s.io/v1alpha2 TLSRoute': TLSRoute,
  'keda.sh/v1alpha1 ScaledObject': ScaledObject,
  'monitoring.coreos.com/v1 PodMonitor': PodMonitor,
  'monitoring.coreos.com/v1 PrometheusRule': PrometheusRule,
};

/** Kinds without a package: a schema of the fields used here, in `schemas/`. */
const ownSchemas: Readonly<Record<string, string>> = {
  'postgresql.cnpg.io/v1 Cluster': 'cnpg-cluster.schema.json',
  'policy.sigstore.dev/v1beta1 ClusterImagePolicy': 'cluster-image-policy.schema.json',
  'gateway.envoyproxy.io/v1alpha1 BackendTrafficPolicy': 'backend-traffic-policy.schema.json',
};

const ajv = new Ajv2020({ allErrors: true, strict: true });
const compiled = new Map<string, ValidateFunction>();

/** What the schema of its kind says against an object; a kind without a schema is a problem too. */
export function schemaProblems(object: KubernetesObject): readonly string[] {
  const kind = `${object.apiVersion} ${object.kind}`;
  const model = models[kind];
  if (model !== undefined) {
    try {
      new model(object as never).validate();
      return [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }
  const file = ownSchemas[kind];
  if (file === undefined) return [`${kind}: there is no schema for it`];
  const validate = compiled.get(file) ?? compile(file);
  return validate(object)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? 'is wrong'}`);
}

function compile(file: string): ValidateFunction {
  const schema: unknown = JSON.parse(readFileSync(new URL(`schemas/${file}`, import.meta.url), 'utf8'));
  const validate = ajv.compile(schema as object);
  compiled.set(file, validate);
  return validate;
}
