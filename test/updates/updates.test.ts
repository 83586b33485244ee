import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings, type Environment, type SettingDefinitions, type SettingsOf } from '@plenary/config';
import * as ccmp from '@plenary/ccmp';
import * as roomState from '@plenary/room-state';
import { createTelemetry } from '@plenary/telemetry';
import { PassThrough } from 'node:stream';
import { useSystem } from '../conformance/raw/system.js';
import { judge } from './judge.js';
import { runUpdates } from './run.js';

/** The long profile: PLENARY_UPDATES=100000. */
const updates = Number(process.env['PLENARY_UPDATES'] ?? 2_000);

// On a real nats-server: the second replica of each service shares the bus with the first.
const system = useSystem({ bus: 'nats' });
const stops: (() => Promise<void>)[] = [];
const urls: string[] = [];

function settingsOf<D extends SettingDefinitions>(definitions: D, env: Environment): SettingsOf<D> {
  const settings = readSettings(definitions, env);
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return settings.value;
}

const telemetry = (service: string) =>
  createTelemetry({ service, hashKey: 'test', level: 'error', stream: new PassThrough().resume() });

beforeAll(async () => {
  const { stack } = system;
  const env = (kind: string): Environment => stack.plan.find(({ name }) => name === kind)?.env ?? {};
  const second = roomState.createServer(
    await roomState.createContext(
      settingsOf(roomState.roomStateSettings, {
        ...env('room-state'),
        ROOM_STATE_GRPC_PORT: '0',
        ROOM_STATE_HEALTH_PORT: '0',
        ROOM_STATE_SHARDS: '4',
      }),
      { telemetry: telemetry('room-state') },
    ),
  );
  await second.start();
  stops.push(() => second.stop());
  const both = `${stack.address('room-state', 'gRPC')},${second.address}`;
  for (const address of [both, both.split(',').toReversed().join(',')]) {
    const server = ccmp.createServer(
      ccmp.createContext(
        settingsOf(ccmp.ccmpSettings, {
          ...env('ccmp'),
          CCMP_HTTP_PORT: '0',
          CCMP_HTTPS_PORT: '0',
          CCMP_HEALTH_PORT: '0',
          CCMP_ROOM_STATE_ADDRESS: `ipv4:${address}`,
          CCMP_RATE_PER_SECOND: '100000',
          CCMP_RATE_BURST: '100000',
        }),
        { telemetry: telemetry('ccmp') },
      ),
    );
    await server.start();
    stops.push(() => server.stop());
    urls.push(`http://127.0.0.1:${String(server.httpPort)}/ccmp`);
  }
}, 60_000);
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
}, 60_000);

it(`CCMP-027 CCMP-045 VER-001 VER-002 VER-004 ${String(updates)} random updates by 8 clients over 2 ccmp and 2 room-state: none lost, every conflict told, versions dense`, async () => {
  let seed = 20_261_129;
  const random = (): number => {
    // mulberry32
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const startMs = Date.now();
  const run = await runUpdates({
    urls,
    conferences: 50,
    clients: 8,
    updates,
    random,
    username: 'operator',
    userId: 'xcon-userid:operator@localhost',
    onProgress: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`${String(done)} updates\n`);
    },
  });
  const conflicts = run.updates.filter(({ answer }) => answer.code === 409).length;
  const taken = run.updates.filter(({ answer }) => answer.code === 200).length;
  process.stdout.write(
    `${String(run.updates.length)} updates, ${String(taken)} taken, ${String(conflicts)} conflicts told, ${String(Math.round((Date.now() - startMs) / 1000))} s\n`,
  );
  expect(judge(run.conferences, run.updates)).toEqual([]);
  expect(run.updates).toHaveLength(updates);
  // Without both there would be nothing to judge.
  expect(conflicts).toBeGreaterThan(0);
  expect(taken).toBeGreaterThan(updates / 2);
}, 3_600_000);
