import { rate, type Dashboard } from './model.js';

export const edges: Dashboard = {
  uid: 'plenary-edges',
  title: 'Plenary · 3 · Edges and rooms',
  description: 'How the MSRP edges carry the rooms: what they are scaled by, and which of them suffers.',
  rows: [
    {
      title: 'What edges are scaled by',
      panels: [
        {
          title: 'Sessions by edge',
          description: 'A pool grows at 8,000 a pod.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (pod) (chat_edge_sessions{pool=~"$pool"})', legend: '{{pod}}' }],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Copies by edge',
          description: 'A pool grows at 9,000 a second and pod.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (pod) (${rate('chat_edge_deliveries_total{pool=~"$pool"}')})`, legend: '{{pod}}' }],
          runbook: 'EdgeEventLoopSlow',
        },
        {
          title: 'Octets to participants by edge',
          description: 'A pool grows at 40 MB a second and pod.',
          unit: 'Bps',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (pod) (${rate('chat_edge_egress_bytes_total{pool=~"$pool"}')})`, legend: '{{pod}}' },
          ],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Event loop delay',
          description:
            '99th percentile since the last scrape. Over 100 ms the pool grows; over 200 ms somebody is told.',
          unit: 's',
          kind: 'timeseries',
          queries: [
            {
              expr: 'max by (pod) (chat_process_event_loop_delay_seconds{service="msrp-edge",quantile="0.99"})',
              legend: '{{pod}}',
            },
          ],
          runbook: 'EdgeEventLoopSlow',
        },
      ],
    },
    {
      title: 'Rooms and connections',
      panels: [
        {
          title: 'Rooms served by edge',
          description: 'A room counts at every edge that has a participant of it.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (pod) (chat_edge_rooms{pool=~"$pool"})', legend: '{{pod}}' }],
          runbook: 'EdgeEventLoopSlow',
        },
        {
          title: 'Connections',
          description: 'Open connections of clients.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (transport) (chat_edge_connections)', legend: '{{transport}}' }],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Octets taken by edge',
          description: 'Bodies of messages taken from participants.',
          unit: 'Bps',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (pod) (${rate('chat_edge_ingress_bytes_total{pool=~"$pool"}')})`, legend: '{{pod}}' },
          ],
          runbook: 'EdgeEventLoopSlow',
        },
        {
          title: 'Hottest rooms',
          description:
            'Copies of the hottest rooms of each edge in its last interval, by rank; its log says which they are, as hashes.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'topk(5, max by (pod, rank) (chat_room_hot_deliveries))', legend: '{{pod}} {{rank}}' }],
          runbook: 'EdgeEventLoopSlow',
          emptyBecause: 'a rank without a room has no series',
        },
        {
          title: 'Copies for one write',
          description: 'How many copies one write to a socket carries: rises where an edge is busy and gathers.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum(${rate('chat_edge_deliveries_total{pool=~"$pool"}')}) / sum(${rate('chat_edge_writes_total{pool=~"$pool"}')})`,
              legend: 'copies',
            },
          ],
          runbook: 'EdgeEventLoopSlow',
        },
      ],
    },
    {
      title: 'Receivers that do not keep up',
      panels: [
        {
          title: 'Sessions that are not live',
          description:
            'waiting: its client has not connected yet. congested: its queue grows. lagging: it is served from the log again.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            {
              expr: 'sum by (pool, state) (chat_edge_sessions{pool=~"$pool",state!="live"})',
              legend: '{{pool}} {{state}}',
            },
          ],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Octets waiting for sockets',
          description: 'What the edge holds for slow receivers, by edge; it is bounded by settings.',
          unit: 'bytes',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (pod) (chat_edge_queue_bytes)', legend: '{{pod}}' }],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Queues dropped and receivers given up',
          description: 'dropped: the receiver gets the rest from the log. given up: its session was ended.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            { expr: `sum(${rate('chat_edge_lagged_total')})`, legend: 'dropped' },
            { expr: `sum(${rate('chat_edge_sessions_ended_total{reason="evicted"}')})`, legend: 'given up' },
          ],
          runbook: 'LaggingSessions',
        },
      ],
    },
    {
      title: 'Ends and drains',
      panels: [
        {
          title: 'Sessions that ended',
          description: 'By reason. Drained and connection-lost rise together with a rollout or a failing node.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (reason) (${rate('chat_edge_sessions_ended_total')})`, legend: '{{reason}}' }],
          runbook: 'DrainStuck',
        },
        {
          title: 'Draining edges that hold sessions',
          description:
            'Sessions of edges that are draining. An edge ends at its deadline whether they are gone or not.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            {
              expr:
                'sum by (pod) (chat_edge_sessions) and ' +
                'max by (pod) (chat_service_state{service="msrp-edge",state="draining"}) == 1',
              legend: '{{pod}}',
            },
          ],
          runbook: 'DrainStuck',
          emptyBecause: 'no edge drains, except in a rollout',
        },
      ],
    },
  ],
};
