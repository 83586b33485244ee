import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

interface ScaledObject {
  readonly kind: string;
  readonly spec: {
    readonly triggers: readonly { readonly type: string; readonly metadata: { readonly query?: string } }[];
  };
}

const folder = fileURLToPath(new URL('../../../k8s/components/keda/', import.meta.url));

/** The questions KEDA asks Prometheus, with the file each stands in. */
export const triggerQueries: readonly { readonly file: string; readonly query: string }[] = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((file) => {
    const object = parse(readFileSync(`${folder}${file}`, 'utf8')) as ScaledObject;
    const triggers = object.kind === 'ScaledObject' ? object.spec.triggers : [];
    return triggers.flatMap(({ metadata: { query } }) => (query === undefined ? [] : [{ file, query }]));
  });
