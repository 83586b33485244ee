import { childElement, readXml, textOf, type XmlElement } from '@plenary/wire/xml';
import { ccmpSchemaFaults } from './ccmp-schema.js';

/** The registered namespace of CCMP (RFC 6503 section 12.1). */
export const ccmpNamespace = 'urn:ietf:params:xml:ns:xcon-ccmp';

export type CcmpKind =
  | 'blueprints'
  | 'blueprint'
  | 'confs'
  | 'conf'
  | 'users'
  | 'user'
  | 'sidebarsByVal'
  | 'sidebarByVal'
  | 'sidebarsByRef'
  | 'sidebarByRef'
  | 'options'
  | 'extended';

/** What stands in a request; values are written as they are, so that a test can also write wrong ones. */
export interface CcmpParts {
  readonly subject?: { readonly username: string; readonly password: string };
  readonly confUserID?: string;
  readonly confObjID?: string;
  readonly operation?: string;
  readonly conferencePassword?: string;
  /** XML inside the request element (`<ccmp:confRequest>…`): prefixes info, xcon, ccmp and chat are declared. */
  readonly inner?: string;
  /** Default: the registered one. */
  readonly namespace?: string;
}

export interface CcmpAnswer {
  /** Of HTTP. */
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The inner ccmpResponse; undefined where the answer has no CCMP body. */
  readonly response: XmlElement | undefined;
  /** response-code; 0 without one. */
  readonly code: number;
}

/** The text of a request, as a client writes it that knows the schema. */
export function ccmpRequest(kind: CcmpKind, parts: CcmpParts = {}): string {
  const { subject, conferencePassword, inner = '', namespace = ccmpNamespace } = parts;
  const element = (name: string, value: string | undefined): string =>
    value === undefined ? '' : `<${name}>${escaped(value)}</${name}>`;
  const credentials =
    subject === undefined
      ? ''
      : `<subject>${element('username', subject.username)}${element('password', subject.password)}</subject>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<ccmp:ccmpRequest xmlns:ccmp="${namespace}" xmlns:info="urn:ietf:params:xml:ns:conference-info"`,
    ' xmlns:xcon="urn:ietf:params:xml:ns:xcon-conference-info" xmlns:chat="urn:x-plenary:ns:chat:1"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">',
    `<ccmpRequest xsi:type="ccmp:ccmp-${kind}-request-message-type">`,
    credentials,
    element('confUserID', parts.confUserID),
    element('confObjID', parts.confObjID),
    element('operation', parts.operation),
    element('conference-password', conferencePassword),
    kind === 'options' ? inner : `<ccmp:${kind}Request>${inner}</ccmp:${kind}Request>`,
    '</ccmpRequest></ccmp:ccmpRequest>',
  ].join('');
}

/**
 * Posts text to a CCMP server. An answer that carries CCMP is read, and must be valid against the schema of RFC 6503: throws with what is
 * wrong with it otherwise. `url`: of the CCMP resource.
 */
export async function postCcmp(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<CcmpAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/ccmp+xml;charset=UTF-8', accept: 'application/ccmp+xml', ...headers },
  });
  const text = await answer.text();
  const isCcmp = answer.headers.get('content-type')?.startsWith('application/ccmp+xml') === true;
  const response = isCcmp ? readAnswer(text) : undefined;
  const code = childElement(response, '', 'response-code');
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    response,
    code: code === undefined ? 0 : Number(textOf(code)),
  };
}

/** Text of a parameter of the answer (`confObjID`, `version`, `response-string`, …). */
export function answerText(answer: CcmpAnswer, name: string): string | undefined {
  const element = childElement(answer.response, '', name);
  return element === undefined ? undefined : textOf(element);
}

/** The element inside the answer's `<ccmp:…Response>`, `confInfo` for one; its namespace is none. */
export function answerInfo(answer: CcmpAnswer, kind: CcmpKind, name: string): XmlElement | undefined {
  const ns = answer.response?.children.find(
    (child): child is XmlElement => typeof child !== 'string' && child.name === `${kind}Response`,
  );
  return childElement(ns, '', name);
}

function readAnswer(text: string): XmlElement {
  const document = readXml(text);
  if (!document.ok) throw new Error(`the answer is not XML: ${document.error.message}\n${text}`);
  const faults = ccmpSchemaFaults(text);
  if (faults.length > 0) throw new Error(`the answer breaks the schema:\n${faults.join('\n')}\n${text}`);
  const response = childElement(document.value.root, '', 'ccmpResponse');
  if (response === undefined) throw new Error(`the answer has no ccmpResponse:\n${text}`);
  return response;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
