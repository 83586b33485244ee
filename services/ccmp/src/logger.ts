import type { Logger, Telemetry } from '@plenary/telemetry';

/** The named loggers of ccmp. */
export interface Loggers {
  readonly service: Logger;
  readonly http: Logger;
  readonly request: Logger;
  /** What an operator may be asked about later: history read and erased. */
  readonly audit: Logger;
}

export function createLoggers(telemetry: Telemetry): Loggers {
  return {
    service: telemetry.logger('ccmp'),
    http: telemetry.logger('ccmp:http'),
    request: telemetry.logger('ccmp:request'),
    audit: telemetry.logger('ccmp:audit'),
  };
}
