import { percentile, percentiles, rate, type Dashboard } from './model.js';

export const signalling: Dashboard = {
  uid: 'plenary-signalling',
  title: 'Plenary · 4 · Signalling and room state',
  description: 'Joins and control: SIP at the focus, CCMP, notifications, the transactions of room-state.',
  rows: [
    {
      title: 'SIP',
      panels: [
        {
          title: 'Requests by outcome',
          description: 'SIP requests by the class of their final answer. The focus grows at 300 a second and pod.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum by (method, status_class) (${rate('chat_sip_requests_total{direction="in"}')})`,
              legend: '{{method}} {{status_class}}',
            },
          ],
          runbook: 'SipRejectSpike',
          traces: 'focus',
        },
        {
          title: 'Time of a join',
          description: 'From an INVITE to its final answer; 99.9 % of those that succeed are promised within 1 s.',
          unit: 's',
          kind: 'timeseries',
          queries: percentiles('chat_sip_transaction_seconds', '{method="INVITE"}'),
          runbook: 'OutboxStuck',
          traces: 'focus',
        },
        {
          title: 'Requests turned away',
          description: 'Before anybody looked at the room: no proof of identity, too many, unreadable, too large.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [{ expr: `sum by (reason) (${rate('chat_sip_rejected_total')})`, legend: '{{reason}}' }],
          runbook: 'SipRejectSpike',
        },
        {
          title: 'Dialogs and subscriptions',
          description: 'Dialogs last heard by each replica, and subscriptions to conferences.',
          unit: 'short',
          kind: 'timeseries',
          queries: [
            { expr: 'sum by (state) (chat_sip_dialogs)', legend: 'dialogs {{state}}' },
            { expr: 'sum by (event) (chat_sip_subscriptions)', legend: 'subscriptions {{event}}' },
          ],
          runbook: 'SipRejectSpike',
        },
        {
          title: 'Notifications',
          description: 'NOTIFYs sent, and changes not told because the view of the subscriber stays the same.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (kind) (${rate('chat_notify_sent_total')})`, legend: 'sent {{kind}}' },
            { expr: `sum by (kind) (${rate('chat_notify_suppressed_total')})`, legend: 'suppressed {{kind}}' },
          ],
          runbook: 'OutboxStuck',
        },
      ],
    },
    {
      title: 'Identity',
      panels: [
        {
          title: 'Wrong proofs of identity',
          description: 'By protocol and reason. A few are people who mistype; many are somebody who guesses.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum by (protocol, reason) (${rate('chat_auth_failures_total')})`,
              legend: '{{protocol}} {{reason}}',
            },
          ],
          runbook: 'AuthFailureSpike',
        },
        {
          title: 'Certificates end in',
          description: 'Time until each certificate ends.',
          unit: 's',
          kind: 'stat',
          queries: [{ expr: 'min by (service, name) (chat_tls_cert_expiry_seconds)', legend: '{{service}} {{name}}' }],
          runbook: 'CertExpiry',
          emptyBecause: 'a service without a certificate has no series',
        },
      ],
    },
    {
      title: 'Conference control',
      panels: [
        {
          title: 'CCMP requests by code',
          description: 'By the response code of RFC 6503.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [{ expr: `sum by (code) (${rate('chat_ccmp_requests_total')})`, legend: '{{code}}' }],
          runbook: 'AuthFailureSpike',
          traces: 'ccmp',
        },
        {
          title: 'Time of a CCMP request',
          description: '99th percentile, by operation.',
          unit: 's',
          kind: 'timeseries',
          queries: [{ expr: percentile(0.99, 'chat_ccmp_seconds', '', ['operation']), legend: '{{operation}}' }],
          runbook: 'OutboxStuck',
        },
      ],
    },
    {
      title: 'Room state',
      panels: [
        {
          title: 'Commands by outcome',
          description: 'What was asked of rooms, and what they said.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum by (op, result) (${rate('chat_roomstate_mutations_total')})`,
              legend: '{{op}} {{result}}',
            },
          ],
          runbook: 'OutboxStuck',
        },
        {
          title: 'Time of a room transaction',
          description: 'One transaction may carry several commands of a room.',
          unit: 's',
          kind: 'timeseries',
          queries: percentiles('chat_roomstate_tx_seconds'),
          runbook: 'OutboxStuck',
        },
        {
          title: 'Outbox',
          description: 'Committed events that are not yet confirmed as published, and the age of the oldest.',
          unit: 's',
          kind: 'timeseries',
          queries: [
            { expr: 'max(chat_outbox_oldest_seconds)', legend: 'oldest' },
            { expr: 'sum(chat_outbox_pending)', legend: 'waiting (count)' },
          ],
          runbook: 'OutboxStuck',
        },
        {
          title: 'Nicknames asked for',
          description: 'By what became of it.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [{ expr: `sum by (result) (${rate('chat_nickname_claims_total')})`, legend: '{{result}}' }],
          runbook: 'OutboxStuck',
        },
        {
          title: 'Calls between services',
          description: 'gRPC calls answered, by service and code. room-state grows at 800 a second and pod.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum by (service, code) (${rate('chat_rpc_server_requests_total')})`,
              legend: '{{service}} {{code}}',
            },
          ],
          runbook: 'ScrapeGone',
        },
        {
          title: 'Time of a call between services',
          description: '99th percentile, by method.',
          unit: 's',
          kind: 'timeseries',
          queries: [
            {
              expr: percentile(0.99, 'chat_rpc_seconds', '', ['rpc_service', 'method']),
              legend: '{{rpc_service}} {{method}}',
            },
          ],
          runbook: 'OutboxStuck',
        },
      ],
    },
  ],
};
