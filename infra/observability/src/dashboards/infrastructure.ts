import { percentile, rate, type Dashboard } from './model.js';

const chatStreams = 'stream_name=~"CHAT_.*",is_stream_leader="true"';

export const infrastructure: Dashboard = {
  uid: 'plenary-infrastructure',
  title: 'Plenary · 5 · Bus and database',
  description: 'NATS JetStream, which gives rooms their order, and PostgreSQL, which holds what is true.',
  rows: [
    {
      title: 'Bus',
      panels: [
        {
          title: 'Shards led by server',
          description: 'How many shards each server of the bus leads; the log of a shard is written by its leader.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            { expr: `count by (server_name) (nats_stream_last_seq{${chatStreams}})`, legend: '{{server_name}}' },
          ],
          runbook: 'LeadersSkewed',
          from: 'exporters',
        },
        {
          title: 'Messages stored',
          description: 'Events stored in the logs of all shards.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum(${rate(`nats_stream_last_seq{${chatStreams}}`)})`, legend: 'stored' }],
          runbook: 'ShardWithoutLeader',
          from: 'exporters',
        },
        {
          title: 'Octets kept by shard',
          description: 'Each shard may grow to the limit of its stream; then the oldest messages go.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (stream_name) (nats_stream_total_bytes{${chatStreams}})`, legend: '{{stream_name}}' },
          ],
          runbook: 'HistoryRetentionAtRisk',
          from: 'exporters',
        },
        {
          title: 'Store used by server',
          description: 'Share of the space that JetStream may use.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [
            {
              expr: 'max by (server_name) (nats_server_total_message_bytes / nats_server_max_storage)',
              legend: '{{server_name}}',
            },
          ],
          runbook: 'ShardWithoutLeader',
          from: 'exporters',
        },
        {
          title: 'Waiting at consumers',
          description: 'Messages not yet given to a consumer, and those given and not yet acknowledged.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            {
              expr: 'sum by (consumer_name) (nats_consumer_num_pending{is_consumer_leader="true"})',
              legend: '{{consumer_name}} pending',
            },
            {
              expr: 'sum by (consumer_name) (nats_consumer_num_ack_pending{is_consumer_leader="true"})',
              legend: '{{consumer_name}} unacknowledged',
            },
          ],
          runbook: 'HistoryLagHigh',
          from: 'exporters',
        },
        {
          title: 'Slow consumers and connections',
          description:
            'Connections of each server, and how many it called slow: an edge that cannot read what it gets.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            { expr: 'sum by (pod) (nats_varz_connections)', legend: '{{pod}} connections' },
            { expr: 'sum by (pod) (nats_varz_slow_consumers)', legend: '{{pod}} slow' },
          ],
          runbook: 'EdgeEventLoopSlow',
          from: 'exporters',
        },
        {
          title: 'Acknowledgement as edges see it',
          description: '99th percentile of publish to stored, by edge: one slow edge is the edge, all slow is the bus.',
          unit: 's',
          kind: 'timeseries',
          queries: [{ expr: percentile(0.99, 'chat_publish_ack_seconds', '', ['pod']), legend: '{{pod}}' }],
          runbook: 'SendErrorBurn',
        },
      ],
    },
    {
      title: 'Database',
      panels: [
        {
          title: 'Transactions',
          description: 'Committed and rolled back.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            { expr: `sum(${rate('cnpg_pg_stat_database_xact_commit')})`, legend: 'committed' },
            { expr: `sum(${rate('cnpg_pg_stat_database_xact_rollback')})`, legend: 'rolled back' },
          ],
          runbook: 'OutboxStuck',
          from: 'exporters',
        },
        {
          title: 'Replicas behind',
          description:
            'How far each replica is behind the primary: what a failover could lose without synchronous commit.',
          unit: 's',
          kind: 'timeseries',
          queries: [{ expr: 'max by (pod) (cnpg_pg_replication_lag)', legend: '{{pod}}' }],
          runbook: 'OutboxStuck',
          from: 'exporters',
        },
        {
          title: 'Connections',
          description: 'Connections by state; idle in transaction is a fault of ours.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (state) (cnpg_backends_total)', legend: '{{state}}' }],
          runbook: 'OutboxStuck',
          from: 'exporters',
        },
        {
          title: 'Size of the database',
          description: 'Grows with the history that rooms keep.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [{ expr: 'max by (datname) (cnpg_pg_database_size_bytes)', legend: '{{datname}}' }],
          runbook: 'HistoryLagHigh',
          from: 'exporters',
        },
        {
          title: 'Deadlocks and failed archiving',
          description: 'Both should stay at 0. Without archiving there is no recovery to a point in time.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            { expr: 'sum(increase(cnpg_pg_stat_database_deadlocks[1h]))', legend: 'deadlocks, last hour' },
            { expr: 'sum(increase(cnpg_pg_stat_archiver_failed_count[1h]))', legend: 'archiving failed, last hour' },
          ],
          runbook: 'OutboxStuck',
          from: 'exporters',
        },
        {
          title: 'Instances up',
          description: 'Instances of the cluster that answer their monitoring queries.',
          unit: 'short',
          kind: 'stat',
          queries: [{ expr: 'sum(cnpg_collector_up)', legend: 'up' }],
          runbook: 'OutboxStuck',
          from: 'exporters',
        },
      ],
    },
    {
      title: 'Disks',
      panels: [
        {
          title: 'Space left on volumes',
          description: 'Share of each persistent volume that is free: of the bus, and of the database.',
          unit: 'percentunit',
          kind: 'timeseries',
          queries: [
            {
              expr: 'min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)',
              legend: '{{persistentvolumeclaim}}',
            },
          ],
          runbook: 'ShardWithoutLeader',
          from: 'exporters',
        },
      ],
    },
  ],
};
