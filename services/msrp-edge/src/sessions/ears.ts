import { Direction } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { RoomId, ShardId } from '@plenary/wire';
import type { RoomState } from '../room-state.interface.js';
import type { RoomDirectory } from '../rooms/directory.js';
import type { Room } from '../rooms/room.js';
import type { Backpressure } from '../switch/backpressure.js';
import type { CapabilityClasses } from './capability-class.js';
import { narrowest } from './direction.js';
import { retryUntilDone } from './retry.js';
import { EdgeSession } from './session.js';

export interface EarsParts {
  readonly rooms: RoomDirectory;
  readonly roomState: RoomState;
  readonly classes: CapabilityClasses;
  readonly backpressure: Backpressure;
  readonly clock: Clock;
}

const ATTEMPTS = 20;

/**
 * What sidebars hear of another room. Each session of such a sidebar has an ear there: a session of that room at the same connection and
 * under the same paths, which only receives. So what is said there reaches it like anybody, in order, from the log if it lags; and as nothing
 * can be addressed to an ear or come from one, nothing goes the other way. Who is in that room itself needs none: it hears with its own
 * session.
 *
 * Spec: RFC 6504 section 7.4.   Req: SIDE-012, SIDE-013.
 */
export class Ears {
  readonly #attaching = new WeakSet<EdgeSession>();
  /** Ears that hear nothing because their user is in the room itself. */
  readonly #idle = new WeakSet<EdgeSession>();

  constructor(private readonly parts: EarsParts) {}

  /** Gives a session that is served the ear its room's policy says, or takes it away. */
  review(session: EdgeSession): void {
    const wanted = session.room.policy.hearsRoom;
    if (session.ear !== undefined && session.ear.room.id !== wanted) this.detach(session);
    if (!wanted || session.ear !== undefined || !isServed(session) || this.#attaching.has(session)) return;
    this.#attaching.add(session);
    void retryUntilDone(this.parts.clock, ATTEMPTS, () => this.#attach(session)).then(() => {
      this.#attaching.delete(session);
      // It may have changed meanwhile.
      if (isServed(session) && session.room.policy.hearsRoom !== wanted) this.review(session);
    });
  }

  /** Its session takes something else now, or may do something else. */
  follow(session: EdgeSession): void {
    const { ear } = session;
    if (ear !== undefined) this.#setClass(ear, session, this.#idle.has(ear));
  }

  /** Somebody came into a room that is heard, or left it. */
  reviewRoom(room: Room): void {
    for (const ear of room.ears) {
      const session = ear.hearsFor;
      if (session === undefined) continue;
      const isIdle = room.roster.hasUser(session.seat.userId);
      if (isIdle !== this.#idle.has(ear)) this.#setClass(ear, session, isIdle);
    }
  }

  detach(session: EdgeSession): void {
    const { ear } = session;
    if (ear === undefined) return;
    const { rooms, classes, backpressure } = this.parts;
    const { room, connection } = ear;
    session.ear = undefined;
    ear.life = 'closed';
    backpressure.apply(ear, 'unbound');
    const index = connection?.sessions.indexOf(ear) ?? -1;
    if (index !== -1) connection?.sessions.splice(index, 1);
    ear.connection = undefined;
    room.ears.delete(ear);
    room.remove(ear);
    classes.release(ear.cls);
    rooms.releaseIfEmpty(room);
  }

  async #attach(session: EdgeSession): Promise<void> {
    const { hearsRoom, hearsShard } = session.room.policy;
    if (!hearsRoom || session.ear !== undefined || !isServed(session)) return;
    const room = await this.#open(hearsRoom, hearsShard);
    if (room === undefined) throw new Error('the room to hear is not known yet');
    if (session.ear === undefined && isServed(session) && session.room.policy.hearsRoom === hearsRoom)
      this.#put(session, room);
    else this.parts.rooms.releaseIfEmpty(room);
  }

  async #open(id: string, shard: string): Promise<Room | undefined> {
    const { rooms, roomState } = this.parts;
    for (;;) {
      const known = rooms.get(id) ?? (await roomState.getRoom(id));
      if (known?.policy === undefined) return undefined;
      const { conferenceUri, epoch, tag, policy } = known;
      const room = await rooms.open({ id: id as RoomId, shard: shard as ShardId, conferenceUri, epoch, tag, policy });
      // It may have emptied and been let go meanwhile.
      if (rooms.get(id) === room) return room;
    }
  }

  #put(session: EdgeSession, room: Room): void {
    const { classes, backpressure } = this.parts;
    const connection = session.connection!;
    // No chat-ID and no session-id looks like this: nothing is ever addressed to it.
    const name = `ear of ${session.chatId}`;
    const ear = new EdgeSession({
      chatId: name,
      secret: Buffer.alloc(0),
      uri: session.uri,
      requestId: '',
      room,
      seat: room.seat({ pid: name, userId: session.seat.userId, nickname: '' }),
      participant: { identities: [], entity: '' },
      capabilities: session.capabilities,
      allowed: session.allowed,
      label: session.label,
      cls: classes.acquire(session.capabilities),
      peerPath: session.peerPath,
      secure: session.secure,
      joinTraceparent: undefined,
      peerFingerprints: [],
      cursor: 0,
      markerEvery: Infinity,
    });
    ear.hearsFor = session;
    ear.takePlace(room.shownSeq);
    ear.needsOwnIds = connection.sessions.some((other) => other.room === room);
    if (ear.needsOwnIds) ear.untilMarker = 0;
    ear.life = 'bound';
    ear.connection = connection;
    connection.sessions.push(ear);
    session.ear = ear;
    room.add(ear);
    room.ears.add(ear);
    this.#setClass(ear, session, room.roster.hasUser(session.seat.userId));
    backpressure.apply(ear, 'ready');
  }

  #setClass(ear: EdgeSession, session: EdgeSession, isIdle: boolean): void {
    const { classes } = this.parts;
    const { capabilities, refusedTypes, allowed } = session;
    const direction = isIdle ? Direction.INACTIVE : Direction.RECVONLY;
    if (isIdle) this.#idle.add(ear);
    else this.#idle.delete(ear);
    ear.capabilities = { ...capabilities, direction: narrowest(capabilities.direction, direction) };
    ear.setPeerPath(session.peerPath);
    ear.room.changeClass(ear, classes.acquire(ear.capabilities, refusedTypes, allowed, ear.label), classes);
  }
}

function isServed(session: EdgeSession): boolean {
  return (
    session.life === 'bound' && session.joined && session.connection !== undefined && session.hearsFor === undefined
  );
}
