import type { AlertRule } from './model.js';
import { burns } from './objectives.js';

/** What users notice. */
export const userAlerts: readonly AlertRule[] = [
  {
    alert: 'DeliveryLatencyBurnFast',
    expr: burns('delivery', '1h', '5m', 14.4),
    for: '2m',
    severity: 'page',
    summary: 'Messages arrive late: at this pace the error budget of 30 days is gone in two days.',
  },
  {
    alert: 'DeliveryLatencyBurnSlow',
    expr: burns('delivery', '6h', '30m', 6),
    for: '15m',
    severity: 'ticket',
    summary: 'Messages arrive late: at this pace the error budget of 30 days is gone in five days.',
  },
  {
    alert: 'SendErrorBurn',
    expr: burns('send', '1h', '5m', 14.4),
    for: '2m',
    severity: 'page',
    summary: 'SENDs are answered 5xx or not at all: at this pace the error budget of 30 days is gone in two days.',
  },
  {
    alert: 'MessagesUnrepaired',
    expr: 'sum by (cause) (increase(chat_gap_unrepaired_total[10m])) > 0',
    severity: 'page',
    summary:
      'A gap in a room could not be closed ({{ $labels.cause }}): participants miss messages that were accepted.',
  },
  {
    alert: 'StreamRewind',
    expr: 'sum by (shard) (increase(chat_stream_rewind_total[10m])) > 0',
    severity: 'page',
    summary: 'The log of shard {{ $labels.shard }} ends before the place it was read up to: stored messages are gone.',
  },
  {
    alert: 'LaggingSessions',
    expr: 'sum by (pool) (chat_edge_sessions{state="lagging"}) / sum by (pool) (chat_edge_sessions) > 0.05',
    for: '10m',
    severity: 'ticket',
    summary: 'More than 5 % of the sessions of pool {{ $labels.pool }} cannot keep up with their rooms.',
  },
];

/** What is kept and published. */
export const stateAlerts: readonly AlertRule[] = [
  {
    alert: 'HistoryLagHigh',
    expr: 'max(chat_history_lag_seconds) > 60',
    for: '5m',
    severity: 'ticket',
    summary: 'History is more than a minute behind the log.',
  },
  {
    // A quarter of the hour that the log keeps messages by default.
    alert: 'HistoryRetentionAtRisk',
    expr: 'max(chat_history_lag_seconds) > 0.25 * 3600',
    for: '5m',
    severity: 'page',
    summary: 'History is so far behind that the log may drop messages before they are kept.',
  },
  {
    alert: 'OutboxStuck',
    expr: 'max(chat_outbox_oldest_seconds) > 10',
    for: '1m',
    severity: 'page',
    summary: 'Committed changes of rooms are not published: joins, leaves and policy do not reach the edges.',
  },
  {
    alert: 'ShardWithoutLeader',
    expr:
      'count by (stream_name) (nats_stream_last_seq{stream_name=~"CHAT_.*"}) ' +
      'unless count by (stream_name) (nats_stream_last_seq{stream_name=~"CHAT_.*",is_stream_leader="true"})',
    for: '20s',
    severity: 'page',
    summary: 'Stream {{ $labels.stream_name }} has no leader: its rooms accept no message.',
  },
  {
    alert: 'LeadersSkewed',
    expr:
      'max(count by (server_name) (nats_stream_last_seq{stream_name=~"CHAT_.*",is_stream_leader="true"})) / ' +
      'count(nats_stream_last_seq{stream_name=~"CHAT_.*",is_stream_leader="true"}) > 0.6',
    for: '15m',
    severity: 'ticket',
    summary: 'One server of the bus leads more than 60 % of the shards.',
  },
];

/** The processes and their surroundings. */
export const processAlerts: readonly AlertRule[] = [
  {
    alert: 'EdgeEventLoopSlow',
    expr: 'max by (pod) (chat_process_event_loop_delay_seconds{service="msrp-edge",quantile="0.99"}) > 0.2',
    for: '5m',
    severity: 'ticket',
    summary: 'The event loop of {{ $labels.pod }} is late by more than 200 ms.',
  },
  {
    alert: 'DrainStuck',
    expr:
      'max by (pod) (min_over_time(chat_service_state{service="msrp-edge",state="draining"}[12m])) == 1 ' +
      'and sum by (pod) (chat_edge_sessions) > 0',
    severity: 'ticket',
    summary: '{{ $labels.pod }} has been draining for 12 minutes and still holds sessions: they end with the pod.',
  },
  {
    alert: 'AuthFailureSpike',
    expr:
      'sum by (protocol) (rate(chat_auth_failures_total[5m])) > 5 and sum by (protocol) (rate(chat_auth_failures_total[5m])) > ' +
      '10 * sum by (protocol) (rate(chat_auth_failures_total[1d] offset 5m))',
    for: '5m',
    severity: 'ticket',
    summary: 'Ten times as many wrong proofs of identity over {{ $labels.protocol }} as in the day before.',
  },
  {
    alert: 'SipRejectSpike',
    expr:
      'sum by (reason) (rate(chat_sip_rejected_total[5m])) > 5 and sum by (reason) (rate(chat_sip_rejected_total[5m])) > ' +
      '10 * sum by (reason) (rate(chat_sip_rejected_total[1d] offset 5m))',
    for: '5m',
    severity: 'ticket',
    summary: 'Ten times as many SIP requests turned away ({{ $labels.reason }}) as in the day before.',
  },
  {
    alert: 'CertExpiry',
    expr: 'min by (service, name) (chat_tls_cert_expiry_seconds) < 14 * 86400',
    for: '1h',
    severity: 'ticket',
    summary: 'The {{ $labels.name }} certificate of {{ $labels.service }} ends in less than 14 days.',
  },
  {
    alert: 'CertExpiryClose',
    expr: 'min by (service, name) (chat_tls_cert_expiry_seconds) < 3 * 86400',
    for: '1h',
    severity: 'page',
    summary: 'The {{ $labels.name }} certificate of {{ $labels.service }} ends in less than 3 days.',
  },
  {
    alert: 'ScrapeGone',
    expr: ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp']
      .map((service) => `absent(chat_build_info{service="${service}"})`)
      .join(' or '),
    for: '5m',
    severity: 'page',
    summary: 'Prometheus sees no process of {{ $labels.service }}: it is down, or nobody watches it.',
  },
];
