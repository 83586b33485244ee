import type { XmlElement } from '@plenary/wire/xml';
import {
  checkDocument,
  conferenceView,
  mergeDocument,
  readConferenceTime,
  withConfUri,
  withoutServerElements,
} from '@plenary/xcon';
import { isTarget, type Actor } from '../actor.js';
import { refused, type Consequence, type Decision, type PerformContext } from '../decision.js';
import type { RoomEvent } from '../event.js';
import { may } from '../rights.js';
import { asOfNow } from '../schedule.js';
import { sidebarsEnd } from '../sidebars-end.js';
import type { RoomState } from '../state.js';
import { touchedSince } from '../touched.js';
import { noAnswer } from './answer.js';
import { enforcedAmong, mayChange } from './change-rights.js';
import type { Enforce, ParentFacts, UpdateConference } from './command.js';
import { logged, loggedAsBefore } from './edit.js';
import { listFaults } from './list-faults.js';
import { bansOf, withInheritedBans } from './inherited-bans.js';
import { documentEvents } from './reconcile.js';
import { registrationFaults } from './registration-faults.js';
import { roleFaults } from './role-faults.js';

/**
 * confRequest/update, sidebarBy…Request/update and blueprintRequest/update: a change set is merged into the object, as a whole or not at
 * all. Spec: RFC 6503 §5.3.4. Req: CCMP-026, CCMP-033, CCMP-070, VER-001..VER-005, LOG-004, CONF-008, CONF-010.
 */
export function updateConference(
  state: RoomState,
  actor: Actor,
  task: UpdateConference,
  context: PerformContext,
): Decision {
  // Who may change nothing at all is told so whatever the change says.
  if (state.kind === 'blueprint' && !may(state, actor, 'administer')) return refused('operation-invalid');
  if (!may(state, actor, 'manage') && !may(state, actor, 'set-subject')) return refused('not-permitted');
  if (!task.change.ok) return refused(codeOf(task.change.error.code), task.change.error.message);
  const change = withoutServerElements(task.change.value, 'conference-info');
  const { merged, touched, changed } = mergeDocument(state.document, change, 'conference-info');
  if (!mayChange(state, actor, touched)) return refused('not-permitted');
  const whole = checkDocument(merged, 'conference-info', 'whole');
  if (!whole.ok) return refused(codeOf(whole.error.code), whole.error.message);
  const times = readConferenceTime(conferenceView(whole.value).times);
  if (!times.ok) return refused('bad-request', times.error.message);
  const isRetimed = changed.some((path) => path.startsWith('/conference-description/conference-time'));
  const timed = isRetimed && state.kind !== 'blueprint' ? asOfNow(whole.value, context.nowMs) : whole.value;
  const { parent } = context;
  const dependent = parent === undefined ? timed : withInheritedBans(timed, { before: parent.bans, now: parent.bans });
  const document = ownParts(state, dependent, changed, actor, task);
  const kept = enforcedAmong(touched, parent?.enforced ?? []);
  if (kept.length > 0) return refused('protected', `the main conference decides on ${kept.join(', ')}`);
  if (parent?.isAnonymous === false && conferenceView(document).admission === 'anonymous')
    return refused('protected', 'the main conference does not admit everybody');
  const before = protectedUsers(state, actor, document);
  if (before !== undefined) return before;
  const conflict = conflictOf(state, document, touched, task, parent);
  if (conflict !== undefined) return conflict;
  const registered = registrationFaults(state, conferenceView(document), context.nowMs);
  if (registered !== undefined) return registered;
  const limit = listFaults(state.view, conferenceView(document));
  if (limit !== undefined) return limit;
  return applied(state, document, changed, task, context);
}

export function codeOf(code: string): 'placeholder-domain' | 'bad-request' {
  return code === 'placeholder-domain' ? 'placeholder-domain' : 'bad-request';
}

/** What the system adds to a changed document: the conference's own URIs, and since when and by whom it is logged. */
function ownParts(
  state: RoomState,
  document: XmlElement,
  changed: readonly string[],
  actor: Actor,
  { fresh }: UpdateConference,
): XmlElement {
  let own = document;
  if (state.conferenceUri !== undefined && changed.some((path) => path.startsWith('/conference-description/conf-uris')))
    if (!conferenceView(own).confUris.some(({ uri }) => uri === state.conferenceUri))
      own = withConfUri(own, { uri: state.conferenceUri, purpose: 'participation' });
  if (changed.some((path) => path.startsWith('/conference-state/logging'))) {
    const { active } = conferenceView(own).logging;
    own =
      active && state.view.logging.active
        ? loggedAsBefore(own, state.view.logging)
        : logged(own, active, fresh.now, actor.userId);
  }
  return own;
}

function protectedUsers(state: RoomState, actor: Actor, document: XmlElement): Decision | undefined {
  const fault = roleFaults(state, actor, conferenceView(document));
  return fault === undefined ? undefined : refused('protected', fault);
}

function conflictOf(
  state: RoomState,
  document: XmlElement,
  touched: readonly string[],
  { version, venueFault }: UpdateConference,
  parent: ParentFacts | undefined,
): Decision | undefined {
  if (version !== undefined && touchedSince(state.touched, touched, version))
    return refused('conflict', 'an element of the change has changed since that version');
  if (venueFault) return refused('conflict', 'the alternate venue leads nowhere, or back here');
  const after = conferenceView(document);
  // Q14: nobody is kept out of a conference that admits everybody.
  const bans = after.denied.length + after.banned.length > state.view.denied.length + state.view.banned.length;
  if (after.admission === 'anonymous' && bans) return refused('conflict', 'everybody is admitted: there is no ban');
  if (state.kind === 'sidebar-by-val' && parent !== undefined && hasOutsiders(state, after, parent))
    return refused('conflict', 'only those in the main conference may be in this sidebar');
  return undefined;
}

/** SIDE-008: are there users or targets now who were not there before and are not in the main conference? */
function hasOutsiders(state: RoomState, after: ReturnType<typeof conferenceView>, parent: ParentFacts): boolean {
  const before = new Set([
    ...state.view.users.map(({ entity }) => entity),
    ...state.view.allowed.map(({ uri }) => uri),
  ]);
  const now = [...after.users.map(({ entity }) => entity), ...after.allowed.map(({ uri }) => uri)];
  return now.some((name) => !before.has(name) && !isMember(parent, name));
}

/** Is somebody, by XCON-USERID or URI, in the main conference? A domain means others too. */
export function isMember({ members }: Pick<ParentFacts, 'members'>, name: string): boolean {
  return !name.includes('*@') && members.some((member) => isTarget(name, { ...member, roles: [] }));
}

/** The events of a document that may be, with the password, and what sidebars have to follow. */
function applied(
  state: RoomState,
  document: XmlElement,
  changed: readonly string[],
  { passwordHash, fresh }: UpdateConference,
  { nowMs, parent }: PerformContext,
): Decision {
  const password: RoomEvent[] =
    passwordHash === undefined || passwordHash === state.passwordHash
      ? []
      : [{ kind: 'password-changed', passwordHash }];
  const touched = password.length === 0 ? changed : [...changed, '/conference-description/conf-uris'];
  const happened = documentEvents(state, document, touched, { nowMs, parent, dialOut: fresh.dialOut });
  const isEnded = state.view.active && !conferenceView(document).active;
  return {
    kind: 'events',
    events: [...password, ...happened],
    consequences: isEnded
      ? sidebarsEnd(state)
      : [...sidebarsFollow(state, document, changed, fresh), ...absencesShow(state, document)],
    answer: noAnswer,
  };
}

/** CONF-008, CONF-010: what the main conference enforces, and whom it bans, reaches its sidebars in the same transaction. */
function sidebarsFollow(
  state: RoomState,
  document: XmlElement,
  changed: readonly string[],
  fresh: UpdateConference['fresh'],
): readonly Consequence[] {
  const view = conferenceView(document);
  const bansBefore = bansOf(state.view);
  const follow = enforcedAmong(changed, view.enforced).length > 0 || bansBefore.join(' ') !== bansOf(view).join(' ');
  if (state.sidebars.size === 0 || !follow) return [];
  const task: Enforce = { kind: 'enforce', change: document, bansBefore, fresh };
  return [...state.sidebars.keys()].map((room) => ({
    kind: 'command',
    room,
    command: { kind: 'perform', actor: systemActor, password: { kind: 'none' }, parent: undefined, task },
  }));
}

/** SIDE-010: who is away shows from now on, so sidebars are looked at. */
function absencesShow({ view, sidebars }: RoomState, document: XmlElement): readonly Consequence[] {
  if (view.policy.showSidebarAbsence || !conferenceView(document).policy.showSidebarAbsence) return [];
  return [...sidebars.keys()].map((room) => ({ kind: 'look', room }));
}

const systemActor: Actor = { userId: '', uris: [], systemRoles: ['administrator'], authenticated: true };
