/** A series that is computed ahead, so that dashboards and alerts over hours stay cheap. */
export interface RecordingRule {
  /** `slo:<what>:<operation>`. */
  readonly record: string;
  readonly expr: string;
}

/** `page` wakes somebody up; `ticket` waits for working hours. */
export type Severity = 'page' | 'ticket';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  /** How long it must hold, as Prometheus writes it. Default `0s`. */
  readonly for?: string;
  readonly severity: Severity;
  /** One sentence; may name labels of the alert: `{{ $labels.pool }}`. */
  readonly summary: string;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly records: readonly RecordingRule[];
  readonly alerts: readonly AlertRule[];
}

/** Ends a selector in one of two spellings of a bucket's limit: Prometheus 3 stores `1` as `1.0`. */
export function bucketLimit(seconds: number): string {
  const text = String(seconds);
  return text.includes('.') ? `le="${text}"` : `le=~"${text}(\\\\.0)?"`;
}
