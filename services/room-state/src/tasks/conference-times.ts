import type { RoomId, UserId } from '@plenary/wire';
import type { DialOuts } from '../conference/dial-out.js';
import type { Events } from '../events.js';
import type { RoomState } from '../room/state.js';
import type { RoomQueue } from '../room-queue.js';
import type { LapseStore, RoomStore } from '../store/interface.js';

/** What one sweep takes in hand of each kind. */
const perSweep = 100;

export interface ConferenceTimesOptions {
  readonly store: RoomStore & LapseStore;
  readonly queue: RoomQueue;
  readonly dialOuts: DialOuts;
  readonly events: Events;
  /** Age at which a call nobody has taken is said again, and at which any call is given up. */
  readonly callRepeatMs: number;
  readonly callMs: number;
  /** How long the row of a closed conference stays. */
  readonly tombstoneMs: number;
}

/**
 * What happens to conferences although nobody asks: their times, empty ones that go, calls that are to be made again or given up, those
 * who have waited too long. Any number of replicas may do it: each step is decided under the room's lock.
 * Req: CONF-012, CONF-015..CONF-019, CHAT-X-011, VENUE-006.
 */
export class ConferenceTimes {
  readonly #beginning = new Set<Promise<void>>();

  constructor(private readonly options: ConferenceTimesOptions) {}

  async sweep(): Promise<void> {
    const { store, queue, callRepeatMs, callMs, tombstoneMs } = this.options;
    for (const room of await store.dueRooms(perSweep)) await this.#alone(this.#check(room, false));
    for (const { room, callId } of await store.callsToRepeat(callRepeatMs, callMs, perSweep))
      await this.#alone(queue.ask(room, { command: { kind: 'repeat-call', callId, expireMs: callMs }, requestId: '' }));
    for (const { room, chatId, cause } of await store.lapsedPending(perSweep))
      await this.#alone(queue.ask(room, { command: { kind: 'leave', chatId, cause }, requestId: '' }));
    await store.purgeTombstones(tombstoneMs, perSweep);
  }

  /** One room in which something is wrong keeps nothing from the others. */
  async #alone(work: Promise<unknown>): Promise<void> {
    await work.catch((error: unknown) => this.options.events.taskFailed('conference-times', error));
  }

  /** A conference has begun: who is to be called is called, or of them `only`. Failures are told and left to whoever joins next. */
  began(room: RoomState, only?: UserId): void {
    if (!room.view.allowed.some(({ method }) => method === 'dial-out')) return;
    const work = this.#check(room.id, true, only)
      .catch((error: unknown) => this.options.events.taskFailed('dial-out', error))
      .finally(() => this.#beginning.delete(work));
    this.#beginning.add(work);
  }

  /** Waits for what has begun. */
  async idle(): Promise<void> {
    while (this.#beginning.size > 0) await Promise.all(this.#beginning);
  }

  async #check(room: RoomId, began: boolean, only?: UserId): Promise<void> {
    const { store, queue, dialOuts } = this.options;
    const state = await store.readRoom(room);
    if (state === undefined || state.closed) return;
    const targets = await dialOuts.of(state, state.view);
    const dialOut = only === undefined ? targets : targets.filter(({ userId }) => userId === only);
    const command = { kind: 'check-time', dialOut, began } as const;
    // What becomes of a sidebar changes the entry its main conference has of it; one that has lost its main conference goes by itself.
    const through =
      state.parentId === undefined
        ? undefined
        : await queue.ask(state.parentId, {
            command: { kind: 'perform-sidebar', sidebar: room, perform: command },
            requestId: '',
          });
    if (through?.outcome.kind !== 'done') await queue.ask(room, { command, requestId: '' });
  }
}
