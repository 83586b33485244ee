import type { RoomId } from '@plenary/wire';
import { emptyDesk, type RoomState } from '../room/state.js';

/**
 * Rooms as this replica last saw them. An entry is right exactly when its version is the one in the database, which
 * every use compares, so a change by another replica only costs a load. Bounded by endpoints, oldest use goes first.
 */
export class RoomCache {
  readonly #rooms = new Map<RoomId, RoomState>();
  #weight = 0;

  constructor(private readonly maxEndpoints: number) {}

  get(room: RoomId, version: bigint): RoomState | undefined {
    const state = this.#rooms.get(room);
    if (state?.version !== version) return undefined;
    this.#rooms.delete(room);
    this.#rooms.set(room, state);
    return state;
  }

  put(state: RoomState): void {
    const known = this.#rooms.get(state.id);
    if (known !== undefined && known.version > state.version) return;
    this.#remove(state.id);
    this.#rooms.set(state.id, { ...state, desk: emptyDesk });
    this.#weight += weightOf(state);
    for (const id of this.#rooms.keys()) {
      if (this.#weight <= this.maxEndpoints) break;
      this.#remove(id);
    }
  }

  #remove(id: RoomId): void {
    const state = this.#rooms.get(id);
    if (state === undefined) return;
    this.#rooms.delete(id);
    this.#weight -= weightOf(state);
  }
}

function weightOf(state: RoomState): number {
  return state.owners.size + 1;
}
