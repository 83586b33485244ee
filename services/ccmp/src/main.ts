import { readFileSync } from 'node:fs';
import { readSettings } from '@plenary/config';
import { runService } from '@plenary/service';
import { ccmpSettings } from './config.js';
import { createContext } from './context.js';
import { createServer } from './server.js';

const code = await runService({
  name: 'ccmp',
  settings: readSettings(ccmpSettings, process.env, { readFile: (path) => readFileSync(path, 'utf8') }),
  create(settings) {
    const context = createContext(settings);
    return {
      service: createServer(context),
      telemetry: context.telemetry,
      health: { host: settings.CCMP_HEALTH_HOST, port: settings.CCMP_HEALTH_PORT, setting: 'CCMP_HEALTH_PORT' },
      drainDeadlineMs: settings.CCMP_DRAIN_DEADLINE_MS,
    };
  },
});
process.exit(code);
