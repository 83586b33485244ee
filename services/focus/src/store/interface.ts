import type { EndpointCapabilities } from '@plenary/proto/chat';
import type { Dialog, SipFlow } from '@plenary/sip';

/** What names a dialog at our side: the peer's Call-ID and our tag (RFC 3261 section 12). */
export interface DialogKey {
  readonly callId: string;
  readonly localTag: string;
}

/** One dialog of a participant with a room, as every replica must be able to go on with it. */
export interface DialogRecord extends DialogKey {
  /** Raised with every change; a change names the one it was made from. */
  readonly rv: number;
  /** `awaiting-answer`: our 2xx held the offer, the ACK brings the answer. */
  readonly state: 'awaiting-ack' | 'awaiting-answer' | 'confirmed';
  /** The dialog core's own row (tags, CSeq both ways, route set, remote target). */
  readonly dialog: Dialog;
  readonly media: MediaRecord;
  readonly timer: TimerRecord | undefined;
  /** Methods the peer allows; undefined when it has not said. */
  readonly peerAllows: readonly string[] | undefined;
  /** How the peer was last heard: where requests of ours go. */
  readonly flow: SipFlow;
  /** Replica that holds that flow. */
  readonly replica: string;
}

/** The participant's seat and its media session. */
export interface MediaRecord {
  readonly room: string;
  readonly conferenceUri: string;
  /** User part of the conference URI, as it stands in our Contact. */
  readonly roomUser: string;
  readonly chatId: string;
  readonly pid: string;
  readonly edgeId: string;
  /** Our MSRP URI, as it stands in our SDP. */
  readonly path: string;
  readonly localSdp: string;
  /** Undefined while an answer is awaited in the ACK. */
  readonly remoteSdp: string | undefined;
  readonly capabilities: EndpointCapabilities;
}

/** Session timer (RFC 4028): whose duty the refresh is, and when something is to be done: our refresh, or the end. */
export interface TimerRecord {
  readonly weRefresh: boolean;
  readonly intervalSeconds: number;
  readonly dueAtMs: number;
}

export interface DialogStore {
  insert(record: Omit<DialogRecord, 'rv'>): Promise<DialogRecord>;
  find(key: DialogKey): Promise<DialogRecord | undefined>;
  findByChatId(chatId: string): Promise<DialogRecord | undefined>;
  /** Writes the record if nobody has changed it since it was read; undefined when somebody has. */
  update(record: DialogRecord): Promise<DialogRecord | undefined>;
  /** Removes it; of several callers exactly one gets it. */
  take(key: DialogKey): Promise<DialogRecord | undefined>;
  takeByChatId(chatId: string): Promise<DialogRecord | undefined>;
  /** Dialogs whose timer is due, at most `limit`; no other caller gets them again before `leaseMs` are over. */
  claimDue(nowMs: number, leaseMs: number, limit: number): Promise<DialogRecord[]>;
  count(): Promise<number>;
}

export interface NonceStore {
  /** Notes the use of a nonce; false when this count, or a higher one, was used before (RFC 7616 section 3.4). */
  use(nonce: string, count: number, expiresAtMs: number): Promise<boolean>;
  forgetExpired(nowMs: number): Promise<void>;
}
