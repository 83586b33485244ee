import { LeaveCause } from '@plenary/proto/chat';
import {
  attributeOf,
  childElement,
  childrenNamed,
  textOf,
  withChildren,
  xmlElement,
  type XmlElement,
} from '@plenary/wire/xml';
import { namespaces } from '@plenary/xcon';

/** How an endpoint left (RFC 4575 section 5.7.6). */
export type DisconnectionMethod = 'departed' | 'booted' | 'failed' | 'busy';

export interface Departure {
  readonly method: DisconnectionMethod;
  readonly atMs: number;
}

/** Endpoints remembered at most; the one that left longest ago goes. */
const remembered = 10_000;

const methods: Partial<Record<LeaveCause, DisconnectionMethod>> = {
  [LeaveCause.DEPARTED]: 'departed',
  [LeaveCause.BOOTED]: 'booted',
  [LeaveCause.FAILED]: 'failed',
  // The focus sends BYE in both.
  [LeaveCause.REPLACED]: 'booted',
  [LeaveCause.CLOSED]: 'booted',
};

/** How the endpoints of one room left lately: the room's document knows who is there, not how others went. */
export class Departures {
  readonly #all = new Map<string, Departure>();

  /** `entity`: the chat-ID of a session. A cause nobody knows is not told. */
  left(entity: string, cause: LeaveCause, atMs: number): void {
    const method = methods[cause];
    if (method) this.note(entity, { method, atMs });
  }

  /** `entity` as in the document: a chat-ID, or the URI somebody was called by. */
  note(entity: string, departure: Departure): void {
    this.#all.delete(entity);
    this.#all.set(entity, departure);
    const [oldest] = this.#all.keys();
    if (this.#all.size > remembered && oldest !== undefined) this.#all.delete(oldest);
  }

  of(entity: string): Departure | undefined {
    return this.#all.get(entity);
  }
}

const { info } = namespaces;

/**
 * The later document with the endpoints that were in the earlier one and are gone, as disconnected, and how (RFC 4575 sections 5.7.2, 5.7.6): told once,
 * before they are told as deleted. A call into the room that nobody answered has failed. Undefined: nobody is gone of whom that is known.
 *
 * Cost: linear in the users.   Req: EVT-019.
 */
export function withDepartures(
  earlier: XmlElement,
  later: XmlElement,
  departures: Pick<Departures, 'of'>,
  nowMs: number,
): XmlElement | undefined {
  const laterUsers = childElement(later, info, 'users');
  const present = new Map(
    childrenNamed(laterUsers, info, 'user').map((user) => [attributeOf(user, 'entity') ?? '', user]),
  );
  const farewells = new Map<string, XmlElement>();
  for (const user of childrenNamed(childElement(earlier, info, 'users'), info, 'user')) {
    const entity = attributeOf(user, 'entity') ?? '';
    const still = present.get(entity);
    if (still === user) continue;
    const gone = goneOf(user, still, departures, nowMs);
    if (gone.length > 0) farewells.set(entity, withEndpoints(still ?? withoutEndpoints(user), gone));
  }
  if (farewells.size === 0) return undefined;
  const users = childrenNamed(laterUsers, info, 'user').map((user) => {
    const entity = attributeOf(user, 'entity') ?? '';
    const told = farewells.get(entity);
    farewells.delete(entity);
    return told ?? user;
  });
  const others = (laterUsers?.children ?? []).filter((child) => typeof child === 'string' || child.name !== 'user');
  const told = xmlElement(info, 'users', laterUsers?.attributes ?? [], [...others, ...users, ...farewells.values()]);
  return withChildren(
    later,
    later.children.map((child) => (child === laterUsers ? told : child)),
  );
}

function goneOf(
  user: XmlElement,
  still: XmlElement | undefined,
  departures: Pick<Departures, 'of'>,
  nowMs: number,
): XmlElement[] {
  const there = new Set(childrenNamed(still, info, 'endpoint').map((endpoint) => attributeOf(endpoint, 'entity')));
  const hasJoined = childrenNamed(still, info, 'endpoint').some(
    (endpoint) => statusOf(endpoint) === 'connected' && valueOf(endpoint, 'joining-method') === 'dialed-out',
  );
  return childrenNamed(user, info, 'endpoint').flatMap((endpoint) => {
    const entity = attributeOf(endpoint, 'entity') ?? '';
    const status = statusOf(endpoint);
    if (there.has(entity) || status === 'disconnected') return [];
    const known = departures.of(entity);
    if (status !== 'dialing-out') return known ? [disconnected(endpoint, known)] : [];
    // Answered: its session is there under its own name.
    return hasJoined ? [] : [disconnected(endpoint, known ?? { method: 'failed', atMs: nowMs })];
  });
}

/** Children in the order of RFC 4575 section 6; what is no more, media and dialog, is left out. */
function disconnected(endpoint: XmlElement, { method, atMs }: Departure): XmlElement {
  const kept = (name: string): XmlElement[] => childrenNamed(endpoint, info, name);
  const when = `${new Date(atMs).toISOString().slice(0, 19)}Z`;
  const others = endpoint.children.filter((child) => typeof child !== 'string' && child.ns !== info);
  return withChildren(endpoint, [
    ...kept('display-text'),
    ...kept('referred'),
    xmlElement(info, 'status', [], ['disconnected']),
    ...kept('joining-method'),
    ...kept('joining-info'),
    xmlElement(info, 'disconnection-method', [], [method]),
    xmlElement(info, 'disconnection-info', [], [xmlElement(info, 'when', [], [when])]),
    ...others,
  ]);
}

function withoutEndpoints(user: XmlElement): XmlElement {
  return withChildren(
    user,
    user.children.filter((child) => typeof child === 'string' || child.ns !== info || child.name !== 'endpoint'),
  );
}

/** Endpoints are the last of RFC 4575's own children of a user; elements of other namespaces follow. */
function withEndpoints(user: XmlElement, endpoints: readonly XmlElement[]): XmlElement {
  const isOwn = (child: XmlElement['children'][number]): boolean => typeof child !== 'string' && child.ns === info;
  return withChildren(user, [
    ...user.children.filter(isOwn),
    ...endpoints,
    ...user.children.filter((child) => !isOwn(child)),
  ]);
}

function statusOf(endpoint: XmlElement): string {
  return valueOf(endpoint, 'status');
}

function valueOf(endpoint: XmlElement, name: string): string {
  const element = childElement(endpoint, info, name);
  return element === undefined ? '' : textOf(element);
}
