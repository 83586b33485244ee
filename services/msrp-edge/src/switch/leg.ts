/**
 * One leg is one copy of a message to one recipient: `MSRP <id> SEND`, the recipient's paths, and everything else. Only
 * the paths differ between recipients, so a copy is rendered once per message (`Copy`) and the paths once per session.
 *
 * Spec: RFC 4975 section 7.1, RFC 7701 section 6.1 and 9.3.   Req: CHAT-010, MSRP-011, RPT-013.
 */

/** Largest body whose Byte-Range may name its end: above it a chunk has `*` there (RFC 4975 section 7.1.1). */
export const CLOSED_RANGE_BYTES = 2048;

/** `To-Path` and `From-Path` of everything written to one session: the peer's whole path, then our URI (TRN-021). */
export function renderPaths(peerPath: readonly string[], ownUri: string): string {
  return `To-Path: ${peerPath.join(' ')}\r\nFrom-Path: ${ownUri}\r\n`;
}

/** Outbound Message-ID: the same for this event at every edge and at every replay (MSRP-003). */
export function outboundMessageId(tag: string, seq: number): string {
  return `${tag}.${seq.toString(36)}`;
}

/** What a copy says about itself; `octets` are the chunk's body. */
export interface CopyParts {
  readonly messageId: string;
  readonly octets: Buffer;
  /** 1-based place of the first octet. */
  readonly offset: number;
  /** Octets of the whole message; 0: not known. */
  readonly total: number;
  readonly flag: '$' | '+' | '#';
}

/** Byte-Range of a copy: true to its octets, `*` as end where the chunk has to be interruptible. */
export function renderByteRange(offset: number, lengthBytes: number, total: number): string {
  const end = lengthBytes > CLOSED_RANGE_BYTES ? '*' : String(offset + lengthBytes - 1);
  return `${offset}-${end}/${total === 0 ? '*' : total}`;
}

/**
 * One chunk, rendered for all its recipients. Text is latin1: one character is one octet of the wire.
 *
 * The id must not stand as an end-line in the body (RFC 4975 section 7.1: "the sender [...] MUST choose [one] that does
 * not appear"): `nextId` is asked again until it does not.
 */
export class Copy {
  readonly transactionId: string;
  /** Start line. */
  readonly head: string;
  /** Everything after the paths, reporting errors only. */
  readonly tail: string;
  readonly #parts: CopyParts;
  readonly #body: string;
  #trackedTail: string | undefined;
  #headOctets: Buffer | undefined;
  #tailOctets: Buffer | undefined;
  #trackedTailOctets: Buffer | undefined;

  constructor(parts: CopyParts, nextId: () => string) {
    this.#parts = parts;
    this.#body = parts.octets.toString('latin1');
    let id = nextId();
    while (this.#body.includes(`-------${id}`)) id = nextId();
    this.transactionId = id;
    this.head = `MSRP ${id} SEND\r\n`;
    this.tail = this.#renderTail('Failure-Report: partial\r\n');
  }

  /** Like `tail`, but asking for a 200: it moves the recipient's cursor. */
  get trackedTail(): string {
    return (this.#trackedTail ??= this.#renderTail('Failure-Report: yes\r\n'));
  }

  /** `head` as octets, for sockets that are written octets. */
  get headOctets(): Buffer {
    return (this.#headOctets ??= Buffer.from(this.head, 'latin1'));
  }

  get tailOctets(): Buffer {
    return (this.#tailOctets ??= Buffer.from(this.tail, 'latin1'));
  }

  get trackedTailOctets(): Buffer {
    return (this.#trackedTailOctets ??= Buffer.from(this.trackedTail, 'latin1'));
  }

  /** The same chunk under another transaction id: for a second session on a connection that has it already. */
  under(nextId: () => string): Copy {
    return new Copy(this.#parts, nextId);
  }

  #renderTail(failureReport: string): string {
    const { messageId, octets, offset, total, flag } = this.#parts;
    return flat(
      `Message-ID: ${messageId}\r\nByte-Range: ${renderByteRange(offset, octets.length, total)}\r\n${failureReport}` +
        `Content-Type: message/cpim\r\n\r\n${this.#body}\r\n-------${this.transactionId}${flag}\r\n`,
    );
  }
}

/** One string instead of a tree of its parts: it is going to be copied once per recipient. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
