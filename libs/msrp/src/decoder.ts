/**
 * Octets in, MSRP messages out (RFC 4975 sections 7.1, 7.3.1 and 9): the same messages however the octets are cut.
 *
 * A message has no length field; it ends at its end-line, seven hyphens, its own transaction id, a flag. The decoder looks at
 * each octet of a head once, finds the end-line of a body by search, and keeps between two pushes only what it cannot yet
 * tell: an unfinished head (bounded by `headerBytes`), the body of anything but SEND (bounded by `nonSendBodyBytes`), and, in the
 * body of a SEND, what may be the beginning of the end-line (at most 43 octets).
 */
import { fastView, indexOfOctets, fromLatin1, latin1 } from './bytes.js';
import { isIdent, isMethod, digits } from './characters.js';
import type { DecoderEvent, DecoderLimits } from './decoder-events.js';
import { MsrpError } from './errors.js';
import { HeaderSection, PathMemo } from './head-parser.js';
import { utf8Text } from './header-text.js';
import { checkSend } from './method/send.js';
import type { ContinuationFlag, MsrpRequestHead, MsrpResponse } from './message.js';

export interface Decoder {
  /**
   * Takes the next octets of the connection and calls `sink` for each event they complete, in order, before it returns.
   * `sink` must not call `push`. Does nothing once the decoder is finished.
   */
  push(octets: Uint8Array, sink: (event: DecoderEvent) => void): void;
  /** True after a `fatal` event: nothing more will come. */
  readonly finished: boolean;
  /** Octets of memory held between two pushes, for tests and metrics. */
  readonly heldBytes: number;
}

export const DEFAULT_DECODER_LIMITS: DecoderLimits = {
  headerBytes: 16 * 1024,
  nonSendBodyBytes: 10_240,
  headerCount: 64,
  numberCeiling: 2 ** 48,
};

/** A decoder for one connection. Req: MSRP-001, MSRP-002, MSRP-005 to MSRP-010, MSRP-012, MSRP-016 to MSRP-021. */
export function createDecoder(limits: Partial<DecoderLimits> = {}): Decoder {
  return new StreamDecoder({ ...DEFAULT_DECODER_LIMITS, ...limits });
}

type Sink = (event: DecoderEvent) => void;

const CR = 0x0d;
const LF = 0x0a;
const HYPHEN = 0x2d;
const FLAGS: Readonly<Record<number, ContinuationFlag>> = { 0x24: '$', 0x2b: '+', 0x23: '#' };
/** Octets of CRLF, seven hyphens, the longest transaction id, flag and CRLF. */
const LONGEST_END = 2 + 7 + 32 + 1 + 2;
/** Bodies up to this are searched octet by octet; a native search costs more to begin than it saves. */
const SHORT_SEARCH = 192;
const NO_OCTETS = new Uint8Array(0);

const enum State {
  /** Between two messages. */
  Between,
  /** Within start line and headers. */
  Head,
  /** Within the body of a SEND whose head was given out. */
  Stream,
  /** Within a body that is given out whole or not at all. */
  Gather,
  /** Within the body of something bad: everything to the end-line is dropped. */
  Skip,
  Finished,
}

class StreamDecoder implements Decoder {
  readonly #limits: DecoderLimits;
  readonly #toMemo = new PathMemo();
  readonly #fromMemo = new PathMemo();
  #state = State.Between;
  /** Octets kept from earlier pushes; only ever appended to, so views given out stay true. */
  #store: Uint8Array = NO_OCTETS;
  #storeEnd = 0;
  /** The octets at hand, and the part of them not yet consumed. */
  #view: Uint8Array = NO_OCTETS;
  #at = 0;
  #end = 0;

  // Of the message being read. Offsets are relative to #at.
  #scanned = 0;
  #lineStart = 0;
  readonly #lines: number[] = [];
  #transactionId: string | undefined;
  /** What follows the transaction id in the start line, as text of one character per octet. */
  #startRest = '';
  /** CRLF, seven hyphens, transaction id. */
  #needle: Uint8Array = NO_OCTETS;
  /** Octets at #at that belong to the blank line and not to the body: 2 at its beginning, else 0. */
  #lead = 0;
  #head: MsrpRequestHead | undefined;
  #response: Omit<MsrpResponse, 'flag'> | undefined;

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
  }

  get finished(): boolean {
    return this.#state === State.Finished;
  }

  get heldBytes(): number {
    return this.#store.byteLength;
  }

  push(octets: Uint8Array, sink: Sink): void {
    if (this.#state === State.Finished || octets.byteLength === 0) return;
    this.#append(octets);
    while (this.#at < this.#end && this.#step(sink));
    this.#keepRest();
  }

  /** One step; false when more octets are needed or none are wanted. */
  #step(sink: Sink): boolean {
    switch (this.#state) {
      case State.Between:
        return this.#skipBlank();
      case State.Head:
        return this.#readHead(sink);
      case State.Stream:
        return this.#readStream(sink);
      case State.Gather:
        return this.#readGathered(sink);
      case State.Skip:
        return this.#skipBody();
      default:
        return false;
    }
  }

  // --- octets ------------------------------------------------------------------------------------------------------

  #append(octets: Uint8Array): void {
    if (this.#at === this.#end) {
      this.#view = fastView(octets);
      this.#at = 0;
      this.#end = octets.byteLength;
      return;
    }
    const needed = this.#storeEnd + octets.byteLength;
    if (needed > this.#store.byteLength) {
      const kept = this.#end - this.#at;
      const store = fastView(new Uint8Array(Math.max(256, (kept + octets.byteLength) * 2)));
      store.set(this.#store.subarray(this.#at, this.#end));
      this.#store = store;
      this.#storeEnd = kept;
      this.#at = 0;
    }
    this.#store.set(octets, this.#storeEnd);
    this.#storeEnd += octets.byteLength;
    this.#view = this.#store;
    this.#end = this.#storeEnd;
  }

  /** Copies what is left of the caller's octets, and lets go of a store that is much larger than what is left in it. */
  #keepRest(): void {
    const rest = this.#state === State.Finished ? 0 : this.#end - this.#at;
    if (rest === 0) {
      this.#at = this.#end = this.#storeEnd = 0;
      this.#store = this.#view = NO_OCTETS;
      return;
    }
    if (this.#view === this.#store && this.#store.byteLength <= rest * 2 + 512) return;
    const store = fastView(new Uint8Array(Math.max(256, rest + (rest >> 1))));
    store.set(this.#view.subarray(this.#at, this.#end));
    this.#store = this.#view = store;
    this.#at = 0;
    this.#end = this.#storeEnd = rest;
  }

  // --- head --------------------------------------------------------------------------------------------------------

  /** Stray CRLF between messages are skipped. */
  #skipBlank(): boolean {
    while (this.#at < this.#end) {
      const octet = this.#view[this.#at];
      if (octet !== CR && octet !== LF) {
        this.#begin();
        return true;
      }
      this.#at++;
    }
    return false;
  }

  #begin(): void {
    this.#state = State.Head;
    this.#scanned = 0;
    this.#lineStart = 0;
    this.#lines.length = 0;
    this.#transactionId = undefined;
    this.#head = undefined;
    this.#response = undefined;
  }

  #readHead(sink: Sink): boolean {
    const view = this.#view;
    const base = this.#at;
    const end = this.#end;
    if (this.#transactionId === undefined && !beginsLikeMsrp(view, base, end)) return this.#fatal(sink, 'not-msrp');
    let i = base + this.#scanned;
    let lineStart = base + this.#lineStart;
    for (;;) {
      while (i < end && view[i] !== LF) i++;
      if (i >= end) {
        this.#scanned = i - base;
        this.#lineStart = lineStart - base;
        // A last line that would still be within the limit as end-line or blank line is at most this long.
        if (end - base > this.#limits.headerBytes + LONGEST_END) return this.#fatal(sink, 'header-too-large');
        return false;
      }
      // A lone LF does not end a line; whoever reads the line finds it.
      if (i > lineStart && view[i - 1] === CR) {
        if (i + 1 - base > this.#limits.headerBytes + LONGEST_END) return this.#fatal(sink, 'header-too-large');
        const lineEnd = i - 1;
        if (this.#transactionId === undefined) {
          if (!this.#readStartLine(latin1(view, lineStart, lineEnd))) return this.#fatal(sink, 'not-msrp');
        } else if (lineEnd === lineStart) {
          this.#scanned = i + 1 - base;
          this.#endHead(sink, lineEnd);
          return true;
        } else {
          const flag = view[lineStart] === HYPHEN ? this.#endLineFlag(lineStart, lineEnd) : undefined;
          if (flag !== undefined) {
            this.#endBodiless(sink, lineStart, i + 1, flag);
            return true;
          }
          this.#lines.push(lineStart - base, lineEnd - base);
        }
        lineStart = i + 1;
        if (lineStart - base > this.#limits.headerBytes) return this.#fatal(sink, 'header-too-large');
      }
      i++;
    }
  }

  /** Takes the transaction id; false when not even that can be read. Spec: RFC 4975 section 9, `req-start`, `resp-start`. */
  #readStartLine(line: string): boolean {
    const space = line.indexOf(' ', 5);
    const id = line.slice(5, space === -1 ? line.length : space);
    if (!line.startsWith('MSRP ') || !isIdent(id)) return false;
    this.#transactionId = id;
    this.#startRest = space === -1 ? '' : line.slice(space + 1);
    this.#needle = NO_OCTETS;
    return true;
  }

  /** The flag when the line is our end-line. */
  #endLineFlag(from: number, to: number): ContinuationFlag | undefined {
    const id = this.#transactionId ?? '';
    if (to - from !== 8 + id.length) return undefined;
    const view = this.#view;
    for (let i = 1; i < 7; i++) if (view[from + i] !== HYPHEN) return undefined;
    for (let i = 0; i < id.length; i++) if (view[from + 7 + i] !== id.charCodeAt(i)) return undefined;
    return FLAGS[view[to - 1] ?? 0];
  }

  #endBodiless(sink: Sink, headEnd: number, messageEnd: number, flag: ContinuationFlag): void {
    const isGood = this.#parseHead(sink, headEnd);
    this.#at = messageEnd;
    this.#state = State.Between;
    if (isGood) this.#give(sink, undefined, flag);
  }

  /** A blank line: a body follows, which ends at the latest with the octets at hand, or which comes in pieces. */
  #endHead(sink: Sink, blankLine: number): void {
    const isGood = this.#parseHead(sink, blankLine);
    // The CRLF of the blank line is left in place: an empty body may end right there.
    this.#at = blankLine;
    this.#lead = 2;
    this.#scanned = 0;
    this.#needle = fromLatin1(`\r\n-------${this.#transactionId ?? ''}`);
    if (!isGood) this.#state = State.Skip;
    else if (this.#head?.method === 'SEND' && this.#head.contentType !== undefined) {
      this.#state = State.Stream;
      const found = this.#findEnd(this.#at);
      if (found < 0) sink({ type: 'head', head: this.#head });
      else this.#giveWhole(sink, found);
    } else this.#state = State.Gather;
  }

  /** False when the head is bad, which has been said then. */
  #parseHead(sink: Sink, headEnd: number): boolean {
    const id = this.#transactionId ?? '';
    const base = this.#at;
    const text = latin1(this.#view, base, headEnd);
    const section = new HeaderSection();
    const lines = this.#lines;
    const tooMany = lines.length > this.#limits.headerCount * 2;
    const count = tooMany ? this.#limits.headerCount * 2 : lines.length;
    for (let i = 0; i < count; i += 2)
      section.addLine(text, lines[i] ?? 0, lines[i + 1] ?? 0, this.#limits, this.#toMemo, this.#fromMemo);

    const startsWithDigit = /^[0-9]/.test(this.#startRest);
    if (startsWithDigit) return this.#parseResponse(sink, id, section);
    const method = this.#startRest;
    const isMethodGood = isMethod(method);
    const head = section.requestHead(id, method);
    let error: MsrpError | undefined;
    if (!isMethodGood) error = new MsrpError('bad-start-line');
    else if (tooMany) error = new MsrpError('too-many-headers');
    else if (section.fault !== undefined) error = section.fault;
    else if (section.toPath === undefined) error = new MsrpError('bad-path', 'To-Path');
    else if (section.fromPath === undefined) error = new MsrpError('bad-path', 'From-Path');
    else if (method === 'SEND') error = section.rangeFault ?? checkSend(head);
    if (error === undefined) {
      this.#head = head;
      return true;
    }
    this.#bad(sink, error, section, isMethodGood ? method : undefined);
    return false;
  }

  /** Responses are read for their id and code; nothing in their headers makes them bad (MSRP-022), for nobody answers them. */
  #parseResponse(sink: Sink, transactionId: string, section: HeaderSection): boolean {
    const rest = this.#startRest;
    const status = digits(rest.slice(0, 3), 999);
    if (status < 0 || rest.length < 3 || (rest.length > 3 && rest[3] !== ' ')) {
      // Nothing to answer: a response is never answered.
      const head = { transactionId, failureReport: 'no' as const };
      sink({ type: 'bad-request', error: new MsrpError('bad-start-line'), head });
      return false;
    }
    this.#response = {
      kind: 'response',
      transactionId,
      status,
      comment: utf8Text(rest.slice(4)) ?? '',
      toPath: section.toPath ?? [],
      fromPath: section.fromPath ?? [],
      messageId: section.messageId,
    };
    return true;
  }

  // --- body --------------------------------------------------------------------------------------------------------

  /**
   * Where the end-line (with the CRLF before it) begins, at or after `from`; -1 minus the place up to which all is known to be
   * body when it is not at hand.
   */
  #findEnd(from: number): number {
    const view = this.#view;
    const end = this.#end;
    const needle = this.#needle;
    const length = needle.byteLength;
    const short = Math.min(end, from + SHORT_SEARCH);
    for (let i = from; i < short; i++) {
      if (view[i] !== CR) continue;
      if (i + 1 < end && view[i + 1] !== LF) continue;
      const match = this.#matchEnd(i);
      if (match > 0) return i;
      if (match < 0) return -1 - i;
    }
    let at = Math.max(from, short);
    while (at + length <= end) {
      const found = indexOfOctets(view, needle, at);
      if (found === -1 || found >= end) break;
      const match = this.#matchEnd(found);
      if (match > 0) return found;
      if (match < 0) return -1 - found;
      at = found + 2;
    }
    for (let i = Math.max(at, end - LONGEST_END); i < end; i++)
      if (view[i] === CR && this.#matchEnd(i) < 0) return -1 - i;
    return -1 - end;
  }

  /** 1: the whole end stands at `at`; -1: the octets at hand are a beginning of it; 0: neither. */
  #matchEnd(at: number): 0 | 1 | -1 {
    const view = this.#view;
    const end = this.#end;
    const needle = this.#needle;
    const length = needle.byteLength;
    const known = Math.min(length, end - at);
    for (let i = 0; i < known; i++) if (view[at + i] !== needle[i]) return 0;
    const tail = at + length;
    if (tail >= end) return -1;
    if (FLAGS[view[tail] ?? 0] === undefined) return 0;
    if (tail + 1 >= end) return -1;
    if (view[tail + 1] !== CR) return 0;
    if (tail + 2 >= end) return -1;
    return view[tail + 2] === LF ? 1 : 0;
  }

  /** Consumes the message whose end stands at `found`: its flag, and the octets of its body. */
  #takeEnd(found: number): { readonly flag: ContinuationFlag; readonly body: Uint8Array } {
    const tail = found + this.#needle.byteLength;
    const from = this.#at + this.#lead;
    // Tolerated: the CRLF of the blank line is the one before the end-line. Then there is no octet between them.
    const body = found > from ? this.#view.subarray(from, found) : NO_OCTETS;
    const flag = FLAGS[this.#view[tail] ?? 0] ?? '$';
    this.#at = tail + 3;
    this.#state = State.Between;
    return { flag, body };
  }

  #giveWhole(sink: Sink, found: number): void {
    const { flag, body } = this.#takeEnd(found);
    this.#give(sink, body, flag);
  }

  #give(sink: Sink, body: Uint8Array | undefined, flag: ContinuationFlag): void {
    if (this.#response !== undefined) sink({ type: 'response', response: { ...this.#response, flag } });
    else if (this.#head !== undefined) sink({ type: 'request', request: { head: this.#head, body, flag } });
  }

  #readStream(sink: Sink): boolean {
    const found = this.#findEnd(this.#at);
    if (found >= 0) {
      const { flag, body } = this.#takeEnd(found);
      if (body.byteLength > 0) sink({ type: 'body', octets: body });
      sink({ type: 'end', flag });
      return true;
    }
    const safe = -1 - found;
    const from = this.#at + this.#lead;
    if (safe > from) {
      this.#at = safe;
      this.#lead = 0;
      sink({ type: 'body', octets: this.#view.subarray(from, safe) });
    }
    return false;
  }

  /** Bodies of other methods are small: they are waited for. What has no Content-Type may have no body at all. */
  #readGathered(sink: Sink): boolean {
    const head = this.#head;
    const limit = head === undefined || head.contentType === undefined ? 0 : this.#limits.nonSendBodyBytes;
    const found = this.#findEnd(this.#at + this.#scanned);
    const known = (found >= 0 ? found : -1 - found) - this.#at - this.#lead;
    if (known > limit) {
      if (head !== undefined) {
        const error = new MsrpError(head.contentType === undefined ? 'missing-content-type' : 'body-too-large');
        this.#bad(sink, error, head, head.method);
        this.#state = State.Skip;
        return true;
      }
      // A response "MUST NOT" have a body; if it has one, that is dropped and the response still counts.
      if (found < 0) return this.#dropKnown(-1 - found);
    }
    if (found < 0) {
      this.#scanned = Math.max(0, -1 - found - this.#at);
      return false;
    }
    const { flag, body } = this.#takeEnd(found);
    this.#give(sink, head?.contentType === undefined ? undefined : body, flag);
    return true;
  }

  #skipBody(): boolean {
    const found = this.#findEnd(this.#at);
    if (found < 0) return this.#dropKnown(-1 - found);
    this.#takeEnd(found);
    return true;
  }

  #dropKnown(safe: number): false {
    if (safe > this.#at) this.#lead = 0;
    this.#at = safe;
    this.#scanned = 0;
    return false;
  }

  // --- errors ------------------------------------------------------------------------------------------------------

  #bad(
    sink: Sink,
    error: MsrpError,
    from: {
      readonly toPath: MsrpRequestHead['toPath'] | undefined;
      readonly fromPath: MsrpRequestHead['fromPath'] | undefined;
      readonly messageId: string | undefined;
      readonly failureReport: MsrpRequestHead['failureReport'];
    },
    method: string | undefined,
  ): void {
    const head: Partial<MsrpRequestHead> = {
      kind: 'request',
      transactionId: this.#transactionId ?? '',
      // A REPORT is never answered (RFC 4975 section 7.1.2).
      failureReport: method === 'REPORT' ? 'no' : from.failureReport,
      ...(method === undefined ? {} : { method }),
      ...(from.toPath === undefined ? {} : { toPath: from.toPath }),
      ...(from.fromPath === undefined ? {} : { fromPath: from.fromPath }),
      ...(from.messageId === undefined ? {} : { messageId: from.messageId }),
    };
    sink({ type: 'bad-request', error, head });
  }

  #fatal(sink: Sink, code: 'not-msrp' | 'header-too-large'): false {
    this.#state = State.Finished;
    const head = this.#transactionId === undefined ? {} : { transactionId: this.#transactionId };
    sink({ type: 'fatal', error: new MsrpError(code), head });
    return false;
  }
}

function beginsLikeMsrp(view: Uint8Array, from: number, end: number): boolean {
  const start = 'MSRP ';
  const known = Math.min(start.length, end - from);
  for (let i = 0; i < known; i++) if (view[from + i] !== start.charCodeAt(i)) return false;
  return true;
}
