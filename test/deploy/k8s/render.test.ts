import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join, relative } from 'node:path';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { named, overlayPath, overlays, parseObjects, renderedPath, type RenderedSet } from './objects.js';
import { render, renderer } from './render.js';
import { schemaProblems } from './schema.js';
import { workloads } from './workloads.js';

const kubectl = renderer();
/** Set by `.ci/run` where the machine has one: then it may not be skipped by accident. */
const demanded = (process.env['PLENARY_DEMANDED'] ?? '').split(',').includes('kubectl');
const k8s = fileURLToPath(new URL('../../../k8s/', import.meta.url));

describe('the rendered overlays', () => {
  it.runIf('missing' in kubectl && demanded)('can be compared', () => {
    expect(kubectl, 'kubectl 1.27 or newer has to be on the PATH').not.toHaveProperty('missing');
  });

  // Where it is missing the title says so, with the cure, in the list of what was skipped.
  const cure = 'missing' in kubectl ? ` [not run: ${kubectl.missing}; install kubectl 1.27 or newer]` : '';

  it.skipIf(cure !== '').each(overlays)(`are what Kustomize makes of them now: %s${cure}`, (overlay) => {
    const fresh = render(overlayPath(overlay));
    expect(fresh === readFileSync(renderedPath(overlay), 'utf8'), 'node infra/validate.mjs --write renders anew').toBe(
      true,
    );
  });

  it.skipIf(cure !== '')(`edge-hostnetwork stands in a namespace of its own${cure}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'plenary-render-'));
    try {
      const overlay = join(folder, 'edges');
      mkdirSync(overlay);
      const text = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: plenary-edges
resources: [${relative(overlay, join(k8s, 'base/common'))}, ${relative(overlay, join(k8s, 'base/msrp-edge'))}]
components: [${relative(overlay, join(k8s, 'components/edge-hostnetwork'))}]
`;
      writeFileSync(join(overlay, 'kustomization.yaml'), text);
      const set: RenderedSet = { overlay: 'prod', objects: parseObjects(render(overlay)) };
      expect(set.objects.flatMap(schemaProblems)).toEqual([]);
      const pools = workloads(set);
      expect(pools.map(({ name, object }) => [name, object.metadata.namespace])).toEqual([
        ['msrp-edge-a', 'plenary-edges'],
        ['msrp-edge-b', 'plenary-edges'],
      ]);
      for (const { pod } of pools) {
        expect(pod.hostNetwork).toBe(true);
        expect(pod.securityContext?.runAsUser).toBe(65532);
        expect(JSON.stringify(pod)).toContain('requiredDuringSchedulingIgnoredDuringExecution');
      }
      const level = named(set, 'Namespace', 'plenary-edges')?.metadata.labels?.['pod-security.kubernetes.io/enforce'];
      expect(level).toBe('privileged');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('k8s/generate.mjs', () => {
  it('has written what is committed', () => {
    const run = (): string =>
      execFileSync(process.execPath, [join(dirname(k8s), 'k8s/generate.mjs'), '--check'], { encoding: 'utf8' });
    expect(run).not.toThrow();
  });
});
