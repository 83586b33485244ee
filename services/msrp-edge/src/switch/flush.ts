import type { EdgeCounters } from '../counters.js';
import type { Connection } from '../sessions/connection.js';
import { Slab } from './slab.js';

/** What the flusher tells about a connection whose socket does not keep up. */
export interface FlushListener {
  /** Copies stay queued because the socket is full. */
  held(connection: Connection): void;
  /** The socket was handed everything and did not take it all. */
  blocked(connection: Connection): void;
}

/**
 * Writes what one turn of the event loop produced: everything due to a socket leaves in one write.
 *
 * The write is the cost of a delivery (7 to 12 microseconds by itself), so it is paid once per socket and turn. `schedule` is
 * called at most once per turn (`setImmediate`).
 */
export class Flusher {
  #dirty: Connection[] = [];
  #scheduled = false;
  #held = false;
  #queuedBytes = 0;
  readonly #slab = new Slab();
  #afterFlush: (() => void)[] = [];

  constructor(
    private readonly schedule: (fn: () => void) => void,
    private readonly listener: FlushListener,
    private readonly counters: EdgeCounters,
    private readonly turnBytes: number,
  ) {}

  /** One more message of this size was queued: a turn that produces very much is written in parts. */
  queued(sizeBytes: number): void {
    this.#queuedBytes += sizeBytes;
    if (this.#queuedBytes > this.turnBytes) this.flush();
  }

  /** Has something due: it is written at the end of this turn. */
  mark(connection: Connection): void {
    if (connection.dirty) return;
    connection.dirty = true;
    this.#dirty.push(connection);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.schedule(this.#run);
  }

  /** Answers and REPORTs: written before any copy. */
  writeUrgent(connection: Connection, text: string): void {
    if (connection.closed) return;
    connection.urgent += text;
    this.mark(connection);
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
    this.#scheduled = false;
    this.flush();
  };

  /** Writes what is due now, within the turn. */
  flush(): void {
    this.#queuedBytes = 0;
    if (this.#held) {
      // Their bounds hold all the same.
      for (const connection of this.#dirty) this.listener.held(connection);
      return;
    }
    const dirty = this.#dirty;
    if (dirty.length !== 0) {
      this.#dirty = [];
      for (let i = 0; i < dirty.length; i++) this.#flushOne(dirty[i]!);
    }
    if (this.#afterFlush.length !== 0) {
      const done = this.#afterFlush;
      this.#afterFlush = [];
      for (const fn of done) fn();
    }
  }

  /** The socket took everything: goes on with what waited. */
  drained(connection: Connection): void {
    connection.blocked = false;
    if (connection.closed || (connection.urgent === '' && connection.queuedBytes === 0)) return;
    if (this.#held) this.mark(connection);
    else this.#flushOne(connection);
  }

  #flushOne(connection: Connection): void {
    connection.dirty = false;
    if (connection.closed) {
      connection.urgent = '';
      connection.dropQueue();
      return;
    }
    if (connection.blocked) {
      this.listener.held(connection);
      return;
    }
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
    this.counters.egressBytes += written;
    for (let i = 0; i < sessions.length; i++) {
      const session = sessions[i]!;
      session.writtenSeq = session.queuedSeq;
    }
    if (!more && socket.queuedBytes !== 0) {
      connection.blocked = true;
      this.listener.blocked(connection);
    }
  }
}
