import { latencyBucketsSeconds, other, type MetricDefinitions } from './types.js';

const sipMethods = [
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'OPTIONS',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'REGISTER',
  other,
];
const statusClasses = ['1xx', '2xx', '3xx', '4xx', '5xx', '6xx'];

/** Why a proof of identity did not count; SIP and CCMP have their own reasons. */
const authReasons = [
  'unknown',
  'wrong',
  'stale',
  'replayed',
  'identity',
  'subject',
  'certificate',
  'token',
  'throttled',
];

/** Metrics of the focus and of ccmp. */
export const signallingMetricList = {
  chat_sip_requests_total: {
    type: 'counter',
    help: 'SIP requests by what became of them',
    labels: { direction: ['in', 'out'], method: sipMethods, status_class: statusClasses },
    services: ['focus'],
  },
  chat_sip_transaction_seconds: {
    type: 'histogram',
    help: 'From a SIP request to its final response',
    labels: { method: sipMethods, status_class: statusClasses },
    buckets: latencyBucketsSeconds,
    services: ['focus'],
  },
  chat_sip_dialogs: {
    type: 'gauge',
    help: 'Dialogs last heard by this replica',
    labels: { state: ['confirmed'] },
    services: ['focus'],
  },
  chat_sip_subscriptions: {
    type: 'gauge',
    help: 'Subscriptions this replica sends the NOTIFYs of',
    labels: { event: ['conference'] },
    services: ['focus'],
  },
  chat_sip_rejected_total: {
    type: 'counter',
    help: 'SIP requests turned away before anybody looked at their room',
    labels: { reason: ['auth', 'rate', 'parse', 'size', 'method'] },
    services: ['focus'],
  },
  chat_notify_sent_total: {
    type: 'counter',
    help: 'NOTIFY requests sent, and what became of them',
    labels: { kind: ['full', 'partial', 'empty'], outcome: ['delivered', 'no-tcp', 'ended', 'failed'] },
    services: ['focus'],
  },
  chat_notify_suppressed_total: {
    type: 'counter',
    help: 'Changes nobody was told of: the view is the same',
    labels: { kind: ['full', 'partial'] },
    services: ['focus'],
  },
  chat_auth_failures_total: {
    type: 'counter',
    help: 'Proofs of identity that did not count',
    labels: { protocol: ['sip', 'ccmp'], reason: authReasons },
    services: ['focus', 'ccmp'],
  },
  chat_ccmp_requests_total: {
    type: 'counter',
    help: 'CCMP requests answered',
    labels: { operation: { form: /^[a-zA-Z]+(?:\/[a-z]+)?$/, most: 60 }, code: { form: /^[2-5]\d\d$/, most: 20 } },
    services: ['ccmp'],
  },
  chat_ccmp_seconds: {
    type: 'histogram',
    help: 'Time from a CCMP request to its answer',
    labels: { operation: { form: /^[a-zA-Z]+(?:\/[a-z]+)?$/, most: 60 }, code: { form: /^[2-5]\d\d$/, most: 20 } },
    buckets: latencyBucketsSeconds,
    services: ['ccmp'],
  },
  chat_ccmp_http_refusals_total: {
    type: 'counter',
    help: 'HTTP requests that were no CCMP request',
    labels: { status: { form: /^[45]\d\d$/, most: 20 }, reason: { form: /^[a-z][a-z -]{0,40}$/, most: 20 } },
    services: ['ccmp'],
  },
  chat_ccmp_pending: { type: 'gauge', help: 'CCMP requests at work', labels: {}, services: ['ccmp'] },
} as const satisfies MetricDefinitions;
