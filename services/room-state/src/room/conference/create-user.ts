import { Direction } from '@plenary/proto/chat';
import { ok, type Result } from '@plenary/wire';
import { childElements, withChildren, type XmlElement } from '@plenary/wire/xml';
import { namespaces, userView, type UserView } from '@plenary/xcon';
import { isHere, pendingOf, presentUser, type Actor } from '../actor.js';
import { isTaken } from '../claim-nickname.js';
import { isConfusable } from '../confusable.js';
import type { RefusalCode } from '../command.js';
import { refused, type DecideContext, type Decision, type PerformContext, type Refused } from '../decision.js';
import { grantedOnEntry, mayEnter, type EntryVerdict } from '../entry.js';
import type { RoomEvent } from '../event.js';
import { personaOf } from '../persona.js';
import { isBanned, isShutOut, may } from '../rights.js';
import { unusableNickname } from '../refusal-texts.js';
import type { CallState, ParticipantState, PendingState, RoomState } from '../state.js';
import type { CreateUser, TargetUser } from './command.js';
import { havingUser, newUserElement, userElement } from './edit.js';
import { documentEvents } from './reconcile.js';
import { codeOf, isMember } from './update-conference.js';
import { withEntryChanged } from './user-entry.js';

const { info, xcon } = namespaces;

/** Calls under way into one conference at most. */
const maxCalls = 1_000;

/**
 * userRequest/create: somebody comes in by a call to the endpoint that was named, or that is known of the user; or waits for a moderator.
 * Spec: RFC 6503 §5.3.6. Req: CCMP-074..CCMP-077, CCMP-081, CONF-015, CONF-020, NICK-X-008, NICK-X-009, POL-006, CHAT-X-005, FLOW-6.1.
 */
export function createUser(state: RoomState, actor: Actor, task: CreateUser, context: PerformContext): Decision {
  const { target, isSelf, change, nickname } = task;
  if (state.kind === 'blueprint') return refused('operation-invalid');
  if (!isSelf && !may(state, actor, 'invite')) return refused('not-permitted');
  if (target === undefined) return refused('no-such-target');
  if (change?.ok === false) return refused(codeOf(change.error.code), change.error.message);
  if (nickname?.kind === 'malformed') return refused('bad-request', unusableNickname);
  const wish = change === undefined ? undefined : userView(change.value);
  const uri = calledUri(wish, target);
  if (uri === undefined) return refused('bad-request', 'no contact URI is known');
  const present = presentUser(state, target.userId);
  if (isThere(state, target, wish, uri, present)) return refused('conflict', 'the user is in the conference already');
  const verdict = isSelf
    ? mayEnter(state, { ...actor, userId: target.userId }, present, context.nowMs)
    : mayBeAdded(state, actor, target, present, context.nowMs);
  if (verdict.kind === 'refused') return refused(controlCode(verdict.code, isSelf), texts[verdict.code] ?? '');
  if (state.kind === 'sidebar-by-val' && context.parent !== undefined && !isMember(context.parent, target.userId))
    return refused('conflict', 'only those in the main conference may be in this sidebar');
  if (state.calls.size >= maxCalls) return refused('limit', 'too many calls are under way');
  const chosen = allocated(state, task, present, context.nowMs);
  const entry = entryEvents(state, actor, task, target, context);
  if (!entry.ok) return entry.error;
  const then =
    verdict.kind === 'confirm'
      ? waits(state, actor, task, { target, uri, chosen }, context)
      : isCalled(wish)
        ? calls(actor, task, { target, uri, chosen, wish }, context)
        : [];
  return { kind: 'events', events: [...entry.value, ...then], consequences: [], answer: { userId: target.userId } };
}

/** Where the user is called: the endpoint the request names, or the first URI known that can be. */
function calledUri(wish: UserView | undefined, { uris }: TargetUser): string | undefined {
  const named = wish?.endpoints.find(({ entity }) => callable.test(entity));
  return named?.entity ?? uris.find((uri) => callable.test(uri));
}

const callable = /^(?:sips?|xmpp|im|tel):[^\s<>"]+$/i;

/** A user that will come by itself is not called. Spec: RFC 6501 §4.6.3, "dial-in". */
function isCalled(wish: UserView | undefined): boolean {
  return wish?.endpoints[0]?.joiningMethod !== 'dialed-in';
}

function isThere(
  state: RoomState,
  { userId }: TargetUser,
  wish: UserView | undefined,
  uri: string,
  present: ParticipantState | undefined,
): boolean {
  if (pendingOf(state, userId).length > 0) return true;
  if ([...state.calls.values()].some((call) => call.userId === userId && call.uri === uri)) return true;
  if (!isHere(state, userId)) return false;
  if (wish === undefined || wish.endpoints.length === 0) return true;
  return present?.endpoints.some(({ contact }) => contact === uri) === true;
}

/** Somebody who may adds a user: bans hold, and who may only invite cannot widen who is admitted. */
function mayBeAdded(
  state: RoomState,
  actor: Actor,
  { userId, uris }: TargetUser,
  present: ParticipantState | undefined,
  nowMs: number,
): EntryVerdict {
  const added: Actor = { userId, uris, systemRoles: [], authenticated: true };
  if (isBanned(state, added)) return { kind: 'refused', code: 'conflict' };
  const widens = isShutOut(state, added);
  if (widens && !may(state, actor, 'manage')) return { kind: 'refused', code: 'not-permitted' };
  const verdict = mayEnter(state, { ...added, systemRoles: ['administrator'] }, present, nowMs);
  return verdict.kind === 'confirm' ? { kind: 'admit' } : verdict;
}

function controlCode(code: RefusalCode, isSelf: boolean): RefusalCode {
  switch (code) {
    case 'full':
      return 'limit';
    case 'not-a-member':
      return isSelf ? 'not-permitted' : 'conflict';
    case 'locked':
    case 'not-now':
    case 'too-many-sessions':
      return 'conflict';
    default:
      return code;
  }
}

const texts: Readonly<Partial<Record<RefusalCode, string>>> = {
  full: 'the conference has as many as it may',
  locked: 'the conference is locked',
  'not-now': 'it is too early, or too late, to join',
  'too-many-sessions': 'the user has as many sessions as it may',
};

interface Chosen {
  readonly nickname: string;
  readonly nickKey: string;
}

const none: Chosen = { nickname: '', nickKey: '' };

/** The wish, or the first of its variants that is free; a user that has a nickname here keeps it. Req: NICK-X-008, NICK-X-009. */
function allocated(
  state: RoomState,
  { nickname, target }: CreateUser,
  present: ParticipantState | undefined,
  nowMs: number,
): Chosen {
  if (!state.policy.nicknames || nickname?.kind !== 'claim') return none;
  if (present !== undefined && present.nickname !== '') return none;
  const free = [nickname, ...nickname.variants].find(({ nickname: name, nickKey }) => {
    const userId = target?.userId ?? '';
    return !isTaken(state, nickKey, userId, nowMs) && !isConfusable(state, name, userId);
  });
  return free === undefined ? none : { nickname: free.nickname, nickKey: free.nickKey };
}

/** What the request says of the user, kept in its `<user>` entry; who is added by somebody else is given the role of a participant. */
function entryEvents(
  state: RoomState,
  actor: Actor,
  { change, isSelf, fresh }: CreateUser,
  { userId, displayText }: TargetUser,
  { nowMs }: DecideContext,
): Result<readonly RoomEvent[], Refused> {
  const said = change?.ok === true ? withoutSession(change.value, may(state, actor, 'set-user')) : undefined;
  const named = said === undefined || childElements(said).length === 0 ? undefined : said;
  if (isSelf && named === undefined) return ok([]);
  const old = userElement(state.document, userId);
  const blank = newUserElement(userId, isSelf ? {} : { displayText, roles: ['participant'] });
  const base = havingUser(state.document, userId, blank);
  const entry = withEntryChanged(state, actor, base, userId, named);
  if (!entry.ok) return entry;
  const { document, changed } = entry.value;
  const touched = old === undefined ? [`/users/user[@entity='${userId}']`, ...changed] : changed;
  return ok(documentEvents(state, document, touched, { nowMs, dialOut: fresh.dialOut }));
}

/** The lasting part of a `<user>`: no endpoints, no nickname, and roles and flags only where the asking user may set them. */
export function withoutSession(user: XmlElement, maySet: boolean): XmlElement {
  const own = new Set(['display-text', 'associated-aors', 'languages', 'provide-anonymity']);
  const kept = childElements(user).filter(
    ({ ns, name }) => name !== 'endpoint' && (maySet || (own.has(name) && (ns === info || ns === xcon))),
  );
  return { ...withChildren(user, kept), attributes: user.attributes.filter(({ name }) => name !== 'nickname') };
}

interface Wanted {
  readonly target: TargetUser;
  readonly uri: string;
  readonly chosen: Chosen;
  readonly wish?: UserView | undefined;
}

function calls(
  actor: Actor,
  { callId }: CreateUser,
  { target, uri, chosen, wish }: Wanted,
  { nowMs }: DecideContext,
): readonly RoomEvent[] {
  const { userId } = target;
  const displayName = wish === undefined || wish.displayText === '' ? target.displayText : wish.displayText;
  const call: CallState = {
    callId,
    userId,
    uri,
    displayName,
    ...chosen,
    state: 'wanted',
    askedBy: actor.userId,
    askedAtMs: nowMs,
  };
  return [...held(chosen, userId), { kind: 'call-wanted', call }];
}

/** While it waits its nickname is kept for it. Req: POL-008. */
function waits(
  state: RoomState,
  actor: Actor,
  { pending, callId }: CreateUser,
  { target, uri, chosen }: Wanted,
  { nowMs }: DecideContext,
): readonly RoomEvent[] {
  const { chatId, pid, waitMs } = pending;
  const { userId, uris, displayText } = target;
  const person = {
    pid,
    userId,
    userKey: userId,
    identities: uris,
    aors: uris,
    displayName: displayText,
    roles: ['participant'],
  };
  const waiting: PendingState = {
    ...personaOf(state.view, {
      ...person,
      unauthenticated: !actor.authenticated,
    }),
    chatId,
    pid,
    capabilities: noCapabilities,
    granted: grantedOnEntry(state, ['participant']),
    contact: uri,
    label: '',
    joiningMethod: 'dialed-out',
    dialog: undefined,
    callId,
    expiresAtMs: nowMs + waitMs,
    sinceMs: nowMs,
    admitted: false,
    callUri: uri,
    ...chosen,
  };
  return [...held(chosen, userId), { kind: 'pending-added', pending: waiting }];
}

function held({ nickKey }: Chosen, userKey: string): readonly RoomEvent[] {
  return nickKey === '' ? [] : [{ kind: 'nickname-held', nickKey, userKey, heldUntilMs: undefined }];
}

const noCapabilities: PendingState['capabilities'] = {
  acceptTypes: [],
  acceptWrappedTypes: [],
  maxSizeBytes: 0n,
  chatroom: false,
  nickname: false,
  privateMessages: false,
  direction: Direction.UNSPECIFIED,
};
