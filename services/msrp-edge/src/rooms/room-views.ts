import type { RoomView } from '@plenary/proto/roomstate';
import type { Clock } from '@plenary/service';
import type { RoomState } from '../room-state.interface.js';
import { retryUntilDone } from '../sessions/retry.js';
import type { Room } from './room.js';

export interface RoomViewsHost {
  /** Is this the room that is served under its id? */
  isServed(room: Room): boolean;
  /** Takes the room as room-state has it. */
  adopt(room: Room, view: RoomView): void;
  /** Are there changes of the room that wait for one that is missing? */
  isBehind(room: Room): boolean;
}

const ATTEMPTS = 20;

/** Asks room-state for rooms as they are: when one begins to be served, and when a change of it is missing. */
export class RoomViews {
  readonly #fetching = new WeakSet<Room>();

  constructor(
    private readonly roomState: RoomState,
    private readonly clock: Clock,
    private readonly host: RoomViewsHost,
  ) {}

  /** A room that is served from now on, once its events come in: who is in it. Where no answer comes, its next event asks again. */
  async load(room: Room): Promise<void> {
    this.#fetching.add(room);
    try {
      await this.#take(room);
    } catch {
      // Without the roster only private messages cost more: room-state is asked whom they are for.
    } finally {
      this.#fetching.delete(room);
    }
    if (this.host.isBehind(room)) void this.fetch(room);
  }

  /** An event of the room is missing: takes the room as room-state has it. */
  async fetch(room: Room): Promise<void> {
    if (this.#fetching.has(room)) return;
    this.#fetching.add(room);
    try {
      await retryUntilDone(this.clock, ATTEMPTS, async () => {
        if (!this.host.isServed(room)) return;
        await this.#take(room);
        if (this.host.isBehind(room)) throw new Error('room-state is behind its own events');
      });
    } finally {
      this.#fetching.delete(room);
    }
  }

  async #take(room: Room): Promise<void> {
    const view = await this.roomState.getRoom(room.id);
    if (view !== undefined) this.host.adopt(room, view);
  }
}
