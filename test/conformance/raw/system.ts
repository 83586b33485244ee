import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack, type StackOptions } from '@plenary/dev/stack';
import { AccountServiceClient } from '@plenary/proto/roomstate';
import { openGrpcClient, unary } from '@plenary/service';
import { Client } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../../integration/setup/database.js';
import { natsServerPath } from '../../integration/setup/nats-server.js';
import { roomRow } from '../../integration/setup/room-row.js';
import { Caller } from './caller.js';
import { attributes, ident, offer, type SdpParts } from './messages.js';
import { MsrpSocket } from './msrp-socket.js';
import { Seat } from './seat.js';
import { SipSocket, type SipText } from './sip-socket.js';

export interface SystemOptions {
  readonly bus?: 'memory' | 'nats';
  readonly domain?: string;
  readonly edges?: number;
  /** By service; or what gives them, once the (empty) database is there. */
  readonly settings?: StackOptions['settings'] | ((databaseUrl: string) => Promise<StackOptions['settings']>);
  /** Keeps what the services log from this level on. */
  readonly logLevel?: StackOptions['logLevel'];
}

export interface RoomOptions {
  /** User part of its URI; default a random one. */
  readonly name?: string;
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly access?: Readonly<Record<string, unknown>>;
}

export interface JoinOptions extends SdpParts {
  /** An MSRP connection to use; default a new one. */
  readonly msrp?: MsrpSocket;
  readonly sip?: SipSocket;
  /** Connects and binds the session (default). */
  readonly bind?: boolean;
  readonly transport?: 'TCP' | 'UDP';
}

/**
 * The whole running system for one test file, and what a test needs to stand before it as a stranger: addresses, rooms with a policy,
 * seats. Started before the tests of the file and stopped after them.
 */
export class System {
  readonly domain: string;
  /** Lines the services have logged, where a level is given. */
  readonly logged: string[] = [];
  readonly #options: SystemOptions;
  readonly #sockets = new Set<{ destroy(): void }>();
  #stack: Stack | undefined;
  #database: FreshDatabase | undefined;
  #folder = '';

  constructor(options: SystemOptions) {
    this.#options = options;
    this.domain = options.domain ?? 'localhost';
  }

  async start(): Promise<void> {
    const { bus = 'memory', edges = 1, settings, logLevel } = this.#options;
    this.#folder = mkdtempSync(join(tmpdir(), 'plenary-conformance-'));
    chmodSync(this.#folder, 0o755);
    this.#database = await freshDatabase();
    this.#stack = await startStack({
      dataDir: this.#folder,
      databaseUrl: this.#database.url,
      domain: this.domain,
      edges,
      broker: bus === 'memory' ? { bus } : { bus, binary: natsServerPath() },
      env: { ROOM_STATE_AD_HOC_ROOMS: 'false', ROOM_STATE_SHARDS: '4', FOCUS_AUTH_FAILURES_MAX: '1000' },
      settings: typeof settings === 'function' ? await settings(this.#database.url) : settings,
      ...(logLevel === undefined
        ? {}
        : { logLevel, logTo: () => ({ write: (line: string) => void this.logged.push(line) }) }),
    });
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await this.#stack?.stop();
    await this.#database?.drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get stack(): Stack {
    if (this.#stack === undefined) throw new Error('the system is not started');
    return this.#stack;
  }

  get sipAddress(): string {
    return this.stack.address('focus', 'SIP');
  }

  edgeAddress(number = 1): string {
    return this.stack.address(`msrp-edge-${String(number)}`, 'MSRP');
  }

  uri(user: string): string {
    return `sip:${user}@${this.domain}`;
  }

  /** A new room, as its operator would have set it up; returns its URI. */
  async room(options: RoomOptions = {}): Promise<string> {
    const uri = this.uri(options.name ?? `room-${ident(8)}`);
    const { policy = {}, access = {} } = options;
    const { statement, values } = roomRow({ uri, policy, access }, { id: roomId(), shard: '000', tag: ident(8) });
    await this.query(statement, values);
    return uri;
  }

  /** An account that may call itself more than its AOR. */
  async account(username: string, password: string, identities: readonly string[]): Promise<void> {
    const client = openGrpcClient(AccountServiceClient, this.stack.address('room-state', 'gRPC'));
    try {
      const request = { requestId: ident(), username, password, identities: [...identities], systemRoles: [] };
      await unary(client, client.putAccount, request, { deadlineMs: 5_000 });
    } finally {
      client.close();
    }
  }

  async query(statement: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.#database?.url });
    await client.connect();
    try {
      return (await client.query(statement, [...values])).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async msrp(address: string = this.edgeAddress()): Promise<MsrpSocket> {
    return this.#kept(await MsrpSocket.open(address));
  }

  async tcp(): Promise<SipSocket> {
    return this.#kept(await SipSocket.tcp(this.sipAddress));
  }

  async udp(): Promise<SipSocket> {
    return this.#kept(await SipSocket.udp(this.sipAddress));
  }

  async caller(username: string, options: { transport?: 'TCP' | 'UDP'; sip?: SipSocket } = {}): Promise<Caller> {
    const sip = options.sip ?? (options.transport === 'UDP' ? await this.udp() : await this.tcp());
    return new Caller({ sip, domain: this.domain, username });
  }

  /** Joins a room: INVITE, digest, ACK, MSRP connection, first request. Throws when the INVITE is refused. */
  async join(room: string, username: string, options: JoinOptions = {}): Promise<Seat> {
    const caller = await this.caller(username, options);
    const ownPath = options.path ?? `msrp://127.0.0.1:7654/${ident()};tcp`;
    const answer = await caller.invite(room, offer({ ...options, path: ownPath }));
    if (answer.status !== 200) throw new Error(`${username} was refused: ${answer.startLine}`);
    await caller.ack(room);
    return this.seated(room, caller, answer, ownPath, options);
  }

  /** The seat an answer to an INVITE (or re-INVITE) gives. */
  async seated(
    room: string,
    caller: Caller,
    answer: SipText,
    ownPath: string,
    options: Pick<JoinOptions, 'msrp' | 'bind'> = {},
  ): Promise<Seat> {
    const [toPath = ''] = attributes(answer.body, 'path');
    const address = /^msrp:\/\/([^/]+)\//.exec(toPath)?.[1] ?? '';
    const msrp = options.msrp ?? (await this.msrp(address));
    const seat = new Seat({ room, caller, answer, msrp, toPath, fromPath: ownPath });
    if (options.bind !== false) await seat.ping();
    return seat;
  }

  /** Status of a health endpoint. */
  async health(service: string, path: string): Promise<number> {
    return (await fetch(`http://${this.stack.address(service, 'health')}${path}`)).status;
  }

  /** Every service says it is alive and ready. */
  async alive(): Promise<boolean> {
    const answers = await Promise.all(
      this.stack.plan.flatMap(({ name }) => [this.health(name, '/livez'), this.health(name, '/readyz')]),
    );
    return answers.every((status) => status === 200);
  }

  #kept<S extends { destroy(): void }>(socket: S): S {
    this.#sockets.add(socket);
    return socket;
  }
}

/** The system of this test file. */
export function useSystem(options: SystemOptions = {}): System {
  const system = new System(options);
  beforeAll(() => system.start(), 60_000);
  afterAll(() => system.stop(), 60_000);
  return system;
}

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID. */
function roomId(): string {
  const octets = randomBytes(26);
  return [...octets].map((octet, index) => crockford[index === 0 ? octet % 8 : octet % 32]).join('');
}
