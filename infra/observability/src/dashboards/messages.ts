import { percentile, percentiles, rate, type Dashboard } from './model.js';

export const messages: Dashboard = {
  uid: 'plenary-messages',
  title: 'Plenary · 2 · Message path',
  description:
    'From the SEND of one participant to the sockets of the others, and what it takes when something is missing.',
  rows: [
    {
      title: 'Into the log',
      panels: [
        {
          title: 'Publish to acknowledgement',
          description: 'From handing a message to the bus until it is stored; the sender waits for it.',
          unit: 's',
          kind: 'timeseries',
          queries: percentiles('chat_publish_ack_seconds'),
          runbook: 'SendErrorBurn',
          traces: 'msrp-edge',
        },
        {
          title: 'Publishes by result',
          description: 'duplicate: a repeat the log recognised. timeout, error: the sender gets no 200.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (result) (${rate('chat_publish_ack_seconds_count')})`, legend: '{{result}}' }],
          runbook: 'SendErrorBurn',
        },
      ],
    },
    {
      title: 'Out to participants',
      panels: [
        {
          title: 'Delivery',
          description: 'First octet of the SEND at one edge to the write to the last live recipient of each edge.',
          unit: 's',
          kind: 'heatmap',
          queries: [
            {
              expr: `sum by (le) (${rate('chat_delivery_seconds_bucket{kind="all"}')})`,
              legend: '{{le}}',
            },
          ],
          runbook: 'DeliveryLatencyBurnFast',
          traces: 'msrp-edge',
        },
        {
          title: 'Delivery, percentiles',
          description: 'The same as lines: to everybody, and private.',
          unit: 's',
          kind: 'timeseries',
          queries: [0.5, 0.95, 0.99].map((share) => ({
            expr: percentile(share, 'chat_delivery_seconds', '', ['kind']),
            legend: `{{kind}} ${String(share * 100)} %`,
          })),
          runbook: 'DeliveryLatencyBurnFast',
        },
        {
          title: 'Copies not made',
          description: 'A receiver does not take the media type, or was given up because it did not keep up.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (reason) (${rate('chat_edge_skipped_total')})`, legend: '{{reason}}' }],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Clocks that differ',
          description: 'Deliveries that seem to precede their sending: the clocks of two edges are apart.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (pod) (${rate('chat_delivery_clock_skew_total')})`, legend: '{{pod}}' }],
          runbook: 'DeliveryLatencyBurnSlow',
          emptyBecause: 'counted from the first one on',
        },
      ],
    },
    {
      title: 'When something is missing',
      panels: [
        {
          title: 'Gaps found and repaired',
          description: 'An edge saw that it had not been given an event, and fetched it from the log.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (cause) (${rate('chat_gap_detected_total')})`, legend: 'found: {{cause}}' },
            { expr: `sum by (cause) (${rate('chat_gap_repaired_total')})`, legend: 'repaired: {{cause}}' },
          ],
          runbook: 'MessagesUnrepaired',
        },
        {
          title: 'Gaps never closed',
          description: 'Must be 0: each is a message that was accepted and not shown to somebody it was for.',
          unit: 'short',
          kind: 'stat',
          queries: [{ expr: 'sum(increase(chat_gap_unrepaired_total[1d]))', legend: 'last day' }],
          runbook: 'MessagesUnrepaired',
        },
        {
          title: 'Time to repair a gap',
          description: 'How long participants of one edge waited for what was missing.',
          unit: 's',
          kind: 'timeseries',
          queries: percentiles('chat_gap_repair_seconds'),
          runbook: 'MessagesUnrepaired',
          emptyBecause: 'there is no gap in a healthy system',
        },
        {
          title: 'Logs that were wound back',
          description:
            'Must be 0: the end of a shard’s log lies before what was read of it, so stored messages are gone.',
          unit: 'short',
          kind: 'stat',
          queries: [{ expr: 'sum(increase(chat_stream_rewind_total[1d]))', legend: 'last day' }],
          runbook: 'StreamRewind',
          emptyBecause: 'counted by shard from the first one on',
        },
      ],
    },
    {
      title: 'History',
      panels: [
        {
          title: 'Behind the log, messages',
          description: 'Events of each shard’s log that history has not read.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'max by (shard) (chat_history_lag_messages)', legend: 'shard {{shard}}' }],
          runbook: 'HistoryLagHigh',
        },
        {
          title: 'Behind the log, time',
          description:
            'Age of the last event read while there are others. The log keeps messages for an hour by default.',
          unit: 's',
          kind: 'timeseries',
          queries: [{ expr: 'max by (shard) (chat_history_lag_seconds)', legend: 'shard {{shard}}' }],
          runbook: 'HistoryRetentionAtRisk',
        },
        {
          title: 'Messages kept',
          description: 'Messages of logged rooms written to the database; duplicate is one that was there already.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (result) (${rate('chat_history_rows_total')})`, legend: '{{result}}' }],
          runbook: 'HistoryLagHigh',
        },
      ],
    },
  ],
};
