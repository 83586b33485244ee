import { normalizeXconUri } from '@plenary/xcon';
import type { UserId } from '@plenary/wire';
import { assembleDocument, userOf, usersOf } from '../document/assemble.js';
import { viewerIn } from '../document/viewer-of.js';
import type { PasswordCheck } from '../password-check.js';
import { isHere, type Actor } from '../room/actor.js';
import type { RefusalCode, RoomCommand } from '../room/command.js';
import { bansOf } from '../room/conference/inherited-bans.js';
import { beforeRights } from '../room/conference/perform.js';
import type { ParentFacts, PerformCommand, Task } from '../room/conference/command.js';
import { may } from '../room/rights.js';
import { protocolUri } from '../room/rules.js';
import type { ObjectKind, RoomState } from '../room/state.js';
import type { RoomQueue } from '../room-queue.js';
import { NotYetPublished } from '../not-yet-published.js';
import type { RoomStore } from '../store/interface.js';
import { resolveRequestor, type RequestorRefusal, type RequestorUsers } from '../users/requestor.js';
import type { ConferenceCreation } from './creation.js';
import { historyAnswer } from './history.js';
import type { MessageKind, PerformRequestOf } from './request.js';
import { performed, responseCodes, type Performed } from './response.js';
import type { Target } from './target.js';
import type { Tasks } from './tasks.js';
import type { UserTasks } from './user-tasks.js';
import { findVenue } from './venue.js';

export interface ConferencesOptions {
  readonly store: RoomStore;
  readonly queue: RoomQueue;
  readonly users: RequestorUsers;
  readonly passwords: PasswordCheck;
  readonly creation: ConferenceCreation;
  readonly tasks: Tasks;
  readonly userTasks: UserTasks;
  /** To be told when a conference may have begun, or is to be called into. */
  readonly began: (room: RoomState) => void;
}

/** Tries with facts that changed meanwhile. */
const tries = 3;

const requestorCodes: Readonly<Record<RequestorRefusal, number>> = {
  unauthenticated: 424,
  'unknown-user': 421,
  'not-bound': 401,
};

/** Kinds of objects a message addresses. Req: CCMP-044. */
const addressed: Readonly<Record<MessageKind, readonly ObjectKind[]>> = {
  blueprint: ['blueprint'],
  conf: ['conference'],
  'sidebar-by-val': ['sidebar-by-val'],
  'sidebar-by-ref': ['sidebar-by-ref'],
  users: ['conference', 'sidebar-by-val', 'sidebar-by-ref'],
  user: ['conference', 'sidebar-by-val', 'sidebar-by-ref'],
  history: ['conference', 'sidebar-by-val', 'sidebar-by-ref'],
};

/**
 * Conference control: finds out all a request needs (who asks, what of, whether the password is right, whom it names), and leaves the
 * verdict to the rules, which give it under the room's lock. The order of the checks is that of CCMP-035.
 *
 * Spec: RFC 6503 §5.3. Req: CCMP-013, CCMP-026, CCMP-027, CCMP-035, POL-001.
 */
export class Conferences {
  constructor(private readonly options: ConferencesOptions) {}

  /** Throws `NotYetPublished` when the change is kept and its event is not in the log yet; `TooManyTries`, `PasswordsBusy`. */
  async perform(request: PerformRequestOf): Promise<Performed> {
    const { requestor } = request;
    const resolved = await resolveRequestor(requestor, this.options.users);
    if (resolved.kind === 'refused')
      return performed({ code: requestorCodes[resolved.code], userId: (requestor?.userId ?? '') as UserId });
    const { actor } = resolved;
    if (actor.userId === '' && !(request.message === 'user' && request.operation === 'create'))
      return performed({ code: 424 });
    const answer = await this.#answer(request, actor);
    return { ...answer, userId: answer.userId === '' ? actor.userId : answer.userId };
  }

  async #answer(request: PerformRequestOf, actor: Actor): Promise<Performed> {
    const { creation } = this.options;
    const { message, operation, object } = request;
    if (operation === 'create' && (message === 'conf' || message === 'blueprint')) {
      const source = object === '' ? undefined : await this.#cloned(request, actor);
      if (source !== undefined && 'code' in source) return source;
      return creation.create(request, actor, source);
    }
    const isNewSidebar = operation === 'create' && (message === 'sidebar-by-val' || message === 'sidebar-by-ref');
    const target = await this.#target(request, actor, isNewSidebar ? ['conference'] : addressed[message]);
    if ('code' in target) return target;
    if (message === 'history') return historyAnswer(target.state, actor, request);
    if (operation === 'retrieve') return this.#retrieve(request, actor, target);
    return this.#change(request, actor, target);
  }

  /** What an explicit create clones: a blueprint, or a conference that is not active. Req: CCMP-066, Q13. */
  #cloned(request: PerformRequestOf, actor: Actor): Promise<Target | Performed> {
    const kinds: readonly ObjectKind[] = request.message === 'blueprint' ? ['blueprint'] : ['blueprint', 'conference'];
    return this.#target(request, actor, kinds);
  }

  async #target(request: PerformRequestOf, actor: Actor, kinds: readonly ObjectKind[]): Promise<Target | Performed> {
    const { store, passwords } = this.options;
    const found = await this.#find(request.object, request.message === 'history');
    if (found === undefined || !kinds.includes(found.kind)) return performed({ code: 404, object: request.object });
    if (found.closed && request.message !== 'history') {
      if (request.operation === 'delete' && (await this.#wasDeletedBy(request, actor, found)))
        return performed({ code: 200, object: request.object, userId: actor.userId });
      const venue = await findVenue(store, found, actor);
      return performed({ code: 404, object: request.object, venue: venue?.xconUri ?? '' });
    }
    const parent = found.parentId === undefined ? undefined : await store.readRoom(found.parentId);
    const facts = parent === undefined ? undefined : factsOf(parent, actor);
    // Nobody learns from the password of an object it may not know of.
    const hidden = beforeRights({ ...found, closed: false, passwordHash: '' }, actor, { kind: 'none' }, facts);
    if (hidden !== undefined) return refused(hidden, request.object);
    const proof = await passwords.prove(found.passwordHash, request.password, {
      source: request.source,
      user: actor.userId,
      room: found.id,
    });
    const wrong = beforeRights({ ...found, closed: false }, actor, proof, facts);
    if (wrong !== undefined) return refused(wrong, request.object);
    return { state: found, parent, facts, proof };
  }

  /** Is it closed because of this very request, which comes again? Nothing that is closed is deleted. Req: CCMP-014, VER-005. */
  async #wasDeletedBy({ requestId, untilMs }: PerformRequestOf, actor: Actor, closed: RoomState): Promise<boolean> {
    if (requestId === '') return false;
    const task = { kind: 'delete-conference', successorUri: '', systemAllows: false } as const;
    const perform: PerformCommand = { kind: 'perform', actor, password: { kind: 'none' }, parent: undefined, task };
    const { id, parentId } = closed;
    const command: RoomCommand = parentId === undefined ? perform : { kind: 'perform-sidebar', sidebar: id, perform };
    const { outcome, published } = await this.options.queue.ask(parentId ?? id, { command, requestId, untilMs });
    if (outcome.kind !== 'repeated') return false;
    if (!(await published)) throw new NotYetPublished('the conference is deleted, its event is not in the log yet');
    return true;
  }

  /** By XCON-URI; history also by any other URI of the conference. Req: XCON-002, XCON-003, HIST-001. */
  async #find(object: string, anyProtocol: boolean): Promise<RoomState | undefined> {
    const { store } = this.options;
    const xcon = normalizeXconUri(object);
    const uri = xcon.ok ? xcon.value : anyProtocol ? protocolUri(object) : undefined;
    const id = uri === undefined ? undefined : await store.findRoom(uri);
    return id === undefined ? undefined : store.readRoom(id);
  }

  async #retrieve(request: PerformRequestOf, actor: Actor, { state }: Target): Promise<Performed> {
    const viewer = viewerIn(state, actor);
    const { message } = request;
    const ok = { code: 200, object: state.xconUri, version: state.version };
    if (message === 'user') {
      const own = await this.options.userTasks.retrieved(request, actor, state);
      if (own === 'bad-request') return refused('bad-request', request.object);
      const isOwn = own === actor.userId;
      if (!isOwn && !may(state, actor, 'retrieve-users')) return refused('not-permitted', request.object);
      const user = own === undefined ? undefined : userOf(state, viewer, own);
      return user === undefined ? refused('no-such-target', request.object) : performed({ ...ok, document: user });
    }
    if (message === 'users')
      return may(state, actor, 'retrieve-users')
        ? performed({ ...ok, document: usersOf(state, viewer) })
        : refused('not-permitted', request.object);
    if (message !== 'blueprint' && !may(state, actor, 'retrieve')) return refused('not-permitted', request.object);
    return performed({ ...ok, document: assembleDocument(state, viewer) });
  }

  async #change(request: PerformRequestOf, actor: Actor, first: Target): Promise<Performed> {
    let target = first;
    for (let tried = 1; ; tried++) {
      const answer = await this.#changeOnce(request, actor, target);
      if (answer !== 'stale') return answer;
      if (tried === tries) return refused('password-wrong', request.object);
      const again = await this.#target(request, actor, [first.state.kind]);
      if ('code' in again) return again;
      target = again;
    }
  }

  async #changeOnce(request: PerformRequestOf, actor: Actor, target: Target): Promise<Performed | 'stale'> {
    const { queue, tasks } = this.options;
    const { state, parent, facts, proof } = target;
    const prepared = await tasks.prepare(request, actor, target);
    if (prepared.kind === 'refused') return refused(prepared.code, request.object, prepared.detail, state.version);
    const { task } = prepared;
    const acting = prepared.actor ?? actor;
    const perform: PerformCommand = { kind: 'perform', actor: acting, password: proof, parent: facts, task };
    const isSidebar = parent !== undefined && state.parentId !== undefined;
    const command: RoomCommand = isSidebar ? { kind: 'perform-sidebar', sidebar: state.id, perform } : perform;
    const { outcome, room, published, sidebars } = await queue.ask(isSidebar ? parent.id : state.id, {
      command,
      requestId: request.requestId,
      untilMs: request.untilMs,
    });
    if (outcome.kind === 'no-such-room') return refused('no-such-object', request.object);
    if (outcome.kind === 'refused') {
      if (outcome.code === 'password-stale') return 'stale';
      const seen = [room, ...sidebars].find((one) => one?.id === state.id) ?? state;
      return refused(outcome.code, request.object, outcome.detail, seen.version);
    }
    if (!(await published)) throw new NotYetPublished('the change is kept, its event is not in the log yet');
    // Of the first time, where the request is a repeat.
    const { userId = '', sidebar = '' } = outcome.answer ?? {};
    const made = sidebar === '' ? undefined : sidebar;
    const changedId = made ?? state.id;
    const after =
      room?.id === changedId
        ? room
        : (sidebars.find(({ id }) => id === changedId) ?? (await this.options.store.readRoom(changedId)));
    if (after === undefined) return refused('no-such-object', request.object);
    if (made !== undefined && outcome.kind === 'done') this.options.began(after);
    // A version that is kept with an answer is that of the room that was asked.
    const version = after.id === (isSidebar ? parent.id : state.id) ? outcome.version : after.version;
    const told = prepared.actor === undefined ? acting : { ...acting, userId: (userId || acting.userId) as UserId };
    return this.#done(request, told, after, { task, userId }, version);
  }

  /** The answer to a change that was made: what of the object it shows. `userId`: whom it was about; empty: nobody. */
  #done(
    request: PerformRequestOf,
    actor: Actor,
    after: RoomState,
    { task, userId }: { readonly task: Task; readonly userId: string },
    version: bigint,
  ): Performed {
    const ok = { code: 200, object: after.xconUri, version, userId: actor.userId };
    const viewer = viewerIn(after, actor);
    switch (task.kind) {
      case 'delete-conference':
        return performed({ code: 200, object: request.object, userId: actor.userId });
      case 'create-user': {
        const user = userOf(after, viewer, userId);
        const { logging } = after.view;
        const notice = { notice: after.policy.loggingNotice, since: logging.since ?? '' };
        return performed({ ...ok, document: user, logging: after.policy.logged ? notice : undefined });
      }
      case 'update-conference':
      case 'create-sidebar':
        return performed({ ...ok, document: assembleDocument(after, viewer) });
      default:
        return performed(ok);
    }
  }
}

/** A conflict tells the version it was found in, so that the client can take it from there. Req: CCMP-045. */
function refused(refusal: RefusalCode, object: string, detail = '', version = 0n): Performed {
  const code = responseCodes[refusal];
  return performed({ code, detail, object, version: code === 409 ? version : 0n });
}

/** What a sidebar has to know of its main conference. */
export function factsOf(parent: RoomState, actor: Actor): ParentFacts {
  return {
    room: parent.id,
    shard: parent.shard,
    actorIsHere: actor.userId !== '' && isHere(parent, actor.userId),
    enforced: parent.view.enforced,
    members: [...parent.participants.values()].map(({ userId, aors }) => ({ userId, uris: aors })),
    bans: bansOf(parent.view),
    isAnonymous: parent.view.admission === 'anonymous',
    labels: parent.view.availableMedia.filter(({ type }) => type === 'message').map(({ label }) => label),
  };
}
