import { readFileSync } from 'node:fs';
import { readSettings } from '@plenary/config';
import { runService } from '@plenary/service';
import { roomStateSettings } from './config.js';
import { createContext } from './context.js';
import { createServer } from './server.js';

const code = await runService({
  name: 'room-state',
  settings: readSettings(roomStateSettings, process.env, { readFile: (path) => readFileSync(path, 'utf8') }),
  async create(settings) {
    const context = await createContext(settings);
    return {
      service: createServer(context),
      telemetry: context.telemetry,
      health: {
        host: settings.ROOM_STATE_HEALTH_HOST,
        port: settings.ROOM_STATE_HEALTH_PORT,
        setting: 'ROOM_STATE_HEALTH_PORT',
      },
      drainDeadlineMs: settings.ROOM_STATE_DRAIN_DEADLINE_MS,
    };
  },
});
process.exit(code);
