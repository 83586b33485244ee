import { type XmlElement, xmlElement } from '@plenary/wire/xml';
import { namespaces } from '../namespaces.js';
import { textElement, writeFrame } from './frame.js';
import { ccmpMessages, type CcmpMessageKind, type CcmpOperation } from './kinds.js';

/** Name and password of a client registered at the system; empty where the element was missing. */
export interface CcmpSubject {
  readonly username: string;
  readonly password: string;
}

/** One CCMP request (RFC 6503 §5.1). */
export interface CcmpRequest {
  readonly kind: CcmpMessageKind;
  /** Namespace it was written in; its answer is written in the same (Q1). */
  readonly spelling: string;
  readonly subject?: CcmpSubject;
  readonly confUserId?: string;
  /** As it was written, an XCON-URI by syntax. */
  readonly confObjId?: string;
  /** Absent for the kinds that have none. */
  readonly operation?: CcmpOperation;
  /** White space is kept. */
  readonly conferencePassword?: string;
  /** `confInfo`, `userInfo` …: part of a conference document, its own name in no namespace. Absent where it has to be ignored. */
  readonly info?: XmlElement;
  readonly xpathFilter?: string;
  readonly extensionName?: string;
  /** Elements of foreign namespaces, of the frame and of the message. */
  readonly extensions: readonly XmlElement[];
  /** Texts of the comments in the document: a placeholder in one is a fault (RFC 6503 §4.3). */
  readonly comments: readonly string[];
  /** Namespace per prefix, for names in `xpathFilter`. */
  readonly prefixes: ReadonlyMap<string, string>;
}

/** A request to be sent: what only reading knows is left out. */
export type CcmpRequestToSend = Omit<CcmpRequest, 'spelling' | 'extensions' | 'comments' | 'prefixes'> & {
  /** Default: the registered one. */
  readonly spelling?: string;
  readonly extensions?: readonly XmlElement[];
};

/**
 * Writes a request, valid against RFC 6503's schema if its document part is. Prefixes `info`, `xcon`, `chat` are declared where used, so
 * that `xpathFilter` may name them only when the server knows the usual ones.
 *
 * Spec: RFC 6503 §5.1, §11.   Req: CCMP-020.
 */
export function writeCcmpRequest(request: CcmpRequestToSend): string {
  const form = ccmpMessages[request.kind];
  const spelling = request.spelling ?? namespaces.ccmp;
  const { subject, info } = request;
  const parts = [
    ...(form.filter ? textElement('xpathFilter', request.xpathFilter) : []),
    ...(info === undefined || form.requestInfo === undefined ? [] : [{ ...info, ns: '', name: form.requestInfo }]),
    ...(request.kind === 'extended' ? textElement('extensionName', request.extensionName ?? '') : []),
  ];
  const extensions = request.extensions ?? [];
  const message =
    form.request === undefined ? extensions : [xmlElement(spelling, form.request, [], [...parts, ...extensions])];
  return writeFrame('Request', spelling, form.requestType, [
    ...(subject === undefined ? [] : [subjectElement(subject)]),
    ...textElement('confUserID', request.confUserId),
    ...textElement('confObjID', request.confObjId),
    ...textElement('operation', request.operation),
    ...textElement('conference-password', request.conferencePassword),
    ...message,
  ]);
}

function subjectElement(subject: CcmpSubject): XmlElement {
  return xmlElement(
    '',
    'subject',
    [],
    [...textElement('username', subject.username), ...textElement('password', subject.password)],
  );
}
