import { attributeOf, childElement, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import { shownCollaborations } from './collaboration.js';
import { info, isNamed, mapChildren, withAttribute, xcon } from './elements.js';
import type { DocumentViewer } from './viewer.js';

/** What a `<conference-description>` is shown with. */
export interface DescriptionOptions {
  /** The SIP conference URI; undefined: the object has none. */
  readonly conferenceUri: string | undefined;
  /** The password, for the one answer that tells it to who has just set it; undefined: none. Req: POL-017. */
  readonly password: string | undefined;
}

/**
 * The description as the viewer may see it: never a password, URIs of other protocols only for those who may manipulate the
 * conference; the SIP conference URI is always there. Req: XCON-015, XCON-017, POL-017.
 */
export function shownDescription(
  description: XmlElement,
  { conferenceUri, password }: DescriptionOptions,
  viewer: Pick<DocumentViewer, 'privileged' | 'roles'>,
): XmlElement {
  const { privileged } = viewer;
  const ownUri = (entry: XmlElement): boolean => {
    const uri = childElement(entry, namespaces.info, 'uri');
    return uri !== undefined && textOf(uri) === conferenceUri;
  };
  let hasUris = false;
  const shown = mapChildren(description, (child) => {
    if (isNamed(child, 'info', 'available-media')) return shownCollaborations(child, viewer);
    if (!isNamed(child, 'info', 'conf-uris')) return child;
    hasUris = true;
    const entries = mapChildren(child, (entry) => {
      if (!isNamed(entry, 'info', 'entry')) return entry;
      if (ownUri(entry)) return password === undefined ? withoutPassword(entry) : withPassword(entry, password);
      return privileged || !isParticipation(entry) ? withoutPassword(entry) : undefined;
    });
    const isThere = entries.children.some((entry) => typeof entry !== 'string' && ownUri(entry));
    if (isThere || conferenceUri === undefined) return entries;
    return { ...entries, children: [participationEntry(conferenceUri, password), ...entries.children] };
  });
  if (hasUris || conferenceUri === undefined) return shown;
  const uris = info('conf-uris', {}, [participationEntry(conferenceUri, password)]);
  const at = shown.children.findIndex((child) => typeof child !== 'string' && !beforeUris.has(child.name));
  const index = at === -1 ? shown.children.length : at;
  return { ...shown, children: [...shown.children.slice(0, index), uris, ...shown.children.slice(index)] };
}

/** Children of a description that stand before its URIs. */
const beforeUris = new Set(['display-text', 'subject', 'free-text', 'keywords']);

function participationEntry(uri: string, password: string | undefined): XmlElement {
  const entry = info('entry', {}, [info('uri', {}, [uri]), info('purpose', {}, ['participation'])]);
  return password === undefined ? entry : withPassword(entry, password);
}

/** An entry without a purpose is one to take part by, too. */
function isParticipation(entry: XmlElement): boolean {
  const purpose = childElement(entry, namespaces.info, 'purpose');
  return purpose === undefined || textOf(purpose) === 'participation';
}

function withoutPassword(entry: XmlElement): XmlElement {
  return mapChildren(entry, (child) => (isNamed(child, 'xcon', 'conference-password') ? undefined : child));
}

function withPassword(entry: XmlElement, password: string): XmlElement {
  const bare = withoutPassword(entry);
  return { ...bare, children: [...bare.children, xcon('conference-password', {}, [password])] };
}

/**
 * `<conference-state>` with what is so now. Who started the log is told to those with the right alone.
 * Spec: RFC 4575 §5.5, RFC 6501 §4.4. Req: CONF-026, EVT-020.
 */
export function shownState(
  fixed: XmlElement | undefined,
  {
    userCount,
    active,
    locked,
  }: { readonly userCount: number | undefined; readonly active: boolean; readonly locked: boolean },
  { privileged }: Pick<DocumentViewer, 'privileged'>,
): XmlElement {
  const others = (fixed?.children ?? []).flatMap((child) => {
    if (typeof child === 'string' || (child.ns === namespaces.info && counted.has(child.name))) return [];
    if (!isNamed(child, 'chat', 'logging') || privileged) return [child];
    return attributeOf(child, 'by') === undefined ? [child] : [withAttribute(child, 'by', undefined)];
  });
  const element = info('conference-state', {}, [
    userCount === undefined ? undefined : info('user-count', {}, [String(userCount)]),
    info('active', {}, [String(active)]),
    info('locked', {}, [String(locked)]),
    ...others,
  ]);
  return { ...element, attributes: fixed?.attributes ?? [] };
}

const counted = new Set(['user-count', 'active', 'locked']);
