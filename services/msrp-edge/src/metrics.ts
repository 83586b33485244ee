import type { Metrics } from '@plenary/telemetry';
import type { Edge } from './edge.js';

/** Lets the metrics read what the switch counts in plain fields. `pool` is the pool this edge belongs to. */
export function observeEdge(metrics: Metrics, edge: Edge, pool: string): void {
  const { counters, requests } = edge;
  const labelled = (key: string, values: Readonly<Record<string, number>>, more = {}): (() => Reading[]) => {
    return () => Object.entries(values).map(([name, value]) => ({ value, labels: { ...more, [key]: name } }));
  };
  metrics.gauge('chat_edge_sessions', 'Sessions, by state.', () => {
    const states = edge.sessionStates();
    return Object.entries(states).map(([state, value]) => ({ value, labels: { pool, state } }));
  });
  metrics.gauge('chat_edge_connections', 'Open connections.', () => [
    { value: edge.connectionCount, labels: { transport: 'tcp' } },
  ]);
  metrics.gauge('chat_edge_rooms', 'Rooms served.', () => [{ value: edge.roomCount, labels: { pool } }]);
  metrics.gauge('chat_edge_queue_bytes', 'Octets that wait for sockets.', () => edge.queuedBytes());
  metrics.observed('chat_msrp_requests_total', 'Requests, by method and status.', 'counter', () => requests.readings());
  metrics.observed('chat_edge_deliveries_total', 'Copies written, by kind.', 'counter', () => [
    { value: counters.deliveriesAll, labels: { pool, kind: 'all' } },
    { value: counters.deliveriesPrivate, labels: { pool, kind: 'private' } },
    { value: counters.deliveriesReplay, labels: { pool, kind: 'replay' } },
    { value: counters.deliveriesSystem, labels: { pool, kind: 'system' } },
  ]);
  metrics.observed('chat_edge_egress_bytes_total', 'Octets written to clients.', 'counter', () => [
    { value: counters.egressBytes, labels: { pool } },
  ]);
  metrics.observed('chat_edge_writes_total', 'Writes to sockets of clients.', 'counter', () => [
    { value: counters.writes, labels: { pool } },
  ]);
  metrics.observed('chat_edge_flushes_total', 'Rounds of writing copies.', 'counter', () => [
    { value: counters.flushes, labels: { pool } },
  ]);
  metrics.observed('chat_edge_ingress_bytes_total', 'Octets of bodies taken from clients.', 'counter', () => [
    { value: counters.ingressBytes, labels: { pool } },
  ]);
  metrics.observed('chat_edge_skipped_total', 'Copies not made, by reason.', 'counter', () => [
    { value: counters.skippedMediaType, labels: { reason: 'media_type' } },
    { value: counters.skippedCongested, labels: { reason: 'congested' } },
    { value: counters.skippedEvicted, labels: { reason: 'evicted' } },
  ]);
  metrics.observed(
    'chat_edge_lagged_total',
    'Queues dropped because a receiver did not keep up.',
    'counter',
    () => counters.lagged,
  );
  metrics.observed('chat_edge_evicted_total', 'Receivers given up.', 'counter', () => counters.evictions);
  metrics.observed(
    'chat_edge_duplicates_total',
    'Messages the log stored twice and the edge showed once.',
    'counter',
    () => counters.duplicatesSuppressed,
  );
  metrics.observed(
    'chat_edge_silenced_total',
    'Messages stored when their sender might no longer speak, shown to nobody.',
    'counter',
    () => counters.silenced,
  );
  metrics.observed(
    'chat_edge_refused_total',
    'Messages refused by what the conference allows.',
    'counter',
    labelled('reason', counters.refused),
  );
  metrics.observed(
    'chat_edge_replays_total',
    'Earlier messages shown to who joined: all, some, or none because history did not answer.',
    'counter',
    labelled('result', counters.replays),
  );
  metrics.observed(
    'chat_edge_unreadable_total',
    'Events of the bus this version cannot read.',
    'counter',
    () => counters.unreadableEvents,
  );
  metrics.observed(
    'chat_edge_throttled_total',
    'Sockets not read for a while because too much was unanswered.',
    'counter',
    () => counters.socketPauses,
  );
  metrics.observed(
    'chat_publish_total',
    'Publishes, by result.',
    'counter',
    labelled('result', counters.publishResults),
  );
  metrics.observed('chat_gap_detected_total', 'Gaps found.', 'counter', labelled('cause', counters.gapsDetected));
  metrics.observed('chat_gap_repaired_total', 'Gaps repaired.', 'counter', labelled('cause', counters.gapsRepaired));
  metrics.observed(
    'chat_gap_unrepaired_total',
    'Gaps the log could not close.',
    'counter',
    labelled('cause', counters.gapsUnrepaired),
  );
}

type Reading = { readonly value: number; readonly labels: Readonly<Record<string, string | number>> };
