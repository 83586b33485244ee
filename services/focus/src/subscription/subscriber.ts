import type { Timer } from '@plenary/service';
import type { SubscriptionRecord } from '../store/subscription-store.js';
import type { Shape } from './rendition.js';
import type { ViewDocument } from './view-document.js';

/** What a subscriber has yet to be told. */
export type Owed =
  | 'nothing'
  /** What changed since the last NOTIFY; the whole state where there is none to build on. */
  | 'change'
  /** The whole state. */
  | 'full';

/** A subscription this replica sends the NOTIFYs of. Everything but `record` is memory: another replica begins anew with the whole state. */
export class Subscriber {
  record: SubscriptionRecord;
  owed: Owed = 'nothing';
  /** Version of the room that has to be told at least. */
  neededVersion = 0n;
  /** Its view, as room-state named it last. */
  view: string | undefined;
  /** Nothing has happened since that may have changed its view or its rights. */
  isViewCertain = false;
  /** What the peer has: partial documents build on it. */
  shown: { readonly document: ViewDocument; readonly shape: Shape } | undefined;
  /** A NOTIFY is being made or waits for its answer: the next one waits (NOTIF-005). */
  isSending = false;
  /** No NOTIFY of a mere change before this moment (EVT-014). */
  nextAtMs = 0;
  /** NOTIFYs in a row that did not get through. */
  failures = 0;
  /** Whether a TCP connection to a UDP peer could be made; undefined: not tried. */
  takesTcp: boolean | undefined;
  timer: Timer | undefined;
  /** Its end is under way: nothing else is sent. */
  isEnding = false;
  /** Out of this replica's hands: ended, or another one has it. */
  isGone = false;

  constructor(record: SubscriptionRecord) {
    this.record = record;
  }

  owe(owed: Exclude<Owed, 'nothing'>, version: bigint): void {
    if (version > this.neededVersion) this.neededVersion = version;
    if (this.owed !== 'full') this.owed = owed;
  }
}
