/** Who may open which connection (`TCP 1024-`: every port from there). What is not here must be impossible: the check tries everything else. */
export type FlowRow = readonly [from: readonly string[], to: readonly string[], ports: readonly string[]];

const outside = [
  'internet',
  'stranger',
  'prometheus',
  'grafana',
  'dns',
  'other of kube-system',
  'jaeger',
  'operator of postgres',
  'false prometheus',
  'false dns',
  'false jaeger',
  'false operator',
  'false nats',
  'other of observability',
  'other of cnpg-system',
  'network 172',
  'network 192',
  'network 100',
  'metadata of the cloud',
  'private IPv6',
  'link-local IPv6',
  'internet by IPv6',
];
const byIpv4 = outside.filter((name) => !name.endsWith('IPv6'));
const services = ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp'];
const ours = [...services, 'nats', 'nats-bootstrap', 'otel-collector', 'postgres'];

export const flowRows: readonly FlowRow[] = [
  // Clients: the ports of the three that speak with them. A pod elsewhere may be a client too.
  [outside, ['focus'], ['UDP 5060', 'TCP 5060', 'TCP 5061']],
  [outside, ['msrp-edge'], ['TCP 2855']],
  [outside, ['ccmp'], ['TCP 8443']],
  // Between the services.
  [['focus'], ['room-state', 'msrp-edge'], ['TCP 7000']],
  [['msrp-edge'], ['room-state', 'history'], ['TCP 7000']],
  [['ccmp'], ['room-state', 'history'], ['TCP 7000']],
  [['history'], ['room-state'], ['TCP 7000']],
  // The bus, the database, names, traces.
  [['focus', 'msrp-edge', 'room-state', 'history', 'nats-bootstrap'], ['nats'], ['TCP 4222']],
  [['nats'], ['nats'], ['TCP 6222']],
  [['focus', 'room-state', 'history', 'postgres'], ['postgres'], ['TCP 5432']],
  [ours, ['dns'], ['UDP 53', 'TCP 53']],
  [services, ['otel-collector'], ['TCP 4318']],
  [['otel-collector'], ['jaeger'], ['TCP 4317']],
  // Numbers.
  [['prometheus'], services, ['TCP 9464']],
  [['prometheus'], ['nats'], ['TCP 7777']],
  [['prometheus'], ['otel-collector'], ['TCP 8888']],
  [['prometheus'], ['postgres'], ['TCP 9187']],
  // The operator of the database.
  [['operator of postgres'], ['postgres'], ['TCP 5432', 'TCP 8000']],
  [['postgres'], ['postgres'], ['TCP 8000']],
  [['postgres'], byIpv4, ['TCP 443', 'TCP 6443']],
  // Devices and proxies that the focus calls, and no address inside.
  [['focus'], ['internet', 'internet by IPv6'], ['UDP 1024-', 'TCP 1024-']],
];

/** Said by one end alone, where only the other end shuts the door: blocks of addresses hold pods of ours too. */
export const oneSided = {
  ingress: [
    [['*'], ['focus'], ['UDP 5060', 'TCP 5060', 'TCP 5061']],
    [['*'], ['msrp-edge'], ['TCP 2855']],
    [['*'], ['ccmp'], ['TCP 8443']],
  ],
  egress: [[['postgres'], ['ours'], ['TCP 443', 'TCP 6443']]],
} as const satisfies Readonly<Record<string, readonly FlowRow[]>>;

/** Tried between every two ends, beside the ports that the pods open and that policies name. */
export const triedPorts: readonly string[] = [
  'TCP 22',
  'TCP 80',
  'TCP 443',
  'TCP 6443',
  'TCP 1023',
  'TCP 1024',
  'TCP 65535',
  'UDP 1023',
  'UDP 1024',
  'UDP 65535',
  'TCP 40000',
  'UDP 40000',
  'UDP 123',
  'TCP 25',
];
