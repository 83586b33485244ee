import { bucketLimit, type RecordingRule } from './model.js';

/** A service level objective: of everything counted by `total`, all but `budget` must not be in `bad`. */
export interface Objective {
  readonly id: 'delivery' | 'delivery_tail' | 'send' | 'join';
  /** For people, with the target. */
  readonly title: string;
  /** Share that may go wrong, 0..1. */
  readonly budget: number;
  /** Events per second over a window that went wrong. */
  readonly bad: (window: string) => string;
  readonly total: (window: string) => string;
}

const delivered = (window: string): string => `sum(rate(chat_delivery_seconds_count{kind="all"}[${window}]))`;
const deliveredWithin = (seconds: number, window: string): string =>
  `sum(rate(chat_delivery_seconds_bucket{kind="all",${bucketLimit(seconds)}}[${window}]))`;

// What 4xx says is a matter of the caller: a wrong password, a room that is not there, a ban.
const joined = (window: string, status = '2xx|5xx|6xx'): string =>
  `sum(rate(chat_sip_transaction_seconds_count{method="INVITE",status_class=~"${status}"}[${window}]))`;
const joinedWithin = (seconds: number, window: string): string =>
  `sum(rate(chat_sip_transaction_seconds_bucket{method="INVITE",status_class="2xx",${bucketLimit(seconds)}}[${window}]))`;

export const objectives: readonly Objective[] = [
  {
    id: 'delivery',
    title: '99 % of messages delivered in under 300 ms',
    budget: 0.01,
    bad: (window) => `(${delivered(window)} - ${deliveredWithin(0.3, window)})`,
    total: delivered,
  },
  {
    id: 'delivery_tail',
    title: '99.9 % of messages delivered in under 2 s',
    budget: 0.001,
    bad: (window) => `(${delivered(window)} - ${deliveredWithin(2, window)})`,
    total: delivered,
  },
  {
    id: 'send',
    title: '99.95 % of SENDs neither answered 5xx nor left unanswered',
    budget: 0.0005,
    bad: (window) => `(sum(rate(chat_msrp_requests_total{method="SEND",status=~"5..|none"}[${window}])) or vector(0))`,
    total: (window) => `sum(rate(chat_msrp_requests_total{method="SEND"}[${window}]))`,
  },
  {
    id: 'join',
    title: '99.9 % of authorised joins answered 2xx in under 1 s',
    budget: 0.001,
    bad: (window) => `(${joined(window)} - (${joinedWithin(1, window)} or vector(0)))`,
    total: (window) => joined(window),
  },
];

/** Windows of the burn rates: the long one says that it is real, the short one that it goes on. */
export const windows = ['5m', '30m', '1h', '6h'] as const;

/** Share of an objective's events that went wrong, as a recorded series. */
export function errorRatio(id: Objective['id'], window: (typeof windows)[number]): string {
  return `slo:${id}_error_ratio:rate${window}`;
}

/**
 * Of every objective: the error ratio over each window, and the two rates that sums over 30 days are made of (a mean of
 * ratios would count quiet nights as much as busy days).
 */
export const objectiveRecords: readonly RecordingRule[] = objectives.flatMap(({ id, bad, total }) => [
  { record: `slo:${id}_bad:rate5m`, expr: bad('5m') },
  { record: `slo:${id}_total:rate5m`, expr: total('5m') },
  ...windows.map((window) => ({ record: errorRatio(id, window), expr: `${bad(window)} / ${total(window)}` })),
]);

/** Part of the 30 days' error budget that is left: 1 is all of it, below 0 the objective is missed. */
export function budgetLeft({ id, budget }: Objective): string {
  return `1 - sum_over_time(slo:${id}_bad:rate5m[30d]) / sum_over_time(slo:${id}_total:rate5m[30d]) / ${String(budget)}`;
}

/** Burns `factor` times the budget over both windows. */
export function burns(id: Objective['id'], long: '1h' | '6h', short: '5m' | '30m', factor: number): string {
  const budget = String(objectives.find((one) => one.id === id)?.budget);
  const over = (window: (typeof windows)[number]): string =>
    `${errorRatio(id, window)} > ${String(factor)} * ${budget}`;
  return `${over(long)} and ${over(short)}`;
}
