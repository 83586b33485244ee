import type { Bus, LogEvent } from '@plenary/bus';
import { StateEvent } from '@plenary/proto/chat';
import type { Clock } from '@plenary/service';
import type { EdgeCounters } from '../counters.js';
import { endOfPlace, noticesOf } from '../rooms/notice-message.js';
import type { Room } from '../rooms/room.js';
import { readRoomMessage, type RoomMessage } from '../rooms/room-message.js';
import type { EdgeSession } from '../sessions/session.js';
import type { FanOut } from './fan-out.js';
import type { Flusher } from './flush.js';
import type { PagePace } from './page-pace.js';

export interface CatchUpOptions {
  readonly pageEvents: number;
  readonly pace: PagePace;
  /** Octets given to one session before its socket is looked at again. */
  readonly stepBytes: number;
}

export interface CatchUpListener {
  /** The session has everything the room has. */
  caughtUp(session: EdgeSession): void;
  /** The log no longer holds what the session lacks: it has to be told (never a silent hole). */
  hole(session: EdgeSession): void;
}

/** Some messages in order; everything up to `throughSeq` is among them (0: nothing is said about what follows). */
interface Page {
  readonly messages: readonly RoomMessage[];
  readonly throughSeq: number;
  /** The log was trimmed behind where the page should begin. */
  readonly trimmed: boolean;
}

const RETRY_MS = 250;
/** Rooms whose newest page is kept. */
const KEPT_PAGES = 64;
const MAX_AHEAD_NOTICES = 256;

/**
 * Serves sessions from the log: who was not bound yet, or did not keep up. From the room's recent messages where they reach back
 * far enough, else in pages from the log, shared by the sessions that ask for the same one and paced over the edge, so
 * that many lagging sessions cannot starve the live ones.
 *
 * Spec: RFC 7701 section 6.4.   Req: CHAT-026, CHAT-027.
 */
export class CatchUp {
  readonly #pages = new Map<string, Promise<Page>>();
  readonly #latest = new Map<string, { readonly afterSeq: number; readonly page: Page }>();

  constructor(
    private readonly options: CatchUpOptions,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly fanOut: FanOut,
    private readonly flusher: Flusher,
    private readonly listener: CatchUpListener,
    private readonly counters: EdgeCounters,
    private readonly schedule: (fn: () => void) => void,
  ) {}

  /** Begins, or goes on after the socket has drained. */
  start(session: EdgeSession): void {
    if (session.catchingUp) return;
    session.catchingUp = true;
    this.#step(session);
  }

  #step(session: EdgeSession): void {
    const { room, connection } = session;
    if (session.flow !== 'catching-up' || connection === undefined || connection.closed || connection.blocked) {
      session.catchingUp = false;
      return;
    }
    if (session.queuedSeq >= room.shownSeq) {
      this.#finish(session);
      return;
    }
    const recent = room.recent.after(session.queuedSeq, this.options.pageEvents);
    if (recent === undefined) this.#fromLog(session);
    else if (recent.length === this.options.pageEvents)
      this.#give(session, { messages: recent, throughSeq: 0, trimmed: false });
    else this.#give(session, { messages: recent, throughSeq: room.shownSeq, trimmed: false });
  }

  #fromLog(session: EdgeSession): void {
    const { room, queuedSeq } = session;
    this.#page(room, queuedSeq)
      .then((page) => {
        if (page.throughSeq <= queuedSeq && !page.trimmed) throw new Error('the log is behind its own live copies');
        if (session.flow !== 'catching-up' || session.queuedSeq !== queuedSeq) {
          this.#step(session);
          return;
        }
        if (page.trimmed) this.listener.hole(session);
        // Nothing is left of what it lacks: it goes on with what comes.
        this.#give(session, page.throughSeq === 0 ? { ...page, throughSeq: room.shownSeq } : page);
      })
      .catch(() => {
        this.clock.setTimer(RETRY_MS, () => this.#step(session));
      });
  }

  #give(session: EdgeSession, page: Page): void {
    const { room } = session;
    let bytes = 0;
    let throughSeq = page.throughSeq;
    for (const message of page.messages) {
      // Beyond what was handled live the page is not followed: live goes on from there.
      if (message.seq > room.shownSeq) {
        throughSeq = room.shownSeq;
        break;
      }
      if (bytes >= this.options.stepBytes) {
        throughSeq = 0;
        break;
      }
      if (!message.isNotice && room.speech.bars(message.event, message.seq)) {
        session.queuedSeq = message.seq;
        if (!message.starts) this.fanOut.abortCopy(session, message.headSeq);
      } else if (!message.isNotice && this.#isRepeat(room, message)) session.queuedSeq = message.seq;
      else if (this.fanOut.offer(session, message)) {
        if (message.isNotice) noteAhead(session, message.seq);
        this.counters.deliveriesReplay++;
        bytes += message.octets.length;
      }
    }
    session.queuedSeq = Math.max(session.queuedSeq, Math.min(throughSeq, room.shownSeq));
    if (session.connection !== undefined) this.flusher.flushConnection(session.connection);
    if (session.queuedSeq >= room.shownSeq) this.#finish(session);
    else this.schedule(() => this.#step(session));
  }

  #isRepeat(room: Room, { event, seq }: RoomMessage): boolean {
    return room.origins.isRepeat(event.originId, seq, this.clock.nowMs());
  }

  #finish(session: EdgeSession): void {
    session.catchingUp = false;
    if (session.flow === 'catching-up') this.listener.caughtUp(session);
  }

  #page(room: Room, afterSeq: number): Promise<Page> {
    const latest = this.#latest.get(room.id);
    if (latest !== undefined && latest.afterSeq <= afterSeq && afterSeq < latest.page.throughSeq) {
      const messages = latest.page.messages.filter(({ seq }) => seq > afterSeq);
      return Promise.resolve({ messages, throughSeq: latest.page.throughSeq, trimmed: false });
    }
    const key = `${room.id}/${afterSeq}`;
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = this.#read(room, afterSeq)
        .then((read) => this.#keep(room, afterSeq, read))
        .finally(() => this.#pages.delete(key));
      this.#pages.set(key, page);
    }
    return page;
  }

  /** The newest page of a room stays for the sessions that are about as far. */
  #keep(room: Room, afterSeq: number, page: Page): Page {
    this.#latest.delete(room.id);
    this.#latest.set(room.id, { afterSeq, page });
    for (const oldest of this.#latest.keys()) {
      if (this.#latest.size <= KEPT_PAGES) break;
      this.#latest.delete(oldest);
    }
    return page;
  }

  async #read(room: Room, afterSeq: number): Promise<Page> {
    await this.options.pace.turn();
    // Large events make small pages: what is read and not given yet must not grow with them.
    const fitting = Math.max(2, Math.ceil((2 * this.options.stepBytes) / Math.max(1, room.averageBytes)));
    const limit = Math.min(this.options.pageEvents, fitting);
    // The log knows whole sequences: behind a notice it is read from the notice's event, which may have more of them.
    const from = Number.isInteger(afterSeq) ? afterSeq : Math.floor(afterSeq) - 1;
    const events = await this.bus.readRoomAfter(room.shard, room.id, from, limit);
    const messages = events.flatMap((event) => this.#messagesIn(room, event)).filter(({ seq }) => seq > afterSeq);
    const { firstSeq } = await this.bus.shardBounds(room.shard);
    const last = events.at(-1)?.seq;
    return { messages, throughSeq: last === undefined ? 0 : endOfPlace(last), trimmed: firstSeq > afterSeq + 1 };
  }

  /** What is to be shown of one event. Changes of the room tell who might speak when. */
  #messagesIn(room: Room, { kind, seq, payload }: LogEvent): RoomMessage[] {
    try {
      if (kind === 'all') {
        const message = readRoomMessage(seq, payload, room.tag);
        if (message !== undefined) return [message];
      } else {
        const event = StateEvent.decode(payload);
        room.speech.learn(event, seq);
        return noticesOf(room, event, seq);
      }
    } catch {
      // Counted below.
    }
    this.counters.unreadableEvents++;
    return [];
  }
}

/** Its event was missed here, and may come late: then this session has its notice. */
function noteAhead(session: EdgeSession, place: number): void {
  if (place < session.room.log.lastSt + 1) return;
  const places = (session.aheadNotices ??= new Set());
  places.add(place);
  for (const oldest of places) {
    if (places.size <= MAX_AHEAD_NOTICES) break;
    places.delete(oldest);
  }
}
