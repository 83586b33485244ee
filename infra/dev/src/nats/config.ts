/** Place of one server in a cluster on this machine. */
export interface NatsClusterPlace {
  readonly name: string;
  readonly serverName: string;
  /** Port of the routes of this server, on 127.0.0.1. */
  readonly port: number;
  /** Route ports of all servers of the cluster. */
  readonly routes: readonly number[];
}

/** Files (PEM) by which a server speaks TLS; clients have to show a certificate of the same authorities. */
export interface NatsTlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly authorities: string;
}

/** An account user: who signs with this key may publish and subscribe to these subjects alone. */
export interface NatsUser {
  /** Public key (`U…`). */
  readonly nkey: string;
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

export interface NatsConfigOptions {
  /** 0 takes a free port. */
  readonly port: number;
  readonly storeDir: string;
  /** Port of the monitoring pages, 0 for a free one; none where absent. */
  readonly monitorPort?: number | undefined;
  readonly cluster?: NatsClusterPlace | undefined;
  /** Default: plain text. */
  readonly tls?: NatsTlsFiles | undefined;
  /** Default: whoever connects may do everything. */
  readonly users?: readonly NatsUser[] | undefined;
}

/** Settings of a nats-server for development and tests: loopback only, JetStream on files, features of 2.9. */
export function natsConfig({ port, storeDir, monitorPort, cluster, tls, users }: NatsConfigOptions): string {
  const lines = [
    'host: "127.0.0.1"',
    `port: ${String(port === 0 ? -1 : port)}`,
    'max_payload: 1MB',
    'write_deadline: "10s"',
    `jetstream { store_dir: ${JSON.stringify(storeDir)}, max_memory_store: 256MB, max_file_store: 16GB }`,
  ];
  if (monitorPort !== undefined) lines.push(`http: "127.0.0.1:${String(monitorPort === 0 ? -1 : monitorPort)}"`);
  if (cluster !== undefined) {
    const routes = cluster.routes.map((route) => `"nats-route://127.0.0.1:${String(route)}"`).join(', ');
    lines.push(
      `server_name: ${JSON.stringify(cluster.serverName)}`,
      `cluster { name: ${JSON.stringify(cluster.name)}, host: "127.0.0.1", port: ${String(cluster.port)}, routes: [${routes}] }`,
    );
  }
  if (tls !== undefined)
    lines.push(
      `tls { cert_file: ${text(tls.certificate)}, key_file: ${text(tls.key)}, ca_file: ${text(tls.authorities)}, verify: true, timeout: 10 }`,
    );
  if (users !== undefined) lines.push(`authorization { users: [\n${users.map(userLine).join(',\n')}\n] }`);
  return `${lines.join('\n')}\n`;
}

function userLine({ nkey, publish, subscribe }: NatsUser): string {
  const listOf = (subjects: readonly string[]): string => `[${subjects.map(text).join(', ')}]`;
  return `  { nkey: ${text(nkey)}, permissions: { publish: ${listOf(publish)}, subscribe: ${listOf(subscribe)} } }`;
}

function text(value: string): string {
  return JSON.stringify(value);
}
