import { childElement, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { SidebarState } from '../room/state.js';
import { info, isNamed, mapChildren, type MaybeElement } from './elements.js';
import { shownDescription } from './fixed-part.js';
import { isRule } from './users.js';
import { listNames, type DocumentViewer } from './viewer.js';

/**
 * The sidebars of a conference the viewer may know of: those of its manager all, others those that name them, or name nobody and
 * are open to everybody; those by reference once they are active.
 *
 * Req: SIDE-002, SIDE-003, SIDE-012, SEC-009.
 */
export function shownSidebars(sidebars: Iterable<SidebarState>, viewer: DocumentViewer): SidebarState[] {
  return [...sidebars].filter((sidebar) => viewer.privileged || isKnownTo(sidebar, viewer));
}

function isKnownTo({ kind, view }: SidebarState, viewer: DocumentViewer): boolean {
  // By reference it is its own conference: whom it names learns of it when it has begun.
  if (kind === 'sidebar-by-ref' && !view.active) return false;
  const named = [...view.allowed.map(({ uri }) => uri), ...view.users.map(({ entity }) => entity)];
  if (named.length > 0) return listNames(named, viewer);
  return !view.policy.secret && !view.policy.membersOnly && view.admission !== 'closedAuthenticated';
}

/** `<sidebars-by-ref>` of those; nothing where there is none. */
export function sidebarsByRef(shown: readonly SidebarState[]): MaybeElement {
  const entries = shown
    .filter(({ kind }) => kind === 'sidebar-by-ref')
    .map(({ xconUri }) => info('entry', {}, [info('uri', {}, [xconUri])]));
  return entries.length === 0 ? undefined : info('sidebars-by-ref', {}, entries);
}

/** `<sidebars-by-val>` of those; nothing where there is none. */
export function sidebarsByVal(shown: readonly SidebarState[], viewer: DocumentViewer): MaybeElement {
  const entries = shown.filter(({ kind }) => kind === 'sidebar-by-val').map((sidebar) => sidebarEntry(sidebar, viewer));
  return entries.length === 0 ? undefined : info('sidebars-by-val', {}, entries);
}

/** The static document of a sidebar: who is in it stands in its own. */
function sidebarEntry({ document, view, xconUri }: SidebarState, viewer: DocumentViewer): XmlElement {
  const conferenceUri = view.confUris.find(({ uri }) => /^sips?:/i.test(uri))?.uri;
  const shown = mapChildren(document, (child) => {
    if (isNamed(child, 'info', 'conference-description'))
      return shownDescription(child, { conferenceUri, password: undefined }, viewer);
    if (isNamed(child, 'info', 'users')) return usersOfSidebar(child, viewer);
    return child;
  });
  return { ...shown, ns: namespaces.info, name: 'entry', attributes: [{ ns: '', name: 'entity', value: xconUri }] };
}

function usersOfSidebar(users: XmlElement, viewer: DocumentViewer): MaybeElement {
  const shown = mapChildren(users, (child) => {
    if (!isNamed(child, 'info', 'user')) return isRule(child, viewer) ? child : undefined;
    return viewer.privileged && childElement(child, namespaces.xcon, 'provide-anonymity') === undefined
      ? child
      : undefined;
  });
  return shown.children.length === 0 ? undefined : shown;
}
