import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Metrics } from './metrics.js';

const resolutionMs = 20;
const quantiles = [0.5, 0.9, 0.99, 1] as const;

/** Metrics every service has: what was built, and how late the event loop runs (since the last scrape). */
export function addProcessMetrics(metrics: Metrics, build: { version: string; proto: string }): { stop(): void } {
  metrics.gauge('chat_build_info', () => [{ value: 1, labels: build }]);
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  metrics.gauge('chat_process_event_loop_delay_seconds', () => {
    const readings = quantiles.map((quantile) => {
      const nanoseconds = delays.count === 0 ? 0 : delays.percentile(quantile * 100);
      // The histogram holds the time between two samples, of which one resolution is meant to pass.
      return { value: Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3), labels: { quantile: String(quantile) } };
    });
    delays.reset();
    return readings;
  });
  metrics.observedCounter('chat_process_cpu_seconds_total', () => {
    const { user, system } = process.cpuUsage();
    return [
      { value: user / 1e6, labels: { mode: 'user' } },
      { value: system / 1e6, labels: { mode: 'system' } },
    ];
  });
  metrics.gauge('chat_process_resident_memory_bytes', () => process.memoryUsage.rss());
  return {
    stop: () => {
      delays.disable();
    },
  };
}
