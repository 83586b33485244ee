import type { MetricDefinitions } from './types.js';

const shard = { form: /^\d{3}$/, most: 256 };

/** Metrics of room-state and history. */
export const stateMetricList = {
  chat_roomstate_mutations_total: {
    type: 'counter',
    help: 'Commands answered',
    labels: { op: { form: /^[a-z][a-z-]{1,40}$/, most: 40 }, result: ['ok', 'denied', 'conflict'] },
    services: ['room-state'],
  },
  chat_roomstate_tx_seconds: {
    type: 'histogram',
    help: 'Time of one transaction of a conference',
    labels: { op: { form: /^[a-z][a-z-]{1,40}$/, most: 40 } },
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5],
    services: ['room-state'],
  },
  chat_nickname_claims_total: {
    type: 'counter',
    help: 'Nicknames asked for',
    labels: { result: ['ok', 'taken', 'malformed', 'reserved', 'policy'] },
    services: ['room-state'],
  },
  chat_outbox_pending: {
    type: 'gauge',
    help: 'Committed events not yet confirmed as published',
    labels: {},
    services: ['room-state'],
  },
  chat_outbox_oldest_seconds: {
    type: 'gauge',
    help: 'Age of the oldest of them',
    labels: {},
    services: ['room-state'],
  },
  chat_history_rows_total: {
    type: 'counter',
    help: 'Messages written',
    labels: { result: ['stored', 'duplicate'] },
    services: ['history'],
  },
  chat_history_malformed_total: {
    type: 'counter',
    help: 'Events of the log that could not be read',
    labels: {},
    services: ['history'],
  },
  chat_history_removed_total: {
    type: 'counter',
    help: 'Messages removed for good',
    labels: { reason: ['unfinished', 'retention', 'erasure'] },
    services: ['history'],
  },
  chat_history_retention_runs_total: {
    type: 'counter',
    help: 'Runs of retention that came to their end',
    labels: {},
    services: ['history'],
  },
  chat_history_lag_messages: {
    type: 'gauge',
    help: 'Events of the log not yet read',
    labels: { shard },
    services: ['history'],
  },
  chat_history_lag_seconds: {
    type: 'gauge',
    help: 'Age of the last event read, while there are others',
    labels: { shard },
    services: ['history'],
  },
  chat_stream_rewind_total: {
    type: 'counter',
    help: 'Logs that end before the place they were read up to',
    labels: { shard },
    services: ['history'],
  },
} as const satisfies MetricDefinitions;
