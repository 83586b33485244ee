import { err, type Result, type UserId } from '@plenary/wire';
import { attributeOf } from '@plenary/wire/xml';
import {
  conferenceView,
  DocumentFault,
  readFragment,
  userView,
  type ConferenceView,
  type DocumentPart,
} from '@plenary/xcon';
import { mayDelete, type SystemPolicy } from '../blueprints/create-policy.js';
import { participantOf } from '../document/assemble.js';
import { viewerIn } from '../document/viewer-of.js';
import { newChatId, newParticipantId, inBase36, type RandomBytes } from '../ids.js';
import type { Passwords } from '../password.js';
import type { Actor } from '../room/actor.js';
import type { RefusalCode } from '../room/command.js';
import type { Change, Fresh, PerformCommand, TargetUser, Task } from '../room/conference/command.js';
import { perform } from '../room/conference/perform.js';
import { prepareNickname, type NicknameProfile } from '../room/nickname.js';
import { may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { RoomStore } from '../store/interface.js';
import type { Clock } from '@plenary/service';
import type { Target } from './target.js';
import type { DialOuts } from './dial-out.js';
import { nicknameWish } from './nickname-wish.js';
import { readChange, type ReadChange } from './read-change.js';
import type { PerformRequestOf } from './request.js';
import type { SidebarPlans } from './sidebar-plans.js';
import type { KnownUser, Users } from './users.js';
import { endOfChain, isVenueFault } from './venue.js';

export interface TasksOptions {
  readonly store: RoomStore;
  readonly users: Users;
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly dialOuts: DialOuts;
  readonly sidebars: SidebarPlans;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly domain: string;
  readonly nicknames: { readonly profile: NicknameProfile; readonly reservedKeys: ReadonlySet<string> };
  readonly deletePolicy: SystemPolicy;
  readonly pendingMs: number;
}

/** A task with all that had to be found out; `actor` where the request made its requestor a user. */
export type Prepared =
  | { readonly kind: 'task'; readonly task: Task; readonly actor: Actor | undefined }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail: string };

/**
 * Finds out what a change of conference control needs before it can be decided: reads what came, hashes a password, looks users up. Nothing
 * is made for who has no right to the change; a user that has to be made is made once the rules have said yes to it.
 *
 * Req: CCMP-026, CCMP-046, CCMP-074..CCMP-081.
 */
export class Tasks {
  constructor(private readonly options: TasksOptions) {}

  async prepare(request: PerformRequestOf, actor: Actor, target: Target): Promise<Prepared> {
    const { message, operation } = request;
    switch (message) {
      case 'users':
        return operation === 'update' ? this.#updateUsers(request, actor, target.state) : invalid;
      case 'user':
        return this.#user(request, actor, target);
      case 'blueprint':
      case 'conf':
      case 'sidebar-by-val':
      case 'sidebar-by-ref':
        return this.#conference(request, actor, target);
      case 'history':
        return invalid;
      default:
        return message satisfies never;
    }
  }

  /** Whom a userRequest/retrieve is about; undefined: somebody nobody knows. */
  async retrieved(
    request: PerformRequestOf,
    actor: Actor,
    state: RoomState,
  ): Promise<UserId | '' | undefined | 'bad-request'> {
    if (request.document === '') return actor.userId;
    const read = this.#read(request, 'user');
    if (!read.ok || read.value.entity === '') return 'bad-request';
    const named = await this.#named(read.value.entity, actor, state);
    return named?.userId ?? (read.value.entity.toLowerCase() as UserId);
  }

  async #conference(request: PerformRequestOf, actor: Actor, { state, facts }: Target): Promise<Prepared> {
    const { store, deletePolicy, sidebars } = this.options;
    switch (request.operation) {
      case 'update':
        return this.#updateConference(request, actor, state);
      case 'delete': {
        const { venue } = state.view;
        const next = venue === undefined ? undefined : await endOfChain(store, venue.uri);
        const successorUri = next?.conferenceUri ?? '';
        const systemAllows = state.kind !== 'conference' || mayDelete(deletePolicy, actor);
        return task({ kind: 'delete-conference', successorUri, systemAllows });
      }
      case 'create': {
        const kind = request.message === 'sidebar-by-ref' ? 'sidebar-by-ref' : 'sidebar-by-val';
        if (!state.view.allowSidebars || !may(state, actor, 'create-sidebar'))
          return task({ kind: 'create-sidebar', room: err(new DocumentFault('document-invalid', '')) });
        const planned = sidebars.plan(request.document, kind, actor, state);
        return task({ kind: 'create-sidebar', room: planned });
      }
      case 'retrieve':
        return invalid;
      default:
        void facts;
        return request.operation satisfies never;
    }
  }

  async #updateConference(request: PerformRequestOf, actor: Actor, state: RoomState): Promise<Prepared> {
    const { store, passwords } = this.options;
    const part = state.kind === 'conference' || state.kind === 'blueprint' ? 'conference-info' : 'sidebar';
    const read = this.#read(request, part);
    const manages = may(state, actor, 'manage');
    const change: Change = read.ok ? { ok: true, value: read.value.change } : read;
    const view = read.ok ? conferenceView(read.value.change) : undefined;
    const password = read.ok && manages ? read.value.password : undefined;
    const hash = password === undefined || password === '' ? password : await passwords.hash(password);
    if (password !== undefined && hash === undefined) return refused('bad-request', 'no password');
    const venueUri = view?.venue?.uri;
    const venueFault =
      venueUri !== undefined && venueUri !== '' && (await isVenueFault(store, state.xconUri, venueUri));
    return task({
      kind: 'update-conference',
      change,
      passwordHash: hash,
      venueFault,
      version: view?.version === undefined ? undefined : BigInt(view.version),
      fresh: await this.#fresh(state, manages ? view : undefined),
    });
  }

  async #updateUsers(request: PerformRequestOf, actor: Actor, state: RoomState): Promise<Prepared> {
    const read = this.#read(request, 'users');
    const view = read.ok ? conferenceView({ ...state.document, children: [read.value.change] }) : undefined;
    return task({
      kind: 'update-users',
      change: read.ok ? { ok: true, value: read.value.change } : read,
      fresh: await this.#fresh(state, may(state, actor, 'manage') ? view : undefined),
    });
  }

  async #user(request: PerformRequestOf, actor: Actor, target: Target): Promise<Prepared> {
    const { state } = target;
    const read = request.document === '' ? undefined : this.#read(request, 'user');
    switch (request.operation) {
      case 'create':
        return this.#createUser(request, actor, target, read);
      case 'update': {
        const change = read ?? err(missing);
        // Whom it is about is looked at before what it says, which may be wrong.
        const entity = change.ok ? change.value.entity : entityIn(request.document);
        if (change.ok && entity === '') return refused('bad-request', 'userInfo names no user');
        const user = entity === '' ? undefined : await this.#named(entity, actor, state);
        const wish = change.ok ? userView(change.value.change).nickname : undefined;
        const { profile, reservedKeys } = this.options.nicknames;
        return task({
          kind: 'update-user',
          target: entity === '' ? ownTarget(actor) : user,
          callId: this.#callId(),
          change: change.ok
            ? {
                ok: true,
                value: change.value.change,
              }
            : change,
          nickname: wish === undefined ? undefined : prepareNickname(wish, profile, reservedKeys),
          fresh: await this.#fresh(state, undefined),
        });
      }
      case 'delete': {
        if (read?.ok === false) return refused(faultCode(read.error), read.error.message);
        const entity = read === undefined ? '' : read.value.entity;
        const user = entity === '' ? ownTarget(actor) : await this.#named(entity, actor, state);
        return task({ kind: 'delete-user', target: user, fresh: await this.#fresh(state, undefined) });
      }
      case 'retrieve':
        return invalid;
      default:
        return request.operation satisfies never;
    }
  }

  async #createUser(
    request: PerformRequestOf,
    actor: Actor,
    target: Target,
    read: Result<ReadChange, DocumentFault> | undefined,
  ): Promise<Prepared> {
    const { state } = target;
    const { users } = this.options;
    const wish = read?.ok === true ? userView(read.value.change) : undefined;
    const entity = read?.ok === true ? read.value.entity : '';
    const isSelf = (request.requestor?.userId ?? '') === '' || entity === '' || entity.toLowerCase() === actor.userId;
    const uris = [...(wish?.endpoints.map((endpoint) => endpoint.entity) ?? []), ...(wish?.uris ?? [])];
    const isNew = isSelf ? actor.userId === '' : read?.ok === true && read.value.isPlaceholder;
    const displayText = wish?.displayText ?? '';
    // Made once it is sure that the rules have nothing against it.
    const provisional: TargetUser = {
      userId: `xcon-userid:${inBase36(26, this.options.random)}` as UserId,
      uris,
      displayText,
    };
    const known = isNew ? provisional : isSelf ? await this.#self(actor) : await this.#named(entity, actor, state);
    const fresh = await this.#fresh(state, undefined);
    const made = (user: TargetUser | undefined): Task => ({
      kind: 'create-user',
      target: user,
      isSelf,
      fresh,
      callId: this.#callId(),
      change:
        read === undefined
          ? undefined
          : read.ok
            ? {
                ok: true,
                value: read.value.change,
              }
            : read,
      nickname: nicknameWish(wish?.nickname, user, this.options.nicknames, this.options.random),
      pending: {
        chatId: newChatId(this.options.random),
        pid: newParticipantId(this.options.random),
        waitMs: this.options.pendingMs,
      },
    });
    if (!isNew) return task(made(known));
    const acting: Actor = isSelf ? { ...actor, userId: provisional.userId } : actor;
    const tried = this.#dryRun(
      { kind: 'perform', actor: acting, password: target.proof, parent: target.facts, task: made(provisional) },
      state,
    );
    if (tried !== undefined) return tried;
    // What a requestor says of itself proves nothing: its URIs are not bound to the new id.
    const user = await users.register({ uris: isSelf ? [] : uris.filter(isReachable), displayText, email: '' });
    const registered: TargetUser = { userId: user.userId, uris: isSelf ? uris : user.uris, displayText };
    const self = isSelf ? { ...actor, userId: user.userId } : undefined;
    return { kind: 'task', task: made(registered), actor: self };
  }

  /** What the rules would say; undefined: yes. */
  #dryRun(command: PerformCommand, state: RoomState): Prepared | undefined {
    const decision = perform(state, command, { nowMs: this.options.clock.nowMs() });
    return decision.kind === 'refused' ? refused(decision.code, decision.detail) : undefined;
  }

  async #self(actor: Actor): Promise<TargetUser | undefined> {
    const user = await this.options.users.find(actor.userId);
    return user === undefined ? undefined : { ...targetOf(user), uris: [...new Set([...actor.uris, ...user.uris])] };
  }

  /** A user by what an 'entity' of the document calls it: its XCON-USERID, or the alias it is shown by. */
  async #named(entity: string, actor: Actor, state: RoomState): Promise<TargetUser | undefined> {
    const here = participantOf(state, viewerIn(state, actor), entity);
    if (here !== undefined) return { userId: here.userId, uris: here.aors, displayText: here.displayName };
    const user = await this.options.users.find(entity);
    return user === undefined ? undefined : targetOf(user);
  }

  async #fresh(state: RoomState, view: ConferenceView | undefined): Promise<Fresh> {
    const { clock, dialOuts } = this.options;
    const changed = view !== undefined && (view.allowed.length > 0 || view.active || view.times.length > 0);
    return {
      now: new Date(clock.nowMs()).toISOString(),
      dialOut: changed ? await dialOuts.of(state, view.allowed.length > 0 ? view : state.view) : [],
    };
  }

  #read(request: PerformRequestOf, part: DocumentPart): Result<ReadChange, DocumentFault> {
    const { domain, random } = this.options;
    return request.document === '' ? err(missing) : readChange(request.document, { part, domain, random });
  }

  #callId(): string {
    return inBase36(20, this.options.random);
  }
}

const missing = new DocumentFault('document-invalid', '', 'nothing is said');
const invalid = { kind: 'refused', code: 'operation-invalid', detail: '' } as const;

function refused(code: RefusalCode, detail = ''): Prepared {
  return { kind: 'refused', code, detail };
}

function task(made: Task): Prepared {
  return { kind: 'task', task: made, actor: undefined };
}

/** 'entity' of the root of a text; empty: there is none. */
function entityIn(document: string): string {
  const read = readFragment(document);
  return read.ok ? (attributeOf(read.value, 'entity') ?? '') : '';
}

function faultCode({ status }: DocumentFault): RefusalCode {
  return status === 427 ? 'placeholder-domain' : 'bad-request';
}

function ownTarget({ userId, uris }: Actor): TargetUser | undefined {
  return userId === '' ? undefined : { userId, uris, displayText: '' };
}

function targetOf({ userId, uris, displayText }: KnownUser): TargetUser {
  return { userId, uris, displayText };
}

function isReachable(uri: string): boolean {
  return /^(?:sips?|xmpp|im|tel):/i.test(uri);
}
