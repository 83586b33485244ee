import type { Logger, Telemetry } from '@plenary/telemetry';

/** The named loggers of ccmp. */
export interface Loggers {
  readonly service: Logger;
  readonly http: Logger;
  readonly request: Logger;
}

export function createLoggers(telemetry: Telemetry): Loggers {
  return {
    service: telemetry.logger('ccmp'),
    http: telemetry.logger('ccmp:http'),
    request: telemetry.logger('ccmp:request'),
  };
}
