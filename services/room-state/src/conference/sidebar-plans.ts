import { ok, type Result } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import type { DocumentFault } from '@plenary/xcon';
import {
  checkDocument,
  conferenceView,
  mergeDocument,
  readConferenceTime,
  withAllowedTargets,
  withoutServerElements,
  withText,
} from '@plenary/xcon';
import { newXconUri, sipUriOf } from '../conference-ids.js';
import type { RandomBytes } from '../ids.js';
import type { Actor } from '../room/actor.js';
import { hearsParent } from '../room/conference/reconcile.js';
import { withEnforced } from '../room/conference/enforce.js';
import { bansOf, withInheritedBans } from '../room/conference/inherited-bans.js';
import { viewerIn } from '../document/viewer-of.js';
import type { NewRoom } from '../room/new-room.js';
import { noSurroundings } from '../room/rules.js';
import type { RoomState } from '../room/state.js';
import { bareSidebar, cloneOf } from './clone.js';
import { knownParticipants, knownPeople } from './known-people.js';
import type { ObjectMaker } from './object-maker.js';
import { readChange } from './read-change.js';
import { withElement, documentElement } from '@plenary/xcon';

/** What sidebars are made from: their main conference, or what the request says. Spec: RFC 6503 §5.3.8, §5.3.10. Req: SIDE-002..SIDE-005, SIDE-008. */
export class SidebarPlans {
  constructor(
    private readonly maker: ObjectMaker,
    private readonly random: RandomBytes,
    private readonly domain: string,
  ) {}

  plan(
    text: string,
    kind: 'sidebar-by-val' | 'sidebar-by-ref',
    actor: Actor,
    main: RoomState,
  ): Result<NewRoom, DocumentFault> {
    const { random, domain } = this;
    const xconUri = newXconUri(domain, random);
    const objectId = xconUri.slice('xcon:'.length).split('@', 1)[0];
    const base = closed(text === '' ? this.#clone(main, actor, xconUri) : bareSidebar(xconUri, main.xconUri));
    let document = base;
    if (text !== '') {
      const read = readChange(text, { part: 'sidebar', domain, random, objectId });
      if (!read.ok) return read;
      const change = withoutServerElements(read.value.change, 'sidebar');
      document = mergeDocument(base, { ...change, attributes: base.attributes }, 'sidebar').merged;
    }
    const dependent = withInheritedBans(withEnforced(document, main.document).document, {
      before: [],
      now: bansOf(main.view),
    });
    const whole = checkDocument(dependent, 'sidebar', 'whole');
    if (!whole.ok) return whole;
    const view = conferenceView(whole.value);
    const times = readConferenceTime(view.times);
    if (!times.ok) return times;
    const labels = main.view.availableMedia.filter(({ type }) => type === 'message').map(({ label }) => label);
    const hears = hearsParent({ kind, view }, { room: main.id, shard: main.shard, labels });
    return ok(
      this.maker.planned({
        kind,
        xconUri,
        conferenceUri: sipUriOf(xconUri, domain),
        document: whole.value,
        ownerUserId: actor.userId,
        parentId: main.id,
        surroundings: {
          ...noSurroundings,
          hears,
        },
      }),
    );
  }

  /** The main conference with everybody the maker sees in it as somebody who may dial in. Req: SEC-007, SEC-009. */
  #clone(main: RoomState, actor: Actor, xconUri: string): XmlElement {
    const maker = viewerIn(main, actor);
    const clone = cloneOf(knownPeople(main.document, maker), {
      entity: xconUri,
      cloningParent: undefined,
      sidebarParent: main.xconUri,
      freshLabel: undefined,
    });
    const users = knownParticipants(main, maker).map((uri) => ({ uri, method: 'dial-in' }));
    return withAllowedTargets(clone, users);
  }
}

/** A sidebar is for those on its list, and goes when the last one has left it. */
function closed(document: XmlElement): XmlElement {
  const listed = withText(
    withText(document, ['users', 'join-handling'], 'allow'),
    ['users', 'user-admission-policy'],
    'closedAuthenticated',
  );
  return withElement(
    listed,
    ['conference-description', 'room-policy'],
    documentElement('chat', 'room-policy', { 'on-empty': 'delete', 'empty-grace': 'PT1M' }),
  );
}
