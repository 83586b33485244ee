/** What each workload must be in production; the manifests are compared with it, field by field. */
export interface ExpectedWorkload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'Job';
  readonly app: string;
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly memoryLimit: string;
  /** Seconds from the order to stop to the kill. */
  readonly graceSeconds?: number;
  readonly preStop?: string;
  readonly priority: 'plenary-data' | 'plenary-sessions' | 'plenary-services';
  /** Container ports: name → [number, protocol]. */
  readonly ports: Readonly<Record<string, readonly [number, 'TCP' | 'UDP']>>;
  readonly probes: 'ours' | 'nats' | 'collector' | 'none';
  /** Least and most replicas where something scales it, in `prod`. */
  readonly scale?: readonly [number, number];
  readonly replicas?: number;
}

const health = { health: [9464, 'TCP'] } as const;

const edge: ExpectedWorkload = {
  kind: 'StatefulSet',
  app: 'msrp-edge',
  requests: { cpu: '1', memory: '2Gi' },
  memoryLimit: '4Gi',
  graceSeconds: 900,
  preStop: 'GET /drain?wait=1',
  priority: 'plenary-sessions',
  ports: { msrps: [2855, 'TCP'], grpc: [7000, 'TCP'], ...health },
  probes: 'ours',
  scale: [3, 50],
};

const middle = { requests: { cpu: '500m', memory: '512Mi' }, memoryLimit: '1Gi', probes: 'ours' } as const;

export const expectedWorkloads: Readonly<Record<string, ExpectedWorkload>> = {
  focus: {
    ...middle,
    kind: 'Deployment',
    app: 'focus',
    graceSeconds: 60,
    preStop: 'GET /drain',
    priority: 'plenary-sessions',
    ports: { 'sip-udp': [5060, 'UDP'], 'sip-tcp': [5060, 'TCP'], sips: [5061, 'TCP'], ...health },
    scale: [3, 20],
  },
  'msrp-edge-a': edge,
  'msrp-edge-b': edge,
  'room-state': {
    ...middle,
    kind: 'Deployment',
    app: 'room-state',
    graceSeconds: 30,
    preStop: 'sleep 5',
    priority: 'plenary-services',
    ports: { grpc: [7000, 'TCP'], ...health },
    scale: [3, 10],
  },
  history: {
    ...middle,
    kind: 'Deployment',
    app: 'history',
    graceSeconds: 60,
    preStop: 'GET /drain',
    priority: 'plenary-services',
    ports: { grpc: [7000, 'TCP'], ...health },
    scale: [2, 16],
  },
  ccmp: {
    kind: 'Deployment',
    app: 'ccmp',
    requests: { cpu: '200m', memory: '256Mi' },
    memoryLimit: '512Mi',
    graceSeconds: 30,
    preStop: 'sleep 5',
    priority: 'plenary-services',
    ports: { https: [8443, 'TCP'], ...health },
    probes: 'ours',
    scale: [2, 4],
  },
  nats: {
    kind: 'StatefulSet',
    app: 'nats',
    requests: { cpu: '1', memory: '2Gi' },
    memoryLimit: '4Gi',
    graceSeconds: 120,
    priority: 'plenary-data',
    ports: { client: [4222, 'TCP'], cluster: [6222, 'TCP'], monitor: [8222, 'TCP'] },
    probes: 'nats',
    replicas: 3,
  },
  'nats-bootstrap': {
    kind: 'Job',
    app: 'nats-bootstrap',
    requests: { cpu: '50m', memory: '128Mi' },
    memoryLimit: '256Mi',
    priority: 'plenary-services',
    ports: {},
    probes: 'none',
  },
  'otel-collector': {
    kind: 'Deployment',
    app: 'otel-collector',
    requests: { cpu: '200m', memory: '512Mi' },
    memoryLimit: '1Gi',
    graceSeconds: 30,
    preStop: 'sleep 5',
    priority: 'plenary-services',
    ports: { 'otlp-http': [4318, 'TCP'], health: [8888, 'TCP'], check: [13133, 'TCP'] },
    probes: 'collector',
    replicas: 1,
  },
};

/** `period x failures` and path of each probe. A liveness probe asks neither the bus nor the database. */
export const expectedProbes = {
  ours: {
    startupProbe: ['/startupz', 'health', 2, 30],
    livenessProbe: ['/livez', 'health', 10, 6],
    readinessProbe: ['/readyz', 'health', 5, 2],
  },
  nats: {
    startupProbe: ['/healthz?js-server-only=true', 'monitor', 10, 180],
    livenessProbe: ['/healthz?js-enabled-only=true', 'monitor', 10, 30],
    readinessProbe: ['/healthz?js-server-only=true', 'monitor', 10, 3],
  },
  collector: {
    startupProbe: ['/', 'check', 2, 30],
    livenessProbe: ['/', 'check', 10, 6],
    readinessProbe: ['/', 'check', 5, 2],
  },
} as const;
