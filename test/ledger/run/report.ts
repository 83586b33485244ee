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

/**
 * Where the order of somebody differs from that of history: the first few places, by sequence. Says who strayed where `one-order` only
 * says that somebody did.
 */
export function strayedOf({ recording, history }: LedgerRun): string[] {
  const seqOf = new Map(history.map(({ digest, seq }) => [digest, seq]));
  const last = new Map<string, bigint>();
  const strayed: string[] = [];
  for (const entry of recording.entries) {
    if (entry.type !== 'received') continue;
    const seq = seqOf.get(entry.digest);
    const before = last.get(entry.endpoint) ?? 0n;
    if (seq === undefined) continue;
    if (seq <= before) strayed.push(`${entry.endpoint} got ${seq} after ${before} (${entry.messageId})`);
    last.set(entry.endpoint, seq);
  }
  return strayed.length > 10 ? [...strayed.slice(0, 10), `and ${strayed.length - 10} more`] : strayed;
}
