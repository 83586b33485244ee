import type { Logger, Telemetry } from '@plenary/telemetry';

/** The loggers of this service. */
export interface EdgeLoggers {
  readonly main: Logger;
  readonly sessions: Logger;
  readonly control: Logger;
  readonly registry: Logger;
}

export function createLoggers(telemetry: Telemetry): EdgeLoggers {
  return {
    main: telemetry.logger('msrp-edge'),
    sessions: telemetry.logger('msrp-edge:sessions'),
    control: telemetry.logger('msrp-edge:control'),
    registry: telemetry.logger('msrp-edge:registry'),
  };
}
