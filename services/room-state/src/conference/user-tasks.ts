import { err, type Result, type UserId } from '@plenary/wire';
import { attributeOf } from '@plenary/wire/xml';
import { readFragment, userView, type DocumentFault } from '@plenary/xcon';
import type { Clock } from '@plenary/service';
import { participantOf } from '../document/assemble.js';
import { viewerIn } from '../document/viewer-of.js';
import { inBase36, newChatId, newParticipantId, type RandomBytes } from '../ids.js';
import type { Actor } from '../room/actor.js';
import type { RefusalCode } from '../room/command.js';
import type { Fresh, PerformCommand, TargetUser, Task } from '../room/conference/command.js';
import { perform } from '../room/conference/perform.js';
import { registeredFor } from '../room/registered.js';
import type { RoomState } from '../room/state.js';
import type { NicknameAllocator } from './nickname-allocator.js';
import { invalid, missing, refused, task, type Prepared } from './prepared.js';
import { readChange, type ReadChange } from './read-change.js';
import type { PerformRequestOf } from './request.js';
import type { Target } from './target.js';
import type { KnownUser, Users } from './users.js';

export interface UserTasksOptions {
  readonly users: Users;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly domain: string;
  readonly nicknames: NicknameAllocator;
  readonly pendingMs: number;
}

/** What userRequests need before they can be decided: whom they name, and what they call them. Req: CCMP-046, CCMP-074..CCMP-081. */
export class UserTasks {
  constructor(private readonly options: UserTasksOptions) {}

  /** Whom a userRequest/retrieve is about; undefined: somebody nobody knows. */
  async retrieved(
    request: PerformRequestOf,
    actor: Actor,
    state: RoomState,
  ): Promise<UserId | '' | undefined | 'bad-request'> {
    if (request.document === '') return actor.userId;
    const read = this.#read(request);
    if (!read.ok || read.value.entity === '') return 'bad-request';
    const named = await this.#named(read.value.entity, actor, state);
    return named?.userId ?? (read.value.entity.toLowerCase() as UserId);
  }

  async prepare(request: PerformRequestOf, actor: Actor, target: Target): Promise<Prepared> {
    const { state } = target;
    const read = request.document === '' ? undefined : this.#read(request);
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
          nickname: wish === undefined ? undefined : this.options.nicknames.prepare(wish),
          fresh: this.#fresh(),
        });
      }
      case 'delete': {
        if (read?.ok === false) return refused(faultCode(read.error), read.error.message);
        const entity = read === undefined ? '' : read.value.entity;
        const user = entity === '' ? ownTarget(actor) : await this.#named(entity, actor, state);
        return task({ kind: 'delete-user', target: user, fresh: this.#fresh() });
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
    const fresh = this.#fresh();
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
      nickname: this.options.nicknames.wish(wish?.nickname ?? registeredFor(state.view, user?.userId ?? ''), user),
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

  #fresh(): Fresh {
    return { now: new Date(this.options.clock.nowMs()).toISOString(), dialOut: [] };
  }

  #read(request: PerformRequestOf): Result<ReadChange, DocumentFault> {
    const { domain, random } = this.options;
    return request.document === '' ? err(missing) : readChange(request.document, { part: 'user', domain, random });
  }

  #callId(): string {
    return inBase36(20, this.options.random);
  }
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
