import type { Bus } from '@plenary/bus';
import * as ccmp from '@plenary/ccmp';
import {
  formatFaults,
  readSettings,
  type Environment,
  type SettingDefinitions,
  type SettingsOf,
} from '@plenary/config';
import * as focus from '@plenary/focus';
import * as history from '@plenary/history';
import * as msrpEdge from '@plenary/msrp-edge';
import * as roomState from '@plenary/room-state';
import { StartError, type ServiceParts } from '@plenary/service';
import type { Telemetry } from '@plenary/telemetry';
import type { ServiceKind } from './plan.js';
import { devSettings } from './settings.js';

/** What every service of one process is given instead of making it itself. */
export interface Shared {
  readonly telemetry: Telemetry;
  /** The in-memory bus; with a nats-server each service connects by itself, as it would in its own process. */
  readonly bus: Bus | undefined;
}

type Launch = (env: Environment, shared: Shared) => Promise<ServiceParts>;

/** Builds each kind of service from an environment, through its own settings and context. Nothing is started yet. */
export const launch: Readonly<Record<ServiceKind, Launch>> = {
  'room-state': async (env, shared) => {
    const settings = settingsOf(roomState.roomStateSettings, env);
    const service = roomState.createServer(await roomState.createContext(settings, shared));
    return parts(service, shared, settings.ROOM_STATE_HEALTH_PORT, settings.ROOM_STATE_DRAIN_DEADLINE_MS);
  },
  focus: async (env, shared) => {
    const settings = settingsOf(focus.focusSettings, env);
    const service = focus.createServer(await focus.createContext(settings, shared));
    return parts(service, shared, settings.FOCUS_HEALTH_PORT, settings.FOCUS_DRAIN_DEADLINE_MS);
  },
  history: async (env, shared) => {
    const settings = settingsOf(history.historySettings, env);
    const service = history.createServer(await history.createContext(settings, shared));
    return parts(service, shared, settings.HISTORY_HEALTH_PORT, settings.HISTORY_DRAIN_DEADLINE_MS);
  },
  ccmp: (env, shared) => {
    const settings = settingsOf(ccmp.ccmpSettings, env);
    const service = ccmp.createServer(ccmp.createContext(settings, { telemetry: shared.telemetry }));
    return Promise.resolve(parts(service, shared, settings.CCMP_HEALTH_PORT, settings.CCMP_DRAIN_DEADLINE_MS));
  },
  'msrp-edge': async (env, shared) => {
    const settings = settingsOf(msrpEdge.msrpEdgeSettings, env);
    const service = msrpEdge.createServer(await msrpEdge.createContext(settings, shared));
    return parts(service, shared, settings.MSRP_EDGE_HEALTH_PORT, settings.MSRP_EDGE_DRAIN_DEADLINE_MS);
  },
};

function parts(
  service: ServiceParts['service'],
  { telemetry }: Shared,
  healthPort: number,
  drainDeadlineMs: number,
): ServiceParts {
  return { service, telemetry, health: { host: '127.0.0.1', port: healthPort }, drainDeadlineMs };
}

function settingsOf<D extends SettingDefinitions>(definitions: D, env: Environment): SettingsOf<D> {
  const read = readSettings(definitions, env, { knownElsewhere: Object.keys(devSettings) });
  if (!read.ok) throw new StartError(formatFaults(read.error));
  return read.value;
}
