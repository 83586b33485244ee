import type { ConferenceView, UserView } from '@plenary/xcon';
import { urisOf, type RetrievedRoom } from './find-room.js';

/** What a person wants to know of a room, `name  value`. */
export function roomFacts({ uri, version, view }: RetrievedRoom): (readonly [string, string | undefined])[] {
  return [
    ['room', uri],
    ['title', view.displayText],
    ['subject', view.subject],
    ['description', view.freeText],
    ['reached at', urisOf(view).join(' ')],
    ['state', stateOf(view)],
    ['people', peopleOf(view)],
    ['entry', entryOf(view)],
    ['allowed', view.allowed.map(({ uri: target }) => target).join(' ')],
    ['denied', [...view.denied, ...view.banned].join(' ')],
    ['logged', view.logging.active ? `yes${since(view.logging.since)}` : 'no'],
    ['media', view.availableMedia.map(({ type }) => type).join(' ')],
    ['sidebars', [...view.sidebarsByVal, ...view.sidebarsByRef.map(({ uri: sidebar }) => sidebar)].join(' ')],
    ['sidebar of', view.sidebarParent],
    ['made from', view.cloningParent],
    ['closed for', view.venue?.uri],
    ['version', version === undefined ? undefined : String(version)],
  ];
}

/** The same for programs. */
export function roomJson({ uri, version, view }: RetrievedRoom): object {
  return {
    room: uri,
    version,
    title: view.displayText,
    subject: view.subject,
    description: view.freeText,
    uris: urisOf(view),
    active: view.active,
    locked: view.locked,
    userCount: view.userCount,
    maximumUserCount: view.maximumUserCount,
    joinHandling: view.joinHandling,
    admission: view.admission,
    allowed: view.allowed,
    denied: view.denied,
    banned: view.banned,
    logging: view.logging,
    history: view.history,
    policy: view.policy,
    media: view.availableMedia,
    sidebarsByVal: view.sidebarsByVal,
    sidebarsByRef: view.sidebarsByRef,
    sidebarParent: view.sidebarParent,
    cloningParent: view.cloningParent,
    venue: view.venue,
    users: view.users,
  };
}

function stateOf(view: ConferenceView): string {
  return [view.active ? 'active' : 'not active', ...(view.locked ? ['locked'] : [])].join(', ');
}

function peopleOf({ userCount, maximumUserCount }: ConferenceView): string | undefined {
  if (userCount === undefined) return undefined;
  return maximumUserCount === undefined
    ? String(userCount)
    : `${String(userCount)} of at most ${String(maximumUserCount)}`;
}

function entryOf({ joinHandling, admission, policy }: ConferenceView): string {
  return [
    `${joinHandling}, ${admission}`,
    ...(policy.membersOnly ? ['members only'] : []),
    ...(policy.moderated ? ['moderated'] : []),
    ...(policy.secret ? ['secret'] : []),
  ].join(', ');
}

function since(time: string | undefined): string {
  return time === undefined ? '' : `, since ${time}`;
}

export const userHeadings = ['USER', 'NICKNAME', 'NAME', 'ROLES', 'STATUS', 'VOICE'] as const;

/** One row of the roster. */
export function userRow(user: UserView): string[] {
  const statuses = [...new Set(user.endpoints.map(({ status }) => status).filter((status) => status !== ''))];
  const media = user.endpoints.flatMap(({ media: streams }) => streams.map(({ status }) => status));
  const voice =
    media.length === 0 ? '' : media.every((status) => status === 'recvonly' || status === 'inactive') ? 'no' : 'yes';
  return [user.entity, user.nickname ?? '', user.displayText, user.roles.join(' '), statuses.join(' '), voice];
}
