import { attributeOf, childElement, childElements, childrenNamed, textOf, type XmlElement } from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';
import type { ParticipantState, RoomState } from '../room/state.js';
import { userKey } from '../users/identity-key.js';
import { info, isNamed } from './elements.js';
import { callEndpoint, messageLabel, pendingEndpoint, type EndpointContext } from './endpoints.js';
import { aliasOf, sightOf, type Sight } from './persona.js';
import { anonymousText, awaitedElement, notedElement, participantElement, type AwaitedUser } from './user-element.js';
import { isSelf, type DocumentViewer } from './viewer.js';

/** The `<user>`s of one document, and how many of them are in the conference. */
export interface ShownUsers {
  readonly users: readonly XmlElement[];
  /** In the conference: have an endpoint that is connected. Req: CONF-026. */
  readonly count: number;
}

/** Elements of participants, each good for as long as the participant, its entry and the label stay the same. */
const made = new WeakMap<ParticipantState, MadeElement[]>();
interface MadeElement extends EndpointContext {
  readonly sight: Sight;
  readonly noted: XmlElement | undefined;
  readonly element: XmlElement;
}

/**
 * Everybody the viewer may see, in the order of joining: who is in the conference, who is called, to those with the right who
 * waits, then who is only noted in the static document.
 *
 * Req: XCON-012, XCON-019, POL-008, POL-020, CONF-026.
 */
export function shownUsers(state: RoomState, viewer: DocumentViewer): ShownUsers {
  const context: EndpointContext = {
    privileged: viewer.privileged,
    label: messageLabel(state.document),
    onHold: false,
  };
  const noted = notedUsers(state.document);
  const away = inSidebars(state);
  const presence = presenceOf(state, viewer);
  const users = new Map<string, XmlElement>();
  for (const participant of state.participants.values()) {
    const seen = sightOf(participant, viewer);
    if (seen === 'nothing') continue;
    // A second presence of one user that keeps its identity back is another user to everybody.
    const isSecond =
      participant.anonymity !== 'none' && (presence.open.has(participant.userId) || users.has(participant.userId));
    const sight = isSecond ? 'alias' : seen;
    const own = away.has(participant.userId) ? { ...context, onHold: true } : context;
    const element = participantElementOf(participant, sight, own, noted.get(participant.userId));
    users.set(attributeOf(element, 'entity') ?? '', element);
  }
  const count = users.size;
  for (const { user, endpoint } of awaited(
    state,
    viewer,
    context,
    (userId) => !presence.keptBack.has(userId) && isOpenTo(noted.get(userId), viewer),
  )) {
    const known = users.get(user.userId);
    const wanted = withWantedMedia(endpoint, noted.get(user.userId));
    const element =
      known === undefined ? awaitedElement(user, wanted, noted.get(user.userId)) : withEndpoint(known, wanted);
    users.set(user.userId, element);
  }
  for (const [entity, element] of noted) {
    if (users.has(entity) || presence.keptBack.has(entity)) continue;
    if (mayBeListed(element, viewer)) users.set(entity, notedElement(element, viewer.privileged));
  }
  return { users: [...users.values()], count };
}

/** Those who are in a sidebar, where the room shows their absence. Req: SIDE-010. */
function inSidebars({ view, sidebars }: RoomState): ReadonlySet<string> {
  if (!view.policy.showSidebarAbsence) return new Set();
  return new Set([...sidebars.values()].flatMap(({ present }) => [...present]));
}

interface Presence {
  /** XCON-USERIDs of those who are here under their identity. */
  readonly open: ReadonlySet<string>;
  /** Those of whom nothing may show the id, because they are here under an alias or unseen. Req: SEC-009. */
  readonly keptBack: ReadonlySet<string>;
}

const nobody: Presence = { open: new Set(), keptBack: new Set() };

function presenceOf({ participants }: RoomState, viewer: DocumentViewer): Presence {
  const all = [...participants.values()];
  if (all.every(({ anonymity }) => anonymity === 'none')) return nobody;
  const open = new Set<string>();
  const keptBack = new Set<string>();
  for (const participant of all) {
    if (participant.anonymity === 'none') open.add(participant.userId);
    else if (sightOf(participant, viewer) !== 'identity') keptBack.add(participant.userId);
  }
  return { open, keptBack };
}

/** The `<users>` element: those lists and rules of the static document the viewer may see behind the users. */
export function usersElement(state: RoomState, viewer: DocumentViewer, users: readonly XmlElement[]): XmlElement {
  const fixed = childElement(state.document, namespaces.info, 'users');
  const rules = fixed === undefined ? [] : childElements(fixed).filter((child) => isRule(child, viewer));
  return { ...info('users', {}, [...users, ...rules]), attributes: fixed?.attributes ?? [] };
}

/** Who may join is told to everybody, the lists of people only to those who keep them. */
export function isRule(child: XmlElement, { privileged }: Pick<DocumentViewer, 'privileged'>): boolean {
  if (isNamed(child, 'info', 'user')) return false;
  return privileged || isNamed(child, 'xcon', 'join-handling') || isNamed(child, 'xcon', 'user-admission-policy');
}

/** Entries of the static document by their entity, in lower case. */
function notedUsers(document: XmlElement): Map<string, XmlElement> {
  const list = childElement(document, namespaces.info, 'users');
  const noted = new Map<string, XmlElement>();
  for (const child of list === undefined ? [] : childElements(list)) {
    const entity = isNamed(child, 'info', 'user') ? attributeOf(child, 'entity')?.toLowerCase() : undefined;
    if (entity !== undefined) noted.set(entity, child);
  }
  return noted;
}

function participantElementOf(
  participant: ParticipantState,
  sight: Exclude<Sight, 'nothing'>,
  { privileged, label, onHold }: EndpointContext,
  noted: XmlElement | undefined,
): XmlElement {
  const known = made.get(participant) ?? [];
  const same = known.find(
    (one) =>
      one.sight === sight &&
      one.privileged === privileged &&
      one.label === label &&
      one.onHold === onHold &&
      one.noted === noted,
  );
  if (same !== undefined) return same.element;
  const element = participantElement(participant, sight, { privileged, label, onHold }, noted);
  // Two views (of those with the right, of others) are what a participant is shown in, mostly.
  made.set(participant, [...known.slice(-3), { sight, privileged, label, onHold, noted, element }]);
  return element;
}

/** Who is called into the conference, and who waits: to those with the right, and to whoever waits itself. */
function awaited(
  state: RoomState,
  viewer: DocumentViewer,
  context: EndpointContext,
  mayBeNamed: (userId: string) => boolean,
): { readonly user: AwaitedUser; readonly endpoint: XmlElement }[] {
  const called = [...state.calls.values()]
    .filter(({ userId }) => isSelf(viewer, userId) || mayBeNamed(userId))
    .map(({ userId, displayName, uri, nickname }) => {
      const isShown = viewer.privileged || isSelf(viewer, userId);
      return {
        user: { userId, displayName, nickname, aors: isShown ? [uri] : [] },
        endpoint: callEndpoint(isShown ? uri : userId, context),
      };
    });
  const waiting = [...state.pending.values()].filter(
    ({ admitted, userId }) => !admitted && (viewer.privileged || isSelf(viewer, userId)),
  );
  return [
    ...called,
    ...waiting.map((pending) =>
      sightOf(pending, viewer) === 'identity'
        ? { user: pending, endpoint: pendingEndpoint(pending, pending.callUri || pending.contact, context) }
        : {
            user: { ...pending, userId: aliasOf(pending), displayName: anonymousText, aors: [pending.entity] },
            endpoint: pendingEndpoint(pending, '', context),
          },
    ),
  ];
}

/** Behind the endpoints that are there; one of the same entity stays as it is. */
function withEndpoint(user: XmlElement, endpoint: XmlElement): XmlElement {
  const entity = attributeOf(endpoint, 'entity') ?? '';
  const children = childElements(user);
  const own = children.filter((child) => isNamed(child, 'info', 'endpoint'));
  if (own.some((other) => sameEntity(attributeOf(other, 'entity') ?? '', entity))) return user;
  const at = children.findLastIndex((child) => isNamed(child, 'info', 'endpoint'));
  const index = at === -1 ? children.length : at + 1;
  return { ...user, children: [...children.slice(0, index), endpoint, ...children.slice(index)] };
}

/** An endpoint that is awaited, with the media conference control wants it to have, where it has said so. Req: SIDE-012. */
function withWantedMedia(endpoint: XmlElement, noted: XmlElement | undefined): XmlElement {
  const entity = attributeOf(endpoint, 'entity') ?? '';
  const wanted = childrenNamed(noted, namespaces.info, 'endpoint').find((one) =>
    sameEntity(attributeOf(one, 'entity') ?? '', entity),
  );
  const media = childrenNamed(wanted, namespaces.info, 'media');
  if (media.length === 0) return endpoint;
  return { ...endpoint, children: [...childElements(endpoint).filter(({ name }) => name !== 'media'), ...media] };
}

function sameEntity(a: string, b: string): boolean {
  return a === b || (userKey(a) ?? a) === (userKey(b) ?? b);
}

/** An entry of somebody who is not here: for those with the right, and the user itself, as far as its wish for anonymity goes. */
function mayBeListed(noted: XmlElement, viewer: DocumentViewer): boolean {
  if (isSelf(viewer, attributeOf(noted, 'entity') ?? '')) return true;
  return viewer.privileged && isOpenTo(noted, viewer);
}

/** Does the user's noted wish for anonymity let the viewer know who it is? */
function isOpenTo(noted: XmlElement | undefined, { privileged }: Pick<DocumentViewer, 'privileged'>): boolean {
  const wish = childElement(noted, namespaces.xcon, 'provide-anonymity');
  const level = wish === undefined ? 'none' : textOf(wish);
  return level === 'none' || (level === 'semi-private' && privileged);
}
