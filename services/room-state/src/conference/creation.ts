import type { Clock } from '@plenary/service';
import type { ConferenceUri, RoomId, UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import {
  checkDocument,
  conferenceView,
  mergeDocument,
  normalizeXconUri,
  readConferenceTime,
  withAllowedTargets,
  withoutServerElements,
  withUser,
  type DocumentFault,
  type XconUri,
} from '@plenary/xcon';
import { blueprintUri } from '../blueprints/blueprints.js';
import { mayCreate, type SystemPolicy } from '../blueprints/create-policy.js';
import { newLabel, newPassword, newXconUri, sipUriOf } from '../conference-ids.js';
import { conferenceUri, hostOf } from '../conference-uri.js';
import { assembleDocument } from '../document/assemble.js';
import { viewerIn } from '../document/viewer-of.js';
import type { RandomBytes } from '../ids.js';
import type { Passwords } from '../password.js';
import { systemAdministrator, userEntry, type Actor } from '../room/actor.js';
import { listFaults } from '../room/conference/list-faults.js';
import { logged, newUserElement } from '../room/conference/edit.js';
import { takenUri, unusablePassword } from '../room/refusal-texts.js';
import { may } from '../room/rights.js';
import { asOfNow } from '../room/schedule.js';
import type { RoomState } from '../room/state.js';
import type { RoomStore } from '../store/interface.js';
import { cloneOf } from './clone.js';
import { creationNote, notedPassword } from './creation-note.js';
import { knownPeople } from './known-people.js';
import type { Target } from './target.js';
import type { ObjectMaker } from './object-maker.js';
import { readChange } from './read-change.js';
import type { PerformRequestOf } from './request.js';
import { performed, responseCodes, type Performed } from './response.js';

export interface CreationOptions {
  readonly store: RoomStore;
  readonly maker: ObjectMaker;
  readonly passwords: Pick<Passwords, 'hash'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly domain: string;
  readonly createPolicy: SystemPolicy;
  readonly roomsPerUserMax: number;
  /** To be told when a conference may have begun; `only`: for this user alone. */
  readonly began: (room: RoomState, only?: UserId) => void;
}

/** What a request to create says, beside what it is created from. */
interface Wanted {
  readonly xconUri: XconUri;
  readonly conferenceUri: ConferenceUri | undefined;
  readonly document: XmlElement;
  /** In clear, only until it is hashed and told to the creator; undefined: none of its own. */
  readonly password: string | undefined;
  readonly generated: boolean;
}

/**
 * confRequest/create and blueprintRequest/create: every object is a clone, of the parent that is named or of the default blueprint, with
 * what the request says merged into it. A request that comes again gets the answer to what it made. Spec: RFC 6503 §5.3.4, RFC 5239 §7.1.
 * Req: CONF-004..CONF-007, CCMP-014, CCMP-034, VER-005, CCMP-056, CCMP-066, CCMP-067, POL-002, POL-004, POL-017.
 */
export class ConferenceCreation {
  constructor(private readonly options: CreationOptions) {}

  /** `source`: the object that is named; undefined: none is. */
  async create(request: PerformRequestOf, actor: Actor, source: Target | undefined): Promise<Performed> {
    const { createPolicy, domain } = this.options;
    const isBlueprint = request.message === 'blueprint';
    if (isBlueprint && !actor.systemRoles.includes(systemAdministrator)) return performed({ code: 403 });
    if (source !== undefined && source.state.kind === 'conference' && source.state.view.active)
      return performed({ code: 403, detail: 'an active conference is cloned by sidebars only' });
    const parent = source?.state ?? (await this.#read(blueprintUri('default', domain)));
    if (parent === undefined) return performed({ code: 500 });
    if (!mayCreate(createPolicy, actor, parent.kind === 'blueprint' ? parent.view.policy : undefined))
      return performed({ code: 401 });
    if (source !== undefined && parent.kind === 'conference' && !may(parent, actor, 'clone'))
      return performed({ code: 401 });
    // A blueprint always has a parent: RFC 6503 §5.3.3 "the request MUST include the <confObjID>".
    if (source !== undefined && request.document !== '' && !isBlueprint)
      return performed({ code: 400, detail: 'a parent and a description exclude each other' });
    if (isBlueprint && request.document === '') return performed({ code: 400 });
    const wanted = await this.#wanted(request, actor, parent, isBlueprint);
    return 'code' in wanted ? wanted : this.#make(wanted, actor, parent, request);
  }

  async #wanted(
    request: PerformRequestOf,
    actor: Actor,
    parent: RoomState,
    isBlueprint: boolean,
  ): Promise<Wanted | Performed> {
    const { random, domain } = this.options;
    const xconUri = newXconUri(domain, random);
    const base = this.#clone(parent, xconUri, actor, isBlueprint);
    const sipUri = isBlueprint ? undefined : sipUriOf(xconUri, domain);
    if (request.document === '') {
      const password = isBlueprint || !parent.view.policy.passwordProtected ? undefined : newPassword(random);
      return { xconUri, conferenceUri: sipUri, document: base, password, generated: true };
    }
    const objectId = xconUri.slice('xcon:'.length).split('@', 1)[0];
    const read = readChange(request.document, { part: 'conference-info', domain, random, objectId });
    if (!read.ok) return faulty(read.error);
    if (read.value.entity !== '' && !read.value.isPlaceholder) return this.#givenEntity(read.value.entity);
    const change = withoutServerElements(read.value.change, 'conference-info');
    const { merged } = mergeDocument(base, { ...change, attributes: base.attributes }, 'conference-info');
    const whole = checkDocument(merged, 'conference-info', 'whole');
    if (!whole.ok) return faulty(whole.error);
    const view = conferenceView(whole.value);
    const times = readConferenceTime(view.times);
    if (!times.ok) return faulty(times.error);
    const limit = listFaults({ ...view, denied: [], banned: [] }, view);
    if (limit?.kind === 'refused') return performed({ code: responseCodes[limit.code], detail: limit.detail });
    const { active } = view.logging;
    const now = new Date(this.options.clock.nowMs()).toISOString();
    const document = active ? logged(whole.value, true, now, actor.userId) : whole.value;
    const ownUri = view.confUris
      .map(({ uri }) => conferenceUri(uri))
      .find((uri) => uri !== undefined && hostOf(uri) === domain.toLowerCase());
    const given = read.value.password;
    const generated = !isBlueprint && (given === undefined || given === '') && view.policy.passwordProtected;
    return {
      xconUri,
      conferenceUri: isBlueprint ? undefined : (ownUri ?? sipUri),
      document,
      password: generated ? newPassword(random) : given === '' ? undefined : given,
      generated,
    };
  }

  /** CCMP-034: ids are the server's; one that is there is a conflict, any other a fault. */
  async #givenEntity(entity: string): Promise<Performed> {
    const uri = normalizeXconUri(entity);
    const known = uri.ok ? await this.options.store.findRoom(uri.value) : undefined;
    return performed({ code: known === undefined ? 400 : 409, detail: 'identifiers are given by the system' });
  }

  /** The parent under another identity, with its creator as owner and as one who is told of it. Req: POL-004, FLOW-5.1. */
  #clone(parent: RoomState, xconUri: XconUri, actor: Actor, isBlueprint: boolean): XmlElement {
    const { random, domain, clock } = this.options;
    const maker = viewerIn(parent, actor);
    const isOpen = parent.kind === 'blueprint' || maker.privileged;
    const clone = cloneOf(isOpen ? parent.document : knownPeople(parent.document, maker), {
      entity: xconUri,
      cloningParent: parent.kind === 'conference' ? parent.xconUri : undefined,
      freshLabel: () => newLabel(random),
    });
    if (isBlueprint || actor.userId === '') return clone;
    // POL-004: "administrator … unless the blueprint says otherwise", by giving this user roles.
    const given = parent.kind === 'blueprint' ? (userEntry(parent.view, actor.userId)?.roles ?? []) : [];
    const owned =
      given.length > 0 ? clone : withUser(clone, newUserElement(actor.userId, { roles: ['administrator'] }));
    const now = new Date(clock.nowMs()).toISOString();
    const document = parent.view.logging.active ? logged(owned, true, now, actor.userId) : owned;
    // Whom we can call is called when the conference begins; who is one of our own names comes by itself.
    const isElsewhere = actor.uris.some((uri) => hostIn(uri) !== domain.toLowerCase());
    const method = isElsewhere ? 'dial-out' : 'dial-in';
    const targets = isOpen ? parent.view.allowed.filter(({ uri }) => uri !== actor.userId) : [];
    return withAllowedTargets(document, [...targets, { uri: actor.userId, method }]);
  }

  async #make(
    { xconUri, conferenceUri: uri, document, password, generated }: Wanted,
    actor: Actor,
    parent: RoomState,
    { message, requestId }: PerformRequestOf,
  ): Promise<Performed> {
    const { maker, passwords, roomsPerUserMax, clock } = this.options;
    const isBlueprint = message === 'blueprint';
    const inherited = parent.kind === 'conference' ? parent.passwordHash : '';
    const passwordHash = password === undefined ? inherited : await passwords.hash(password);
    if (passwordHash === undefined) return performed({ code: 400, detail: unusablePassword });
    const kind = isBlueprint ? 'blueprint' : 'conference';
    const creation = await maker.make(
      {
        kind,
        xconUri,
        conferenceUri: uri,
        passwordHash,
        ownerUserId: isBlueprint ? '' : actor.userId,
        document: isBlueprint ? document : asOfNow(document, clock.nowMs()),
      },
      isBlueprint ? 0 : roomsPerUserMax,
      creationNote(requestId, generated ? password : undefined),
    );
    if (creation.kind === 'quota') return performed({ code: 511, detail: 'you have as many conferences as you may' });
    if (creation.kind === 'taken') return performed({ code: 409, detail: takenUri });
    if (creation.kind === 'repeated')
      return this.#told(creation.room, actor, notedPassword(requestId, creation.note), () => undefined);
    return this.#told(creation.room, actor, generated ? password : undefined, (state) => this.#begin(state, actor));
  }

  /** The answer of one that is made; `password`: shown to the creator. */
  async #told(
    room: RoomId,
    actor: Actor,
    password: string | undefined,
    begin: (state: RoomState) => void,
  ): Promise<Performed> {
    const state = await this.options.store.readRoom(room);
    if (state === undefined) return performed({ code: 500 });
    begin(state);
    const document = assembleDocument(state, viewerIn(state, actor), { password });
    return performed({ code: 200, object: state.xconUri, version: 1n, document });
  }

  #begin(state: RoomState, actor: Actor): void {
    const { began } = this.options;
    if (state.view.active) began(state);
    // Nothing else would begin it: who makes a conference without times is called, and the answer makes it active (RFC 6504 §5.1).
    else if (state.kind !== 'blueprint' && actor.userId !== '' && state.view.times.length === 0)
      began(state, actor.userId);
  }

  async #read(xconUri: XconUri): Promise<RoomState | undefined> {
    const { store } = this.options;
    const id = await store.findRoom(xconUri);
    return id === undefined ? undefined : store.readRoom(id);
  }
}

function hostIn(uri: string): string {
  return /@([^;?/:>]+)/.exec(uri)?.[1]?.toLowerCase() ?? '';
}

function faulty({ status, message }: DocumentFault): Performed {
  return performed({ code: status, detail: message });
}
