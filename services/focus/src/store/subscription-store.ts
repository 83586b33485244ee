import type { Dialog, SipFlow, SubscribeUsage } from '@plenary/sip';
import type { DialogKey } from './interface.js';

/** One subscription of a dialog; `eventId`: the `id` of its Event, empty where there is none (RFC 6665 section 8.2.1). */
export interface SubscriptionKey extends DialogKey {
  readonly eventId: string;
}

/** Who subscribed, as far as the focus vouches for it: what it sees of the room depends on that. */
export interface Viewer {
  /** Address of record. */
  readonly uri: string;
  readonly identities: readonly string[];
  readonly systemRoles: readonly string[];
}

/**
 * What a subscriber is sent: RFC 4575 documents with their partial ones (`legacy`), whole XCON documents (`xcon`), or those and the differences
 * between them (`xcon-diff`; RFC 6502).
 */
export type NotifyForm = 'legacy' | 'xcon' | 'xcon-diff';

/** One subscription to a room's state, as every replica must be able to go on with it. */
export interface SubscriptionRecord extends SubscriptionKey {
  /** Raised with every change; a change names the one it was made from. */
  readonly rv: number;
  readonly usage: SubscribeUsage;
  readonly room: string;
  readonly conferenceUri: string;
  /** User part of the conference URI, as it stands in our Contact. */
  readonly roomUser: string;
  readonly viewer: Viewer;
  readonly form: NotifyForm;
  /** Our Contact is a GRUU: the peer knows what that is (RFC 5627). */
  readonly gruu: boolean;
  /** Version of the last RFC 4575 document sent; 0 before the first. */
  readonly version: number;
  /** Replica that sends its NOTIFYs. */
  readonly notifier: string;
}

/** A dialog as a request in it needs it, and how the peer was last heard. */
export interface PeerPath {
  readonly dialog: Dialog;
  readonly flow: SipFlow;
  /** Replica that holds that flow. */
  readonly replica: string;
}

/** A dialog that carries subscriptions and no INVITE usage. */
export interface SubscriptionDialog extends PeerPath, DialogKey {
  readonly rv: number;
  /** Address of record of the user who made it. */
  readonly userUri: string;
}

/** What became of the wish to send a NOTIFY. */
export type NotifyClaim =
  | { readonly kind: 'claimed'; readonly record: SubscriptionRecord; readonly path: PeerPath }
  /** Somebody has changed the subscription since it was read, or it is gone. */
  | { readonly kind: 'changed' }
  /** Its dialog is gone. */
  | { readonly kind: 'orphaned' };

export interface SubscriptionCounts {
  readonly room: number;
  readonly user: number;
}

export interface SubscriptionStore {
  /** `dialog`: present where the SUBSCRIBE made it. */
  insert(record: Omit<SubscriptionRecord, 'rv'>, dialog?: SubscriptionDialog): Promise<SubscriptionRecord>;
  find(key: SubscriptionKey): Promise<SubscriptionRecord | undefined>;
  findDialog(key: DialogKey): Promise<SubscriptionDialog | undefined>;
  /** Writes the subscription if nobody has changed it since it was read; undefined when somebody has. */
  update(record: SubscriptionRecord): Promise<SubscriptionRecord | undefined>;
  /** The same for a dialog. */
  updateDialog(dialog: SubscriptionDialog): Promise<SubscriptionDialog | undefined>;
  /** Takes the next CSeq of the dialog and the next version for a NOTIFY; `path.dialog` is as it was before, for `buildDialogRequest`. */
  claimNotify(record: SubscriptionRecord): Promise<NotifyClaim>;
  /** Removes the subscription, and its dialog when nothing else is in it; a CSeq is taken for the last NOTIFY. */
  end(record: SubscriptionRecord): Promise<NotifyClaim>;
  /** Takes over subscriptions of replicas not seen since `seenSinceMs`, and what nobody ended although it is long over. */
  adopt(claim: AdoptClaim): Promise<SubscriptionRecord[]>;
  counts(room: string, viewerUri: string): Promise<SubscriptionCounts>;
  /** This replica is alive. */
  beat(replica: string, nowMs: number): Promise<void>;
  /** It stops: its subscriptions are anybody's at once. */
  release(replica: string): Promise<void>;
}

export interface AdoptClaim {
  readonly replica: string;
  readonly nowMs: number;
  readonly seenSinceMs: number;
  readonly limit: number;
}
