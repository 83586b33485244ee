import type { Direction, EndpointCapabilities, StateEvent } from '@plenary/proto/chat';
import type { RoomView } from '@plenary/proto/roomstate';
import type { Clock } from '@plenary/service';
import type { EdgeEvents } from '../events.js';
import type { RoomState } from '../room-state.interface.js';
import type { RoomDirectory } from '../rooms/directory.js';
import type { Room } from '../rooms/room.js';
import { RoomViews } from '../rooms/room-views.js';
import { StateFollower, type StateOutput } from '../rooms/state-events.js';
import { TLS_NOTICE } from '../switch/notice.js';
import type { Ears } from './ears.js';
import type { SessionNotices } from './session-notices.js';
import type { EdgeSession } from './session.js';

export interface RoomChangesParts {
  readonly clock: Clock;
  readonly rooms: RoomDirectory;
  readonly roomState: RoomState;
  readonly ears: Ears;
  readonly events: EdgeEvents;
}

/** What a change of a room asks of the life of a session. */
export interface RoomChangesHost {
  joined(session: EdgeSession, seq: number): void;
  close(session: EdgeSession): void;
  /** Ends a session that cannot go on, and tells room-state so. */
  fail(session: EdgeSession, reason: 'tls-required'): void;
  setCapabilities(session: EdgeSession, capabilities: EndpointCapabilities): void;
  setAllowed(session: EdgeSession, allowed: Direction, version: number): void;
  /** What it is in the middle of saying ends. */
  silence(session: EdgeSession): void;
}

/**
 * What the changes of rooms do to the sessions here. Follows each room's state events, and asks room-state for the room as it is where one
 * of them is missing.
 *
 * Req: ROOM-011 to ROOM-013, LOG-001 to LOG-003, VENUE-004, POL-018, POL-020, SEC-002.
 */
export class RoomChanges {
  readonly #followers = new WeakMap<Room, StateFollower>();
  readonly #views: RoomViews;

  constructor(
    private readonly parts: RoomChangesParts,
    private readonly notices: SessionNotices,
    private readonly host: RoomChangesHost,
  ) {
    const { clock, roomState, rooms } = parts;
    this.#views = new RoomViews(roomState, clock, {
      isServed: (room) => rooms.get(room.id) === room,
      adopt: (room, view) => this.#adopt(room, view),
      isBehind: (room) => this.#follower(room).behind,
    });
  }

  /** One change of a room. */
  state(room: Room, event: StateEvent, seq: number): void {
    this.#apply(room, this.#follower(room).apply(event, seq));
    if (room.ears.size > 0) this.parts.ears.reviewRoom(room);
  }

  /** See `RoomViews`. */
  load(room: Room): Promise<void> {
    return this.#views.load(room);
  }

  #apply(room: Room, outputs: readonly StateOutput[]): void {
    const { host, notices } = this;
    const { ears, events } = this.parts;
    for (const output of outputs) {
      switch (output.kind) {
        case 'joined':
          output.session.joinedVersion = output.version;
          host.joined(output.session, output.seq);
          break;
        case 'left':
          events.sessionEnded(output.session, 'left');
          host.close(output.session);
          break;
        case 'capabilities':
          host.setCapabilities(output.session, output.capabilities);
          break;
        case 'allowed':
          host.setAllowed(output.session, output.allowed, output.version);
          break;
        case 'participant':
          // POL-020: who is anonymous now has other URIs, and its own would tell who it is.
          output.session.identities = output.participant.identities;
          output.session.entity = output.participant.entity;
          break;
        case 'logging-on':
          for (const session of room.sessions) notices.logged(session);
          break;
        case 'logging-off':
          for (const session of room.sessions) notices.notLogged(session);
          break;
        case 'suspended':
          for (const session of room.sessions) host.silence(session);
          break;
        case 'tls-required':
          this.#endPlain(room);
          break;
        case 'hearing':
          for (const session of room.sessions) ears.review(session);
          break;
        case 'closed':
          this.#roomClosed(room, output.successorUri);
          break;
        case 'stale':
          void this.#views.fetch(room);
      }
    }
  }

  /** SDP-018: who is on plain TCP is told why, and leaves; over TLS it may come again. */
  #endPlain(room: Room): void {
    for (const session of room.sessions) {
      if (session.secure || session.hearsFor !== undefined) continue;
      this.notices.tell(session, TLS_NOTICE);
      this.host.fail(session, 'tls-required');
    }
  }

  #roomClosed(room: Room, successorUri: string): void {
    const { events, ears } = this.parts;
    room.closed = true;
    for (const session of room.sessions) {
      if (session.hearsFor !== undefined) {
        ears.detach(session.hearsFor);
        continue;
      }
      this.notices.venue(session, successorUri);
      events.sessionEnded(session, 'room-closed');
      this.host.close(session);
    }
  }

  #adopt(room: Room, view: RoomView): void {
    room.speech.adopt(view);
    this.#apply(room, this.#follower(room).adopt(view));
    const present = new Set(view.roster.flatMap((one) => one.endpoints.map((endpoint) => endpoint.chatId)));
    // Whoever is no longer in it has left, though the event that said so is lost. An older view does not know who joined after it.
    const version = Number(view.version);
    for (const session of room.sessions) {
      const isOwed = session.hearsFor !== undefined || !session.joined || session.joinedVersion > version;
      if (!isOwed && !present.has(session.chatId)) this.host.close(session);
    }
    if (room.ears.size > 0) this.parts.ears.reviewRoom(room);
  }

  #follower(room: Room): StateFollower {
    let follower = this.#followers.get(room);
    if (follower === undefined) {
      follower = new StateFollower(room);
      this.#followers.set(room, follower);
    }
    return follower;
  }
}
