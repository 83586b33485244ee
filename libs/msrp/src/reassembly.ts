/**
 * Chunks to messages (RFC 4975 section 7.3.1): by Message-ID and Byte-Range, in any order, with overlaps, within limits. One reassembly
 * belongs to one session.
 */
import { err, ok, type Result } from '@plenary/wire';
import { MsrpError } from './errors.js';
import { Intervals } from './intervals.js';
import type { MsrpRequest } from './message.js';

export interface ReassemblyLimits {
  /** Octets of the largest message. */
  readonly messageBytes: number;
  /** Messages unfinished at a time. */
  readonly openMessages: number;
  /** Separate stretches of octets in one unfinished message. */
  readonly stretches: number;
}

export const DEFAULT_REASSEMBLY_LIMITS: ReassemblyLimits = {
  messageBytes: 10 * 1024 * 1024,
  openMessages: 16,
  stretches: 256,
};

export type Assembly =
  /** More is to come. */
  | { readonly state: 'incomplete' }
  /** All octets have come: the whole body. A view on the request's body when that was the whole message. */
  | { readonly state: 'complete'; readonly body: Uint8Array }
  /** The sender gave the message up (`#`); what had come is gone. */
  | { readonly state: 'aborted' };

export interface Reassembly {
  /**
   * Takes one SEND with a body; it must have a Message-ID.
   *
   * Err `message-too-large`, `too-many-gaps`, `too-many-open-messages` (413) or `byte-range-missing` (400). Once a message was refused,
   * its further chunks get the same error until one ends it (RPT-022).
   */
  add(request: MsrpRequest, nowMs: number): Result<Assembly, MsrpError>;
  /** Drops what was begun at or before `beganBeforeMs` and gives the Message-IDs. */
  expire(beganBeforeMs: number): string[];
  /** Octets of memory held for bodies. */
  readonly heldBytes: number;
  /** Messages unfinished or refused and not yet ended. */
  readonly openMessages: number;
}

/** Req: MSRP-015, RPT-008 to RPT-012, RPT-020, RPT-022. */
export function createReassembly(limits: Partial<ReassemblyLimits> = {}): Reassembly {
  return new SessionReassembly({ ...DEFAULT_REASSEMBLY_LIMITS, ...limits });
}

/** Memory is taken in pages, so that a message with holes costs no more than the octets that came, rounded up. */
const PAGE_BYTES = 4096;

interface OpenMessage {
  readonly beganAtMs: number;
  readonly intervals: Intervals;
  readonly pages: Map<number, Uint8Array>;
  /** Known since the chunk with `$` came. */
  totalBytes: number | undefined;
  refusal: MsrpError | undefined;
}

class SessionReassembly implements Reassembly {
  readonly #limits: ReassemblyLimits;
  readonly #open = new Map<string, OpenMessage>();

  constructor(limits: ReassemblyLimits) {
    this.#limits = limits;
  }

  get heldBytes(): number {
    let held = 0;
    for (const message of this.#open.values()) held += message.pages.size * PAGE_BYTES;
    return held;
  }

  get openMessages(): number {
    return this.#open.size;
  }

  add(request: MsrpRequest, nowMs: number): Result<Assembly, MsrpError> {
    const { head, flag } = request;
    const id = head.messageId;
    if (id === undefined) throw new Error('a SEND without Message-ID cannot be assembled');
    const body = request.body ?? new Uint8Array(0);
    const open = this.#open.get(id);
    if (open?.refusal !== undefined) {
      if (flag !== '+') this.#open.delete(id);
      return err(open.refusal);
    }
    if (flag === '#') {
      this.#open.delete(id);
      return ok({ state: 'aborted' });
    }
    const startsAtOne = head.byteRange === undefined || head.byteRange.start === 1;
    if (flag === '$' && startsAtOne && (open === undefined || head.byteRange !== undefined)) {
      this.#open.delete(id);
      return body.byteLength > this.#limits.messageBytes
        ? err(new MsrpError('message-too-large'))
        : ok({ state: 'complete', body });
    }
    return this.#addChunk(id, open, request, body, nowMs);
  }

  expire(beganBeforeMs: number): string[] {
    const expired: string[] = [];
    // In the order they began.
    for (const [id, message] of this.#open) {
      if (message.beganAtMs > beganBeforeMs) break;
      this.#open.delete(id);
      expired.push(id);
    }
    return expired;
  }

  #addChunk(
    id: string,
    known: OpenMessage | undefined,
    { head, flag }: MsrpRequest,
    body: Uint8Array,
    nowMs: number,
  ): Result<Assembly, MsrpError> {
    if (known === undefined && this.#open.size >= this.#limits.openMessages)
      return err(new MsrpError('too-many-open-messages'));
    const message = known ?? {
      beganAtMs: nowMs,
      intervals: new Intervals(),
      pages: new Map<number, Uint8Array>(),
      totalBytes: undefined,
      refusal: undefined,
    };
    this.#open.set(id, message);

    // "The first chunk of the message SHOULD, and all subsequent chunks MUST, include a Byte-Range" (section 7.1.1).
    if (known !== undefined && head.byteRange === undefined) {
      if (flag !== '+') this.#open.delete(id);
      return err(new MsrpError('byte-range-missing'));
    }
    const from = (head.byteRange?.start ?? 1) - 1;
    const to = from + body.byteLength;
    const { messageBytes, stretches } = this.#limits;
    // Only a total that is too large is believed; otherwise the octets count (MSRP-015).
    if (to > messageBytes || (head.byteRange?.total ?? 0) > messageBytes)
      return this.#refuse(id, message, flag, 'message-too-large');
    message.intervals.add(from, to);
    if (message.intervals.count > stretches) return this.#refuse(id, message, flag, 'too-many-gaps');
    write(message.pages, from, body);
    // "the chunk that has a termination character of "$" defines the total length of the message" (section 7.3.1).
    if (flag === '$') message.totalBytes = to;

    if (message.totalBytes === undefined || !message.intervals.covers(message.totalBytes))
      return ok({ state: 'incomplete' });
    this.#open.delete(id);
    return ok({ state: 'complete', body: read(message.pages, message.totalBytes) });
  }

  #refuse(
    id: string,
    message: OpenMessage,
    flag: MsrpRequest['flag'],
    code: 'message-too-large' | 'too-many-gaps',
  ): Result<Assembly, MsrpError> {
    const refusal = new MsrpError(code);
    message.pages.clear();
    message.refusal = refusal;
    if (flag === '$') this.#open.delete(id);
    return err(refusal);
  }
}

/** Later octets overwrite earlier ones (RFC 4975 section 7.3.1: "the last chunk received SHOULD take precedence"). */
function write(pages: Map<number, Uint8Array>, from: number, octets: Uint8Array): void {
  let taken = 0;
  while (taken < octets.byteLength) {
    const at = from + taken;
    const index = Math.floor(at / PAGE_BYTES);
    let page = pages.get(index);
    if (page === undefined) {
      page = new Uint8Array(PAGE_BYTES);
      pages.set(index, page);
    }
    const offset = at % PAGE_BYTES;
    const size = Math.min(PAGE_BYTES - offset, octets.byteLength - taken);
    page.set(octets.subarray(taken, taken + size), offset);
    taken += size;
  }
}

function read(pages: ReadonlyMap<number, Uint8Array>, sizeBytes: number): Uint8Array {
  const body = new Uint8Array(sizeBytes);
  for (let at = 0; at < sizeBytes; at += PAGE_BYTES) {
    const page = pages.get(at / PAGE_BYTES);
    if (page !== undefined) body.set(page.subarray(0, Math.min(PAGE_BYTES, sizeBytes - at)), at);
  }
  return body;
}
