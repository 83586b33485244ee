/**
 * What the switch counts: plain fields, because the hot path adds to them; `events.ts` lets the metrics read them.
 */
export class EdgeCounters {
  deliveriesAll = 0;
  deliveriesPrivate = 0;
  deliveriesReplay = 0;
  deliveriesSystem = 0;
  egressBytes = 0;
  /** Writes to sockets, and rounds of them. */
  writes = 0;
  flushes = 0;
  ingressBytes = 0;
  skippedMediaType = 0;
  skippedCongested = 0;
  skippedEvicted = 0;
  gapsDetected = { last_seq: 0, beacon: 0, reconnect: 0, doubt: 0 };
  gapsRepaired = { last_seq: 0, beacon: 0, reconnect: 0, doubt: 0 };
  gapsUnrepaired = { last_seq: 0, beacon: 0, reconnect: 0, doubt: 0 };
  duplicatesSuppressed = 0;
  /** Stored after their sender was muted or had left. */
  silenced = 0;
  /** Refused to their senders. */
  refused = { muted: 0, suspended: 0, file: 0 };
  /** Replays to who joined, by how they ended. */
  replays = { whole: 0, partial: 0, missing: 0 };
  unreadableEvents = 0;
  publishResults = { ok: 0, duplicate: 0, timeout: 0, error: 0 };
  lagged = 0;
  evictions = 0;
  socketPauses = 0;

  get deliveries(): number {
    return this.deliveriesAll + this.deliveriesPrivate + this.deliveriesReplay + this.deliveriesSystem;
  }
}

/** Why a gap was looked for; `doubt`: by what had been seen, a message would have been kept from everybody. */
export type GapCause = 'last_seq' | 'beacon' | 'reconnect' | 'doubt';
