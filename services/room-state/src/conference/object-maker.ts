import { shardId } from '@plenary/bus';
import type { Clock } from '@plenary/service';
import type { ConferenceUri, RoomId, UserId } from '@plenary/wire';
import type { XmlElement } from '@plenary/wire/xml';
import { conferenceView, withConfUri, type XconUri } from '@plenary/xcon';
import type { Events } from '../events.js';
import { newRoomId, newTag, type RandomBytes } from '../ids.js';
import type { StatePublisher } from '../producers/state-events.js';
import { nextDueAtMs } from '../room/due.js';
import type { NewRoom } from '../room/new-room.js';
import { policyOf, type PolicySurroundings, noSurroundings } from '../room/rules.js';
import type { ObjectKind } from '../room/state.js';
import type { Creation, CreationNote, RoomStore } from '../store/interface.js';

/** An object that is to be there. */
export interface ObjectPlan {
  readonly kind: ObjectKind;
  readonly xconUri: XconUri;
  /** undefined: nobody enters it. */
  readonly conferenceUri: ConferenceUri | undefined;
  /** Complete, but for the entry of its SIP conference URI. */
  readonly document: XmlElement;
  readonly passwordHash?: string | undefined;
  /** XCON-USERID; empty: the system. */
  readonly ownerUserId: UserId | '';
  readonly parentId?: RoomId | undefined;
  readonly surroundings?: PolicySurroundings | undefined;
}

export interface ObjectMakerOptions {
  readonly store: RoomStore;
  readonly publisher: StatePublisher;
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly events: Events;
  readonly shards: number;
}

/** Makes conference objects: gives them ids and a shard, and keeps them. */
export class ObjectMaker {
  constructor(private readonly options: ObjectMakerOptions) {}

  /** The row-to-be of an object. */
  planned(plan: ObjectPlan): NewRoom {
    const { clock, random, shards } = this.options;
    const { kind, xconUri, conferenceUri, ownerUserId, passwordHash = '', parentId, surroundings } = plan;
    const nowMs = clock.nowMs();
    const document =
      conferenceUri === undefined || conferenceView(plan.document).confUris.some(({ uri }) => uri === conferenceUri)
        ? plan.document
        : withConfUri(plan.document, { uri: conferenceUri, purpose: 'participation' });
    const view = conferenceView(document);
    return {
      id: newRoomId(nowMs, random),
      kind,
      xconUri,
      conferenceUri,
      document,
      passwordHash,
      shard: shardId(Math.floor((readUint32(random(4)) / 2 ** 32) * shards)),
      tag: newTag(random),
      policy: policyOf(view, surroundings ?? noSurroundings),
      ownerUserId,
      parentId,
      createdBy: ownerUserId,
      nextDueAtMs: nextDueAtMs(
        {
          kind,
          view,
          closed: false,
          emptySinceMs: view.active ? nowMs : undefined,
        },
        nowMs,
      ),
    };
  }

  /**
   * Makes it, unless one of its URIs is taken, its owner has `roomsMax` (0: any number), or one is `remembered` as made. Its first event
   * is on its way then.
   */
  async make(plan: ObjectPlan, roomsMax: number, remembered?: CreationNote): Promise<Creation> {
    const { store, events, publisher } = this.options;
    const room = this.planned(plan);
    const creation = await store.createRoom(room, roomsMax, remembered);
    if (creation.kind !== 'made') return creation;
    events.roomCreated(creation.room, plan.ownerUserId === '' ? 'demo' : 'user');
    void publisher.publish(room.shard, creation.events);
    return creation;
  }
}

function readUint32(octets: Uint8Array): number {
  return new DataView(octets.buffer, octets.byteOffset, 4).getUint32(0);
}
