import { standingOf, type Actor } from '../actor.js';
import { refused, type Decision } from '../decision.js';
import { may } from '../rights.js';
import type { RoomState } from '../state.js';
import { noAnswer } from './answer.js';
import type { CreateSidebar } from './command.js';
import { codeOf } from './update-conference.js';

/** Sidebars of one conference at most. Req: CCMP-056. */
const maxSidebars = 100;

/** sidebarBy…Request/create: the sidebar is made with an entry in its main conference. Spec: RFC 6503 §5.3.8, §5.3.10. Req: SIDE-001..SIDE-004. */
export function createSidebar(state: RoomState, actor: Actor, { room }: CreateSidebar): Decision {
  if (state.kind !== 'conference' || !state.view.allowSidebars)
    return refused('operation-invalid', 'the conference has no sidebars');
  if (!may(state, actor, 'create-sidebar')) return refused('not-permitted');
  // A sidebar of a few is a private conversation: where those are forbidden, only who moderates makes one.
  const standing = standingOf(state, actor);
  if (!state.policy.privateMessages && standing === 'participant') return refused('not-permitted');
  if (!room.ok) return refused(codeOf(room.error.code), room.error.message);
  if (state.sidebars.size >= maxSidebars) return refused('limit', `no more than ${String(maxSidebars)} sidebars`);
  return { kind: 'events', events: [], consequences: [{ kind: 'create', room: room.value }], answer: noAnswer };
}
