import type { ConferenceUri, RoomId } from '@plenary/wire';
import { withActive, withAllowedTargets } from '@plenary/xcon';
import { mayCreate, type SystemPolicy } from '../blueprints/create-policy.js';
import { blueprintUri, type BlueprintName } from '../blueprints/blueprints.js';
import { newLabel, newXconUri } from '../conference-ids.js';
import type { Events } from '../events.js';
import type { RandomBytes } from '../ids.js';
import type { Actor } from '../room/actor.js';
import type { RoomStore } from '../store/interface.js';
import { cloneOf } from './clone.js';
import type { ObjectMaker } from './object-maker.js';

export interface AdHocOptions {
  readonly store: RoomStore;
  readonly maker: ObjectMaker;
  readonly events: Events;
  readonly random: RandomBytes;
  readonly domain: string;
  /** Blueprint of a room made by entering its URI; undefined: none is made so. */
  readonly blueprint: BlueprintName | undefined;
  readonly createPolicy: SystemPolicy;
  readonly roomsPerUserMax: number;
}

/** Rooms that are made by entering a URI that has none. Req: ROOM-004, ROOM-005, POL-002, POL-004. */
export class AdHocRooms {
  constructor(private readonly options: AdHocOptions) {}

  /** The room of that URI, made now, or by somebody else meanwhile; or why there is none. */
  async make(
    conferenceUri: ConferenceUri,
    actor: Actor,
  ): Promise<
    { readonly kind: 'made'; readonly room: RoomId } | { readonly kind: 'unknown-room' | 'create-forbidden' | 'quota' }
  > {
    const { store, maker, events, random, domain, blueprint, createPolicy, roomsPerUserMax } = this.options;
    if (blueprint === undefined) return { kind: 'unknown-room' };
    const id = await store.findRoom(blueprintUri(blueprint, domain));
    const form = id === undefined ? undefined : await store.readRoom(id);
    if (form === undefined || form.closed) return { kind: 'unknown-room' };
    if (!mayCreate(createPolicy, actor, form.view.policy)) return { kind: 'create-forbidden' };
    const xconUri = newXconUri(domain, random);
    const freshLabel = (): string => newLabel(random);
    const clone = cloneOf(form.document, { entity: xconUri, cloningParent: undefined, freshLabel });
    // As one made by conference control: its maker is on the list of those who may come in.
    const own = actor.userId === '' ? [] : [{ uri: actor.userId, method: 'dial-in' }];
    const targets = [...form.view.allowed, ...own];
    const creation = await maker.make(
      {
        kind: 'conference',
        xconUri,
        conferenceUri,
        ownerUserId: actor.userId,
        document: withActive(withAllowedTargets(clone, targets), true),
      },
      roomsPerUserMax,
    );
    if (creation.kind === 'made') events.enteredNew(xconUri, actor.userId);
    return creation.kind === 'quota' ? creation : { kind: 'made', room: creation.room };
  }
}
