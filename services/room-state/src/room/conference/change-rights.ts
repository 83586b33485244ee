import { pathsMeet } from '@plenary/xcon';
import type { Actor } from '../actor.js';
import { may } from '../rights.js';
import type { Right } from '../rights.table.js';
import type { RoomState } from '../state.js';

/** Which right an element of the conference needs, the longest path that leads to it first. Req: POL-001, LOG-004. */
const rightsOfElements: readonly (readonly [path: string, right: Right])[] = [
  ['/conference-description/subject', 'set-subject'],
  ['/conference-description/conf-uris', 'manage'],
  ['/conference-description/maximum-user-count', 'manage'],
  ['/conference-description/allow-sidebars', 'manage'],
  ['/conference-description/conference-time', 'manage'],
  ['/conference-description/room-policy', 'manage'],
  ['/conference-description/history', 'manage'],
  ['/conference-description/alternate-venue', 'manage'],
  ['/conference-description', 'describe'],
  ['/host-info', 'describe'],
  ['/conference-state/logging', 'log'],
  ['/conference-state', 'manage'],
  ['/users/deny-users-list', 'ban'],
  ['/users/banned', 'ban'],
  ['/users/user', 'set-user'],
  ['/users', 'manage'],
];

/** The right a changed element needs. */
export function rightFor(path: string): Right {
  const found = rightsOfElements.find(([element]) => isIn(path, element));
  return found?.[1] ?? 'manage';
}

function isIn(path: string, element: string): boolean {
  return path === element || path.startsWith(`${element}/`) || path.startsWith(`${element}[`);
}

/** May the user change all of these elements? */
export function mayChange(state: RoomState, actor: Actor, paths: readonly string[]): boolean {
  return paths.every((path) => may(state, actor, rightFor(path)));
}

/** Elements the main conference keeps to itself, among those of a change. Req: CONF-008. */
export function enforcedAmong(paths: readonly string[], enforced: readonly string[]): readonly string[] {
  return paths.filter((path) => enforced.some((kept) => pathsMeet(path, kept)));
}
