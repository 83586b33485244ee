import { readFileSync } from 'node:fs';
import { readSettings } from '@plenary/config';
import { runService } from '@plenary/service';
import { historySettings } from './config.js';
import { createContext } from './context.js';
import { createServer } from './server.js';

const code = await runService({
  name: 'history',
  settings: readSettings(historySettings, process.env, { readFile: (path) => readFileSync(path, 'utf8') }),
  async create(settings) {
    const context = await createContext(settings);
    return {
      service: createServer(context),
      telemetry: context.telemetry,
      health: {
        host: settings.HISTORY_HEALTH_HOST,
        port: settings.HISTORY_HEALTH_PORT,
        setting: 'HISTORY_HEALTH_PORT',
      },
      drainDeadlineMs: settings.HISTORY_DRAIN_DEADLINE_MS,
    };
  },
});
process.exit(code);
