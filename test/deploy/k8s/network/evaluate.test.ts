import { describe, expect, it } from 'vitest';
import type { KubernetesObject, Labels, RenderedSet } from '../objects.js';
import { allowed, inside, type Endpoint } from './evaluate.js';

const pod = (app: string, namespaceName = 'x', ip = '10.0.0.1'): Endpoint => ({
  name: app,
  ip,
  ports: [{ name: 'web', port: 80, protocol: 'TCP' }],
  pod: { namespace: { name: namespaceName }, namespaceName, labels: { app } },
});
const policy = (spec: object): KubernetesObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'p', namespace: 'x' },
  spec,
});
const of = (app: string): { matchLabels: Labels } => ({ matchLabels: { app } });
const asks = (set: RenderedSet, from: Endpoint, to: Endpoint, port = 80, protocol = 'TCP'): boolean =>
  allowed(set, { from, to, protocol, port });
const rendered = (...specs: object[]): RenderedSet => ({ overlay: 'prod', objects: specs.map(policy) });

describe('the evaluator of network policies', () => {
  const shut = { podSelector: of('b'), policyTypes: ['Ingress'] };
  const open = (from: object[], ports?: object[]): object => ({
    ...shut,
    ingress: [ports === undefined ? { from } : { from, ports }],
  });

  it('leaves open what no policy selects', () => {
    expect(asks(rendered(), pod('a'), pod('b'))).toBe(true);
    expect(asks(rendered(shut), pod('a'), pod('c'))).toBe(true);
    expect(asks(rendered(shut), pod('b'), pod('a'))).toBe(true);
  });

  it('shuts what is selected, and adds up what policies open', () => {
    expect(asks(rendered(shut), pod('a'), pod('b'))).toBe(false);
    expect(asks(rendered(shut, open([{ podSelector: of('a') }])), pod('a'), pod('b'))).toBe(true);
    expect(asks(rendered(open([{ podSelector: of('a') }])), pod('c'), pod('b'))).toBe(false);
  });

  it('takes a pod selector alone for its own namespace, with a namespace selector for both at once', () => {
    expect(asks(rendered(open([{ podSelector: of('a') }])), pod('a', 'y'), pod('b'))).toBe(false);
    const both = open([{ podSelector: of('a'), namespaceSelector: { matchLabels: { name: 'y' } } }]);
    expect(asks(rendered(both), pod('a', 'y'), pod('b'))).toBe(true);
    expect(asks(rendered(both), pod('a', 'x'), pod('b'))).toBe(false);
    expect(asks(rendered(both), pod('c', 'y'), pod('b'))).toBe(false);
  });

  it('knows ports by number, name, range and protocol', () => {
    const by = (port: object): RenderedSet => rendered(open([{ podSelector: of('a') }], [port]));
    expect(asks(by({ port: 'web' }), pod('a'), pod('b'), 80)).toBe(true);
    expect(asks(by({ port: 'web' }), pod('a'), pod('b'), 81)).toBe(false);
    expect(asks(by({ port: 'gone' }), pod('a'), pod('b'), 80)).toBe(false);
    expect(asks(by({ port: 80, endPort: 82 }), pod('a'), pod('b'), 82)).toBe(true);
    expect(asks(by({ port: 80, endPort: 82 }), pod('a'), pod('b'), 83)).toBe(false);
    expect(asks(by({ port: 80, protocol: 'UDP' }), pod('a'), pod('b'), 80)).toBe(false);
    expect(asks(by({}), pod('a'), pod('b'), 9)).toBe(true);
  });

  it('asks both ends', () => {
    const out = {
      podSelector: of('a'),
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.9.0.0/16'] } }] }],
    };
    expect(asks(rendered(out), pod('a'), pod('b'))).toBe(true);
    expect(asks(rendered(out), pod('a'), pod('b', 'x', '10.9.0.1'))).toBe(false);
    expect(asks(rendered(out, shut), pod('a'), pod('b'))).toBe(false);
  });

  it('knows blocks of both families, and refuses what it does not know', () => {
    expect([
      inside('10.1.2.3', '10.0.0.0/8'),
      inside('11.1.2.3', '10.0.0.0/8'),
      inside('1.2.3.4', '0.0.0.0/0'),
    ]).toEqual([true, false, true]);
    expect([inside('fd00::1', 'fc00::/7'), inside('2001:db8::1', 'fc00::/7'), inside('1.2.3.4', '::/0')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(() => inside('1.2.3.4', '10.0.0.0')).toThrow('is no block');
    const odd = rendered({ podSelector: { matchExpressions: [] }, policyTypes: ['Ingress'] });
    expect(() => asks(odd, pod('a'), pod('b'))).toThrow('not evaluated');
  });
});
