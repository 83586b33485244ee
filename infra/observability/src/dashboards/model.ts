/** What a panel asks: PromQL, and the legend of its series (`{{label}}`s are replaced). */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** Units as Grafana calls them. */
export type Unit = 's' | 'Bps' | 'bytes' | 'reqps' | 'ops' | 'percentunit' | 'short';

export interface Panel {
  readonly title: string;
  /** What it shows, and what is usual. */
  readonly description: string;
  readonly unit: Unit;
  readonly kind: 'timeseries' | 'stat' | 'heatmap';
  readonly queries: readonly Query[];
  /** The alert whose runbook says what to do when this looks wrong. */
  readonly runbook: string;
  /** Where its metrics come from; those of exporters are not seen in tests. Default `services`. */
  readonly from?: 'exporters';
  /** Set where no series is good news, or nothing unusual; says why. */
  readonly emptyBecause?: string;
  /** Also leads to Jaeger's search for this service. */
  readonly traces?: 'msrp-edge' | 'focus' | 'ccmp';
}

/** Panels under a heading. */
export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  /** Also the name of its file, and part of its address in Grafana. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly rows: readonly Row[];
}

/** A rate over the window Grafana finds right for the scrape interval. */
export function rate(selector: string): string {
  return `rate(${selector}[$__rate_interval])`;
}

/** A percentile (0..1) of a histogram; `by` are the labels it is told apart by. */
export function percentile(share: number, histogram: string, selector = '', by: readonly string[] = []): string {
  return `histogram_quantile(${String(share)}, sum by (${['le', ...by].join(', ')}) (${rate(`${histogram}_bucket${selector}`)}))`;
}

/** The three percentiles of a waiting time. */
export function percentiles(histogram: string, selector = ''): Query[] {
  return [0.5, 0.95, 0.99].map((share) => ({
    expr: percentile(share, histogram, selector),
    legend: `${String(share * 100)} %`,
  }));
}
