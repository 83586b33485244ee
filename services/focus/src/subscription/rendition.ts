import { attributeOf, withChildren, xmlElement, type XmlElement } from '@plenary/wire/xml';
import {
  diffDocuments,
  eventMediaTypes,
  formatDiff,
  formatDocument,
  namespaces,
  partialConferenceInfo,
  toConferenceInfo,
} from '@plenary/xcon';
import type { NotifyForm } from '../store/subscription-store.js';
import type { ViewDocument } from './view-document.js';

/** How much of a room stands in a document: all of it, or no users but their number. */
export type Shape = 'whole' | 'counted';

/** The body of a NOTIFY for any number of subscribers. */
export interface Rendition {
  readonly contentType: string;
  readonly kind: 'full' | 'partial';
  /** Without the digits of a version that may be long. */
  readonly sizeBytes: number;
  /** The octets for the subscriber whose document has this version (EVT-011); XCON documents have the conference object's and ignore it. */
  body(version: number): Buffer;
}

/** Stands in a document where a subscriber's version is to stand. No document has that version: the highest of 32 bits. */
const versionMark = 2 ** 32 - 1;
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** The whole state (NOTIF-003, EVT-012). */
export function fullRendition(document: ViewDocument, form: NotifyForm, shape: Shape): Rendition {
  const type = form === 'legacy' ? 'legacy' : 'xcon';
  const key = `${type} ${shape}`;
  const known = document.renditions.get(key);
  if (known) return known;
  const made =
    type === 'legacy'
      ? versioned(eventMediaTypes.conferenceInfo, 'full', formatDocument(legacyTree(document, shape)))
      : fixed(
          eventMediaTypes.xconConferenceInfo,
          'full',
          shape === 'whole' ? document.text : formatDocument(document.counted),
        );
  document.renditions.set(key, made);
  return made;
}

/**
 * What changed from a document the subscriber has to a later one: a partial RFC 4575 document, an RFC 6502 difference, or where the form has neither the
 * whole state. Undefined: nothing this view shows.
 */
export function changeRendition(
  before: ViewDocument,
  after: ViewDocument,
  form: NotifyForm,
  shape: Shape,
): Rendition | undefined {
  if (before === after) return undefined;
  const key = `${form} ${shape}`;
  const cache = after.changes.get(key) ?? new WeakMap<ViewDocument, Rendition | null>();
  after.changes.set(key, cache);
  const known = cache.get(before);
  if (known !== undefined) return known ?? undefined;
  const made = makeChange(before, after, form, shape);
  cache.set(before, made ?? null);
  return made;
}

function makeChange(before: ViewDocument, after: ViewDocument, form: NotifyForm, shape: Shape): Rendition | undefined {
  if (form === 'legacy') {
    const partial = partialConferenceInfo(legacyTree(before, shape), legacyTree(after, shape), versionMark);
    if (!partial) return undefined;
    const kind = attributeOf(partial, 'state') === 'partial' ? 'partial' : 'full';
    return versioned(eventMediaTypes.conferenceInfo, kind, formatDocument(partial));
  }
  const trees = [before, after].map((document) => (shape === 'whole' ? document.tree : document.counted));
  const [earlier, later] = trees;
  const diff = earlier && later && diffDocuments(earlier, later);
  if (!diff) return undefined;
  const full = fullRendition(after, form, shape);
  if (form === 'xcon') return full;
  const rendition = fixed(eventMediaTypes.xconConferenceInfoDiff, 'partial', formatDiff(diff));
  return rendition.sizeBytes < full.sizeBytes ? rendition : full;
}

function legacyTree(document: ViewDocument, shape: Shape): XmlElement {
  const known = document.legacyTrees.get(shape);
  if (known) return known;
  const made = toConferenceInfo(shape === 'whole' ? document.tree : document.counted, {
    conferenceUri: document.conferenceUri,
    state: 'full',
    version: versionMark,
  });
  document.legacyTrees.set(shape, made);
  return made;
}

/**
 * The last document of a room that is over. RFC 4575 has a state for it; XCON subscribers get the room as it was last, no longer active. Both are told
 * of the room that takes its place (VENUE-004).
 */
export function closingRendition(last: ViewDocument, form: NotifyForm, successorUri: string): Rendition {
  const venue = successorUri === '' ? [] : [xmlElement(namespaces.chat, 'alternate-venue', { uri: successorUri })];
  if (form === 'legacy') {
    const description = venue.length === 0 ? [] : [xmlElement(namespaces.info, 'conference-description', [], venue)];
    const attributes = { entity: last.conferenceUri, state: 'deleted', version: String(versionMark) };
    const root = xmlElement(namespaces.info, 'conference-info', attributes, description);
    return versioned(eventMediaTypes.conferenceInfo, 'full', formatDocument(root));
  }
  const root = withChildren(
    last.counted,
    last.counted.children.map((child) => {
      if (typeof child === 'string' || child.ns !== namespaces.info) return child;
      if (child.name === 'conference-description') return withChildren(child, [...withoutVenue(child), ...venue]);
      return child.name === 'conference-state' ? inactive(child) : child;
    }),
  );
  return fixed(eventMediaTypes.xconConferenceInfo, 'full', formatDocument(root));
}

function withoutVenue({ children }: XmlElement): XmlElement['children'] {
  return children.filter(
    (child) => typeof child === 'string' || child.ns !== namespaces.chat || child.name !== 'alternate-venue',
  );
}

function inactive(state: XmlElement): XmlElement {
  return withChildren(
    state,
    state.children.map((child) =>
      typeof child !== 'string' && child.ns === namespaces.info && child.name === 'active'
        ? withChildren(child, ['false'])
        : child,
    ),
  );
}

function fixed(contentType: string, kind: Rendition['kind'], text: string): Rendition {
  const body = Buffer.from(text.startsWith('<?xml') ? text : declaration + text);
  return { contentType, kind, sizeBytes: body.length, body: () => body };
}

function versioned(contentType: string, kind: Rendition['kind'], text: string): Rendition {
  const mark = ` version="${String(versionMark)}"`;
  const at = text.indexOf(mark);
  if (at === -1) throw new TypeError('a conference-info document without its version');
  const head = Buffer.from(`${declaration}${text.slice(0, at)} version="`);
  const tail = Buffer.from(text.slice(at + mark.length - 1));
  return {
    contentType,
    kind,
    sizeBytes: head.length + tail.length,
    body: (version) => Buffer.concat([head, Buffer.from(String(version)), tail]),
  };
}
