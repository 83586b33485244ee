import { err, type Result } from '@plenary/wire';
import { conferenceView, DocumentFault, type ConferenceView, type DocumentPart } from '@plenary/xcon';
import type { Clock } from '@plenary/service';
import { mayDelete, type SystemPolicy } from '../blueprints/create-policy.js';
import type { RandomBytes } from '../ids.js';
import type { Passwords } from '../password.js';
import type { Actor } from '../room/actor.js';
import type { Change, Fresh } from '../room/conference/command.js';
import { unusablePassword } from '../room/refusal-texts.js';
import { may } from '../room/rights.js';
import type { RoomState } from '../room/state.js';
import type { RoomStore } from '../store/interface.js';
import type { DialOuts } from './dial-out.js';
import { invalid, missing, refused, task, type Prepared } from './prepared.js';
import { readChange, type ReadChange } from './read-change.js';
import type { PerformRequestOf } from './request.js';
import type { SidebarPlans } from './sidebar-plans.js';
import type { Target } from './target.js';
import type { UserTasks } from './user-tasks.js';
import { endOfChain, isVenueFault } from './venue.js';

export interface TasksOptions {
  readonly store: RoomStore;
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly dialOuts: DialOuts;
  readonly sidebars: SidebarPlans;
  readonly userTasks: UserTasks;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly domain: string;
  readonly deletePolicy: SystemPolicy;
}

/**
 * Finds out what a change of conference control needs before it can be decided: reads what came, hashes a password, looks users up. Nothing
 * is made for who has no right to the change; a user that has to be made is made once the rules have said yes to it.
 *
 * Req: CCMP-026.
 */
export class Tasks {
  constructor(private readonly options: TasksOptions) {}

  async prepare(request: PerformRequestOf, actor: Actor, target: Target): Promise<Prepared> {
    const { message, operation } = request;
    switch (message) {
      case 'users':
        return operation === 'update' ? this.#updateUsers(request, actor, target.state) : invalid;
      case 'user':
        return this.options.userTasks.prepare(request, actor, target);
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

  async #conference(request: PerformRequestOf, actor: Actor, { state }: Target): Promise<Prepared> {
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
    if (password !== undefined && hash === undefined) return refused('bad-request', unusablePassword);
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
}
