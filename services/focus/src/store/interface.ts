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
  /** Address of record of the user who joined: whoever speaks in the dialog has to be this user. */
  readonly userUri: string;
  readonly edgeId: string;
  /** Our MSRP URI, as it stands in our SDP. */
  readonly path: string;
  readonly localSdp: string;
  /** Undefined while an answer is awaited in the ACK. */
  readonly remoteSdp: string | undefined;
  readonly capabilities: EndpointCapabilities;
}

/** Session timer (RFC 4028): whose duty the refresh is, when something is to be done about it, and when the session is over. */
export interface TimerRecord {
  readonly weRefresh: boolean;
  readonly intervalSeconds: number;
  /** Our refresh, or where the peer refreshes the end. */
  readonly dueAtMs: number;
  readonly endAtMs: number;
}

/** Which of the due dialogs a replica takes. */
export interface DueClaim {
  readonly nowMs: number;
  readonly replica: string;
  /** A dialog whose replica has not taken it for so long is anybody's. */
  readonly othersAfterMs: number;
  /** No other caller gets them again before that is over. */
  readonly leaseMs: number;
  readonly limit: number;
}

export interface DialogStore {
  /** Unless it is updated before `ackDueAtMs`, it is due then: its 2xx was never acknowledged, and its replica has perhaps died. */
  insert(record: Omit<DialogRecord, 'rv'>, ackDueAtMs: number): Promise<DialogRecord>;
  find(key: DialogKey): Promise<DialogRecord | undefined>;
  findByChatId(chatId: string): Promise<DialogRecord | undefined>;
  /** chat-IDs of all dialogs with a conference, by its room id. */
  chatIdsIn(room: string): Promise<string[]>;
  /** Writes the record if nobody has changed it since it was read; undefined when somebody has. */
  update(record: DialogRecord): Promise<DialogRecord | undefined>;
  /** Its ACK has come: the record confirmed, if nobody has changed it since it was read; undefined when somebody has. */
  confirm(record: DialogRecord): Promise<DialogRecord | undefined>;
  /** Removes it; of several callers exactly one gets it. */
  take(key: DialogKey): Promise<DialogRecord | undefined>;
  takeByChatId(chatId: string): Promise<DialogRecord | undefined>;
  claimDue(claim: DueClaim): Promise<DialogRecord[]>;
  /** Dialogs last heard by that replica. */
  count(replica: string): Promise<number>;
}

export interface NonceStore {
  /** Notes the use of a nonce; false when this count, or a higher one, was used before (RFC 7616 section 3.4). */
  use(nonce: string, count: number, expiresAtMs: number): Promise<boolean>;
  forgetExpired(nowMs: number): Promise<void>;
}
