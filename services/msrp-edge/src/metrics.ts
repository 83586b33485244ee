import type { Metrics } from '@plenary/telemetry';
import type { Edge } from './edge.js';

/** Lets the metrics read what the switch counts in plain fields. `pool` is the pool this edge belongs to. */
export function observeEdge(metrics: Metrics, edge: Edge, pool: string): void {
  const { counters, requests } = edge;
  const labelled = (key: string, values: Readonly<Record<string, number>>, more = {}): (() => Reading[]) => {
    return () => Object.entries(values).map(([name, value]) => ({ value, labels: { ...more, [key]: name } }));
  };
  metrics.gauge('chat_edge_sessions', () => {
    const states = edge.sessionStates();
    return Object.entries(states).map(([state, value]) => ({ value, labels: { pool, state } }));
  });
  metrics.gauge('chat_edge_connections', () =>
    Object.entries(edge.connectionCounts()).map(([transport, value]) => ({ value, labels: { transport } })),
  );
  metrics.gauge('chat_edge_rooms', () => [{ value: edge.roomCount, labels: { pool } }]);
  metrics.gauge('chat_edge_queue_bytes', () => edge.queuedBytes());
  metrics.observedCounter('chat_msrp_requests_total', () => requests.readings());
  metrics.observedCounter('chat_edge_deliveries_total', () => [
    { value: counters.deliveriesAll, labels: { pool, kind: 'all' } },
    { value: counters.deliveriesPrivate, labels: { pool, kind: 'private' } },
    { value: counters.deliveriesReplay, labels: { pool, kind: 'replay' } },
    { value: counters.deliveriesSystem, labels: { pool, kind: 'system' } },
  ]);
  metrics.observedCounter('chat_edge_egress_bytes_total', () => [{ value: counters.egressBytes, labels: { pool } }]);
  metrics.observedCounter('chat_edge_writes_total', () => [{ value: counters.writes, labels: { pool } }]);
  metrics.observedCounter('chat_edge_flushes_total', () => [{ value: counters.flushes, labels: { pool } }]);
  metrics.observedCounter('chat_edge_ingress_bytes_total', () => [{ value: counters.ingressBytes, labels: { pool } }]);
  metrics.observedCounter('chat_edge_skipped_total', () => [
    { value: counters.skippedMediaType, labels: { reason: 'media_type' } },
    { value: counters.skippedCongested, labels: { reason: 'congested' } },
    { value: counters.skippedEvicted, labels: { reason: 'evicted' } },
  ]);
  metrics.observedCounter('chat_edge_lagged_total', () => counters.lagged);
  metrics.observedCounter('chat_edge_evicted_total', () => counters.evictions);
  metrics.observedCounter('chat_edge_duplicates_total', () => counters.duplicatesSuppressed);
  metrics.observedCounter('chat_edge_silenced_total', () => counters.silenced);
  metrics.observedCounter('chat_edge_refused_total', labelled('reason', counters.refused));
  metrics.observedCounter('chat_edge_replays_total', labelled('result', counters.replays));
  metrics.observedCounter('chat_edge_unreadable_total', () => counters.unreadableEvents);
  metrics.observedCounter('chat_edge_throttled_total', () => counters.socketPauses);
  metrics.observedCounter('chat_publish_total', labelled('result', counters.publishResults));
  metrics.observedCounter('chat_gap_detected_total', labelled('cause', counters.gapsDetected));
  metrics.observedCounter('chat_gap_repaired_total', labelled('cause', counters.gapsRepaired));
  metrics.observedCounter('chat_gap_unrepaired_total', labelled('cause', counters.gapsUnrepaired));
}

type Reading = { readonly value: number; readonly labels: Readonly<Record<string, string | number>> };
