/**
 * The ledger: what every participant sent, what was accepted, what everybody received, what history kept.
 * It only records; `judge.ts` decides. Message identity is the digest of the octets, so every body of a run is unique
 * (actors put a counter in it).
 */

/** One device of one participant: what sends and receives. */
export interface EndpointKey {
  readonly participant: string;
  readonly endpoint: string;
}

/** What became of a SEND, as its sender saw it. */
export type Outcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly status: number }
  /** No answer: the message may or may not be in the room. */
  | { readonly kind: 'unanswered' };

export interface SentEntry extends EndpointKey {
  readonly type: 'sent';
  readonly room: string;
  /** Digest of the octets handed to MSRP (the whole CPIM object). */
  readonly digest: string;
  readonly bytes: number;
  /** Undefined: to the room. Otherwise the participant it is for. */
  readonly audience: string | undefined;
  /** Place in the recording: everything before it happened before. */
  readonly at: number;
}

export interface AnsweredEntry {
  readonly type: 'answered';
  readonly digest: string;
  readonly outcome: Outcome;
  readonly at: number;
}

export interface ReceivedEntry extends EndpointKey {
  readonly type: 'received';
  readonly room: string;
  readonly digest: string;
  readonly bytes: number;
  /** Message-ID of the copy. A copy whose Message-ID the endpoint has seen is a repeat it drops (RFC 4975 section 5.4). */
  readonly messageId: string;
  readonly at: number;
}

export interface PresenceEntry extends EndpointKey {
  readonly type: 'joined' | 'leaving';
  readonly room: string;
  readonly at: number;
}

export type LedgerEntry = SentEntry | AnsweredEntry | ReceivedEntry | PresenceEntry;

/** What the database of the history service holds of a room, in its order. */
export interface KeptHistory {
  readonly room: string;
  readonly digests: readonly string[];
}

type Unplaced<T> = T extends LedgerEntry ? Omit<T, 'at' | 'type'> : never;

/** Collects entries in the order they happen in this process. */
export class Ledger {
  readonly #entries: LedgerEntry[] = [];
  readonly #history: KeptHistory[] = [];

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  get history(): readonly KeptHistory[] {
    return this.#history;
  }

  /** The join is confirmed: the endpoint must get everything sent from now on. */
  joined(entry: Unplaced<PresenceEntry>): void {
    this.#entries.push({ type: 'joined', ...entry, at: this.#entries.length });
  }

  /** The endpoint begins to leave (or is about to be cut off): from now on nothing is owed to it. */
  leaving(entry: Unplaced<PresenceEntry>): void {
    this.#entries.push({ type: 'leaving', ...entry, at: this.#entries.length });
  }

  /** Recorded before the first octet leaves. */
  sent(entry: Unplaced<SentEntry>): void {
    this.#entries.push({ type: 'sent', ...entry, at: this.#entries.length });
  }

  answered(digest: string, outcome: Outcome): void {
    this.#entries.push({ type: 'answered', digest, outcome, at: this.#entries.length });
  }

  received(entry: Unplaced<ReceivedEntry>): void {
    this.#entries.push({ type: 'received', ...entry, at: this.#entries.length });
  }

  /** The rows of a logged room, read when the run is over. */
  kept(history: KeptHistory): void {
    this.#history.push(history);
  }

  /** A copy of the recording that can be changed without changing this one. */
  snapshot(): Recording {
    return {
      entries: [...this.#entries],
      history: this.#history.map((kept) => ({ ...kept, digests: [...kept.digests] })),
    };
  }
}

/** A finished recording. */
export interface Recording {
  readonly entries: readonly LedgerEntry[];
  readonly history: readonly KeptHistory[];
}
