import type { Logger, Telemetry } from '@plenary/telemetry';

/** The named loggers of history. */
export interface Loggers {
  readonly service: Logger;
  readonly record: Logger;
  readonly rpc: Logger;
}

export function createLoggers(telemetry: Telemetry): Loggers {
  return {
    service: telemetry.logger('history'),
    record: telemetry.logger('history:record'),
    rpc: telemetry.logger('history:rpc'),
  };
}
