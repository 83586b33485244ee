import type { EdgeCounters } from '../counters.js';
import type { Connection } from '../sessions/connection.js';
import type { FlushPace } from './flush-pace.js';
import { Slab } from './slab.js';

/** What the flusher tells about a connection whose socket does not keep up. */
export interface FlushListener {
  /** Copies stay queued because the socket is full. */
  held(connection: Connection): void;
  /** The socket was handed everything and did not take it all. */
  blocked(connection: Connection): void;
}

export interface FlusherParts {
  /** Runs something at the end of this turn (`setImmediate`). */
  readonly schedule: (fn: () => void) => void;
  /** Runs something after so many milliseconds. */
  readonly after: (ms: number, fn: () => void) => void;
  /** A monotonic clock with fractions: what a flush cost is read from it. */
  readonly monotonicMs: () => number;
  readonly pace: FlushPace;
  readonly listener: FlushListener;
  readonly counters: EdgeCounters;
  /** What is queued between two flushes, octets, above which it is written at once. */
  readonly turnBytes: number;
}

/**
 * Writes what one turn of the event loop produced, or, while flushing is most of what the edge does, what a few did: everything
 * due to a socket leaves in one write.
 *
 * The write is the cost of a delivery (7 to 12 microseconds by itself), so it is paid once per socket and flush. Answers do not wait
 * for the pace: their senders do nothing until they have them. Where copies are due to the same socket they go with those.
 */
export class Flusher {
  #dirty: Connection[] = [];
  /** Have answers and no copies: written at the end of the turn. */
  #answersDue: Connection[] = [];
  #scheduled = false;
  #answersScheduled = false;
  #held = false;
  #queuedBytes = 0;
  readonly #slab = new Slab();
  #afterFlush: (() => void)[] = [];

  constructor(private readonly parts: FlusherParts) {}

  /** One more message of this size was queued: a turn that produces very much is written in parts. */
  queued(sizeBytes: number): void {
    this.#queuedBytes += sizeBytes;
    if (this.#queuedBytes > this.parts.turnBytes) this.flush();
  }

  /** Has copies due: they are written at the end of this turn, or of the pause after the last flush. */
  mark(connection: Connection): void {
    if (connection.dirty) return;
    connection.dirty = true;
    this.#dirty.push(connection);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.parts.schedule(this.#run);
  }

  /** Answers and REPORTs: written before any copy, at the end of this turn or together with copies that are due. */
  writeUrgent(connection: Connection, text: string): void {
    if (connection.closed) return;
    connection.urgent += text;
    if (connection.dirty || connection.answersDue) return;
    connection.answersDue = true;
    this.#answersDue.push(connection);
    if (this.#answersScheduled) return;
    this.#answersScheduled = true;
    this.parts.schedule(this.#runAnswers);
  }

  /** Called once, when what is queued now has been handed over (or held). */
  afterFlush(fn: () => void): void {
    this.#afterFlush.push(fn);
  }

  /** Writes nothing until released: an edge that may have been declared dead must not speak (TRN-013). */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.flush();
  }

  get onHold(): boolean {
    return this.#held;
  }

  readonly #run = (): void => {
    const { pace, monotonicMs, after } = this.parts;
    const waitMs = pace.waitMs(monotonicMs());
    if (waitMs > 0) {
      after(waitMs, this.#run);
      return;
    }
    this.#scheduled = false;
    this.flush();
  };

  readonly #runAnswers = (): void => {
    this.#answersScheduled = false;
    this.#flushAnswers();
  };

  /** Writes everything that is due now, within the turn. */
  flush(): void {
    this.#queuedBytes = 0;
    if (this.#held) {
      // Their bounds hold all the same.
      for (const connection of this.#dirty) this.parts.listener.held(connection);
    } else if (this.#dirty.length !== 0) {
      const { pace, monotonicMs, counters } = this.parts;
      const dirty = this.#dirty;
      const startMs = monotonicMs();
      this.#dirty = [];
      for (let i = 0; i < dirty.length; i++) this.#flushOne(dirty[i]!);
      pace.flushed(startMs, monotonicMs());
      counters.flushes++;
    }
    this.#flushAnswers();
    if (this.#held || this.#afterFlush.length === 0) return;
    const done = this.#afterFlush;
    this.#afterFlush = [];
    for (const fn of done) fn();
  }

  /** Writes what is due to one connection now: it is about to close, or its socket is to be looked at. */
  flushConnection(connection: Connection): void {
    if (this.#held) this.parts.listener.held(connection);
    else if (connection.dirty || connection.answersDue) this.#flushOne(connection);
  }

  /** The socket took everything: goes on with what waited. */
  drained(connection: Connection): void {
    connection.blocked = false;
    if (connection.closed || (connection.urgent === '' && connection.queuedBytes === 0)) return;
    if (this.#held) this.mark(connection);
    else this.#flushOne(connection);
  }

  #flushAnswers(): void {
    if (this.#held) {
      for (const connection of this.#answersDue) this.parts.listener.held(connection);
      return;
    }
    const due = this.#answersDue;
    if (due.length === 0) return;
    this.#answersDue = [];
    for (let i = 0; i < due.length; i++) {
      const connection = due[i]!;
      connection.answersDue = false;
      // With copies due as well they go together: one write.
      if (!connection.dirty) this.#flushOne(connection);
    }
  }

  #flushOne(connection: Connection): void {
    connection.dirty = false;
    if (connection.closed) {
      connection.urgent = '';
      connection.dropQueue();
      return;
    }
    if (connection.blocked) {
      this.parts.listener.held(connection);
      return;
    }
    const { counters } = this.parts;
    const { socket, sessions } = connection;
    let written: number;
    let more = true;
    if (connection.piecesBytes === 0) {
      const text = connection.urgent === '' ? connection.text : connection.urgent + connection.text;
      written = text.length;
      connection.urgent = '';
      connection.text = '';
      if (written !== 0) more = socket.write(text);
    } else {
      written = connection.urgent.length + connection.piecesBytes + connection.text.length;
      const octets = this.#slab.assemble(connection.urgent, connection.pieces, connection.text, written);
      connection.urgent = '';
      connection.dropQueue();
      more = socket.write(octets);
      if (socket.queuedBytes !== 0) this.#slab.keep();
    }
    counters.egressBytes += written;
    if (written !== 0) counters.writes++;
    for (let i = 0; i < sessions.length; i++) {
      const session = sessions[i]!;
      session.writtenSeq = session.queuedSeq;
    }
    if (!more && socket.queuedBytes !== 0) {
      connection.blocked = true;
      this.parts.listener.blocked(connection);
    }
  }
}
