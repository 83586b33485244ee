import { fraction, setting, url } from '@plenary/config';
import type { TracingOptions } from '@plenary/telemetry';

/** Of `PLENARY_TRACE_RATIO`. */
export const defaultTraceRatio = 0.01;

/** Settings of every service: put them into its own with `...traceSettings`. */
export const traceSettings = {
  PLENARY_TRACE_ENDPOINT: setting(
    url('http', 'https').optional(),
    'Receiver of traces: base URL of OTLP over HTTP (`http://otel-collector:4318`). Without one there are none.',
  ),
};

/** The same for a service in which traces begin. */
export const rootTraceSettings = {
  ...traceSettings,
  PLENARY_TRACE_RATIO: setting(
    fraction().default(defaultTraceRatio),
    'Share of the messages, joins and requests that begin here and are traced, 0 to 1; settled once, where they begin.',
  ),
};

/** What `createTelemetry` takes of these settings. */
export function tracingOf(settings: {
  readonly PLENARY_TRACE_ENDPOINT: string | undefined;
  readonly PLENARY_TRACE_RATIO?: number;
}): TracingOptions | undefined {
  const { PLENARY_TRACE_ENDPOINT: endpoint, PLENARY_TRACE_RATIO: ratio } = settings;
  return endpoint === undefined ? undefined : { endpoint, ratio };
}
