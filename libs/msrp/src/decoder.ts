/**
 * Octets in, MSRP messages out (RFC 4975 sections 7.1, 7.3.1 and 9): the same messages however the octets are cut.
 *
 * A message has no length field; it ends at its end-line, seven hyphens, its own transaction id, a flag. The decoder looks at
 * each octet of a head once, finds the end of a body by search, and keeps between two pushes only what it cannot yet
 * tell: an unfinished head (bounded by `headerBytes`), the body of anything but SEND (bounded by `nonSendBodyBytes`), and, in the
 * body of a SEND, what may be the beginning of the end (at most 43 octets).
 */
import { latin1 } from './bytes.js';
import { areIdent } from './characters.js';
import type { DecoderEvent, DecoderLimits } from './decoder-events.js';
import { BodyEnd, endLineFlag, flagOf, LONGEST_END } from './end-line.js';
import { MsrpError } from './errors.js';
import { HeadParser } from './head-parser.js';
import type { ContinuationFlag, MsrpRequestHead, MsrpResponse } from './message.js';
import { OctetWindow } from './octet-window.js';

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
const SPACE = 0x20;
const HYPHEN = 0x2d;
const MSRP = [0x4d, 0x53, 0x52, 0x50, SPACE] as const;
const NO_OCTETS = new Uint8Array(0);

type State =
  /** Between two messages. */
  | 'between'
  /** Within start line and headers. */
  | 'head'
  /** Within the body of a SEND whose head was given out. */
  | 'stream'
  /** Within a body that is given out whole or not at all. */
  | 'gather'
  /** Within the body of something bad: everything to its end is dropped. */
  | 'skip'
  | 'finished';

class StreamDecoder implements Decoder {
  readonly #limits: DecoderLimits;
  readonly #parser: HeadParser;
  readonly #window = new OctetWindow();
  readonly #bodyEnd = new BodyEnd();
  #state: State = 'between';

  // Of the message being read. Offsets are relative to the place of its first octet, or of its body's.
  /** Everything before this was looked at. */
  #scanned = 0;
  #lineStart = 0;
  /** Where the transaction id ends; 0 as long as the start line is not complete. */
  #idEnd = 0;
  #startLineEnd = 0;
  /** Start and end of every header line. */
  readonly #lines: number[] = [];
  /** Octets at the front of the window that belong to the blank line and not to the body: 2 at its beginning, else 0. */
  #lead = 0;
  #head: MsrpRequestHead | undefined;
  #response: Omit<MsrpResponse, 'flag'> | undefined;

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
    this.#parser = new HeadParser(limits);
  }

  get finished(): boolean {
    return this.#state === 'finished';
  }

  get heldBytes(): number {
    return this.#window.heldBytes;
  }

  push(octets: Uint8Array, sink: Sink): void {
    if (this.#state === 'finished' || octets.byteLength === 0) return;
    const window = this.#window;
    window.append(octets);
    while (window.at < window.end && this.#step(sink));
    if (this.finished) window.clear();
    else window.keepRest();
  }

  /** One step; false when more octets are needed or none are wanted. */
  #step(sink: Sink): boolean {
    switch (this.#state) {
      case 'between':
        return this.#skipBlank();
      case 'head':
        return this.#readHead(sink);
      case 'stream':
        return this.#readStream(sink);
      case 'gather':
        return this.#readGathered(sink);
      case 'skip':
        return this.#skipBody();
      default:
        return false;
    }
  }

  /** Stray CRLF between messages are skipped. */
  #skipBlank(): boolean {
    const window = this.#window;
    for (; window.at < window.end; window.at++) {
      const octet = window.view[window.at];
      if (octet === CR || octet === LF) continue;
      this.#state = 'head';
      this.#scanned = this.#lineStart = this.#idEnd = 0;
      this.#lines.length = 0;
      this.#head = undefined;
      this.#response = undefined;
      return true;
    }
    return false;
  }

  #readHead(sink: Sink): boolean {
    const { view, at: base, end } = this.#window;
    if (this.#idEnd === 0 && !beginsLikeMsrp(view, base, end)) return this.#fatal(sink, 'not-msrp');
    const limit = base + this.#limits.headerBytes;
    let lineStart = base + this.#lineStart;
    for (let i = base + this.#scanned; ; i++) {
      while (i < end && view[i] !== LF) i++;
      // The last line that can be within the limit is a blank line or an end-line.
      if (i >= limit + LONGEST_END) return this.#fatal(sink, 'header-too-large');
      if (i >= end) {
        this.#scanned = i - base;
        this.#lineStart = lineStart - base;
        return false;
      }
      // A lone LF does not end a line; whoever reads the line finds it.
      if (i === lineStart || view[i - 1] !== CR) continue;
      const lineEnd = i - 1;
      if (this.#idEnd === 0) {
        if (!this.#readStartLine(view, base, lineEnd)) return this.#fatal(sink, 'not-msrp');
      } else if (lineEnd === lineStart) {
        this.#endHead(sink, lineEnd);
        return true;
      } else {
        const isEndLine = view[lineStart] === HYPHEN;
        const flag = isEndLine ? endLineFlag(view, lineStart, lineEnd, base + 5, base + this.#idEnd) : undefined;
        if (flag !== undefined) {
          this.#endBodiless(sink, lineStart, i + 1, flag);
          return true;
        }
        this.#lines.push(lineStart - base, lineEnd - base);
      }
      lineStart = i + 1;
      if (lineStart > limit) return this.#fatal(sink, 'header-too-large');
    }
  }

  /** Finds the transaction id; false when there is none. Spec: RFC 4975 section 9, `req-start`, `resp-start`. */
  #readStartLine(view: Uint8Array, base: number, lineEnd: number): boolean {
    let idEnd = base + MSRP.length;
    while (idEnd < lineEnd && view[idEnd] !== SPACE) idEnd++;
    if (!areIdent(view, base + MSRP.length, idEnd)) return false;
    this.#idEnd = idEnd - base;
    this.#startLineEnd = lineEnd - base;
    return true;
  }

  /** An end-line right after the last header: the message has no body. */
  #endBodiless(sink: Sink, headEnd: number, messageEnd: number, flag: ContinuationFlag): void {
    const isGood = this.#parseHead(sink, headEnd);
    this.#window.at = messageEnd;
    this.#state = 'between';
    if (isGood) this.#give(sink, undefined, flag);
  }

  /** A blank line: a body follows, which ends within the octets at hand, or which comes in pieces. */
  #endHead(sink: Sink, blankLine: number): void {
    const window = this.#window;
    this.#bodyEnd.set(window.view, window.at + MSRP.length, window.at + this.#idEnd);
    const isGood = this.#parseHead(sink, blankLine);
    // The CRLF of the blank line is left in place: an empty body may end right there.
    window.at = blankLine;
    this.#lead = 2;
    this.#scanned = 0;
    const head = this.#head;
    if (!isGood) this.#state = 'skip';
    else if (head?.method !== 'SEND' || head.contentType === undefined) this.#state = 'gather';
    else {
      const found = this.#bodyEnd.find(window.view, window.at, window.end);
      if (found >= 0) this.#giveWhole(sink, found);
      else {
        this.#state = 'stream';
        sink({ type: 'head', head });
      }
    }
  }

  /** False when the head is bad, which has been said then. */
  #parseHead(sink: Sink, headEnd: number): boolean {
    const { view, at } = this.#window;
    const text = latin1(view, at, headEnd);
    const parsed = this.#parser.parse(text, this.#idEnd, this.#startLineEnd, this.#lines);
    if (parsed.type === 'bad-request') {
      sink(parsed);
      return false;
    }
    this.#head = parsed.type === 'request' ? parsed.head : undefined;
    this.#response = parsed.type === 'response' ? parsed.response : undefined;
    return true;
  }

  /** Consumes the message whose end stands at `found`: its flag, and the octets of its body. */
  #takeEnd(found: number): { readonly flag: ContinuationFlag; readonly body: Uint8Array } {
    const window = this.#window;
    const from = window.at + this.#lead;
    const tail = found + this.#bodyEnd.length;
    window.at = tail + 3;
    this.#state = 'between';
    return {
      flag: flagOf(window.view[tail]) ?? '$',
      // Tolerated: the CRLF of the blank line is the one before the end-line. Then there is no octet between them.
      body: found > from ? window.view.subarray(from, found) : NO_OCTETS,
    };
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
    const window = this.#window;
    const found = this.#bodyEnd.find(window.view, window.at, window.end);
    if (found >= 0) {
      const { flag, body } = this.#takeEnd(found);
      if (body.byteLength > 0) sink({ type: 'body', octets: body });
      sink({ type: 'end', flag });
      return true;
    }
    const safe = -1 - found;
    const from = window.at + this.#lead;
    if (safe > from) {
      window.at = safe;
      this.#lead = 0;
      sink({ type: 'body', octets: window.view.subarray(from, safe) });
    }
    return false;
  }

  /** Bodies of other methods are small: they are waited for. What has no Content-Type may have no body at all. */
  #readGathered(sink: Sink): boolean {
    const window = this.#window;
    const head = this.#head;
    const limit = head === undefined || head.contentType === undefined ? 0 : this.#limits.nonSendBodyBytes;
    const found = this.#bodyEnd.find(window.view, window.at + this.#scanned, window.end);
    const known = (found >= 0 ? found : -1 - found) - window.at - this.#lead;
    if (known > limit) {
      if (head !== undefined) {
        const code = head.contentType === undefined ? 'missing-content-type' : 'body-too-large';
        this.#state = 'skip';
        sink(this.#parser.refuse(new MsrpError(code), head));
        return true;
      }
      // A response has no body (RFC 4975 section 7.2); if one has, that is dropped and the response still counts.
      if (found < 0) return this.#drop(-1 - found);
    }
    if (found < 0) {
      this.#scanned = -1 - found - window.at;
      return false;
    }
    const { flag, body } = this.#takeEnd(found);
    this.#give(sink, head?.contentType === undefined ? undefined : body, flag);
    return true;
  }

  #skipBody(): boolean {
    const window = this.#window;
    const found = this.#bodyEnd.find(window.view, window.at, window.end);
    if (found < 0) return this.#drop(-1 - found);
    this.#takeEnd(found);
    return true;
  }

  #drop(safe: number): false {
    if (safe > this.#window.at) this.#lead = 0;
    this.#window.at = safe;
    this.#scanned = 0;
    return false;
  }

  #fatal(sink: Sink, code: 'not-msrp' | 'header-too-large'): false {
    const { view, at } = this.#window;
    const error = new MsrpError(code);
    let head: Partial<MsrpRequestHead> = {};
    if (this.#idEnd !== 0) {
      const text = latin1(view, at, at + (this.#lines.at(-1) ?? this.#startLineEnd));
      head = this.#parser.readable(error, text, this.#idEnd, this.#startLineEnd, this.#lines);
    }
    this.#state = 'finished';
    sink({ type: 'fatal', error, head });
    return false;
  }
}

function beginsLikeMsrp(view: Uint8Array, from: number, end: number): boolean {
  const known = Math.min(MSRP.length, end - from);
  for (let i = 0; i < known; i++) if (view[from + i] !== MSRP[i]) return false;
  return true;
}
