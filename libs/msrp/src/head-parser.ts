/**
 * The head of a request or response, from the text of its lines (RFC 4975 section 9). The decoder finds the lines; here they get their
 * meaning.
 */
import { digits, isMethod } from './characters.js';
import type { DecoderEvent, DecoderLimits } from './decoder-events.js';
import { MsrpError } from './errors.js';
import { HeaderSection, PathMemo } from './header-section.js';
import { utf8Text } from './header-text.js';
import { checkSend } from './method/send.js';
import type { MsrpRequestHead, MsrpResponse } from './message.js';

/** What a head turned out to be. */
export type ParsedHead =
  | { readonly type: 'request'; readonly head: MsrpRequestHead }
  | { readonly type: 'response'; readonly response: Omit<MsrpResponse, 'flag'> }
  | BadRequest;

type BadRequest = Extract<DecoderEvent, { readonly type: 'bad-request' }>;

/** Reads the heads of one connection. */
export class HeadParser {
  readonly #limits: DecoderLimits;
  readonly #toMemo = new PathMemo();
  readonly #fromMemo = new PathMemo();

  constructor(limits: DecoderLimits) {
    this.#limits = limits;
  }

  /**
   * `text` begins with `MSRP ` and a transaction id that ends at `idEnd`; the start line ends at `startLineEnd`; `lines` holds start and end of every
   * header line.
   */
  parse(text: string, idEnd: number, startLineEnd: number, lines: readonly number[]): ParsedHead {
    const transactionId = text.slice(5, idEnd);
    const rest = text.slice(idEnd + 1, startLineEnd);
    const section = this.#section(text, lines);
    if (beginsWithDigit(rest)) return parseResponse(transactionId, rest, section);

    const head = section.requestHead(transactionId, rest);
    if (!isMethod(rest)) return this.refuse(new MsrpError('bad-start-line'), { ...head, method: '' }, section);
    const tooMany = lines.length > this.#limits.headerCount * 2;
    const error = tooMany ? new MsrpError('too-many-headers') : requestFault(section, head);
    return error === undefined ? { type: 'request', head } : this.refuse(error, head, section);
  }

  /** What an answer needs of a head that was broken off for `error`, as far as its whole lines tell. The arguments are those of `parse`. */
  readable(
    error: MsrpError,
    text: string,
    idEnd: number,
    startLineEnd: number,
    lines: readonly number[],
  ): Partial<MsrpRequestHead> {
    const transactionId = text.slice(5, idEnd);
    const rest = text.slice(idEnd + 1, startLineEnd);
    // A response is never answered.
    if (beginsWithDigit(rest)) return { transactionId, failureReport: 'no' };
    const section = this.#section(text, lines);
    return this.refuse(error, section.requestHead(transactionId, isMethod(rest) ? rest : ''), section).head;
  }

  /** The event for a bad request: with as much of its head as could be read. */
  refuse(error: MsrpError, head: MsrpRequestHead, section?: HeaderSection): BadRequest {
    const { kind, transactionId, method, toPath, fromPath, messageId, failureReport } = head;
    return {
      type: 'bad-request',
      error,
      head: {
        kind,
        transactionId,
        // A REPORT is never answered (RFC 4975 section 7.1.2).
        failureReport: method === 'REPORT' ? 'no' : failureReport,
        ...(method === '' ? {} : { method }),
        ...(section !== undefined && section.toPath === undefined ? {} : { toPath }),
        ...(section !== undefined && section.fromPath === undefined ? {} : { fromPath }),
        ...(messageId === undefined ? {} : { messageId }),
      },
    };
  }

  #section(text: string, lines: readonly number[]): HeaderSection {
    const section = new HeaderSection();
    const count = Math.min(lines.length, this.#limits.headerCount * 2);
    for (let i = 0; i < count; i += 2)
      section.addLine(text, lines[i] ?? 0, lines[i + 1] ?? 0, this.#limits, this.#toMemo, this.#fromMemo);
    return section;
  }
}

function beginsWithDigit(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 48 && first <= 57;
}

function requestFault(section: HeaderSection, head: MsrpRequestHead): MsrpError | undefined {
  if (section.fault !== undefined) return section.fault;
  if (section.toPath === undefined) return new MsrpError('bad-path', 'To-Path');
  if (section.fromPath === undefined) return new MsrpError('bad-path', 'From-Path');
  return head.method === 'SEND' ? (section.rangeFault ?? checkSend(head)) : undefined;
}

/** Responses are read for their id and code; nothing in their headers makes them bad (MSRP-022), for nobody answers them. */
function parseResponse(transactionId: string, rest: string, section: HeaderSection): ParsedHead {
  const status = digits(rest.slice(0, 3), 999);
  if (status < 0 || rest.length < 3 || (rest.length > 3 && rest[3] !== ' ')) {
    // A response is never answered either, not even one that is none.
    return {
      type: 'bad-request',
      error: new MsrpError('bad-start-line'),
      head: { transactionId, failureReport: 'no' },
    };
  }
  return {
    type: 'response',
    response: {
      kind: 'response',
      transactionId,
      status,
      comment: utf8Text(rest.slice(4)) ?? '',
      toPath: section.toPath ?? [],
      fromPath: section.fromPath ?? [],
      messageId: section.messageId,
    },
  };
}
