import { childElement, type XmlElement } from '@plenary/wire/xml';
import { conferenceView, namespaces, pathsMeet, withElement } from '@plenary/xcon';
import { events, type DecideContext, type Decision } from '../decision.js';
import type { RoomState } from '../state.js';
import type { Enforce } from './command.js';
import { bansOf, withInheritedBans } from './inherited-bans.js';
import { documentEvents } from './reconcile.js';

const { info, xcon, chat } = namespaces;

/** Elements a main conference can keep to itself: parts of the description, of the state and of the lists of users. */
const enforceable: readonly (readonly [part: string, ns: string, name: string])[] = [
  ...(['display-text', 'subject', 'free-text', 'keywords', 'service-uris', 'maximum-user-count'] as const).map(
    (name) => ['conference-description', info, name] as const,
  ),
  ['conference-description', info, 'available-media'],
  ['conference-description', xcon, 'language'],
  ['conference-description', xcon, 'allow-sidebars'],
  ['conference-description', chat, 'room-policy'],
  ['conference-description', chat, 'history'],
  ['conference-state', info, 'locked'],
  ['conference-state', xcon, 'allow-conference-event-subscription'],
  ['users', xcon, 'join-handling'],
  ['users', xcon, 'user-admission-policy'],
  ['users', xcon, 'deny-users-list'],
  ['users', chat, 'banned'],
];

/** The elements a main conference keeps to itself, as they are there, in a dependent child. Spec: RFC 5239 §7.1. Req: CONF-008. */
export function withEnforced(child: XmlElement, parent: XmlElement): { document: XmlElement; changed: string[] } {
  const { enforced } = conferenceView(parent);
  const changed: string[] = [];
  let document = child;
  for (const [part, ns, name] of enforceable) {
    const path = `/${part}/${name}`;
    if (!enforced.some((kept) => pathsMeet(kept, path))) continue;
    const value = childElement(childElement(parent, info, part), ns, name);
    if (JSON.stringify(value) === JSON.stringify(childElement(childElement(child, info, part), ns, name))) continue;
    document = withElement(document, [part, name], value);
    changed.push(path);
  }
  return { document, changed };
}

export function enforce(state: RoomState, { change, bansBefore, fresh }: Enforce, { nowMs }: DecideContext): Decision {
  const { document, changed } = withEnforced(state.document, change);
  const dependent = withInheritedBans(document, { before: bansBefore, now: bansOf(conferenceView(change)) });
  const paths = dependent === document ? changed : [...changed, '/users/banned'];
  return events(...documentEvents(state, dependent, paths, { nowMs, dialOut: fresh.dialOut }));
}
