import { Direction, LeaveCause, RoomPolicy } from '@plenary/proto/chat';
import type { XmlElement } from '@plenary/wire/xml';
import { conferenceView, type ConferenceView } from '@plenary/xcon';
import { entryRoles, isHere, userEntry, type Actor } from '../actor.js';
import { callEnds, pendingEnds } from '../calls.js';
import { grantedOnEntry } from '../entry.js';
import type { RoomEvent } from '../event.js';
import { personaOf } from '../persona.js';
import { isShutOut } from '../rights.js';
import { policyOf } from '../rules.js';
import { isSuspended } from '../schedule.js';
import type { ParticipantState, RoomState } from '../state.js';
import { participantLeaves } from '../leaving.js';
import type { DialOut, ParentFacts } from './command.js';
import { asRecorded } from './recorder.js';

export interface ReconcileContext {
  readonly nowMs: number;
  /** Dial-out targets of the new document that have been found out. */
  readonly dialOut: readonly DialOut[];
  /** Of a sidebar whose main conference has been looked at. */
  readonly parent?: ParentFacts | undefined;
}

/**
 * What a new static document means: it is kept, edges are told what concerns them, and those who are here are treated by it at once.
 * `touched`: elements that changed; empty: nothing is done.
 *
 * Req: POL-021, POL-022, CONF-012, CONF-019, LOG-004..LOG-006, VER-006.
 */
export function documentEvents(
  state: RoomState,
  given: XmlElement,
  touched: readonly string[],
  context: ReconcileContext,
): RoomEvent[] {
  if (touched.length === 0) return [];
  const document = asRecorded(state.view, given, context.nowMs);
  const view = conferenceView(document);
  const after = { ...state, document, view };
  const paths = document === given ? touched : [...touched, '/conference-state/logging'];
  const happened: RoomEvent[] = [{ kind: 'document-changed', document, view, touched: paths }];
  happened.push(...policyEvents(state, after, context));
  if (state.view.active && !view.active) return [...happened, ...everybodyLeaves(state, LeaveCause.CLOSED, context)];
  if (touched.some(concernsPeople)) happened.push(...peopleEvents(state, after, context.nowMs));
  if (isGoingOn(after)) happened.push(...wantedCalls(after, { ...context, dialOut: newTargets(state, context) }));
  return happened;
}

/** A sidebar becomes active when the first one answers: its targets are called before. */
function isGoingOn({ view, parentId }: RoomState): boolean {
  return view.active || parentId !== undefined;
}

/** Who is not called yet: everybody when the conference begins; later those who were no targets before. */
function newTargets(before: RoomState, { dialOut }: ReconcileContext): readonly DialOut[] {
  if (!isGoingOn(before)) return dialOut;
  const known = before.view.allowed.filter(({ method }) => method === 'dial-out').map(({ uri }) => uri);
  return dialOut.filter(({ target }) => !known.includes(target));
}

/** Only these elements say who may be here, and as what: a change of others costs the same however many are here. */
function concernsPeople(path: string): boolean {
  return path.startsWith('/users') || path.startsWith('/conference-description/room-policy');
}

/** What a new document means for those who are here, who wait, and who are called. */
function peopleEvents(state: RoomState, after: RoomState, nowMs: number): RoomEvent[] {
  const happened: RoomEvent[] = [];
  for (const participant of state.participants.values())
    happened.push(...participantEvents(state, after, participant, nowMs));
  for (const pending of state.pending.values())
    if (!pending.admitted && isShutOut(after, actorFrom(state.view, pending)))
      happened.push(...pendingEnds(state, pending, true, nowMs));
  for (const call of state.calls.values())
    if (isShutOut(after, { userId: call.userId, uris: [call.uri], systemRoles: [], authenticated: true }))
      happened.push(...callEnds(state, call, nowMs));
  return happened;
}

/** Tells edges a policy that differs: first everything but logging, then logging, so that the two are told apart. */
export function policyEvents(
  state: RoomState,
  after: RoomState,
  { nowMs, parent }: Pick<ReconcileContext, 'nowMs' | 'parent'>,
): RoomEvent[] {
  const { hearsRoom, hearsShard, logged } = state.policy;
  const before = hearsRoom === '' ? undefined : { room: hearsRoom, shard: hearsShard };
  const hears = parent === undefined ? before : hearsParent(after, parent);
  const policy = policyOf(after.view, { suspended: isSuspended(after, nowMs), hears });
  const happened: RoomEvent[] = [];
  const other = { ...policy, logged };
  if (!samePolicy(state.policy, other)) happened.push({ kind: 'policy-changed', policy: other });
  if (policy.logged !== logged) happened.push({ kind: 'logging-changed', on: policy.logged });
  return happened;
}

/** A by-ref sidebar receives what is said in its main conference where it names one of its media as its own. Req: SIDE-012. */
export function hearsParent(
  { kind, view }: Pick<RoomState, 'kind' | 'view'>,
  { room, shard, labels }: Pick<ParentFacts, 'room' | 'shard' | 'labels'>,
): { readonly room: string; readonly shard: string } | undefined {
  if (kind !== 'sidebar-by-ref') return undefined;
  const shared = view.availableMedia.filter(({ label }) => labels.includes(label));
  return shared.some(({ status }) => status === 'sendrecv' || status === 'recvonly') ? { room, shard } : undefined;
}

function samePolicy(one: RoomPolicy, other: RoomPolicy): boolean {
  return Buffer.compare(RoomPolicy.encode(one).finish(), RoomPolicy.encode(other).finish()) === 0;
}

export function everybodyLeaves(
  state: RoomState,
  cause: LeaveCause,
  { nowMs }: Pick<ReconcileContext, 'nowMs'>,
): RoomEvent[] {
  return [
    ...[...state.participants.values()].flatMap((participant) => participantLeaves(state, participant, cause, nowMs)),
    ...[...state.pending.values()].flatMap((pending) => pendingEnds(state, pending, true, nowMs)),
    ...[...state.calls.values()].flatMap((call) => callEnds(state, call, nowMs)),
  ];
}

/** Calls to the dial-out targets of an active conference who are not in it. Req: CONF-019. */
export function wantedCalls(state: RoomState, { dialOut, nowMs }: ReconcileContext): RoomEvent[] {
  const called = new Set<string>();
  return dialOut.flatMap(({ target, callId, uri, userId, displayName }): RoomEvent[] => {
    const isWanted = state.view.allowed.some((allowed) => allowed.uri === target && allowed.method === 'dial-out');
    if (!isWanted || called.has(userId) || isHere(state, userId)) return [];
    if (isShutOut(state, { userId, uris: [uri], systemRoles: [], authenticated: true })) return [];
    called.add(userId);
    const names = { nickname: '', nickKey: '' };
    return [
      {
        kind: 'call-wanted',
        call: { callId, userId, uri, displayName, ...names, state: 'wanted', askedBy: '', askedAtMs: nowMs },
      },
    ];
  });
}

/** What a new document means for one who is here. */
function participantEvents(
  before: RoomState,
  after: RoomState,
  participant: ParticipantState,
  nowMs: number,
): RoomEvent[] {
  const actor = actorFrom(before.view, participant, before.ownerUserId);
  if (isShutOut(after, actor)) return participantLeaves(before, participant, LeaveCause.BOOTED, nowMs);
  const happened: RoomEvent[] = [];
  const roles = entryRoles(after, actor);
  const rolesDiffer = roles.join() !== participant.roles.join();
  // First the whole participant: what follows changes parts of it.
  if (entryDiffers(before.view, after.view, participant.userId)) {
    const persona = personaOf(after.view, { ...participant, ...proven(participant), roles });
    happened.push({ kind: 'participant-changed', participant: { ...participant, ...persona } });
  }
  if (rolesDiffer) happened.push({ kind: 'roles-changed', pid: participant.pid, roles });
  if (rolesDiffer || before.view.policy.moderated !== after.view.policy.moderated)
    happened.push(...grantEvents(after, { ...participant, roles }));
  return happened;
}

/** What stood for somebody before it was hidden: where it was, its URIs are those known of it. */
function proven({ anonymity, identities, aors }: ParticipantState): Pick<ParticipantState, 'identities'> {
  return { identities: anonymity === 'none' ? identities : aors };
}

/** Who becomes a moderator may speak, and who is one no longer may not where the room is moderated. */
function grantEvents(after: RoomState, { pid, roles, endpoints }: ParticipantState): RoomEvent[] {
  const granted = grantedOnEntry(after, roles);
  return endpoints.flatMap((endpoint): RoomEvent[] => {
    if (endpoint.granted === granted) return [];
    const narrowed = endpoint.allowed !== endpoint.granted && endpoint.allowed !== Direction.UNSPECIFIED;
    const allowed = narrowed ? mostRestrictive(granted, endpoint.allowed) : granted;
    return [{ kind: 'media-changed', pid, chatId: endpoint.chatId, allowed, granted }];
  });
}

/** The direction two wishes leave. */
export function mostRestrictive(one: Direction, other: Direction): Direction {
  if (one === Direction.UNSPECIFIED) return other;
  if (other === Direction.UNSPECIFIED) return one;
  const send = maySend(one) && maySend(other);
  const receive = mayReceive(one) && mayReceive(other);
  if (send) return receive ? Direction.SENDRECV : Direction.SENDONLY;
  return receive ? Direction.RECVONLY : Direction.INACTIVE;
}

function maySend(direction: Direction): boolean {
  return direction !== Direction.RECVONLY && direction !== Direction.INACTIVE;
}

function mayReceive(direction: Direction): boolean {
  return direction !== Direction.SENDONLY && direction !== Direction.INACTIVE;
}

function entryDiffers(before: ConferenceView, after: ConferenceView, userId: string): boolean {
  const [old, now] = [userEntry(before, userId), userEntry(after, userId)];
  return (
    (old?.anonymity ?? 'none') !== (now?.anonymity ?? 'none') || (old?.displayText ?? '') !== (now?.displayText ?? '')
  );
}

/** Somebody in the room as rights are asked for it; an administrator of the system is one by what is not in the document. */
export function actorFrom(
  view: ConferenceView,
  { userId, aors, roles, unauthenticated }: Pick<ParticipantState, 'userId' | 'aors' | 'roles' | 'unauthenticated'>,
  ownerUserId: RoomState['ownerUserId'] = '',
): Actor {
  const byDocument = entryRoles({ view, ownerUserId }, { userId, systemRoles: [] }).includes('administrator');
  const systemRoles = roles.includes('administrator') && !byDocument ? ['administrator'] : [];
  return { userId, uris: aors, systemRoles, authenticated: !unauthenticated };
}
