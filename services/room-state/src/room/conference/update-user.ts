import { Direction } from '@plenary/proto/chat';
import { childElements } from '@plenary/wire/xml';
import { userView, type EndpointView } from '@plenary/xcon';
import { presentUser, userEntry, type Actor } from '../actor.js';
import { pendingEnds } from '../calls.js';
import { claimNickname } from '../claim-nickname.js';
import { isConfusable } from '../confusable.js';
import { refused, type DecideContext, type Decision, type Refused } from '../decision.js';
import type { RoomEvent } from '../event.js';
import { may } from '../rights.js';
import { unusableNickname } from '../refusal-texts.js';
import type { EndpointState, ParticipantState, PendingState, RoomState } from '../state.js';
import type { TargetUser, UpdateUser } from './command.js';
import { withoutSession } from './create-user.js';
import { havingUser, newUserElement } from './edit.js';
import { documentEvents, mostRestrictive } from './reconcile.js';
import { codeOf } from './update-conference.js';
import { withEntryChanged } from './user-entry.js';

/**
 * userRequest/update: roles, name, anonymity, nickname, media of one user, or letting in one who waits.
 * Spec: RFC 6503 §5.3.6. Req: CCMP-052, CCMP-079, FLOOR-004, NICK-X-011, POL-008, POL-018, POL-021.
 */
export function updateUser(state: RoomState, actor: Actor, task: UpdateUser, context: DecideContext): Decision {
  const { target, change } = task;
  const isSelf = target !== undefined && target.userId === actor.userId;
  const privileged = may(state, actor, 'set-user');
  if (!isSelf && !privileged) return refused('not-permitted');
  if (target === undefined) return refused('no-such-target');
  const present = presentUser(state, target.userId);
  const waiting = [...state.pending.values()].filter((pending) => pending.userId === target.userId);
  const isKnown = present !== undefined || waiting.length > 0 || userEntry(state.view, target.userId) !== undefined;
  if (!isKnown && !privileged) return refused('no-such-target');
  if (!change.ok) return refused(codeOf(change.error.code), change.error.message);
  const entry = entryChange(state, actor, task, target, context);
  if (entry.kind === 'refused') return entry;
  const sessions = sessionChange(state, userView(change.value).endpoints, { present, waiting, privileged }, context);
  if (sessions.kind === 'refused') return sessions;
  const nickname = nicknameChange(state, task, present, context);
  if (nickname.kind === 'refused') return nickname;
  const happened = [...entry.events, ...sessions.events, ...nickname.events];
  return { kind: 'events', events: happened, consequences: [], answer: { userId: target.userId } };
}

type Part = { readonly kind: 'events'; readonly events: readonly RoomEvent[] } | Refused;

const nothing: Part = { kind: 'events', events: [] };

/** What is kept in the user's entry: name, roles, anonymity, flags. */
function entryChange(
  state: RoomState,
  actor: Actor,
  { change, fresh }: UpdateUser,
  { userId }: TargetUser,
  { nowMs }: DecideContext,
): Part {
  if (!change.ok) return nothing;
  const maySet = may(state, actor, 'set-user');
  const said = withoutSession(change.value, true);
  const own = withoutSession(change.value, maySet);
  if (childElements(said).length !== childElements(own).length)
    return refused('protected', 'roles and permissions are given by moderators');
  if (childElements(said).length === 0) return nothing;
  const base = havingUser(state.document, userId, newUserElement(userId, {}));
  const entry = withEntryChanged(state, actor, base, userId, said);
  if (!entry.ok) return entry.error;
  const { document, changed } = entry.value;
  return { kind: 'events', events: documentEvents(state, document, changed, { nowMs, dialOut: fresh.dialOut }) };
}

interface Sessions {
  readonly present: ParticipantState | undefined;
  readonly waiting: readonly PendingState[];
  readonly privileged: boolean;
}

/** What is asked of sessions: their media, or that one who waits comes in. */
function sessionChange(
  state: RoomState,
  asked: readonly EndpointView[],
  { present, waiting, privileged }: Sessions,
  context: DecideContext,
): Part {
  const happened: RoomEvent[] = [];
  for (const wish of asked) {
    const decided = waiting.filter((pending) => isMeant(wish, pending) && !pending.admitted);
    if (decided.length > 0) {
      if (!privileged) return refused('protected', 'a moderator lets in');
      for (const pending of decided) happened.push(...pendingChange(state, wish, pending, context.nowMs));
      continue;
    }
    const meant = present?.endpoints.filter((endpoint) => isMeant(wish, endpoint) || isUri(present, wish)) ?? [];
    for (const endpoint of meant) {
      const change = mediaChange(endpoint, wish, privileged);
      if (change === 'protected') return refused('protected', 'a moderator gives voice');
      if (change !== undefined && present !== undefined)
        happened.push({ kind: 'media-changed', pid: present.pid, chatId: endpoint.chatId, ...change });
    }
  }
  return { kind: 'events', events: happened };
}

/** An endpoint is named by its chat-ID, or by the contact it is known by. */
function isMeant(wish: EndpointView, session: Pick<EndpointState, 'chatId' | 'contact'>): boolean {
  return wish.entity === session.chatId || (session.contact !== '' && wish.entity === session.contact);
}

function isUri({ aors, entity, identities }: ParticipantState, wish: EndpointView): boolean {
  return [entity, ...aors, ...identities].includes(wish.entity);
}

/** POL-008: `connected` lets in, `disconnected` turns away. Who is to be called is called then. */
function pendingChange(state: RoomState, wish: EndpointView, pending: PendingState, nowMs: number): RoomEvent[] {
  const { chatId, callUri, callId, userId, displayName, nickname, nickKey } = pending;
  if (wish.status === 'disconnected') return pendingEnds(state, pending, true, nowMs);
  if (wish.status !== 'connected') return [];
  if (callUri === '') return [{ kind: 'pending-decided', chatId, admitted: true }];
  const call = { callId, userId, uri: callUri, displayName, nickname, nickKey };
  return [
    { kind: 'pending-decided', chatId, admitted: true },
    { kind: 'pending-gone', chatId },
    { kind: 'call-wanted', call: { ...call, state: 'wanted', askedBy: userId, askedAtMs: nowMs } },
  ];
}

const directions = {
  sendrecv: Direction.SENDRECV,
  sendonly: Direction.SENDONLY,
  recvonly: Direction.RECVONLY,
  inactive: Direction.INACTIVE,
} as const;

/** What a wish for media makes of a session; undefined: nothing, `protected`: more than a moderator allows. Req: POL-018, FLOOR-004. */
function mediaChange(
  endpoint: EndpointState,
  wish: EndpointView,
  privileged: boolean,
): { readonly allowed: Direction; readonly granted: Direction } | 'protected' | undefined {
  const media = wish.media.filter(({ label }) => label === '' || endpoint.label === '' || label === endpoint.label);
  const stream = media.find(({ status, toMixer }) => status !== undefined || toMixer.mute !== undefined);
  if (stream === undefined) return undefined;
  const wanted =
    stream.toMixer.mute === true
      ? mostRestrictive(directions[stream.status ?? 'sendrecv'], Direction.RECVONLY)
      : directions[stream.status ?? 'sendrecv'];
  const granted = privileged ? wanted : endpoint.granted;
  const allowed = mostRestrictive(granted, wanted);
  if (!privileged && allowed !== wanted) return 'protected';
  if (allowed === endpoint.allowed && granted === endpoint.granted) return undefined;
  return { allowed, granted };
}

/** NICK-X-011: the old nickname is given up only when the new one is got. */
function nicknameChange(
  state: RoomState,
  { nickname }: UpdateUser,
  present: ParticipantState | undefined,
  context: DecideContext,
): Part {
  if (nickname === undefined || present === undefined || !state.policy.nicknames) return nothing;
  if (nickname.kind === 'malformed') return refused('bad-request', unusableNickname);
  if (nickname.kind === 'reserved') return refused('conflict', 'nobody gets that nickname');
  const holders = present.endpoints.filter(({ nickKey }) => nickKey !== '');
  const changed = nickname.kind === 'remove' ? holders : [holders.at(-1) ?? present.endpoints.at(-1)];
  const happened: RoomEvent[] = [];
  if (nickname.kind === 'claim' && isConfusable(state, nickname.nickname, present.userKey))
    return refused('conflict', 'the nickname looks like somebody else’s');
  let rest = present;
  for (const endpoint of changed) {
    if (endpoint === undefined) continue;
    const now = { ...state, participants: new Map([[rest.pid, rest]]) };
    const claim = claimNickname(now, endpoint.chatId, nickname, context);
    if (claim.kind === 'refused')
      return claim.code === 'nickname-in-use' ? refused('conflict', 'the nickname is somebody else’s') : claim;
    happened.push(...claim.events);
    rest = {
      ...rest,
      endpoints: rest.endpoints.map((own) => (own === endpoint ? { ...own, nickname: '', nickKey: '' } : own)),
    };
  }
  return { kind: 'events', events: happened };
}
