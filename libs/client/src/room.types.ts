import type { SessionTimer } from '@plenary/sip';
import type { DialogLine } from './dialog-line.js';
import type { MediaTls, SendOutcome } from './msrp-line.js';
import type { OwnDescription } from './own-description.js';
import type { ReceivedMessage } from './received-message.js';
import type { SipEndpoint } from './sip-endpoint.js';

export interface RoomHandlers {
  /** Every message of the room, in the room's order, once. Its octets are valid for this turn. */
  onMessage(message: ReceivedMessage): void;
  /** The connection is lost; the seat is kept for a while. `Room.move` gets a new one; what was not answered for goes out again then. */
  onLineLost?(reason: string): void;
  /**
   * The stay is over, once: `left` when it was us, the text of the focus's BYE, or what else ended it. `cause`: the status in the BYE's Reason
   * (RFC 3326), 403 for who was removed, 410 for a room that closed.
   */
  onEnded?(reason: string, cause: number | undefined): void;
  /** A REPORT for a message we sent. */
  onReport?(messageId: string, status: number): void;
}

export interface RoomOptions {
  readonly endpoint: SipEndpoint;
  readonly dialog: DialogLine;
  readonly description: OwnDescription;
  readonly userUri: string;
  readonly displayName: string | undefined;
  readonly roomUri: string;
  /** Value of our Contact. */
  readonly contact: string;
  readonly timer: SessionTimer | undefined;
  readonly tls?: MediaTls | undefined;
  readonly messageBytes: number;
  readonly timeoutMs: number;
  readonly handlers: RoomHandlers;
}

/** How a message is sent, whatever is in it. */
export interface SendOptions {
  readonly successReport?: boolean | undefined;
  readonly failureReport?: 'yes' | 'no' | 'partial' | undefined;
  /** Default: a new one. */
  readonly messageId?: string | undefined;
  /** Hears of every piece that was written; `totalBytes` counts the CPIM object. */
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
}

/** A message to the room, or to one participant. */
export interface RoomMessage extends SendOptions {
  readonly contentType: string;
  readonly content: Uint8Array | string;
  /** MIME headers beside Content-Type. */
  readonly contentHeaders?: readonly { readonly name: string; readonly value: string }[] | undefined;
  /** URI of the one participant it is for; default: the room. */
  readonly to?: string | undefined;
}

/** What became of a message: taken (200), refused with a status, or lost here. */
export interface SaidMessage {
  readonly messageId: string;
  /** What was sent: the CPIM object, as a rule. */
  readonly octets: Uint8Array;
  readonly outcome: Promise<SendOutcome>;
}
