import { attributeOf, childElement, childrenNamed, readXml, textOf, type XmlElement } from '@plenary/wire/xml';
import type { Caller, RequestOptions } from './caller.js';
import { headerOf, headersOf, type SipText } from './sip-socket.js';

export const infoNamespace = 'urn:ietf:params:xml:ns:conference-info';
export const conferenceInfo = 'application/conference-info+xml';
export const xconInfo = 'application/xcon-conference-info+xml';
export const xconDiff = 'application/xcon-conference-info-diff+xml';

export interface SubscribeOptions extends RequestOptions {
  readonly expires?: number | string;
  readonly accept?: string;
  /** Default `conference`; empty: no Event at all. */
  readonly event?: string;
}

/** The header lines of a SUBSCRIBE. */
export function subscribeLines({ expires, accept, event = 'conference', headers = [] }: SubscribeOptions): string[] {
  return [
    ...(event === '' ? [] : [`Event: ${event}`]),
    ...(expires === undefined ? [] : [`Expires: ${String(expires)}`]),
    ...(accept === undefined ? [] : [`Accept: ${accept}`]),
    ...headers,
  ];
}

/** A subscription by hand: SUBSCRIBE as text, and every NOTIFY answered as the test says. */
export class Subscription {
  readonly room: string;
  readonly caller: Caller;
  /** The final answer to the first SUBSCRIBE. */
  readonly answer: SipText;
  /** NOTIFYs taken so far. */
  readonly taken: SipText[] = [];

  private constructor(room: string, caller: Caller, answer: SipText) {
    this.room = room;
    this.caller = caller;
    this.answer = answer;
  }

  /** Subscribes; the caller's dialog is that of the subscription from then on. Look at `answer`: it may be a refusal. */
  static async open(caller: Caller, room: string, options: SubscribeOptions = {}): Promise<Subscription> {
    const answer = await caller.request('SUBSCRIBE', room, { ...options, headers: subscribeLines(options) });
    if (answer.status >= 200 && answer.status < 300) {
      caller.toTag = /;tag=([^;]+)/.exec(headerOf(answer, 'To') ?? '')?.[1];
      caller.remoteTarget = /<([^>]+)>/.exec(headerOf(answer, 'Contact') ?? '')?.[1];
    }
    return new Subscription(room, caller, answer);
  }

  /** SUBSCRIBE again in the dialog. */
  again(options: SubscribeOptions = {}): Promise<SipText> {
    return this.caller.request('SUBSCRIBE', this.room, { ...options, headers: subscribeLines(options) });
  }

  /** The next NOTIFY of this dialog, answered with `status`; undefined: left unanswered. */
  async notify(options: { status?: number | undefined; event?: string; timeoutMs?: number } = {}): Promise<SipText> {
    const { event, timeoutMs } = options;
    const status = 'status' in options ? options.status : 200;
    const request = await this.caller.sip.next(
      (message) =>
        message.method === 'NOTIFY' &&
        headerOf(message, 'Call-ID') === this.caller.callId &&
        (event === undefined || headerOf(message, 'Event') === event),
      timeoutMs,
    );
    this.taken.push(request);
    if (status !== undefined) await answerTo(this.caller, request, status);
    return request;
  }

  /** NOTIFYs until one whose body has this text. */
  async until(text: string, limit = 20): Promise<SipText> {
    for (let n = 0; n < limit; n++) {
      const request = await this.notify();
      if (request.body.includes(text)) return request;
    }
    throw new Error(`${text} is in none of ${String(limit)} NOTIFYs`);
  }
}

/** Answers a request of the other side. */
export async function answerTo(caller: Caller, request: SipText, status: number): Promise<void> {
  const copied = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].flatMap((name) =>
    headersOf(request, name).map((value) => `${name}: ${value}`),
  );
  await caller.sip.write([`SIP/2.0 ${String(status)} Answer`, ...copied, 'Content-Length: 0', '', ''].join('\r\n'));
}

/** The document in a NOTIFY; throws where there is none. */
export function documentIn(notify: SipText): XmlElement {
  const read = readXml(notify.body);
  if (!read.ok) throw read.error;
  return read.value.root;
}

export function usersIn(document: XmlElement): XmlElement[] {
  return childrenNamed(childElement(document, infoNamespace, 'users'), infoNamespace, 'user');
}

export function userIn(document: XmlElement, entity: string): XmlElement | undefined {
  return usersIn(document).find((user) => attributeOf(user, 'entity') === entity);
}

/** Text of the element at this path of names of RFC 4575, below `element`. */
export function textAt(element: XmlElement | undefined, ...path: readonly string[]): string | undefined {
  let found = element;
  for (const name of path) found = childElement(found, infoNamespace, name);
  return found === undefined ? undefined : textOf(found);
}

/** Subscription-State, taken apart. */
export function stateOf(notify: SipText): { state: string; expires: number | undefined; reason: string | undefined } {
  const value = headerOf(notify, 'Subscription-State') ?? '';
  const expires = /;expires=(\d+)/.exec(value)?.[1];
  return {
    state: /^\w+/.exec(value)?.[0] ?? '',
    expires: expires === undefined ? undefined : Number(expires),
    reason: /;reason=(\w+)/.exec(value)?.[1],
  };
}
