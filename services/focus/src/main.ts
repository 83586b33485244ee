import { readFileSync } from 'node:fs';
import { readSettings } from '@plenary/config';
import { runService } from '@plenary/service';
import { focusSettings } from './config.js';
import { createContext } from './context.js';
import { createServer } from './server.js';

const code = await runService({
  name: 'focus',
  settings: readSettings(focusSettings, process.env, { readFile: (path) => readFileSync(path, 'utf8') }),
  async create(settings) {
    const context = await createContext(settings);
    return {
      service: createServer(context),
      telemetry: context.telemetry,
      health: { host: settings.FOCUS_HEALTH_HOST, port: settings.FOCUS_HEALTH_PORT, setting: 'FOCUS_HEALTH_PORT' },
      drainDeadlineMs: settings.FOCUS_DRAIN_DEADLINE_MS,
    };
  },
});
process.exit(code);
