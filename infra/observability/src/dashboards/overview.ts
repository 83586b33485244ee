import { budgetLeft, errorRatio, objectives } from '../rules/index.js';
import { rate, type Dashboard, type Panel } from './model.js';

const runbookOf = {
  delivery: 'DeliveryLatencyBurnFast',
  delivery_tail: 'DeliveryLatencyBurnSlow',
  send: 'SendErrorBurn',
  join: 'OutboxStuck',
} as const;

const budgets: Panel[] = objectives.map((objective) => ({
  title: `Budget left: ${objective.id.replaceAll('_', ' ')}`,
  description: `${objective.title}, over 30 days. 100 % is the whole error budget; below 0 the objective is missed.`,
  unit: 'percentunit',
  kind: 'stat',
  queries: [{ expr: budgetLeft(objective), legend: 'left' }],
  runbook: runbookOf[objective.id],
}));

const burn: Panel[] = objectives.map((objective) => ({
  title: `Burn rate: ${objective.id.replaceAll('_', ' ')}`,
  description: `${objective.title}. 1 spends the budget in exactly 30 days; 14.4 over an hour pages.`,
  unit: 'short',
  kind: 'timeseries',
  queries: (['5m', '1h', '6h'] as const).map((window) => ({
    expr: `${errorRatio(objective.id, window)} / ${String(objective.budget)}`,
    legend: window,
  })),
  runbook: runbookOf[objective.id],
}));

export const overview: Dashboard = {
  uid: 'plenary-overview',
  title: 'Plenary · 1 · Service overview and objectives',
  description: 'Do users get what they were promised, and how much is going on.',
  rows: [
    { title: 'Objectives, 30 days', panels: budgets },
    { title: 'Burn rates', panels: burn },
    {
      title: 'Traffic',
      panels: [
        {
          title: 'Sessions',
          description: 'MSRP sessions of participants, by the state of their delivery.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (state) (chat_edge_sessions{pool=~"$pool"})', legend: '{{state}}' }],
          runbook: 'LaggingSessions',
        },
        {
          title: 'Messages taken',
          description: 'SENDs of participants, by how they were answered; none is one left unanswered.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (status) (${rate('chat_msrp_requests_total{method="SEND"}')})`, legend: '{{status}}' },
          ],
          runbook: 'SendErrorBurn',
        },
        {
          title: 'Copies delivered',
          description: 'Copies of messages written to participants: one message to a room of 100 is 99 copies.',
          unit: 'ops',
          kind: 'timeseries',
          queries: [
            {
              expr: `sum by (kind) (${rate('chat_edge_deliveries_total{pool=~"$pool"}')})`,
              legend: '{{kind}}',
            },
          ],
          runbook: 'DeliveryLatencyBurnFast',
        },
        {
          title: 'Requests of the control and signalling side',
          description: 'SIP requests answered by the focus and CCMP requests answered by ccmp.',
          unit: 'reqps',
          kind: 'timeseries',
          queries: [
            { expr: `sum by (method) (${rate('chat_sip_requests_total{direction="in"}')})`, legend: 'SIP {{method}}' },
            { expr: `sum(${rate('chat_ccmp_requests_total')})`, legend: 'CCMP' },
          ],
          runbook: 'SipRejectSpike',
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Processes by state',
          description: 'How many processes of each service are in which state. Draining ones come and go in a rollout.',
          unit: 'short',
          kind: 'timeseries',
          queries: [{ expr: 'sum by (service, state) (chat_service_state) > 0', legend: '{{service}} {{state}}' }],
          runbook: 'ScrapeGone',
        },
        {
          title: 'Versions running',
          description: 'Processes by version; two of one service only while a rollout is under way.',
          unit: 'short',
          kind: 'stat',
          queries: [{ expr: 'count by (service, version) (chat_build_info)', legend: '{{service}} {{version}}' }],
          runbook: 'ScrapeGone',
        },
      ],
    },
  ],
};
