import { latencyBucketsSeconds, type MetricDefinitions } from './types.js';

/** The operator names the pools. */
const pool = { form: /^[A-Za-z0-9-]{1,40}$/, most: 1 };
const gapCause = ['last_seq', 'beacon', 'reconnect', 'doubt'];
const publishResult = ['ok', 'duplicate', 'timeout', 'error'];
const edge = ['msrp-edge'] as const;

/** Metrics of the msrp-edge. What the hot path counts is read at the scrape. */
export const edgeMetricList = {
  chat_edge_sessions: {
    type: 'gauge',
    help: 'Sessions, by state',
    labels: { pool, state: ['waiting', 'live', 'congested', 'lagging'] },
    services: edge,
  },
  chat_edge_connections: {
    type: 'gauge',
    help: 'Open connections',
    labels: { transport: ['tcp', 'tls'] },
    services: edge,
  },
  chat_edge_rooms: { type: 'gauge', help: 'Rooms served', labels: { pool }, services: edge },
  chat_edge_queue_bytes: { type: 'gauge', help: 'Octets that wait for sockets', labels: {}, services: edge },
  chat_edge_load: {
    type: 'gauge',
    help: 'Load as the focus sees it when it chooses an edge: the largest share of a ceiling, 0 to 1',
    labels: { pool },
    services: edge,
  },
  chat_msrp_requests_total: {
    type: 'counter',
    help: 'MSRP requests, by method and status; none: left unanswered',
    labels: {
      method: ['SEND', 'REPORT', 'NICKNAME', 'AUTH', 'other'],
      status: { form: /^(?:[2-6]\d\d|none)$/, most: 40 },
    },
    services: edge,
  },
  chat_edge_deliveries_total: {
    type: 'counter',
    help: 'Legs written: copies to one recipient each',
    labels: { pool, kind: ['all', 'private', 'replay', 'system'] },
    services: edge,
  },
  chat_edge_egress_bytes_total: {
    type: 'counter',
    help: 'Octets written to clients',
    labels: { pool },
    services: edge,
  },
  chat_edge_ingress_bytes_total: {
    type: 'counter',
    help: 'Octets of bodies taken from clients',
    labels: { pool },
    services: edge,
  },
  chat_edge_writes_total: {
    type: 'counter',
    help: 'Writes to sockets of clients',
    labels: { pool },
    services: edge,
  },
  chat_edge_flushes_total: { type: 'counter', help: 'Rounds of writing legs', labels: { pool }, services: edge },
  chat_edge_skipped_total: {
    type: 'counter',
    help: 'Legs not written',
    labels: { reason: ['media_type', 'congested', 'evicted'] },
    services: edge,
  },
  chat_edge_lagged_total: {
    type: 'counter',
    help: 'Queues dropped because a receiver did not keep up',
    labels: {},
    services: edge,
  },
  chat_edge_evicted_total: { type: 'counter', help: 'Receivers given up', labels: {}, services: edge },
  chat_edge_duplicates_total: {
    type: 'counter',
    help: 'Messages the log stored twice and the edge showed once',
    labels: {},
    services: edge,
  },
  chat_edge_silenced_total: {
    type: 'counter',
    help: 'Messages stored when their sender might no longer speak, shown to nobody',
    labels: {},
    services: edge,
  },
  chat_edge_refused_total: {
    type: 'counter',
    help: 'Messages refused by what the conference allows',
    labels: { reason: ['muted', 'suspended', 'file'] },
    services: edge,
  },
  chat_edge_replays_total: {
    type: 'counter',
    help: 'Earlier messages shown to who joined: all, some, or none because history did not answer',
    labels: { result: ['whole', 'partial', 'missing'] },
    services: edge,
  },
  chat_edge_unreadable_total: {
    type: 'counter',
    help: 'Events of the bus this version cannot read',
    labels: {},
    services: edge,
  },
  chat_edge_throttled_total: {
    type: 'counter',
    help: 'Sockets not read for a while because too much was unanswered',
    labels: {},
    services: edge,
  },
  chat_edge_sessions_ended_total: {
    type: 'counter',
    help: 'Sessions that ended',
    labels: {
      reason: [
        'expired',
        'connection-lost',
        'grace-over',
        'evicted',
        'peer',
        'timeout',
        'drained',
        'left',
        'room-closed',
        'asked',
        'fingerprint',
        'tls-required',
      ],
    },
    services: edge,
  },
  chat_edge_refused_connections_total: {
    type: 'counter',
    help: 'Connections that did not get as far as MSRP',
    labels: { reason: ['proxy-missing', 'proxy-malformed', 'handshake', 'timeout', 'busy'] },
    services: edge,
  },
  chat_room_hot_deliveries: {
    type: 'gauge',
    help: 'Legs a second of the rooms with most of them at this edge, hottest first; the log says which rooms',
    labels: { rank: Array.from({ length: 20 }, (_, place) => String(place + 1)) },
    services: edge,
  },
  chat_delivery_seconds: {
    type: 'histogram',
    help: 'First octet of a SEND at ingress to its write to the last live recipient here; once per message and edge',
    labels: { kind: ['all', 'private'] },
    buckets: latencyBucketsSeconds,
    services: edge,
  },
  chat_delivery_clock_skew_total: {
    type: 'counter',
    help: 'Deliveries that seem to precede their sending: clocks differ',
    labels: {},
    services: edge,
  },
  chat_publish_total: {
    type: 'counter',
    help: 'Publishes to the log',
    labels: { result: publishResult },
    services: edge,
  },
  chat_publish_ack_seconds: {
    type: 'histogram',
    help: 'From publishing an event to the answer of the log',
    labels: { result: publishResult },
    buckets: latencyBucketsSeconds,
    services: edge,
  },
  chat_gap_detected_total: { type: 'counter', help: 'Gaps found', labels: { cause: gapCause }, services: edge },
  chat_gap_repaired_total: { type: 'counter', help: 'Gaps repaired', labels: { cause: gapCause }, services: edge },
  chat_gap_unrepaired_total: {
    type: 'counter',
    help: 'Gaps the log could not close',
    labels: { cause: gapCause },
    services: edge,
  },
  chat_gap_repair_seconds: {
    type: 'histogram',
    help: 'How long a gap in a room took to repair',
    labels: {},
    buckets: latencyBucketsSeconds,
    services: edge,
  },
} as const satisfies MetricDefinitions;
