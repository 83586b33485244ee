import { attributeOf, childElement, childElements, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { RoomState } from '../room/state.js';
import { usableCollaborations } from './collaboration.js';
import { info, isNamed } from './elements.js';
import { shownDescription, shownState } from './fixed-part.js';
import { participantByEntity, sightOf } from './persona.js';
import { shownSidebars, sidebarsByRef, sidebarsByVal } from './sidebars.js';
import { shownUsers, usersElement, type ShownUsers } from './users.js';
import { isSelf, type DocumentViewer } from './viewer.js';

export interface AssembleOptions {
  /** The password, for the one answer that tells it to who has just set it. Req: POL-017. */
  readonly password?: string | undefined;
}

/** Documents made of one state, by view: a state never changes. */
const assembled = new WeakMap<RoomState, Map<string, XmlElement>>();
/** Views of one state that are kept. */
const keptViews = 8;

/**
 * The conference document as one viewer may see it: the static part with who is here, filtered. Its entity is the XCON-URI, its
 * version that of the state; users, counts and lists in it agree. Views with equal `viewKey` give equal documents.
 *
 * Spec: RFC 6501, RFC 6502 §4.   Req: CONF-023, CONF-026, CCMP-069, NOTIF-009, POL-020, SEC-009.
 */
export function assembleDocument(
  state: RoomState,
  viewer: DocumentViewer,
  { password }: AssembleOptions = {},
): XmlElement {
  if (password !== undefined) return assemble(state, viewer, password);
  const key = viewKey(state, viewer);
  const kept = assembled.get(state) ?? new Map<string, XmlElement>();
  const known = kept.get(key);
  if (known !== undefined) return known;
  const document = assemble(state, viewer, undefined);
  if (kept.size >= keptViews) kept.clear();
  kept.set(key, document);
  assembled.set(state, kept);
  return document;
}

/** The document of an object of a list: `userCount` users are in it, and none of them is shown. */
export function assembleListed(state: RoomState, viewer: DocumentViewer, userCount: number | undefined): XmlElement {
  return assemble(state, viewer, undefined, userCount);
}

/**
 * What tells the views of one state apart: the right, what the viewer alone sees of itself, the sidebars it may know of, and the places
 * of work it may go to.
 */
export function viewKey(state: RoomState, viewer: DocumentViewer): string {
  const own = seesItself(state, viewer) ? viewer.userIds.toSorted().join(' ') : '';
  const shown = shownSidebars(state.sidebars.values(), viewer);
  const sidebars = shown.length === state.sidebars.size ? 'all' : shown.map(({ id }) => id).join(' ');
  const places = usableCollaborations(state.view, viewer).join(' ');
  return [viewer.privileged ? 'manage' : 'look', own, sidebars, places].join('|');
}

/** The `<users>` element of that document: of usersRequest. Req: CCMP-072. */
export function usersOf(state: RoomState, viewer: DocumentViewer): XmlElement {
  return usersElement(state, viewer, shownUsers(state, viewer).users);
}

/**
 * The `<user>` element of one user in that document, by its XCON-USERID or the alias it is shown by; `undefined`: there is none,
 * or none the viewer may see. Req: CCMP-078.
 */
export function userOf(state: RoomState, viewer: DocumentViewer, entity: string): XmlElement | undefined {
  const wanted = entity.toLowerCase();
  return shownUsers(state, viewer).users.find((user) => attributeOf(user, 'entity') === wanted);
}

/** The participant whom the viewer names by an 'entity' of that document. */
export function participantOf(
  state: RoomState,
  viewer: DocumentViewer,
  entity: string,
): ReturnType<typeof participantByEntity> {
  const found = participantByEntity(state.participants.values(), entity);
  if (found === undefined) return undefined;
  const sight = sightOf(found, viewer);
  if (sight === 'nothing') return undefined;
  return found.userId === entity.toLowerCase() && sight === 'alias' ? undefined : found;
}

function assemble(
  state: RoomState,
  viewer: DocumentViewer,
  password: string | undefined,
  userCount?: number,
): XmlElement {
  const { document, view } = state;
  const isBlueprint = state.kind === 'blueprint';
  const shown: ShownUsers = shownUsers(state, viewer);
  const sidebars = shownSidebars(state.sidebars.values(), viewer);
  const description = childElement(document, namespaces.info, 'conference-description');
  const fixedState = childElement(document, namespaces.info, 'conference-state');
  const now = {
    userCount: isBlueprint ? undefined : (userCount ?? shown.count),
    active: view.active,
    locked: view.locked,
  };
  const users = usersElement(state, viewer, shown.users);
  const attributes = document.attributes.filter(
    ({ name, ns }) => ns !== '' || (name !== 'entity' && name !== 'version'),
  );
  const element = info('conference-info', { entity: state.xconUri, version: state.version.toString() }, [
    description === undefined
      ? undefined
      : shownDescription(description, { conferenceUri: state.conferenceUri, password }, viewer),
    childElement(document, namespaces.info, 'host-info'),
    shownState(fixedState, now, viewer),
    users.children.length === 0 ? undefined : users,
    sidebarsByRef(sidebars),
    sidebarsByVal(sidebars, viewer),
    ...childElements(document).filter((child) => !overlaid.some((name) => isNamed(child, 'info', name))),
  ]);
  return { ...element, attributes: [...element.attributes, ...attributes] };
}

const overlaid = [
  'conference-description',
  'host-info',
  'conference-state',
  'users',
  'sidebars-by-ref',
  'sidebars-by-val',
] as const;

/** Does the document show the viewer something of itself that it shows to nobody else of its rights? */
function seesItself(state: RoomState, viewer: DocumentViewer): boolean {
  if (viewer.userIds.length === 0) return false;
  for (const participant of state.participants.values())
    if (participant.anonymity !== 'none' && isSelf(viewer, participant.userId)) return true;
  for (const { userId } of [...state.pending.values(), ...state.calls.values()])
    if (isSelf(viewer, userId)) return true;
  const noted = childElement(state.document, namespaces.info, 'users');
  if (noted === undefined) return false;
  const entries = childElements(noted).filter((child) => isNamed(child, 'info', 'user'));
  return entries.some((entry) => isSelf(viewer, attributeOf(entry, 'entity') ?? ''));
}
