import type { Logger, Telemetry } from '@plenary/telemetry';

/** The named loggers of room-state. */
export interface Loggers {
  readonly service: Logger;
  readonly rooms: Logger;
  readonly outbox: Logger;
  readonly edges: Logger;
  readonly rpc: Logger;
}

export function createLoggers(telemetry: Telemetry): Loggers {
  return {
    service: telemetry.logger('room-state'),
    rooms: telemetry.logger('room-state:rooms'),
    outbox: telemetry.logger('room-state:outbox'),
    edges: telemetry.logger('room-state:edges'),
    rpc: telemetry.logger('room-state:rpc'),
  };
}
