import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** One object of a rendered overlay: what all of them have; the rest is read by kind. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

export type Labels = Readonly<Record<string, string>>;

export const overlays = ['dev', 'prod', 'prod-3zone'] as const;
export type Overlay = (typeof overlays)[number];

/** All objects of one overlay, with the questions the checks ask of them. */
export interface RenderedSet {
  readonly overlay: Overlay;
  readonly objects: readonly KubernetesObject[];
}

const folder = fileURLToPath(new URL('../../../k8s/', import.meta.url));
export const renderedPath = (overlay: Overlay): string => `${folder}rendered/${overlay}.yaml`;
export const overlayPath = (overlay: Overlay): string => `${folder}overlays/${overlay}`;

/** Reads what is committed under `k8s/rendered`. Throws where it is no YAML. */
export function readRendered(overlay: Overlay): RenderedSet {
  return { overlay, objects: parseObjects(readFileSync(renderedPath(overlay), 'utf8')) };
}

/** The objects of a stream of YAML documents. */
export function parseObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as KubernetesObject;
  });
}

/** `Deployment focus`, for messages. */
export function title(object: KubernetesObject): string {
  return `${object.kind} ${object.metadata.name}`;
}

export function ofKind(set: RenderedSet, ...kinds: readonly string[]): KubernetesObject[] {
  return set.objects.filter(({ kind }) => kinds.includes(kind));
}

export function named(set: RenderedSet, kind: string, name: string): KubernetesObject | undefined {
  return set.objects.find((object) => object.kind === kind && object.metadata.name === name);
}

/** Whether `labels` carry everything `selector` asks for; an empty selector takes all. */
export function selects(selector: Labels | undefined, labels: Labels | undefined): boolean {
  return Object.entries(selector ?? {}).every(([key, value]) => labels?.[key] === value);
}
