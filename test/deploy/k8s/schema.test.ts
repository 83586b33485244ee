import { describe, expect, it } from 'vitest';
import { overlays, readRendered, title, type KubernetesObject } from './objects.js';
import { schemaProblems } from './schema.js';

describe.each(overlays)('schemas of the overlay %s', (overlay) => {
  const { objects } = readRendered(overlay);

  it('accept every object', () => {
    const problems = objects.flatMap((object) => schemaProblems(object).map((text) => `${title(object)}: ${text}`));
    expect(problems).toEqual([]);
    expect(objects.length).toBeGreaterThan(100);
  });
});

describe('the schemas', () => {
  const of = (kind: string): KubernetesObject => {
    const found = readRendered('prod').objects.find((object) => object.kind === kind);
    if (found === undefined) throw new Error(`no ${kind}`);
    return structuredClone(found);
  };
  const changed = (kind: string, text: string, into: string): KubernetesObject => {
    const before = JSON.stringify(of(kind));
    expect(before).toContain(text);
    return JSON.parse(before.replace(text, into)) as KubernetesObject;
  };

  it.each([
    ['Deployment', '"periodSeconds":2', '"periodSeconds":"two"'],
    ['StatefulSet', '"containerPort":', '"containerPorts":'],
    ['Service', '"port":', '"portt":'],
    ['NetworkPolicy', '"policyTypes":[', '"policyTypes":"both","x":['],
    ['ScaledObject', '"scaleTargetRef":', '"target":'],
    ['Certificate', '"issuerRef":', '"issuer":'],
    ['TLSRoute', '"rules":[', '"rules":{"a":1},"x":['],
    ['Cluster', '"instances":3', '"instances":"three"'],
    ['Cluster', '"walStorage":', '"walStore":'],
    ['ClusterImagePolicy', '"mode":"enforce"', '"mode":"maybe"'],
    ['BackendTrafficPolicy', '"version":"V2"', '"version":2'],
  ])('refuse a %s with %s written as %s', (kind, text, into) => {
    expect(schemaProblems(changed(kind, text, into))).not.toEqual([]);
  });

  it('refuse a kind they do not know', () => {
    const object = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'x' } };
    expect(schemaProblems(object)).toEqual(['example.com/v1 Thing: there is no schema for it']);
  });
});
