/** What each workload grows with: the query, and how much of it one replica carries. */
export interface ExpectedTrigger {
  readonly query: string;
  readonly threshold: number;
}

const edge = (pool: string): readonly ExpectedTrigger[] => [
  { query: `sum(chat_edge_sessions{pool="${pool}"})`, threshold: 8_000 },
  { query: `sum(rate(chat_edge_deliveries_total{pool="${pool}"}[2m]))`, threshold: 9_000 },
  { query: `sum(rate(chat_edge_egress_bytes_total{pool="${pool}"}[2m]))`, threshold: 40e6 },
  {
    query: `2 * (count(chat_process_event_loop_delay_seconds{service="msrp-edge",pod=~"msrp-edge-${pool}-.*",quantile="0.99"} > 0.1) or vector(0))`,
    threshold: 1,
  },
];

export const expectedTriggers: Readonly<Record<string, readonly ExpectedTrigger[]>> = {
  'msrp-edge-a': edge('a'),
  'msrp-edge-b': edge('b'),
  focus: [{ query: 'sum(rate(chat_sip_requests_total{direction="in"}[2m]))', threshold: 300 }],
  'room-state': [{ query: 'sum(rate(chat_rpc_server_requests_total{service="room-state"}[2m]))', threshold: 800 }],
  history: [{ query: 'sum(chat_history_lag_messages)', threshold: 20_000 }],
  ccmp: [],
};

/** Which also grow with the CPU. */
export const scaledByCpu: readonly string[] = ['focus', 'room-state', 'ccmp'];

/** Seconds of calm before a replica goes, and seconds between two that go. */
export const expectedCalm = { edge: [1800, 300], other: [300, 60] } as const;
