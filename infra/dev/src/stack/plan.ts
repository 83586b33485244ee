import type { CertificatePaths } from '../certificates/files.js';
import { freePorts } from '../free-ports.js';
import { insideEnv, publicTlsEnv, type InsideTls } from './tls-env.js';

/** The services of the stack; there are several msrp-edges. */
export type ServiceKind = 'room-state' | 'history' | 'msrp-edge' | 'ccmp' | 'focus';

/** Something a service listens on. */
export interface Listener {
  readonly what: 'SIP' | 'SIPS' | 'MSRP' | 'MSRPS' | 'CCMP' | 'CCMPS' | 'gRPC' | 'health';
  readonly host: string;
  readonly port: number;
  /** Name of the setting that chose the port. */
  readonly setting: string;
}

/** One service to start: its name, its environment, and where it will listen. */
export interface PlannedService {
  /** `room-state`, `history`, `msrp-edge-1`, `msrp-edge-2`, …, `ccmp`, `focus`. */
  readonly name: string;
  readonly kind: ServiceKind;
  readonly env: Readonly<Record<string, string>>;
  readonly listeners: readonly Listener[];
}

export interface PlanOptions {
  readonly databaseUrl: string;
  /** Servers of the bus; with the in-memory bus, none. */
  readonly natsUrl?: string | undefined;
  readonly domain: string;
  /** Edges, at least one. */
  readonly edges: number;
  /** Files (PEM) of a certificate and its key: SIP, MSRP and CCMP are served over TLS too. */
  readonly certificate?: CertificatePaths | undefined;
  /** TLS between the services, to the bus and to PostgreSQL. Default: plain text on loopback. */
  readonly inside?: InsideTls | undefined;
  /** Only these kinds. Default: all. */
  readonly kinds?: readonly ServiceKind[] | undefined;
  /** `free`: any free port for everything (tests); otherwise the port of a setting, by its name in this plan; 0 is any free one. */
  readonly ports: 'free' | ((setting: string) => number);
  /** More settings, by service name or kind; they win. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
}

const host = '127.0.0.1';

const overTls: ReadonlySet<Listener['what']> = new Set(['SIPS', 'MSRPS', 'CCMPS']);

/** The listeners of each kind: the service's own setting, and the word for it in a setting of the dev stack. */
const listenersOf: Readonly<
  Record<ServiceKind, readonly { what: Listener['what']; setting: string; suffix: string }[]>
> = {
  'room-state': [
    { what: 'gRPC', setting: 'ROOM_STATE_GRPC_PORT', suffix: 'GRPC_PORT' },
    { what: 'health', setting: 'ROOM_STATE_HEALTH_PORT', suffix: 'HEALTH_PORT' },
  ],
  history: [
    { what: 'gRPC', setting: 'HISTORY_GRPC_PORT', suffix: 'GRPC_PORT' },
    { what: 'health', setting: 'HISTORY_HEALTH_PORT', suffix: 'HEALTH_PORT' },
  ],
  'msrp-edge': [
    { what: 'MSRP', setting: 'MSRP_EDGE_MSRP_PORT', suffix: 'MSRP_PORT' },
    { what: 'MSRPS', setting: 'MSRP_EDGE_TLS_PORT', suffix: 'TLS_PORT' },
    { what: 'gRPC', setting: 'MSRP_EDGE_GRPC_PORT', suffix: 'GRPC_PORT' },
    { what: 'health', setting: 'MSRP_EDGE_HEALTH_PORT', suffix: 'HEALTH_PORT' },
  ],
  ccmp: [
    { what: 'CCMP', setting: 'CCMP_HTTP_PORT', suffix: 'HTTP_PORT' },
    { what: 'CCMPS', setting: 'CCMP_HTTPS_PORT', suffix: 'HTTPS_PORT' },
    { what: 'health', setting: 'CCMP_HEALTH_PORT', suffix: 'HEALTH_PORT' },
  ],
  focus: [
    { what: 'SIP', setting: 'FOCUS_SIP_PORT', suffix: 'SIP_PORT' },
    { what: 'SIPS', setting: 'FOCUS_TLS_PORT', suffix: 'TLS_PORT' },
    { what: 'health', setting: 'FOCUS_HEALTH_PORT', suffix: 'HEALTH_PORT' },
  ],
};

/** The services in the order they start, each with a full environment. The same plan serves one process and several. */
export async function makePlan(options: PlanOptions): Promise<PlannedService[]> {
  const everything: { name: string; kind: ServiceKind }[] = [
    { name: 'room-state', kind: 'room-state' },
    { name: 'history', kind: 'history' },
    ...Array.from({ length: options.edges }, (_, index) => ({
      name: `msrp-edge-${String(index + 1)}`,
      kind: 'msrp-edge' as const,
    })),
    { name: 'ccmp', kind: 'ccmp' },
    { name: 'focus', kind: 'focus' },
  ];
  const names = everything.filter(({ kind }) => options.kinds?.includes(kind) ?? true);
  const { ports } = options;
  const wanted = names.flatMap(({ name, kind }) =>
    listenersOf[kind]
      .filter(({ what }) => !overTls.has(what) || options.certificate !== undefined)
      .map(({ what, setting, suffix }) => {
        const shown = kind === 'msrp-edge' ? devName(name, suffix) : setting;
        return { name, what, host, own: setting, setting: shown, port: ports === 'free' ? 0 : ports(shown) };
      }),
  );
  // A port of 0 is chosen here: the services have to know each other's before they start.
  const free = await freePorts(wanted.filter(({ port }) => port === 0).length);
  const chosen = wanted.map((one) => (one.port === 0 ? { ...one, port: free.shift() ?? 0 } : one));
  const listening = names.map(({ name }) => chosen.filter((one) => one.name === name));
  const grpcOf = (wantedKind: ServiceKind): string =>
    addressOf(listening[names.findIndex(({ kind }) => kind === wantedKind)] ?? [], 'gRPC');
  const owners = { roomState: grpcOf('room-state'), history: grpcOf('history') };
  return names.map(({ name, kind }, index) => {
    const listeners = listening[index] ?? [];
    const portEnv = Object.fromEntries(listeners.map(({ own, port }) => [own, String(port)]));
    const env = {
      ...sharedEnv(options),
      ...(options.inside === undefined ? {} : insideEnv(kind, options.inside)),
      ...portEnv,
      ...ownEnv(name, kind, owners),
      ...(options.certificate === undefined ? {} : publicTlsEnv(kind, options.certificate)),
    };
    return {
      name,
      kind,
      env: { ...env, ...options.settings?.[kind], ...options.settings?.[name] },
      listeners: listeners.map(({ what, port, setting }) => ({ what, host, port, setting })),
    };
  });
}

/** `msrp-edge-1`, `MSRP_PORT` → `MSRP_EDGE_1_MSRP_PORT`: two edges cannot share one setting. */
function devName(name: string, suffix: string): string {
  return `${name.toUpperCase().replaceAll('-', '_')}_${suffix}`;
}

function addressOf(listeners: readonly Listener[], what: Listener['what']): string {
  const listener = listeners.find((one) => one.what === what);
  return `${listener?.host ?? host}:${String(listener?.port ?? 0)}`;
}

function sharedEnv(options: PlanOptions): Record<string, string> {
  return {
    PLENARY_DOMAIN: options.domain,
    PLENARY_DEMO: 'true',
    DATABASE_URL: options.databaseUrl,
    ...(options.natsUrl === undefined ? {} : { NATS_URL: options.natsUrl }),
  };
}

function ownEnv(
  name: string,
  kind: ServiceKind,
  { roomState, history }: { readonly roomState: string; readonly history: string },
): Record<string, string> {
  switch (kind) {
    case 'focus':
      return { FOCUS_ROOM_STATE_ADDRESS: roomState };
    case 'msrp-edge':
      return {
        MSRP_EDGE_NAME: name,
        MSRP_EDGE_ROOM_STATE_ADDRESS: roomState,
        MSRP_EDGE_HISTORY_ADDRESS: history,
      };
    case 'history':
      return { HISTORY_ROOM_STATE_ADDRESS: roomState };
    case 'ccmp':
      return { CCMP_ROOM_STATE_ADDRESS: roomState, CCMP_HISTORY_ADDRESS: history };
    case 'room-state':
      return {};
  }
}
