import { ofKind, title, type RenderedSet } from '../objects.js';
import { workloads } from '../workloads.js';
import type { Check } from './check.js';

/** Repository of each image in production; what is ours stands under one prefix that the admission policy watches. */
const repositories: Readonly<Record<string, string>> = {
  nats: 'docker.io/library/nats',
  exporter: 'docker.io/natsio/prometheus-nats-exporter',
  'otel-collector': 'docker.io/otel/opentelemetry-collector-contrib',
};
const ours = 'registry.example.com/plenary/';

/** In production an image is named by its digest, for a tag may be moved; elsewhere by a tag that is not `latest`. */
export const imagesCheck: Check = {
  name: 'images',
  run: (set) => [
    ...workloads(set).flatMap(({ object, pod }) =>
      pod.containers.flatMap(({ name, image }) => judge(set, title(object), image, repositories[name] ?? ours + name)),
    ),
    ...ofKind(set, 'Cluster').flatMap((cluster) =>
      judge(
        set,
        title(cluster),
        (cluster.spec as { readonly imageName: string }).imageName,
        'ghcr.io/cloudnative-pg/postgresql',
      ),
    ),
    ...policy(set),
  ],
};

function judge(set: RenderedSet, where: string, image: string, repository: string): string[] {
  if (set.overlay === 'dev')
    return /:[A-Za-z0-9_][\w.-]+$/.test(image) && !image.endsWith(':latest') ? [] : [`${where}: ${image} has no tag`];
  const [name, digest = ''] = image.split('@');
  if (name !== repository) return [`${where}: ${image} is not from ${repository}`];
  return /^sha256:[0-9a-f]{64}$/.test(digest) ? [] : [`${where}: ${image} is not named by its digest`];
}

interface ImagePolicy {
  readonly mode: string;
  readonly images: readonly { readonly glob: string }[];
  readonly authorities: readonly { readonly keyless?: { readonly identities?: readonly unknown[] } }[];
}

function policy(set: RenderedSet): string[] {
  if (set.overlay === 'dev') return [];
  const [object] = ofKind(set, 'ClusterImagePolicy');
  if (object === undefined) return ['there is no policy for signed images'];
  const { mode, images, authorities } = object.spec as ImagePolicy;
  const [namespace] = ofKind(set, 'Namespace');
  return [
    ...(mode === 'enforce' ? [] : [`${title(object)} only warns`]),
    ...(images.some(({ glob }) => glob === `${ours}**`) ? [] : [`${title(object)} does not watch ${ours}`]),
    ...(authorities.every(({ keyless }) => (keyless?.identities?.length ?? 0) > 0)
      ? []
      : [`${title(object)} believes any signer`]),
    ...(namespace?.metadata.labels?.['policy.sigstore.dev/include'] === 'true'
      ? []
      : ['the namespace is outside the policy for signed images']),
  ];
}
