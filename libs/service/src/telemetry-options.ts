import { randomBytes } from 'node:crypto';
import { oneOf, secret, setting, text } from '@plenary/config';
import type { LogLevel, TelemetryOptions } from '@plenary/telemetry';

/** Settings of logs that every service has. */
export const logSettings = {
  PLENARY_LOG_HASH_KEY: setting(
    secret({ minLength: 16 }).optional(),
    'Key of the hashes that stand for identities in logs, the same in all services; without one it is made at each start.',
  ),
  PLENARY_LOG_LEVEL: setting(
    oneOf(['debug', 'info', 'warn', 'error']).default('info'),
    'Least level of the lines written; lines of the audit log always are.',
  ),
  PLENARY_POD: setting(text().optional(), 'Name of the pod or process in log lines and traces.'),
};

/** What these settings come to, for `createTelemetry`. */
export function logOptions(settings: {
  readonly PLENARY_LOG_HASH_KEY?: string | undefined;
  readonly PLENARY_LOG_LEVEL: LogLevel;
  readonly PLENARY_POD?: string | undefined;
}): Pick<TelemetryOptions, 'hashKey' | 'level' | 'pod'> {
  return {
    hashKey: settings.PLENARY_LOG_HASH_KEY ?? randomBytes(16).toString('hex'),
    level: settings.PLENARY_LOG_LEVEL,
    pod: settings.PLENARY_POD,
  };
}
