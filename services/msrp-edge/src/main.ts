import { readFileSync } from 'node:fs';
import { readSettings } from '@plenary/config';
import { runService } from '@plenary/service';
import { msrpEdgeSettings } from './config.js';
import { createContext } from './context.js';
import { createServer } from './server.js';

const code = await runService({
  name: 'msrp-edge',
  settings: readSettings(msrpEdgeSettings, process.env, { readFile: (path) => readFileSync(path, 'utf8') }),
  async create(settings) {
    const context = await createContext(settings);
    return {
      service: createServer(context),
      telemetry: context.telemetry,
      health: {
        host: settings.MSRP_EDGE_HEALTH_HOST,
        port: settings.MSRP_EDGE_HEALTH_PORT,
        setting: 'MSRP_EDGE_HEALTH_PORT',
      },
      drainDeadlineMs: settings.MSRP_EDGE_DRAIN_DEADLINE_MS,
    };
  },
});
process.exit(code);
