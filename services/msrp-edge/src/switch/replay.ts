import type { Clock } from '@plenary/service';
import type { EdgeCounters } from '../counters.js';
import type { Past } from '../rooms/past.js';
import type { RoomMessage } from '../rooms/room-message.js';
import type { EdgeSession } from '../sessions/session.js';
import type { FanOut } from './fan-out.js';
import type { Flusher } from './flush.js';
import { EARLIER_BEGIN, EARLIER_END, EARLIER_INCOMPLETE, EARLIER_MISSING, renderNotice } from './notice.js';

export interface ReplayOptions {
  /** Octets given to one session before its socket is looked at again. */
  readonly stepBytes: number;
}

/** How long to wait where nothing may be written for the time being. */
const HELD_MS = 250;

interface Job {
  /** Undefined while they are asked for. */
  messages: readonly RoomMessage[] | undefined;
  at: number;
}

/**
 * Shows a room's last messages to a session that joined anew: after every warning, before anything live, as they were said, between two
 * notices that mark them as old. Where history does not answer, the recipient is told that they are missing, and goes on.
 *
 * Req: HIST-004, HIST-007.
 */
export class Replay {
  readonly #jobs = new WeakMap<EdgeSession, Job>();

  constructor(
    private readonly options: ReplayOptions,
    private readonly past: Past,
    private readonly clock: Clock,
    private readonly fanOut: FanOut,
    private readonly flusher: Flusher,
    private readonly nextId: () => string,
    private readonly counters: EdgeCounters,
    private readonly schedule: (fn: () => void) => void,
    private readonly replayed: (session: EdgeSession) => void,
  ) {}

  /** Begins, or goes on after the socket has drained. */
  start(session: EdgeSession): void {
    const known = this.#jobs.get(session);
    if (known !== undefined) {
      this.#step(session, known);
      return;
    }
    const job: Job = { messages: undefined, at: 0 };
    this.#jobs.set(session, job);
    const { room, joinedSeq } = session;
    this.past.last(room, room.policy.historyOnJoin, joinedSeq).then(
      ({ messages, isWhole }) => {
        this.counters.replays[isWhole ? 'whole' : 'partial']++;
        job.messages = messages.filter((message) => this.fanOut.admits(session, message));
        if (!isWhole) this.#say(session, EARLIER_INCOMPLETE);
        if (job.messages.length > 0) this.#say(session, EARLIER_BEGIN);
        this.#step(session, job);
      },
      () => {
        this.counters.replays.missing++;
        job.messages = [];
        this.#say(session, EARLIER_MISSING);
        this.#step(session, job);
      },
    );
  }

  #step(session: EdgeSession, job: Job): void {
    const { connection } = session;
    const { messages } = job;
    if (session.flow !== 'replaying' || connection === undefined || connection.closed) {
      this.#jobs.delete(session);
      return;
    }
    if (messages === undefined || connection.blocked) return;
    if (this.flusher.onHold) {
      this.clock.setTimer(HELD_MS, () => this.#step(session, job));
      return;
    }
    for (let bytes = 0; job.at < messages.length && bytes < this.options.stepBytes; job.at++) {
      const message = messages[job.at]!;
      this.fanOut.replay(session, message);
      bytes += message.octets.length;
    }
    // Handed to the socket, so that a queue that is dropped has none of them.
    this.flusher.flushConnection(connection);
    if (job.at < messages.length) {
      this.schedule(() => this.#step(session, job));
      return;
    }
    this.#jobs.delete(session);
    if (messages.length > 0) this.#say(session, EARLIER_END);
    this.replayed(session);
  }

  #say(session: EdgeSession, text: string): void {
    if (session.connection === undefined) return;
    this.flusher.writeUrgent(session.connection, renderNotice(session, text, this.clock.nowMs(), this.nextId));
  }
}
