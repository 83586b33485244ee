import { parseArgs } from 'node:util';
import { BusError, connectBusAdmin, type NatsBusOptions } from '@plenary/bus';
import { formatFaults, readSettings, settingsTable, type Environment } from '@plenary/config';
import { bootstrap, isGood, wantedStores, type BootstrapMode, type BootstrapRow } from './bootstrap.js';
import { bootstrapSettings, type BootstrapSettings } from './config.js';
import { newBusKeys, usersConfig } from './keys.js';

/** What a process gives `run`. */
export interface RunSurface {
  readonly args: readonly string[];
  readonly env: Environment;
  readFile(path: string): string;
  /** Makes a file nobody else can read; throws where there is one. */
  writeNew(path: string, text: string): void;
  out(text: string): void;
  err(text: string): void;
}

/** 0: everything is as wanted; 1: something is missing or differs; 2: could not be done. */
export type RunCode = 0 | 1 | 2;

const help = `nats-bootstrap [--check | --update] [--json]
nats-bootstrap --keys FOLDER

Makes the streams and buckets of the bus that are missing, and tells what differs from what the settings want.
Run it before the first start of the services, and after every change of these settings.

  --check    makes nothing: exit code 1 if anything is missing or differs
  --update   also changes what differs (replicas, age and size can be changed while in use; storage cannot)
  --json     one JSON object a line instead of a table
  --settings lists the settings it reads from the environment
  --keys     makes a key for each service into FOLDER: NAME.nk, the seed, for the service's NATS_NKEY_FILE, and users.conf,
             which the servers include and which holds no secret; nothing there is overwritten

Exit code 0: all as wanted. 1: something is missing or differs. 2: could not be done; the reason stands on standard error.
`;

/** The bootstrap as a program; reads no global, so that a test can run it. */
export async function run(surface: RunSurface): Promise<RunCode> {
  const given = readArgs(surface.args);
  if (typeof given === 'string') return complain(surface, `${given}\n\n${help}`);
  if (given.help === true) return say(surface, help);
  if (given.settings === true) return say(surface, `${settingsTable(bootstrapSettings)}\n`);
  if (given.keys !== undefined) return makeKeys(given.keys, surface);
  if (given.check === true && given.update === true) return complain(surface, `either --check or --update\n\n${help}`);
  const settings = readSettings(bootstrapSettings, surface.env, { readFile: (path) => surface.readFile(path) });
  if (!settings.ok) return complain(surface, formatFaults(settings.error));
  const mode: BootstrapMode = given.check === true ? 'check' : given.update === true ? 'update' : 'make';
  try {
    return await goThrough(settings.value, mode, given.json === true, surface);
  } catch (error) {
    if (error instanceof BusError) return complain(surface, error.message);
    throw error;
  }
}

function readArgs(args: readonly string[]) {
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: { check: flag, update: flag, json: flag, settings: flag, keys: { type: 'string' }, help: flag },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function goThrough(
  settings: BootstrapSettings,
  mode: BootstrapMode,
  json: boolean,
  surface: RunSurface,
): Promise<RunCode> {
  const admin = await connectBusAdmin(busOptions(settings, surface));
  try {
    const stores = wantedStores(settings.ROOM_STATE_SHARDS);
    const rows = await bootstrap(admin, stores, mode, (row) => {
      surface.out(json ? `${JSON.stringify(row)}\n` : line(row));
    });
    const good = isGood(rows);
    if (!json) surface.out(summary(rows, mode));
    return good ? 0 : 1;
  } finally {
    await admin.close();
  }
}

function makeKeys(folder: string, surface: RunSurface): RunCode {
  const keys = newBusKeys();
  try {
    for (const { user, seed } of keys) surface.writeNew(`${folder}/${user}.nk`, `${seed}\n`);
    surface.writeNew(`${folder}/users.conf`, usersConfig(keys));
  } catch (error) {
    return complain(surface, `the keys were not written: ${error instanceof Error ? error.message : String(error)}`);
  }
  return say(surface, `${String(keys.length)} keys and users.conf are in ${folder}\n`);
}

function busOptions(settings: BootstrapSettings, surface: RunSurface): NatsBusOptions {
  return {
    servers: settings.NATS_URL,
    name: 'nats-bootstrap',
    security: securityOf(settings, surface),
    inboxPrefix: '_INBOX.bootstrap',
    streams: {
      replicas: Number(settings.NATS_REPLICAS),
      maxAgeMs: settings.NATS_STREAM_MAX_AGE_MS,
      maxBytes: settings.NATS_STREAM_MAX_BYTES,
    },
  };
}

/** Throws `BusError` where the files of TLS are incomplete or cannot be read. */
function securityOf(settings: BootstrapSettings, surface: RunSurface): NatsBusOptions['security'] {
  const {
    NATS_NKEY: nkeySeed,
    PLENARY_INTERNAL_TLS_CERTIFICATE: certificate,
    PLENARY_INTERNAL_TLS_KEY: key,
    PLENARY_INTERNAL_TLS_AUTHORITIES: authorities,
  } = settings;
  const given = [certificate, key, authorities].filter((path) => path !== undefined).length;
  if (given === 0) return { nkeySeed };
  if (certificate === undefined || key === undefined || authorities === undefined)
    throw new BusError(
      'refused',
      'PLENARY_INTERNAL_TLS_CERTIFICATE, PLENARY_INTERNAL_TLS_KEY and PLENARY_INTERNAL_TLS_AUTHORITIES go together: give all three or none',
    );
  const read = (path: string, name: string): string => {
    try {
      return surface.readFile(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new BusError('refused', `${name} cannot be read: ${reason}`, { cause: error });
    }
  };
  const tls = {
    cert: read(certificate, 'PLENARY_INTERNAL_TLS_CERTIFICATE'),
    key: read(key, 'PLENARY_INTERNAL_TLS_KEY'),
    ca: read(authorities, 'PLENARY_INTERNAL_TLS_AUTHORITIES'),
  };
  return { nkeySeed, tls: () => tls };
}

function line({ name, outcome, differences }: BootstrapRow): string {
  const first = `${name.padEnd(16)}${outcome.replace('-', ' ')}`;
  return `${[first, ...differences.map((difference) => `  ${difference}`)].join('\n')}\n`;
}

function summary(rows: readonly BootstrapRow[], mode: BootstrapMode): string {
  const count = (outcome: BootstrapRow['outcome']): number => rows.filter((row) => row.outcome === outcome).length;
  const [drift, missing] = [count('drift'), count('missing')];
  const cure =
    drift > 0 && mode !== 'update'
      ? '\nEither change the settings of the services to what is there, or run this with --update.'
      : missing > 0
        ? '\nRun this without --check to make what is missing.'
        : '';
  const words = (['as-wanted', 'made', 'updated', 'missing', 'drift'] as const)
    .filter((outcome) => count(outcome) > 0)
    .map((outcome) => `${String(count(outcome))} ${outcome.replace('-', ' ')}`);
  return `${words.join(', ')}${cure}\n`;
}

function say(surface: RunSurface, text: string): RunCode {
  surface.out(text);
  return 0;
}

function complain(surface: RunSurface, text: string): RunCode {
  surface.err(`${text}\n`);
  return 2;
}
