import { status } from '@grpc/grpc-js';
import type { PerformResponse } from '@plenary/proto/roomstate';
import { RpcError } from '@plenary/service';
import { childElement, childElements, textOf, withChildren, type XmlElement, xmlElement } from '@plenary/wire/xml';
import { ccmpMessages, type CcmpFault, type CcmpRequest, namespaces, responseTo, responseToFault } from '@plenary/xcon';
import { DeadlinePassed } from './deadline.js';
import type { Answer } from './answer.js';
import { renamedRoot, withChangedPart } from './request/document-text.js';

/** Codes whose text is never room-state's own: it could tell what is inside. Req: CCMP-054. */
const wordless: ReadonlySet<number> = new Set([500]);

/** An answer without content: the code's own text unless there is something to say that is no secret. */
export function answerWith(request: CcmpRequest, code: number, text?: string): Answer {
  return { ...responseTo(request), code, ...(text === undefined || text === '' ? {} : { text }) };
}

/** The answer to a request that could not be read; 403 becomes 501 where the message is not offered at all. */
export function answerToFault(fault: CcmpFault, isOffered: boolean): Answer {
  const response = responseToFault(fault);
  return fault.code === 403 && !isOffered ? { ...response, code: 501, text: notOffered } : response;
}

export const notOffered = 'This server does not offer the message or operation';
export const notValid = 'The operation is not one of this message';
/** One text for missing, unknown and wrong (SEC-011). */
export const notAuthenticated = 'The subject is missing or wrong';

/**
 * Words what room-state decided. A document comes back under the name of its message; the answer to a create or update of a conference
 * carries exactly one conference URI, for clients that take no second (decision Q24).
 *
 * Req: CCMP-021, CCMP-025, CCMP-028, CCMP-045, CCMP-054, LOG-002, VENUE-002.
 */
export function answerOf(request: CcmpRequest, decided: PerformResponse): Answer {
  const { code, detail, object, userId, version, loggingNotice, loggingSince, alternateVenue } = decided;
  const infoText = infoTextOf(request, decided.document);
  const extensions = [
    ...(loggingNotice === '' ? [] : [loggingElement(loggingSince)]),
    ...(alternateVenue === '' ? [] : [alternateVenueElement(alternateVenue)]),
  ];
  const words = wordless.has(code) ? '' : detail === '' ? loggingNotice : detail;
  return {
    ...responseTo(request),
    code,
    ...(userId === '' ? {} : { confUserId: userId }),
    ...(object === '' ? {} : { confObjId: object }),
    ...(words === '' ? {} : { text: words }),
    ...(version === 0n ? {} : { version: Number(version) }),
    ...(infoText === '' ? {} : { infoText }),
    ...(extensions.length === 0 ? {} : { extensions }),
  };
}

/** The document part of an answer, under its name there; empty: none. */
function infoTextOf(request: CcmpRequest, document: string): string {
  const name = ccmpMessages[request.kind].responseInfo;
  if (document === '' || name === undefined) return '';
  const text = renamedRoot(document, name);
  const isChange = request.operation === 'create' || request.operation === 'update';
  return isChange && isConference(request) ? withChangedPart(text, 'conf-uris', withOneConferenceUri) : text;
}

/**
 * What is told when there is no answer: time ran out or too much is asked of us, 510, which may be repeated; anything else is a fault of
 * ours, 500, without a word about it. A parameter beyond what room-state takes is 400. Req: CCMP-013, CCMP-041, CCMP-054.
 */
export function codeOfFailure(error: unknown): 400 | 500 | 510 {
  if (error instanceof DeadlinePassed) return 510;
  if (!(error instanceof RpcError)) return 500;
  if (error.code === status.INVALID_ARGUMENT) return 400;
  return slow.has(error.code) ? 510 : 500;
}

const slow: ReadonlySet<status> = new Set([
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.CANCELLED,
]);

function isConference({ kind }: CcmpRequest): boolean {
  return kind === 'conf' || kind === 'sidebarByVal' || kind === 'sidebarByRef';
}

function withOneConferenceUri(uris: XmlElement): XmlElement {
  const entries = childElements(uris);
  const kept = entries.find(isSipEntry) ?? entries[0];
  return kept === undefined ? uris : withChildren(uris, [kept]);
}

function isSipEntry(entry: XmlElement): boolean {
  const uri = childElement(entry, namespaces.info, 'uri');
  return uri !== undefined && /^sips?:/i.test(textOf(uri));
}

/** `<chat:logging active="true" since="…"/>`: whoever joins is warned with the answer (LOG-002). */
function loggingElement(since: string): XmlElement {
  const attributes = [{ ns: '', name: 'active', value: 'true' }];
  return xmlElement(
    namespaces.chat,
    'logging',
    since === '' ? attributes : [...attributes, { ns: '', name: 'since', value: since }],
    [],
  );
}

/** `<chat:alternate-venue uri="…"/>`: the room that took the closed one's place (VENUE-002). */
function alternateVenueElement(uri: string): XmlElement {
  return xmlElement(namespaces.chat, 'alternate-venue', [{ ns: '', name: 'uri', value: uri }], []);
}
