import type { XmlElement } from '@plenary/wire/xml';
import { conferenceView } from '@plenary/xcon';
import { standingOf, type Actor } from '../actor.js';
import { refused, type Decision } from '../decision.js';
import { may } from '../rights.js';
import type { RoomState } from '../state.js';
import { noAnswer } from './answer.js';
import type { CreateSidebar } from './command.js';
import { codeOf, isMember } from './update-conference.js';

/** Sidebars of one conference at most. Req: CCMP-056. */
const maxSidebars = 100;

/** sidebarBy…Request/create: the sidebar is made with an entry in its main conference. Spec: RFC 6503 §5.3.8, §5.3.10. Req: SIDE-001..SIDE-004, SIDE-008. */
export function createSidebar(state: RoomState, actor: Actor, { room }: CreateSidebar): Decision {
  if (state.kind !== 'conference' || !state.view.allowSidebars)
    return refused('operation-invalid', 'the conference has no sidebars');
  if (!may(state, actor, 'create-sidebar')) return refused('not-permitted');
  // A sidebar of a few is a private conversation: where those are forbidden, only who moderates makes one.
  const standing = standingOf(state, actor);
  if (!state.policy.privateMessages && standing === 'participant') return refused('not-permitted');
  if (!room.ok) return refused(codeOf(room.error.code), room.error.message);
  if (state.sidebars.size >= maxSidebars) return refused('limit', `no more than ${String(maxSidebars)} sidebars`);
  if (room.value.kind === 'sidebar-by-val' && hasOutsiders(state, room.value.document))
    return refused('conflict', 'only those in the main conference may be in this sidebar');
  return {
    kind: 'events',
    events: [],
    consequences: [{ kind: 'create', room: room.value }],
    answer: { ...noAnswer, sidebar: room.value.id },
  };
}

/** SIDE-008: does the document name somebody who neither is in the main conference nor stands in its document? */
function hasOutsiders({ participants, view }: RoomState, document: XmlElement): boolean {
  const members = [...participants.values()].map(({ userId, aors }) => ({ userId, uris: aors }));
  const noted = new Set(view.users.map(({ entity }) => entity));
  const sidebar = conferenceView(document);
  const named = [...sidebar.users.map(({ entity }) => entity), ...sidebar.allowed.map(({ uri }) => uri)];
  return named.some((name) => !noted.has(name) && !isMember({ members }, name));
}
