import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { BusError } from '@plenary/bus';
import type { Environment } from '@plenary/config';
import { DatabaseError } from '@plenary/db';
import { defaultTraceRatio, host, listenError, StartError, tracingOf, type HostedService } from '@plenary/service';
import { createTelemetry, type LogLevel, type Telemetry, type TracingOptions } from '@plenary/telemetry';
import type { CertificatePaths, DevCertificates } from '../certificates/index.js';
import { openBroker, type Broker, type BrokerOptions } from './broker.js';
import { listenFault } from '../free-ports.js';
import { launch } from './launch.js';
import { makePlan, type PlannedService, type ServiceKind } from './plan.js';
import { startPostgres, type Postgres } from '../postgres.js';
import { natsFiles } from './tls-env.js';

export interface StackOptions {
  /** Folder of the data of PostgreSQL and nats-server. */
  readonly dataDir: string;
  /** Throws away what the folder holds of an earlier start. */
  readonly fresh?: boolean | undefined;
  /** `free` (default): any free port for everything; otherwise the port of each setting of the plan. */
  readonly ports?: 'free' | ((setting: string) => number) | undefined;
  /** A PostgreSQL of your own. */
  readonly databaseUrl?: string | undefined;
  /** False (for tests): PostgreSQL does not wait for the disk. Default true. */
  readonly durable?: boolean | undefined;
  /** `stop` also removes the data of an own PostgreSQL, wherever it stands (for tests). */
  readonly discard?: boolean | undefined;
  readonly postgresPort?: number | undefined;
  readonly broker?: Partial<BrokerOptions> | undefined;
  /** Default `localhost`. */
  readonly domain?: string | undefined;
  /** Default 2. */
  readonly edges?: number | undefined;
  /** Files (PEM) of a certificate and its key: SIP, MSRP and CCMP are served over TLS too. */
  readonly certificate?: CertificatePaths | undefined;
  /** TLS between the services, and to the PostgreSQL and nats-server that are started here. Default: plain text on loopback. */
  readonly inside?: DevCertificates | undefined;
  /** Starts only these kinds of service. Default: all. */
  readonly kinds?: readonly ServiceKind[] | undefined;
  /** Settings of all services, under those of the plan. */
  readonly env?: Environment | undefined;
  /** Settings by service name (`msrp-edge-1`) or kind (`msrp-edge`); they win. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly logLevel?: LogLevel | undefined;
  /** Where the log lines of each service go. Default: nowhere. */
  readonly logTo?: ((service: string) => { write(line: string): void }) | undefined;
  /** Told what is done next, for a person. */
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** Everything, running in this process. */
export interface Stack {
  readonly domain: string;
  readonly postgres: Postgres;
  readonly broker: Broker;
  /** The services in the order they started, with where each listens. */
  readonly plan: readonly PlannedService[];
  /** `address('focus', 'SIP')` → `127.0.0.1:5060`. Throws when the plan has none. */
  address(service: string, what: PlannedService['listeners'][number]['what']): string;
  /** One running service by its name. */
  service(name: string): HostedService;
  /** Drains and stops one service; the others run on. */
  stopService(name: string): Promise<void>;
  /** Drains all, focus first, then stops everything that was started here. True when every drain came to its end. */
  stop(): Promise<boolean>;
}

interface Running {
  readonly plan: PlannedService;
  readonly hosted: HostedService;
  readonly telemetry: Telemetry;
}

/**
 * Starts PostgreSQL, the bus, room-state, history, the msrp-edges, ccmp and focus, each through its own settings and context,
 * and waits until all are ready. Whatever fails stops what had been started; a `StartError` has one line for a person.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { domain = 'localhost', onProgress = () => undefined } = options;
  const opened = new Opened();
  try {
    onProgress(options.databaseUrl === undefined ? 'starting PostgreSQL' : 'asking PostgreSQL');
    const postgres = await openPostgres(options);
    opened.postgres = postgres;
    onProgress('starting the bus');
    const broker = await openBroker({
      bus: 'auto',
      dataDir: options.dataDir,
      tls: natsFiles(options.inside),
      ...options.broker,
    });
    opened.broker = broker;
    const plan = await makePlan({
      databaseUrl: postgres.url,
      natsUrl: broker.natsUrl,
      domain,
      edges: options.edges ?? 2,
      kinds: options.kinds,
      certificate: options.certificate,
      inside: options.inside === undefined ? undefined : { ...options.inside, database: postgres.embedded },
      ports: options.ports ?? 'free',
      settings: options.settings,
    });
    await refuseTakenPorts(plan);
    const hashKey = randomBytes(16).toString('hex');
    for (const planned of plan) {
      onProgress(`starting ${planned.name}`);
      opened.running.push(await startService(planned, options, broker, hashKey));
    }
    return stackOf(opened, { domain, postgres, broker, plan });
  } catch (error) {
    await opened.stop();
    throw error;
  }
}

/** What is running, so that it can be stopped in order, also halfway through a start. */
class Opened {
  postgres: Postgres | undefined;
  broker: Broker | undefined;
  readonly running: Running[] = [];
  #stopped: Promise<boolean> | undefined;

  stop(): Promise<boolean> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<boolean> {
    let clean = true;
    for (const one of this.running.toReversed()) clean = (await stopService(one)) && clean;
    await this.broker?.stop();
    await this.postgres?.stop();
    return clean;
  }
}

function openPostgres(options: StackOptions): Promise<Postgres> {
  return startPostgres({
    dataDir: join(options.dataDir, 'postgres'),
    fresh: options.fresh,
    databaseUrl: options.databaseUrl,
    certificate: options.inside?.internal.postgres,
    durable: options.durable,
    discard: options.discard,
    port: options.postgresPort,
    setting: 'PLENARY_POSTGRES_PORT',
  });
}

async function startService(
  planned: PlannedService,
  options: StackOptions,
  broker: Broker,
  hashKey: string,
): Promise<Running> {
  const stream = options.logTo?.(planned.name) ?? { write: () => undefined };
  const env = { ...options.env, ...planned.env };
  const telemetry = createTelemetry({
    service: planned.kind,
    pod: planned.name,
    level: options.logLevel,
    hashKey,
    stream,
    tracing: tracingIn(env),
  });
  try {
    const parts = await launch[planned.kind](env, { telemetry, bus: broker.memory });
    const hosted = host(planned.name, parts);
    try {
      await hosted.start();
    } catch (error) {
      await hosted.stop().catch(() => undefined);
      throw error;
    }
    return { plan: planned, hosted, telemetry };
  } catch (error) {
    await telemetry.shutdown();
    throw startFault(planned.name, error);
  }
}

/** As the service would read it: a wrong ratio is refused by its own settings. */
function tracingIn(env: Environment): TracingOptions | undefined {
  const { PLENARY_TRACE_ENDPOINT: endpoint, PLENARY_TRACE_RATIO: ratio } = env;
  return tracingOf({
    PLENARY_TRACE_ENDPOINT: endpoint,
    PLENARY_TRACE_RATIO: ratio === undefined ? defaultTraceRatio : Number(ratio),
  });
}

/** What a person can do something about becomes one line; anything else is a fault of ours and stays as it is. */
function startFault(service: string, error: unknown): unknown {
  if (error instanceof BusError)
    return new StartError(`${service}: ${error.message}. Check the setting NATS_URL`, { cause: error });
  if (error instanceof StartError || error instanceof DatabaseError)
    return new StartError(`${service}: ${error.message}`, { cause: error });
  return error;
}

async function stopService({ hosted, telemetry }: Running): Promise<boolean> {
  let clean = true;
  const logger = telemetry.logger('dev');
  const failed = (what: string) => (error: unknown) => {
    clean = false;
    logger.error({ err: error }, `${what} ${hosted.name} failed`);
  };
  await hosted.drain().catch(failed('draining'));
  await hosted.stop().catch(failed('stopping'));
  await telemetry.shutdown();
  return clean;
}

/** Before anything starts: a port in use is told with the name of its setting here, not of the service's. */
async function refuseTakenPorts(plan: readonly PlannedService[]): Promise<void> {
  const taken: Error[] = [];
  for (const { host: address, port, setting } of plan.flatMap(({ listeners }) => listeners)) {
    const fault = await listenFault(address, port);
    if (fault !== undefined) taken.push(listenError(fault, { host: address, port, setting }));
  }
  const [first, ...others] = taken;
  if (first === undefined) return;
  if (others.length === 0) throw first;
  throw new StartError(
    `${first.message}; ${String(others.length)} more ports are taken: is another npm start running?`,
  );
}

function stackOf(
  opened: Opened,
  made: { domain: string; postgres: Postgres; broker: Broker; plan: readonly PlannedService[] },
): Stack {
  const find = (name: string): Running => {
    const found = opened.running.find(({ plan }) => plan.name === name);
    if (found === undefined) throw new Error(`no service ${name} is running`);
    return found;
  };
  return {
    domain: made.domain,
    postgres: made.postgres,
    broker: made.broker,
    plan: made.plan,
    address(service, what) {
      const listeners = made.plan.find(({ name }) => name === service)?.listeners ?? [];
      const found = listeners.find((listener) => listener.what === what);
      if (found === undefined) throw new Error(`${service} has no ${what} listener`);
      return `${found.host}:${String(found.port)}`;
    },
    service: (name) => find(name).hosted,
    async stopService(name) {
      const one = find(name);
      opened.running.splice(opened.running.indexOf(one), 1);
      await stopService(one);
    },
    stop: () => opened.stop(),
  };
}
