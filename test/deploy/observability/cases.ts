/** Series of a rule test, in promtool's notation, and the labels of the alert that is expected. */
export interface RuleCase {
  readonly alert: string;
  readonly name: string;
  readonly series: Readonly<Record<string, string>>;
  /** When the alert is looked at. */
  readonly at: string;
  /** Labels of the alert, without its severity; null: it must be silent. */
  readonly fires: Readonly<Record<string, string>> | null;
  /** Between two samples. Default 1m. */
  readonly interval?: string;
}

const fires = (
  alert: string,
  name: string,
  at: string,
  series: RuleCase['series'],
  labels: Readonly<Record<string, string>> = {},
  interval?: string,
): RuleCase => ({ alert, name, at, series, fires: labels, ...(interval === undefined ? {} : { interval }) });
const silent = (alert: string, name: string, at: string, series: RuleCase['series'], interval?: string): RuleCase => ({
  alert,
  name,
  at,
  series,
  fires: null,
  ...(interval === undefined ? {} : { interval }),
});

/** Deliveries of 10,000 a minute, of which `slow` are slow, in stretches: [slow a minute, minutes]. */
function deliveries(...stretches: readonly (readonly [slow: number, minutes: number])[]): RuleCase['series'] {
  return {
    'chat_delivery_seconds_count{kind="all",pod="e0"}': rising(stretches.map(([, minutes]) => [10_000, minutes])),
    'chat_delivery_seconds_bucket{kind="all",pod="e0",le="0.3"}': rising(
      stretches.map(([slow, minutes]) => [10_000 - slow, minutes]),
    ),
    // Private messages have an objective of their own kind: none.
    'chat_delivery_seconds_count{kind="private",pod="e0"}': '0+9000x900',
    'chat_delivery_seconds_bucket{kind="private",pod="e0",le="0.3"}': '0+9000x900',
    'chat_delivery_seconds_bucket{kind="all",pod="e0",le="0.2"}': '0x900',
    'chat_delivery_seconds_bucket{kind="all",pod="e0",le="+Inf"}': rising(
      stretches.map(([, minutes]) => [10_000, minutes]),
    ),
  };
}

function sends(...stretches: readonly (readonly [bad: number, minutes: number])[]): RuleCase['series'] {
  return {
    'chat_msrp_requests_total{method="SEND",status="200"}': rising(
      stretches.map(([bad, minutes]) => [10_000 - 2 * bad, minutes]),
    ),
    'chat_msrp_requests_total{method="SEND",status="503"}': rising(stretches),
    'chat_msrp_requests_total{method="SEND",status="none"}': rising(stretches),
    'chat_msrp_requests_total{method="NICKNAME",status="503"}': '0+9000x900',
    'chat_msrp_requests_total{method="NICKNAME",status="200"}': '0+1x900',
  };
}

/** A counter that rises by `step` a minute in each stretch. */
function rising(stretches: readonly (readonly [step: number, minutes: number])[]): string {
  let from = 0;
  const parts: string[] = [];
  for (const [step, minutes] of stretches) {
    parts.push(`${String(from + step)}+${String(step)}x${String(minutes - 1)}`);
    from += step * minutes;
  }
  return parts.join(' ');
}

const leaders = (counts: readonly number[]): RuleCase['series'] =>
  Object.fromEntries(
    counts.flatMap((count, server) =>
      Array.from({ length: count }, (_, index) => [
        `nats_stream_last_seq{stream_name="CHAT_${String(server)}${String(index).padStart(2, '0')}",server_name="n${String(server)}",is_stream_leader="true"}`,
        '5x60',
      ]),
    ),
  );
const replica = (stream: string, leads: boolean, values: string): RuleCase['series'] => ({
  [`nats_stream_last_seq{stream_name="${stream}",server_name="n1",is_stream_leader="${String(leads)}"}`]: values,
});
const allServices = ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp'];
const running = (services: readonly string[]): RuleCase['series'] =>
  Object.fromEntries(services.map((service) => [`chat_build_info{service="${service}",pod="p"}`, '1x60']));
const expiry = (days: number): RuleCase['series'] => ({
  'chat_tls_cert_expiry_seconds{service="ccmp",pod="a",name="public"}': `${String(days * 86_400)}x180`,
  'chat_tls_cert_expiry_seconds{service="ccmp",pod="b",name="public"}': `${String(400 * 86_400)}x180`,
});
const expires = { service: 'ccmp', name: 'public' };
const certificates = (alert: string, days: number): RuleCase[] => [
  fires(alert, 'a little too late', '70m', expiry(days * 0.95), expires),
  silent(alert, 'still enough', '70m', expiry(days * 1.05)),
  silent(alert, 'not for long enough', '50m', expiry(days * 0.95)),
];
/** A rate a second, for a day and then another. */
const spike = (name: string, labels: string, before: number, after: number): RuleCase['series'] => ({
  [`${name}{${labels}}`]: rising([
    [before * 60, 1500],
    [after * 60, 60],
  ]),
});
const spikes = (alert: string, metric: string, own: string, labels: Readonly<Record<string, string>>): RuleCase[] => [
  fires(alert, 'twelve times the day before', '1512m', spike(metric, own, 0.5, 6.5), labels),
  silent(alert, 'eight times the day before', '1512m', spike(metric, own, 0.8, 6.4)),
  silent(alert, 'many times next to nothing', '1512m', spike(metric, own, 0.01, 4.5)),
  silent(alert, 'not for long enough', '1506m', spike(metric, own, 0.5, 6.5)),
];
const sessions = (pod: string, state: string, count: number): RuleCase['series'] => ({
  [`chat_edge_sessions{service="msrp-edge",pod="${pod}",pool="a",state="${state}"}`]: `${String(count)}x60`,
});

/** For every alert what must fire, and what must not, close to the threshold and to the time. */
export const cases: readonly RuleCase[] = [
  fires('DeliveryLatencyBurnFast', 'sixteen times the budget', '70m', deliveries([1_600, 120])),
  silent('DeliveryLatencyBurnFast', 'thirteen times the budget', '70m', deliveries([1_300, 120])),
  silent(
    'DeliveryLatencyBurnFast',
    'it is nearly over: only the hour is bad',
    '70m',
    deliveries([2_500, 60], [1_000, 60]),
  ),
  silent('DeliveryLatencyBurnFast', 'it began just now: only minutes are bad', '70m', deliveries([0, 60], [6_000, 60])),
  silent('DeliveryLatencyBurnFast', 'not for long enough', '1m', deliveries([1_600, 120])),
  fires('DeliveryLatencyBurnSlow', 'seven times the budget', '400m', deliveries([700, 500])),
  silent('DeliveryLatencyBurnSlow', 'five times the budget', '400m', deliveries([500, 500])),
  silent(
    'DeliveryLatencyBurnSlow',
    'it is nearly over: only six hours are bad',
    '400m',
    deliveries([1_500, 360], [450, 60]),
  ),
  silent(
    'DeliveryLatencyBurnSlow',
    'only the last minutes of six hours are bad',
    '405m',
    deliveries([0, 360], [4_200, 60]),
  ),
  silent('DeliveryLatencyBurnSlow', 'not for long enough', '12m', deliveries([700, 500])),
  fires('SendErrorBurn', 'sixteen times the budget', '70m', sends([40, 120])),
  silent('SendErrorBurn', 'thirteen times the budget', '70m', sends([32, 120])),
  silent('SendErrorBurn', 'it is nearly over: only the hour is bad', '70m', sends([60, 60], [25, 60])),
  silent('SendErrorBurn', 'it began just now: only minutes are bad', '70m', sends([0, 60], [150, 60])),
  silent('SendErrorBurn', 'not for long enough', '1m', sends([40, 120])),
  fires(
    'MessagesUnrepaired',
    'one gap',
    '20m',
    { 'chat_gap_unrepaired_total{pod="e0",cause="beacon"}': '0x14 1x20' },
    { cause: 'beacon' },
  ),
  silent('MessagesUnrepaired', 'one long ago', '40m', { 'chat_gap_unrepaired_total{cause="beacon"}': '0x5 1x60' }),
  fires(
    'StreamRewind',
    'one rewind',
    '20m',
    { 'chat_stream_rewind_total{shard="003"}': '0x14 1x20' },
    { shard: '003' },
  ),
  silent('StreamRewind', 'one long ago', '40m', { 'chat_stream_rewind_total{shard="003"}': '0x5 1x60' }),
  fires(
    'LaggingSessions',
    'six of a hundred',
    '12m',
    { ...sessions('e0', 'lagging', 6), ...sessions('e0', 'live', 94) },
    { pool: 'a' },
  ),
  silent('LaggingSessions', 'four of a hundred', '12m', {
    ...sessions('e0', 'lagging', 4),
    ...sessions('e0', 'live', 96),
  }),
  silent('LaggingSessions', 'not for long enough', '8m', {
    ...sessions('e0', 'lagging', 6),
    ...sessions('e0', 'live', 94),
  }),
  fires('HistoryLagHigh', 'seventy seconds', '7m', { 'chat_history_lag_seconds{shard="001"}': '70x60' }),
  silent('HistoryLagHigh', 'fifty seconds', '7m', { 'chat_history_lag_seconds{shard="001"}': '50x60' }),
  silent('HistoryLagHigh', 'not for long enough', '4m', { 'chat_history_lag_seconds{shard="001"}': '70x60' }),
  fires('HistoryRetentionAtRisk', 'a thousand seconds', '7m', { 'chat_history_lag_seconds{shard="001"}': '1000x60' }),
  silent('HistoryRetentionAtRisk', 'eight hundred seconds', '7m', {
    'chat_history_lag_seconds{shard="001"}': '800x60',
  }),
  silent('HistoryRetentionAtRisk', 'not for long enough', '4m', { 'chat_history_lag_seconds{shard="001"}': '1000x60' }),
  fires('OutboxStuck', 'twelve seconds', '3m', { 'chat_outbox_oldest_seconds{pod="r"}': '12x60' }),
  silent('OutboxStuck', 'nine seconds', '3m', { 'chat_outbox_oldest_seconds{pod="r"}': '9x60' }),
  silent('OutboxStuck', 'not for long enough', '45s', { 'chat_outbox_oldest_seconds{pod="r"}': '12x60' }, '15s'),
  fires(
    'ShardWithoutLeader',
    'a follower and no leader',
    '2m',
    { ...replica('CHAT_000', false, '9x60'), ...replica('CHAT_001', true, '9x60') },
    { stream_name: 'CHAT_000' },
    '15s',
  ),
  silent('ShardWithoutLeader', 'a leader elsewhere', '2m', {
    ...replica('CHAT_000', false, '9x60'),
    'nats_stream_last_seq{stream_name="CHAT_000",server_name="n2",is_stream_leader="true"}': '9x60',
  }),
  silent('ShardWithoutLeader', 'a stream that is no shard', '2m', replica('KV_edges', false, '9x60')),
  silent('ShardWithoutLeader', 'not for long enough', '15s', replica('CHAT_000', false, '9x60'), '15s'),
  fires('LeadersSkewed', 'seven of ten', '17m', leaders([7, 2, 1])),
  silent('LeadersSkewed', 'five of nine', '17m', leaders([5, 2, 2])),
  silent('LeadersSkewed', 'not for long enough', '13m', leaders([7, 2, 1])),
  silent('LeadersSkewed', 'streams that are no shards, and followers', '17m', {
    ...leaders([1, 1]),
    'nats_stream_last_seq{stream_name="KV_a",server_name="n1",is_stream_leader="true"}': '9x60',
    'nats_stream_last_seq{stream_name="CHAT_900",server_name="n1",is_stream_leader="false"}': '9x60',
    'nats_stream_last_seq{stream_name="CHAT_901",server_name="n1",is_stream_leader="false"}': '9x60',
  }),
  fires(
    'EdgeEventLoopSlow',
    '250 ms',
    '7m',
    { 'chat_process_event_loop_delay_seconds{service="msrp-edge",pod="e0",quantile="0.99"}': '0.25x60' },
    { pod: 'e0' },
  ),
  silent('EdgeEventLoopSlow', '180 ms, another service, another quantile', '7m', {
    'chat_process_event_loop_delay_seconds{service="msrp-edge",pod="e0",quantile="0.99"}': '0.18x60',
    'chat_process_event_loop_delay_seconds{service="history",pod="h",quantile="0.99"}': '3x60',
    'chat_process_event_loop_delay_seconds{service="msrp-edge",pod="e0",quantile="1"}': '3x60',
  }),
  silent('EdgeEventLoopSlow', 'not for long enough', '4m', {
    'chat_process_event_loop_delay_seconds{service="msrp-edge",pod="e0",quantile="0.99"}': '0.25x60',
  }),
  fires(
    'DrainStuck',
    'a quarter of an hour',
    '20m',
    { 'chat_service_state{service="msrp-edge",pod="e0",state="draining"}': '0x4 1x60', ...sessions('e0', 'live', 3) },
    { pod: 'e0' },
  ),
  silent('DrainStuck', 'ten minutes', '15m', {
    'chat_service_state{service="msrp-edge",pod="e0",state="draining"}': '0x4 1x60',
    ...sessions('e0', 'live', 3),
  }),
  silent('DrainStuck', 'empty', '20m', {
    'chat_service_state{service="msrp-edge",pod="e0",state="draining"}': '1x60',
    ...sessions('e0', 'live', 0),
    ...sessions('e1', 'live', 3),
  }),
  silent('DrainStuck', 'ready, or another service', '20m', {
    'chat_service_state{service="msrp-edge",pod="e0",state="ready"}': '1x60',
    'chat_service_state{service="focus",pod="e0",state="draining"}': '1x60',
    ...sessions('e0', 'live', 3),
  }),
  ...spikes('AuthFailureSpike', 'chat_auth_failures_total', 'protocol="sip",reason="wrong"', { protocol: 'sip' }),
  ...spikes('SipRejectSpike', 'chat_sip_rejected_total', 'reason="parse"', { reason: 'parse' }),
  ...certificates('CertExpiry', 14),
  ...certificates('CertExpiryClose', 3),
  ...allServices.map((service) =>
    fires('ScrapeGone', `no ${service}`, '7m', running(allServices.filter((one) => one !== service)), { service }),
  ),
  silent('ScrapeGone', 'all are there', '7m', running(allServices)),
  silent('ScrapeGone', 'not for long enough', '4m', running(allServices.slice(1))),
];
