import type { StateChange, StateEvent } from '@plenary/proto/chat';
import { Departures, withDepartures } from './departures.js';
import type { Subscriber } from './subscriber.js';
import type { ViewDocument } from './view-document.js';

/** Participants of a room whose names are kept at most, and newest documents by view. */
const membersMax = 100_000;
const viewsMax = 32;

/** What an event means for the subscribers of its room. */
export interface RoomNews {
  /** Something that documents show has changed. */
  readonly changed: boolean;
  /** The room is over; the SIP URI of the one that takes its place, empty: none. */
  readonly closed?: { readonly successorUri: string };
}

/**
 * One room with subscribers at this replica: who they are, whose view an event may have changed, the newest document of each view. Views are
 * shared by all who see the same, so a member's view is asked for anew only when something happened to that member, or to the rules.
 */
export class RoomWatch {
  readonly room: string;
  /** Version of the newest event heard of; 0 before the first. */
  version = 0n;
  readonly subscribers = new Set<Subscriber>();
  readonly departures = new Departures();
  readonly #byIdentity = new Map<string, Set<Subscriber>>();
  /** Identities of participants by pid, as far as their joining was seen. */
  readonly #members = new Map<string, readonly string[]>();
  readonly #newest = new Map<string, ViewDocument>();

  constructor(room: string) {
    this.room = room;
  }

  add(subscriber: Subscriber): void {
    this.subscribers.add(subscriber);
    for (const key of identitiesOf(subscriber)) {
      const some = this.#byIdentity.get(key) ?? new Set();
      this.#byIdentity.set(key, some.add(subscriber));
    }
  }

  remove(subscriber: Subscriber): void {
    this.subscribers.delete(subscriber);
    for (const key of identitiesOf(subscriber)) {
      const some = this.#byIdentity.get(key);
      some?.delete(subscriber);
      if (some?.size === 0) this.#byIdentity.delete(key);
    }
  }

  /** The newest document of that view known here. */
  newest(view: string): ViewDocument | undefined {
    return this.#newest.get(view);
  }

  /** Keeps a document unless a newer one of its view is there; returns the newer. */
  keep(document: ViewDocument): ViewDocument {
    const known = this.#newest.get(document.view);
    if (known && known.version >= document.version) return known;
    this.#newest.delete(document.view);
    this.#newest.set(document.view, document);
    for (const oldest of this.#newest.keys()) {
      if (this.#newest.size <= viewsMax) break;
      this.#newest.delete(oldest);
    }
    return document;
  }

  /**
   * The document as a subscriber who has `earlier` is told it first: RFC 4575 has words for how somebody left, and they come before the deletion. The document
   * itself where there is nothing to tell (EVT-019).
   */
  farewell(earlier: ViewDocument, later: ViewDocument, nowMs: number): ViewDocument {
    const known = later.farewells.get(earlier);
    if (known !== undefined) return known ?? later;
    const tree = withDepartures(earlier.tree, later.tree, this.departures, nowMs);
    const told = tree && later.withTree(tree);
    later.farewells.set(earlier, told ?? null);
    return told ?? later;
  }

  /** Events may have been missed: nobody's view is certain. */
  doubtEverybody(): void {
    for (const subscriber of this.subscribers) subscriber.isViewCertain = false;
  }

  /** Takes an event of the room in. Versions are dense, so a missed event is noticed by the next. */
  apply(event: StateEvent): RoomNews {
    if (this.version !== 0n && event.version > this.version + 1n) this.doubtEverybody();
    if (event.version > this.version) this.version = event.version;
    let changed = false;
    let closed: RoomNews['closed'];
    for (const { change } of event.changes) {
      if (!change) continue;
      this.#noteWho(change);
      if (change.$case === 'left') {
        const { chatId, cause } = change.value;
        this.departures.left(chatId, cause, Number(event.committedAtUs / 1_000n));
      }
      if (!invisible.has(change.$case)) changed = true;
      if (change.$case === 'roomClosed') closed = { successorUri: change.value.successorUri };
    }
    return { changed, ...(closed ? { closed } : {}) };
  }

  /** Whose view the change may have changed. */
  #noteWho(change: NonNullable<StateChange['change']>): void {
    switch (change.$case) {
      case 'joined':
      case 'participantChanged': {
        const { participant } = change.value;
        if (!participant) break;
        const names = [participant.entity, ...participant.identities].map(keyOf);
        if (this.#members.size < membersMax) this.#members.set(participant.pid, names);
        this.#doubt(names);
        break;
      }
      case 'left':
        this.#doubtPid(change.value.pid);
        if (change.value.lastEndpoint) this.#members.delete(change.value.pid);
        break;
      case 'rolesChanged':
        this.#doubtPid(change.value.pid);
        break;
      case 'conferenceChanged':
      case 'callGone':
      case 'policyChanged':
      case 'roomCreated':
      case 'roomClosed':
        this.doubtEverybody();
        break;
      default:
    }
  }

  #doubtPid(pid: string): void {
    const names = this.#members.get(pid);
    if (names) this.#doubt(names);
    else this.doubtEverybody();
  }

  #doubt(names: readonly string[]): void {
    for (const name of names) {
      for (const subscriber of this.#byIdentity.get(name) ?? []) subscriber.isViewCertain = false;
    }
  }
}

/** What no document shows. */
const invisible: ReadonlySet<string> = new Set(['endpointMoved', 'epochStarted', 'notice']);

function identitiesOf({ record }: Subscriber): Set<string> {
  return new Set([record.viewer.uri, ...record.viewer.identities].map(keyOf));
}

function keyOf(identity: string): string {
  return identity.toLowerCase();
}
