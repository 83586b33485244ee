import { childElement, type XmlElement } from '@plenary/wire/xml';
import { conferenceView, type ConferenceView, listedObjects, namespaces } from '@plenary/xcon';
import type { Control } from '../control.js';
import { Refused, UsageFault } from '../failures.js';

/** A room as it was retrieved. */
export interface RetrievedRoom {
  /** XCON-URI. */
  readonly uri: string;
  readonly version: number | undefined;
  readonly document: XmlElement;
  readonly view: ConferenceView;
}

/**
 * The XCON-URI of the room a word means: an XCON-URI itself, one of its other URIs, the user part of one in our domain, or its title
 * where only one room has it. Throws `Refused` (404) when there is none, `UsageFault` when there are several.
 */
export async function findRoom(control: Control, word: string, domain: string): Promise<string> {
  if (/^xcon:/i.test(word)) return word;
  const { info } = await control.ask({ kind: 'confs', xpathFilter: filterFor(word, domain) });
  const found = listedObjects(info);
  const [room, ...others] = found;
  if (room === undefined) throw new Refused(404, `there is no room ${word}, or none that you may know of`);
  if (others.length > 0)
    throw new UsageFault(
      `${word} may be any of ${found.map(({ uri, displayText }) => `${uri}${displayText === undefined ? '' : ` (${displayText})`}`).join(', ')}: name one of these`,
    );
  return room.uri;
}

/** The whole document of a room. */
export async function retrieveRoom(control: Control, uri: string): Promise<RetrievedRoom> {
  const { info, version } = await control.ask({ kind: 'conf', operation: 'retrieve', confObjId: uri });
  return retrieved(uri, info, version);
}

/** The document of an answer. Throws `Refused` when it carries none. */
export function retrieved(uri: string, info: XmlElement | undefined, version: number | undefined): RetrievedRoom {
  if (info === undefined) throw new Refused(500, 'the answer carries no document');
  const document = { ...info, ns: namespaces.info, name: 'conference-info' };
  return { uri, version, document, view: conferenceView(document) };
}

function filterFor(word: string, domain: string): string {
  const whole = /^[a-z][a-z0-9+.-]*:/i.test(word) ? [word] : [`sip:${word}@${domain}`, `sip:${word}`];
  const entity = `xcon:${word.includes('@') ? word : `${word}@${domain}`}`;
  const uris = whole.map((uri) => `uri=${literal(uri)}`).join(' or ');
  const byUri = `/conference-info/conference-description/conf-uris/entry[${uris}]`;
  const byEntity = `/conference-info[@entity=${literal(entity)}]`;
  const byTitle = `/conference-info/conference-description[display-text=${literal(word)}]`;
  return /^[a-z][a-z0-9+.-]*:/i.test(word) ? byUri : `${byUri} or ${byEntity} or ${byTitle}`;
}

/** XPath 1.0 has no way to write both quotes in one literal. */
function literal(text: string): string {
  if (!text.includes("'")) return `'${text}'`;
  if (!text.includes('"')) return `"${text}"`;
  throw new UsageFault(`${text} has both kinds of quotes in it: name the room by its XCON-URI`);
}

/** Every URI of a room but its XCON-URI. */
export function urisOf(view: ConferenceView): string[] {
  return view.confUris.map(({ uri }) => uri).filter((uri) => !/^xcon:/i.test(uri));
}

/** `conference-description` of a document. */
export function descriptionOf(document: XmlElement): XmlElement | undefined {
  return childElement(document, namespaces.info, 'conference-description');
}
