import { BlockList, isIP } from 'node:net';
import { ofKind, selects, type Labels, type RenderedSet } from '../objects.js';

/** One end of a flow: a pod, or an address outside the cluster. */
export interface Endpoint {
  readonly name: string;
  /** Absent for what is no pod. */
  readonly pod?: { readonly namespace: Labels; readonly namespaceName: string; readonly labels: Labels };
  readonly ip: string;
  /** Named ports of the pod, which a policy of its own may name. */
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: string }[];
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly unknown[];
}
interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}
interface PolicyPort {
  readonly protocol?: string;
  readonly port?: string | number;
  readonly endPort?: number;
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly PolicyPort[];
}
interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/** One attempt to open a connection. */
export interface Flow {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly protocol: string;
  readonly port: number;
}

/**
 * Whether the policies let a connection be opened, as networking.k8s.io/v1 says: a pod that no policy selects for a direction
 * is open in it; one that is selected needs a rule, and both ends must agree. Throws on what it does not know, so that a new
 * kind of rule is not silently taken for none.
 */
export function allowed(set: RenderedSet, { from, to, protocol, port }: Flow): boolean {
  return (
    opening(set, 'Egress', from, to).lets(protocol, port) && opening(set, 'Ingress', from, to).lets(protocol, port)
  );
}

/** What one end alone lets pass between two; the other end is not asked. */
export interface Opening {
  lets(protocol: string, port: number): boolean;
}

export function opening(set: RenderedSet, direction: 'Ingress' | 'Egress', from: Endpoint, to: Endpoint): Opening {
  const [self, other] = direction === 'Ingress' ? [to, from] : [from, to];
  const { pod } = self;
  if (pod === undefined) return { lets: () => true };
  const policies = policiesOf(set, direction).filter(
    ({ namespace, spec }) => namespace === pod.namespaceName && matches(spec.podSelector, pod.labels),
  );
  if (policies.length === 0) return { lets: () => true };
  const rules = policies.flatMap(({ namespace, spec }) =>
    ((direction === 'Ingress' ? spec.ingress : spec.egress) ?? []).filter((rule) =>
      peersMatch(direction === 'Ingress' ? rule.from : rule.to, other, namespace),
    ),
  );
  return { lets: (protocol, port) => rules.some((rule) => portsMatch(rule.ports, to, protocol, port)) };
}

interface Policy {
  readonly namespace: string;
  readonly spec: PolicySpec;
}
const known = new WeakMap<RenderedSet, readonly Policy[]>();

function policiesOf(set: RenderedSet, direction: string): readonly Policy[] {
  const all =
    known.get(set) ??
    ofKind(set, 'NetworkPolicy').map(({ metadata, spec }) => ({
      namespace: metadata.namespace ?? '',
      spec: spec as PolicySpec,
    }));
  known.set(set, all);
  return all.filter(({ spec }) => spec.policyTypes.includes(direction));
}

function matches(selector: Selector, labels: Labels): boolean {
  if (selector.matchExpressions !== undefined) throw new Error('matchExpressions are not evaluated');
  return selects(selector.matchLabels, labels);
}

function peersMatch(peers: readonly Peer[] | undefined, other: Endpoint, namespace: string): boolean {
  if (peers === undefined || peers.length === 0) return true;
  return peers.some(({ ipBlock, podSelector, namespaceSelector }) => {
    if (ipBlock !== undefined)
      return inside(other.ip, ipBlock.cidr) && !(ipBlock.except ?? []).some((cidr) => inside(other.ip, cidr));
    if (other.pod === undefined) return false;
    const here =
      namespaceSelector === undefined
        ? other.pod.namespaceName === namespace
        : matches(namespaceSelector, other.pod.namespace);
    return here && (podSelector === undefined || matches(podSelector, other.pod.labels));
  });
}

function portsMatch(ports: readonly PolicyPort[] | undefined, to: Endpoint, protocol: string, port: number): boolean {
  if (ports === undefined || ports.length === 0) return true;
  return ports.some((rule) => {
    if ((rule.protocol ?? 'TCP') !== protocol) return false;
    if (rule.port === undefined) return true;
    if (typeof rule.port === 'string')
      return to.ports.some((one) => one.name === rule.port && one.port === port && one.protocol === protocol);
    return port >= rule.port && port <= (rule.endPort ?? rule.port);
  });
}

/** Whether an address lies in a block; addresses of the other family lie in none. Throws on what is no block. */
export function inside(ip: string, cidr: string): boolean {
  const [base = '', bits = ''] = cidr.split('/');
  const family = isIP(base);
  if (family === 0 || !/^[0-9]+$/.test(bits)) throw new Error(`${cidr} is no block of addresses`);
  if (isIP(ip) !== family) return false;
  const block = new BlockList();
  const name = family === 4 ? 'ipv4' : 'ipv6';
  block.addSubnet(base, Number(bits), name);
  return block.check(ip, name);
}
