import type { KnownMetric } from '../promql/check.js';

/** Where metrics come from that no service of this project makes. */
export interface Exporter {
  readonly name: string;
  /** Where its metrics are described, and with what settings they have these names. */
  readonly source: string;
  /** Why no test of this repository sees them live. */
  readonly reason: string;
  readonly metrics: readonly KnownMetric[];
}

const server = { server_name: 'open', cluster: 'open', is_meta_leader: ['true', 'false'] } as const;
const stream = { ...server, account: 'open', stream_name: 'open', is_stream_leader: ['true', 'false'] } as const;
const consumer = { ...stream, consumer_name: 'open', is_consumer_leader: ['true', 'false'] } as const;

const gauge = (name: string, labels: KnownMetric['labels'] = {}): KnownMetric => ({ name, type: 'gauge', labels });
const counter = (name: string, labels: KnownMetric['labels'] = {}): KnownMetric => ({ name, type: 'counter', labels });

/** The metrics of exporters that the dashboards and rules use; a closed list, as that of the services is. */
export const exporters: readonly Exporter[] = [
  {
    name: 'prometheus-nats-exporter',
    source: 'nats-io/prometheus-nats-exporter, run with -varz -jsz=all -prefix=nats (as the NATS Helm chart runs it)',
    reason: 'a program in Go that is in no package source the tests may use',
    metrics: [
      gauge('nats_varz_connections', { server_id: 'open' }),
      gauge('nats_varz_slow_consumers', { server_id: 'open' }),
      gauge('nats_server_total_message_bytes', server),
      gauge('nats_server_max_storage', server),
      gauge('nats_stream_total_bytes', stream),
      gauge('nats_stream_last_seq', stream),
      gauge('nats_consumer_num_pending', consumer),
      gauge('nats_consumer_num_ack_pending', consumer),
    ],
  },
  {
    name: 'CloudNativePG',
    source: 'its instance manager on port 9187, with the default monitoring queries',
    reason: 'the operator runs in a cluster only',
    metrics: [
      gauge('cnpg_collector_up', { cluster: 'open' }),
      gauge('cnpg_backends_total', { datname: 'open', usename: 'open', state: 'open' }),
      gauge('cnpg_pg_replication_lag'),
      gauge('cnpg_pg_database_size_bytes', { datname: 'open' }),
      counter('cnpg_pg_stat_database_xact_commit', { datname: 'open' }),
      counter('cnpg_pg_stat_database_xact_rollback', { datname: 'open' }),
      counter('cnpg_pg_stat_database_deadlocks', { datname: 'open' }),
      counter('cnpg_pg_stat_archiver_failed_count'),
    ],
  },
  {
    name: 'kubelet',
    source: 'its own /metrics, as kube-prometheus-stack scrapes it',
    reason: 'there is no kubelet without a cluster',
    metrics: [
      gauge('kubelet_volume_stats_available_bytes', { persistentvolumeclaim: 'open' }),
      gauge('kubelet_volume_stats_capacity_bytes', { persistentvolumeclaim: 'open' }),
    ],
  },
];
