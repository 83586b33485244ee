import type { RoomId } from '@plenary/wire';
import type { Actor } from '../actor.js';
import type { RefusalCode, RoomCommandOf } from '../command.js';
import { refused, type DecideContext, type Decision, type PerformContext } from '../decision.js';
import { passwordVerdict } from '../entry.js';
import type { PasswordProof } from '../password-proof.js';
import { may } from '../rights.js';
import type { RoomState } from '../state.js';
import type { ParentFacts, PerformCommand, Task } from './command.js';
import { createSidebar } from './create-sidebar.js';
import { createUser } from './create-user.js';
import { deleteConference } from './delete-conference.js';
import { deleteUser } from './delete-user.js';
import { enforce } from './enforce.js';
import { updateConference } from './update-conference.js';
import { updateUser } from './update-user.js';
import { updateUsers } from './update-users.js';

/**
 * One operation of conference control on one object: may the user know of it, did the password come, and then what the task itself says,
 * in the order of CCMP-035. Spec: RFC 6503 §5.3, §5.4.
 */
export function perform(
  state: RoomState,
  { actor, password, parent, task }: PerformCommand,
  context: DecideContext,
): Decision {
  if (task.kind === 'enforce') return enforce(state, task, context);
  const before = beforeRights(state, actor, password, parent);
  if (before !== undefined) return refused(before);
  return doTask(state, actor, task, { ...context, parent });
}

function doTask(
  state: RoomState,
  actor: Actor,
  task: Exclude<Task, { kind: 'enforce' }>,
  context: PerformContext,
): Decision {
  switch (task.kind) {
    case 'update-conference':
      return updateConference(state, actor, task, context);
    case 'delete-conference':
      return deleteConference(state, actor, task, context);
    case 'update-users':
      return updateUsers(state, actor, task, context);
    case 'create-user':
      return createUser(state, actor, task, context);
    case 'update-user':
      return updateUser(state, actor, task, context);
    case 'delete-user':
      return deleteUser(state, actor, task, context);
    case 'create-sidebar':
      return createSidebar(state, actor, task);
    default:
      return task satisfies never;
  }
}

/**
 * What comes before the rights: an object the user may not know of is not there (Q22); one that is there for everybody who says who he
 * is asks for that first; then the password. Undefined: nothing stands against it. Req: CCMP-044, CCMP-048..CCMP-050.
 */
export function beforeRights(
  state: RoomState,
  actor: Actor,
  password: PasswordProof,
  parent: ParentFacts | undefined,
): RefusalCode | undefined {
  if (state.closed) return 'no-such-object';
  // A by-val sidebar is part of its main conference: who is there knows of it.
  const isPart = state.kind === 'sidebar-by-val' && parent?.actorIsHere === true && !state.view.policy.secret;
  if (!isPart && !may(state, actor, 'discover'))
    return !actor.authenticated && !state.view.policy.secret && !isSidebar(state)
      ? 'unauthenticated'
      : 'no-such-object';
  return passwordVerdict(state, password);
}

function isSidebar({ kind }: RoomState): boolean {
  return kind === 'sidebar-by-val' || kind === 'sidebar-by-ref';
}

/** An operation on a sidebar goes through its main conference, whose version it raises where the sidebar's entry changes. Req: SIDE-006. */
export function performSidebar(state: RoomState, command: RoomCommandOf<'perform-sidebar'>): Decision {
  const room: RoomId = command.sidebar;
  if (!state.sidebars.has(room)) return refused('no-such-object');
  return {
    kind: 'events',
    events: [],
    consequences: [{ kind: 'command', room, command: command.perform }],
    answer: undefined,
  };
}

/** What happened in a sidebar shows in its main conference: its entry, and where the room says so who is away in it. Req: SIDE-006, SIDE-010. */
export function sidebarChanged(state: RoomState, { sidebar, part }: RoomCommandOf<'sidebar-changed'>): Decision {
  const shows = part === 'document' || state.view.policy.showSidebarAbsence;
  return {
    kind: 'events',
    events: [],
    consequences: shows ? [{ kind: 'look', room: sidebar }] : [],
    answer: undefined,
  };
}
