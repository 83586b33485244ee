import { readContentLength } from './content-length.js';
import { SipError } from './errors.js';
import { readHead } from './head.js';
import { defaultSipLimits, type SipLimits } from './limits.js';
import type { SipMessage } from './message.js';
import { checkNeededHeaders } from './needed-headers.js';
import { about, headEnd, oversizedHead } from './parser.js';

/** What came out of a stream. */
export type FramerEvent =
  | { readonly kind: 'message'; readonly message: SipMessage }
  /** CRLF CRLF between messages: the peer wants one CRLF back (RFC 5626 section 3.5.1). */
  | { readonly kind: 'ping' }
  /**
   * A message that breaks a rule. When `finished` is true nobody knows where the next message would begin: answer if
   * the error is answerable, then close.
   */
  | { readonly kind: 'fault'; readonly error: SipError; readonly finished: boolean };

/** A head that was read and waits for its body. */
interface Pending {
  readonly message: SipMessage;
  readonly error: SipError | undefined;
  readonly bodyBytes: number;
}

/**
 * Cuts the octets of a TCP, TLS connection into messages by Content-Length (RFC 3261 sections 18.3, 20.14).
 *
 * However the octets are cut on their way, the same events come out. Holds at most `limits.headBytes` of an unfinished
 * head, or one message of `limits.messageBytes`, and what one `push` brings. A lone CRLF before a start line is
 * ignored (section 7.5). Bodies are copies, so a pushed buffer may be reused.
 *
 * A bad message whose end is known gives a fault and reading goes on; with a missing, repeated or unreadable
 * Content-Length, an oversized head or body, or a start line of something else, the framer is finished and takes
 * nothing more.
 *
 * Req: SIP-002, SIP-010.
 */
export class StreamFramer {
  readonly #limits: SipLimits;
  #buffer = new Uint8Array(0);
  #start = 0;
  #end = 0;
  /** Up to where the search for the end of the head has come. */
  #searched = 0;
  /** A CRLF was seen since the last message or ping. */
  #lineEndSeen = false;
  #pending: Pending | undefined;
  #finished = false;

  constructor(limits: SipLimits = defaultSipLimits) {
    this.#limits = limits;
  }

  /** True after a fault that lost the framing. */
  get finished(): boolean {
    return this.#finished;
  }

  /** Octets held that are no whole message yet. */
  get bufferedBytes(): number {
    return this.#end - this.#start;
  }

  /** Takes the next octets and returns what they complete. Nothing once finished. */
  push(octets: Uint8Array): FramerEvent[] {
    const events: FramerEvent[] = [];
    if (this.#finished) return events;
    this.#append(octets);
    for (;;) {
      const event = this.#next();
      if (event === undefined) break;
      events.push(event);
      if (event.kind === 'fault' && event.finished) {
        this.#finished = true;
        this.#buffer = new Uint8Array(0);
        this.#start = this.#end = 0;
        break;
      }
    }
    return events;
  }

  #next(): FramerEvent | undefined {
    if (this.#pending === undefined) {
      const event = this.#readHead();
      if (event !== undefined) return event;
      if (this.#pending === undefined) return undefined;
    }
    return this.#readBody(this.#pending);
  }

  /** Reads line ends and one head. Returns an event, or leaves `#pending` set, or wants more octets. */
  #readHead(): FramerEvent | undefined {
    while (this.#buffer[this.#start] === 0x0d && this.#end - this.#start >= 2) {
      if (this.#buffer[this.#start + 1] !== 0x0a) break;
      this.#start += 2;
      this.#lineEndSeen = !this.#lineEndSeen;
      if (!this.#lineEndSeen) return { kind: 'ping' };
    }
    const held = this.#end - this.#start;
    // One octet may be the CR of a keep-alive.
    if (held < 2) return undefined;
    this.#lineEndSeen = false;
    const end = headEnd(this.#buffer.subarray(0, this.#end), Math.max(this.#start, this.#searched - 3));
    const headBytes = (end === -1 ? this.#end : end) - this.#start;
    // An unfinished head may be over by a part of the empty line that ends it.
    if (headBytes > this.#limits.headBytes + (end === -1 ? 3 : 0)) {
      const seen = this.#buffer.subarray(this.#start, this.#end);
      return lost(oversizedHead(seen, this.#limits));
    }
    if (end === -1) {
      this.#searched = this.#end;
      return undefined;
    }
    const head = this.#buffer.subarray(this.#start, end);
    this.#start = end + 4;
    this.#searched = this.#start;
    return this.#frame(head);
  }

  /** Decides by the head where the message ends. */
  #frame(octets: Uint8Array): FramerEvent | undefined {
    const { message, error } = readHead(octets, this.#limits);
    if (message === undefined) return lost(error ?? new SipError('malformed-start-line'));
    // Fields that were not read may have held a Content-Length.
    if (error?.code === 'too-many-headers' || error?.code === 'line-too-long') return lost(error);
    const length = readContentLength(message.headers);
    if (!length.ok) return lost(about(message, length.error));
    // "the Content-Length header field MUST be used with stream oriented transports" (section 20.14)
    if (length.value === undefined) return lost(about(message, new SipError('content-length-missing')));
    if (octets.length + 4 + length.value > this.#limits.messageBytes) {
      return lost(about(message, new SipError('message-too-large')));
    }
    this.#pending = { message, error, bodyBytes: length.value };
    return undefined;
  }

  #readBody({ message, error, bodyBytes }: Pending): FramerEvent | undefined {
    if (this.#end - this.#start < bodyBytes) return undefined;
    const body = this.#buffer.slice(this.#start, this.#start + bodyBytes);
    this.#start += bodyBytes;
    this.#searched = this.#start;
    this.#pending = undefined;
    const fault = error ?? checkNeededHeaders(message);
    if (fault !== undefined) return { kind: 'fault', error: about(message, fault), finished: false };
    return { kind: 'message', message: { ...message, body } };
  }

  #append(octets: Uint8Array): void {
    const held = this.#end - this.#start;
    if (this.#end + octets.length > this.#buffer.length) {
      const needed = held + octets.length;
      const target =
        needed > this.#buffer.length ? new Uint8Array(Math.max(needed, this.#buffer.length * 2, 2048)) : this.#buffer;
      target.set(this.#buffer.subarray(this.#start, this.#end));
      this.#buffer = target;
      this.#searched = Math.max(0, this.#searched - this.#start);
      this.#start = 0;
      this.#end = held;
    }
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }
}

function lost(error: SipError): FramerEvent {
  return { kind: 'fault', error, finished: true };
}
