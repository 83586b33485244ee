import { PassThrough } from 'node:stream';
import * as ccmp from '@plenary/ccmp';
import { readSettings } from '@plenary/config';
import * as roomState from '@plenary/room-state';
import { createTelemetry, type Telemetry } from '@plenary/telemetry';
import type { System } from './system.js';

type Env = Readonly<Record<string, string>>;

/** One more replica of a service of the running system. */
export interface Pod {
  /** host:port of what it serves: gRPC of a room-state, plain HTTP of a ccmp. */
  readonly address: string;
  stop(): Promise<void>;
}

export interface CcmpPod extends Pod {
  /** Of HTTPS, where `env` names a certificate. */
  readonly httpsPort: number | undefined;
}

/** One more ccmp, with settings of its own; it asks the system's room-state unless `CCMP_ROOM_STATE_ADDRESS` names another. */
export async function startCcmp(system: System, env: Env = {}): Promise<CcmpPod> {
  const telemetry = quiet('ccmp');
  const settings = readSettings(ccmp.ccmpSettings, {
    ...envOf(system, 'ccmp'),
    CCMP_HTTP_PORT: '0',
    CCMP_HTTPS_PORT: '0',
    ...env,
  });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  const server = ccmp.createServer(ccmp.createContext(settings.value, { telemetry }));
  await started(server, telemetry);
  return {
    address: `127.0.0.1:${String(server.httpPort)}`,
    httpsPort: server.httpsPort,
    stop: () => stopped(server, telemetry),
  };
}

/** One more room-state, on the database and the bus of the system. */
export async function startRoomState(system: System, env: Env = {}): Promise<Pod> {
  const telemetry = quiet('room-state');
  const settings = readSettings(roomState.roomStateSettings, {
    ...envOf(system, 'room-state'),
    ROOM_STATE_AD_HOC_ROOMS: 'false',
    ROOM_STATE_SHARDS: '4',
    ROOM_STATE_GRPC_PORT: '0',
    ...env,
  });
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  const bus = system.stack.broker.memory;
  const server = roomState.createServer(await roomState.createContext(settings.value, { telemetry, bus }));
  await started(server, telemetry);
  return { address: server.address, stop: () => stopped(server, telemetry) };
}

interface Server {
  start(): Promise<void>;
  drain(deadlineMs: number): Promise<void>;
  stop(): Promise<void>;
}

async function started(server: Server, telemetry: Telemetry): Promise<void> {
  try {
    await server.start();
  } catch (error) {
    await server.stop();
    await telemetry.shutdown();
    throw error;
  }
}

async function stopped(server: Server, telemetry: Telemetry): Promise<void> {
  await server.drain(2_000);
  await server.stop();
  await telemetry.shutdown();
}

function envOf(system: System, service: string): Env {
  return system.stack.plan.find(({ name }) => name === service)?.env ?? {};
}

function quiet(service: string): Telemetry {
  return createTelemetry({
    service,
    hashKey: 'a key for tests only',
    level: 'error',
    stream: new PassThrough().resume(),
  });
}
