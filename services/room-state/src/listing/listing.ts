import type { XmlElement } from '@plenary/wire/xml';
import { mayCreate, type SystemPolicy } from '../blueprints/create-policy.js';
import { assembleListed } from '../document/assemble.js';
import { rosterless } from '../document/rosterless.js';
import { shownSidebars } from '../document/sidebars.js';
import { viewerIn } from '../document/viewer-of.js';
import { systemAdministrator, type Actor } from '../room/actor.js';
import { may } from '../room/rights.js';
import type { ConferenceHead, RoomState } from '../room/state.js';
import type { ListedConference, ListFor, ListingStore } from './interface.js';

/** One page of a list. */
export interface Page {
  readonly objects: readonly ListedObject[];
  /** There are more behind the last one. */
  readonly more: boolean;
}

/** One object of a list, as the requestor may see it; who is in it is left out. */
export interface ListedObject {
  readonly head: ConferenceHead;
  readonly document: XmlElement;
}

/** Rows read at once, so that a page costs few queries where the rules leave many of them out. */
const rowsAtOnce = 200;

/** Which conference objects a user may know of. The rows find candidates, the rules decide. Req: POL-001, Q22. */
export class Listing {
  constructor(
    private readonly store: ListingStore,
    private readonly createPolicy: SystemPolicy,
  ) {}

  /** The blueprints the user may make conferences of. Req: CCMP-060. */
  blueprints(actor: Actor, after: string, limit: number): Promise<Page> {
    return page(
      limit,
      after,
      (from, count) => this.store.listBlueprints(from, count),
      idOf,
      (head) => (mayCreate(this.createPolicy, actor, head.view.policy) ? listed(head, actor, undefined) : undefined),
    );
  }

  /** The conferences the user may know of, reserved and active. Req: CCMP-065. */
  conferences(actor: Actor, after: string, limit: number): Promise<Page> {
    const user = listFor(actor);
    return page(
      limit,
      after,
      (from, count) => this.store.listConferences(user, from, count),
      ({ head }) => head.id,
      (row) => (isVisible(row, actor) ? listed(row.head, actor, row.userCount) : undefined),
    );
  }

  /** Those sidebars of a conference the user may know of. Req: CCMP-082, SIDE-012. */
  sidebars(
    main: RoomState,
    kind: 'sidebar-by-val' | 'sidebar-by-ref',
    actor: Actor,
    after: string,
    limit: number,
  ): Promise<Page> {
    const shown = new Set(shownSidebars(main.sidebars.values(), viewerIn(main, actor)).map(({ id }) => id));
    return page(
      limit,
      after,
      (from, count) => this.store.listSidebars(main.id, kind, from, count),
      idOf,
      (head) => (shown.has(head.id) ? listed(head, actor, undefined) : undefined),
    );
  }
}

function idOf({ id }: ConferenceHead): string {
  return id;
}

function isVisible({ head, isHere }: ListedConference, actor: Actor): boolean {
  return isHere || may(rosterless(head), actor, 'discover');
}

function listed(head: ConferenceHead, actor: Actor, userCount: number | undefined): ListedObject {
  const state = rosterless(head);
  return { head, document: assembleListed(state, viewerIn(state, actor), userCount) };
}

function listFor({ userId, uris, systemRoles, authenticated }: Actor): ListFor {
  const userIds = userId === '' ? [] : [userId];
  const lower = uris.map((uri) => uri.toLowerCase());
  const domains = [...userIds, ...lower].flatMap((uri) => {
    const [, scheme = '', host = ''] = /^([a-z][a-z0-9+.-]*):[^@]*@([^;?/:>]+)/.exec(uri) ?? [];
    return host === '' ? [] : [`*@${host}`, `${scheme}:*@${host}`];
  });
  return {
    everything: systemRoles.includes(systemAdministrator),
    userIds,
    names: authenticated ? [...new Set([...userIds, ...lower, ...domains])] : userIds,
  };
}

/** Reads rows until `limit` of them are kept, and one more to know whether there are more. */
async function page<Row>(
  limit: number,
  after: string,
  read: (after: string, count: number) => Promise<readonly Row[]>,
  idOfRow: (row: Row) => string,
  keep: (row: Row) => ListedObject | undefined,
): Promise<Page> {
  const objects: ListedObject[] = [];
  let from = after;
  for (;;) {
    const count = Math.max(rowsAtOnce, limit + 1);
    const rows = await read(from, count);
    for (const row of rows) {
      const kept = keep(row);
      if (kept === undefined) continue;
      if (objects.length === limit) return { objects, more: true };
      objects.push(kept);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < count) return { objects, more: false };
    from = idOfRow(last);
  }
}
