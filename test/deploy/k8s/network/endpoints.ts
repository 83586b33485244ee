import { ofKind, type RenderedSet } from '../objects.js';
import { workloads } from '../workloads.js';
import type { Endpoint } from './evaluate.js';

function foreignPod(name: string, namespace: string, labels: Record<string, string>, ip: string): Endpoint {
  const namespaceLabels = { 'kubernetes.io/metadata.name': namespace };
  return { name, ip, ports: [], pod: { namespace: namespaceLabels, namespaceName: namespace, labels } };
}

const addresses: Readonly<Record<string, string>> = {
  internet: '203.0.113.7',
  'internet by IPv6': '2001:db8::7',
  'network 172': '172.16.9.9',
  'network 192': '192.168.9.9',
  'network 100': '100.64.9.9',
  'metadata of the cloud': '169.254.169.254',
  'private IPv6': 'fd00::9',
  'link-local IPv6': 'fe80::9',
};

const app = (name: string): Record<string, string> => ({ 'app.kubernetes.io/name': name });

/** Everybody that could open a connection, or be opened one to: our pods, those we name, and strangers in and outside. */
export function endpoints(set: RenderedSet): Endpoint[] {
  const namespace = { 'kubernetes.io/metadata.name': 'plenary' };
  const ours = workloads(set)
    .filter(({ name }) => name !== 'msrp-edge-b')
    .map(({ app: name, labels, pod }, index): Endpoint => ({
      name,
      ip: `10.1.0.${String(index + 10)}`,
      pod: { namespace, namespaceName: 'plenary', labels },
      ports: pod.containers.flatMap((container) =>
        (container.ports ?? []).map((port) => ({
          name: port.name,
          port: port.containerPort,
          protocol: port.protocol ?? 'TCP',
        })),
      ),
    }));
  const [cluster] = ofKind(set, 'Cluster');
  return [
    ...ours,
    foreignPod('postgres', 'plenary', { 'cnpg.io/cluster': cluster?.metadata.name ?? '' }, '10.1.0.90'),
    foreignPod('stranger inside', 'plenary', app('stranger'), '10.1.0.91'),
    foreignPod('stranger', 'default', app('focus'), '10.1.1.1'),
    foreignPod('prometheus', 'monitoring', app('prometheus'), '10.1.1.2'),
    foreignPod('grafana', 'monitoring', app('grafana'), '10.1.1.3'),
    foreignPod('dns', 'kube-system', { 'k8s-app': 'kube-dns' }, '10.1.1.4'),
    foreignPod('other of kube-system', 'kube-system', app('kube-proxy'), '10.1.1.5'),
    foreignPod('jaeger', 'observability', app('jaeger'), '10.1.1.6'),
    foreignPod('operator of postgres', 'cnpg-system', app('cloudnative-pg'), '10.1.1.7'),
    // They call themselves like somebody we trust, elsewhere.
    foreignPod('false prometheus', 'default', app('prometheus'), '10.1.2.1'),
    foreignPod('false dns', 'default', { 'k8s-app': 'kube-dns' }, '10.1.2.2'),
    foreignPod('false jaeger', 'default', app('jaeger'), '10.1.2.3'),
    foreignPod('false operator', 'default', app('cloudnative-pg'), '10.1.2.4'),
    foreignPod('false nats', 'default', app('nats'), '10.1.2.5'),
    foreignPod('other of observability', 'observability', app('grafana'), '10.1.2.6'),
    foreignPod('other of cnpg-system', 'cnpg-system', app('webhook'), '10.1.2.7'),
    // Addresses that are no pods: elsewhere, and in the networks of the machines.
    ...Object.entries(addresses).map(([name, ip]): Endpoint => ({ name, ip, ports: [] })),
  ];
}
