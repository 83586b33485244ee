import type { LedgerRun } from './run-ledger.js';

/** One line about a run, for the log of a test. */
export function reportOf({ summary, seconds, history }: LedgerRun): string {
  const { sent, accepted, refused, unanswered, received } = summary;
  return (
    `ledger: ${sent} sent, ${accepted} accepted, ${refused} refused, ${unanswered} unanswered, ` +
    `${received} received, ${history.length} kept, ${seconds.toFixed(1)} s`
  );
}

/** The first few violations, readable in a failure. */
export function violationsOf({ violations }: LedgerRun): string[] {
  const shown = violations.slice(0, 10).map(({ invariant, message }) => `${invariant}: ${message}`);
  return violations.length > shown.length ? [...shown, `and ${violations.length - shown.length} more`] : shown;
}
