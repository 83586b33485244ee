import type { KeptHistory, Outcome, PresenceEntry, Recording, ReceivedEntry, SentEntry } from './record.js';

/** One stay of an endpoint in a room; `until` is the place where it began to leave. */
export interface Stay {
  readonly participant: string;
  readonly endpoint: string;
  readonly room: string;
  readonly from: number;
  readonly until: number;
}

/** A recording laid out for the invariants. */
export interface LedgerIndex {
  readonly sent: ReadonlyMap<string, SentEntry>;
  readonly outcome: ReadonlyMap<string, Outcome>;
  readonly stays: readonly Stay[];
  /** Receipts by endpoint key, in order, repeats dropped by Message-ID as a receiver does. */
  readonly shown: ReadonlyMap<string, readonly ReceivedEntry[]>;
  readonly received: readonly ReceivedEntry[];
  readonly history: readonly KeptHistory[];
}

export function endpointKey(entry: { participant: string; endpoint: string; room: string }): string {
  return `${entry.room} ${entry.participant} ${entry.endpoint}`;
}

/** The outcome of a message; one nobody answered is `unanswered`. */
export function outcomeOf(index: LedgerIndex, digest: string): Outcome {
  return index.outcome.get(digest) ?? { kind: 'unanswered' };
}

export function indexOf(recording: Recording): LedgerIndex {
  const sent = new Map<string, SentEntry>();
  const outcome = new Map<string, Outcome>();
  const open = new Map<string, PresenceEntry>();
  const stays: Stay[] = [];
  const shown = new Map<string, ReceivedEntry[]>();
  const seenIds = new Map<string, Set<string>>();
  const received: ReceivedEntry[] = [];

  for (const entry of recording.entries) {
    switch (entry.type) {
      case 'sent':
        sent.set(entry.digest, entry);
        break;
      case 'answered':
        outcome.set(entry.digest, entry.outcome);
        break;
      case 'joined':
        open.set(endpointKey(entry), entry);
        break;
      case 'leaving': {
        const key = endpointKey(entry);
        const joined = open.get(key);
        if (joined) stays.push({ ...keyParts(joined), from: joined.at, until: entry.at });
        open.delete(key);
        break;
      }
      case 'received': {
        received.push(entry);
        const key = endpointKey(entry);
        const ids = seenIds.get(key) ?? new Set<string>();
        seenIds.set(key, ids);
        if (ids.has(entry.messageId)) break;
        ids.add(entry.messageId);
        const list = shown.get(key) ?? [];
        shown.set(key, list);
        list.push(entry);
        break;
      }
    }
  }
  for (const joined of open.values()) {
    stays.push({ ...keyParts(joined), from: joined.at, until: Number.POSITIVE_INFINITY });
  }
  return { sent, outcome, stays, shown, received, history: recording.history };
}

function keyParts(entry: { participant: string; endpoint: string; room: string }): {
  participant: string;
  endpoint: string;
  room: string;
} {
  return { participant: entry.participant, endpoint: entry.endpoint, room: entry.room };
}
