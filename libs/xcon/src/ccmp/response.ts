import { childElement, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { defined, textElement, writeFrame } from './frame.js';
import type { CcmpFault } from './fault.js';
import { ccmpMessages, type CcmpMessageKind, type CcmpOperation } from './kinds.js';
import { type CcmpOptions, optionsElement } from './options.js';
import type { CcmpRequest } from './request.js';
import { responseCode } from './response-codes.js';

/** One CCMP response (RFC 6503 §5.2). */
export interface CcmpResponse {
  /** Absent: the answer to a request without usable message; it has a frame and nothing in it. */
  readonly kind?: CcmpMessageKind;
  readonly spelling: string;
  /** Of the requestor; REQUIRED, so an unknown one is written as an empty element. */
  readonly confUserId?: string;
  readonly confObjId?: string;
  /** Repeats the request's. */
  readonly operation?: CcmpOperation;
  /** Three digits. */
  readonly code: number;
  /** `<response-string>`. */
  readonly text?: string;
  /** Of the conference object, from 1. */
  readonly version?: number;
  /**
   * What the answer carries: the document (`conf`, `blueprint`, `sidebar…`), `<users>`, `<user>`, or the element whose children are the
   * `<entry>`s of a list (`urisInfo`, `sidebarsInfo`). Its own name does not count.
   */
  readonly info?: XmlElement;
  /** Of `options` only. */
  readonly options?: CcmpOptions;
  /** Of `extended` only. */
  readonly extensionName?: string;
  /** Elements of foreign namespaces, after `info`. */
  readonly extensions?: readonly XmlElement[];
}

/**
 * Writes a response, valid against RFC 6503's schema if its document part is; the one without kind cannot be, as the schema knows no
 * frame without a message. Without `text` the code's own is sent. A list without entries is left out, as the schema wants one at least;
 * so are `<confObjID>` and `<operation>` in messages that have none (RFC 6503 §5.3.1: "MUST NOT be included").
 *
 * Spec: RFC 6503 §5.2, §11.   Req: CCMP-021, CCMP-023, CCMP-025, CCMP-028, Q1, Q12.
 */
export function writeCcmpResponse(response: CcmpResponse): string {
  const { kind, spelling, version } = response;
  const form = kind === undefined ? undefined : ccmpMessages[kind];
  const extensions = response.extensions ?? [];
  const message =
    form === undefined ? extensions : [xmlElement(spelling, form.response, [], [...partsOf(response), ...extensions])];
  return writeFrame('Response', spelling, form?.responseType, [
    ...textElement('confUserID', response.confUserId ?? ''),
    ...textElement('confObjID', form?.confObjId === 'ignored' ? undefined : response.confObjId),
    ...textElement('operation', form?.operation === false ? undefined : response.operation),
    ...textElement('response-code', String(response.code)),
    ...textElement('response-string', response.text ?? responseCode(response.code).text),
    ...textElement('version', version === undefined ? undefined : String(version)),
    ...message,
  ]);
}

function partsOf(response: CcmpResponse): XmlElement[] {
  const { kind, info, options } = response;
  if (kind === undefined) return [];
  if (kind === 'extended') return textElement('extensionName', response.extensionName ?? '');
  if (kind === 'options') return options === undefined ? [] : [optionsElement(options)];
  const name = ccmpMessages[kind].responseInfo;
  if (info === undefined || name === undefined) return [];
  const isUris = kind === 'blueprints' || kind === 'confs' || kind === 'sidebarsByRef';
  if (isUris && childElement(info, namespaces.info, 'entry') === undefined) return [];
  return [{ ...info, ns: '', name }];
}

/** What an answer to the request begins with: everything it has to repeat. */
export function responseTo(
  request: CcmpRequest,
): Pick<CcmpResponse, 'kind' | 'spelling' | 'confUserId' | 'confObjId' | 'operation' | 'extensionName'> {
  const { kind, spelling, confUserId, confObjId, operation, extensionName } = request;
  return {
    ...defined<Pick<CcmpResponse, 'confUserId' | 'confObjId' | 'operation' | 'extensionName'>>({
      confUserId,
      confObjId,
      operation,
      extensionName,
    }),
    kind,
    spelling,
  };
}

/** The answer to a request that could not be read: of its own type as far as that is known. Req: CCMP-021. */
export function responseToFault(fault: CcmpFault): CcmpResponse {
  return { spelling: namespaces.ccmp, ...fault.context, code: fault.code, text: fault.text };
}
