/** The services that have metrics. */
export type ServiceName = 'focus' | 'msrp-edge' | 'room-state' | 'history' | 'ccmp';

export const everyService: readonly ServiceName[] = ['focus', 'msrp-edge', 'room-state', 'history', 'ccmp'];

/**
 * What a label may say: one of some words, or a text of a form, with the number of different ones a process may have. Never a room, a
 * user, a Call-ID, a subject or an address.
 */
export type LabelValues = readonly string[] | { readonly form: RegExp; readonly most: number };

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>>;
  readonly services: readonly ServiceName[];
  /** Upper bounds of a histogram, rising, in the base unit. */
  readonly buckets?: readonly number[];
}

export type MetricDefinitions = Readonly<Record<string, MetricDefinition>>;

/** Counts as `other`: what a peer may choose freely is never a label. */
export const other = 'other';

/** Upper bounds for what users wait for: 1 ms to 30 s, in seconds. 0.3 s is there because an objective is set on it. */
export const latencyBucketsSeconds: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30,
];
