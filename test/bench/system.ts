import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Account, openSipEndpoint, type Room, type SipEndpoint } from '@plenary/client';
import { startNatsServer, startPostgres, type NatsServer, type Postgres } from '@plenary/dev';
import { startProcesses, type Processes } from '@plenary/dev/stack';
import { perPart, type PerPart } from '@plenary/sizing';
import { Client } from 'pg';
import type { WriteCounts } from './floor.js';
import type { LoadSession } from './load-protocol.js';
import { cpuSeconds, memoryBytes, processTree } from './process-cost.js';

/** CPU seconds used so far, by part of the server side. */
export interface CpuReading {
  readonly edges: number;
  readonly others: number;
  readonly nats: number;
  readonly postgres: number;
}

/** The whole server side as processes: PostgreSQL, nats-server, room-state, history, edges, focus. */
export class System {
  private constructor(
    private readonly folder: string,
    private readonly postgres: Postgres,
    private readonly postmaster: number,
    private readonly nats: NatsServer,
    private readonly processes: Processes,
    private readonly endpoint: SipEndpoint,
  ) {}

  /** `isLogged`: every room is. `common`: settings of all services. */
  static async start(edges: number, isLogged: boolean, common: Readonly<Record<string, string>> = {}): Promise<System> {
    const folder = mkdtempSync(join(tmpdir(), 'plenary-bench-'));
    const [postgres, nats] = await Promise.all([
      startPostgres({ dataDir: join(folder, 'postgres'), discard: true }),
      startNatsServer({ dataDir: join(folder, 'nats') }),
    ]);
    const processes = await startProcesses({
      databaseUrl: postgres.url,
      natsUrl: nats.url,
      edges,
      settings: {
        'msrp-edge': common,
        focus: { ...common, FOCUS_EDGE_ROOM_CAP: edges === 1 ? '1000000' : '1' },
        'room-state': { ...common, ROOM_STATE_SHARDS: '4', ROOM_STATE_AD_HOC_BLUEPRINT: isLogged ? 'logged' : 'open' },
        history: { ...common, ROOM_STATE_SHARDS: '4' },
      },
    });
    const sip = processes.get('focus').address('SIP').split(':');
    const endpoint = await openSipEndpoint({
      server: { transport: 'UDP', host: sip[0] ?? '127.0.0.1', port: Number(sip[1]) },
    });
    return new System(folder, postgres, await postmasterOf(postgres.url), nats, processes, endpoint);
  }

  /** Joins by SIP; the MSRP session is the load process's to open. */
  async dial(user: string, roomUri: string): Promise<{ room: Room; session: LoadSession }> {
    const uri = `sip:${user}@localhost`;
    const account = new Account(this.endpoint, { uri, username: user, password: user });
    const { room, media } = await account.dial(roomUri, { onMessage: () => undefined });
    const [path] = media.remotePath;
    const { localUri } = media;
    if (!path) throw new Error('the room named no path');
    const session: LoadSession = {
      host: path.host,
      port: path.port ?? 2855,
      toPath: `msrp://${path.host}:${path.port}/${path.sessionId};tcp`,
      fromPath: `msrp://${localUri.host}:${localUri.port}/${localUri.sessionId};tcp`,
      room: roomUri,
      user: uri,
    };
    return { room, session };
  }

  /** CPU seconds so far of each kind of service, all its processes together, of the broker and of the database. */
  cpuByPart(): PerPart {
    const postgres = processTree(this.postmaster).reduce((sum, pid) => sum + orZero(() => cpuSeconds(pid)), 0);
    return perPart((part) => {
      if (part === 'nats') return cpuSeconds(this.nats.pid);
      return part === 'postgres' ? postgres : this.#ofKind(part, cpuSeconds);
    });
  }

  /** Memory of each, octets; that of the database is shared and not told. */
  memoryByPart(): PerPart {
    return perPart((part) => {
      if (part === 'nats') return memoryBytes(this.nats.pid);
      return part === 'postgres' ? 0 : this.#ofKind(part, memoryBytes);
    });
  }

  #ofKind(kind: string, of: (pid: number) => number): number {
    const all = this.processes.all.filter(({ plan }) => plan.kind === kind);
    return all.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : of(pid)), 0);
  }

  cpu(): CpuReading {
    const of = (wanted: (kind: string) => boolean): number =>
      this.processes.all
        .filter(({ plan }) => wanted(plan.kind))
        .reduce((sum, { pid }) => sum + (pid === undefined ? 0 : cpuSeconds(pid)), 0);
    return {
      edges: of((kind) => kind === 'msrp-edge'),
      others: of((kind) => kind !== 'msrp-edge'),
      nats: cpuSeconds(this.nats.pid),
      postgres: processTree(this.postmaster).reduce((sum, pid) => sum + orZero(() => cpuSeconds(pid)), 0),
    };
  }

  /** What all edges together have written to sockets. */
  async writeCounts(): Promise<WriteCounts> {
    const edges = this.processes.all.filter(({ plan }) => plan.kind === 'msrp-edge');
    const pages = await Promise.all(
      edges.map(async (edge) => (await fetch(`http://${edge.address('health')}/metrics`)).text()),
    );
    return { writes: sumOf(pages, 'chat_edge_writes_total'), deliveries: sumOf(pages, 'chat_edge_deliveries_total') };
  }

  /** Memory of all services together, without broker and database. */
  serviceMemoryBytes(): number {
    return this.processes.all.reduce((sum, { pid }) => sum + (pid === undefined ? 0 : memoryBytes(pid)), 0);
  }

  async stop(): Promise<void> {
    await this.endpoint.close();
    await this.processes.stop();
    await this.nats.stop();
    await this.postgres.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A metric over all its labels and all pages. */
function sumOf(pages: readonly string[], name: string): number {
  const line = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm');
  return pages.flatMap((page) => [...page.matchAll(line)]).reduce((sum, [, value]) => sum + Number(value), 0);
}

/** The first process of a PostgreSQL: the parent of any of its backends. */
async function postmasterOf(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const status = readFileSync(`/proc/${rows[0]?.pid}/status`, 'utf8');
    return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
  } finally {
    await client.end();
  }
}

/** A backend may end between being listed and being read. */
function orZero(read: () => number): number {
  try {
    return read();
  } catch {
    return 0;
  }
}
