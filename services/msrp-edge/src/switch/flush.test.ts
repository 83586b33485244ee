import { describe, expect, it } from 'vitest';
import { EdgeCounters } from '../counters.js';
import { Connection } from '../sessions/connection.js';
import { FakeSocket } from '../testing-socket.js';
import { FlushPace } from './flush-pace.js';
import { Flusher } from './flush.js';

/** A flusher whose turns end when told, on a clock that stands still; every write takes `writeMs`. */
class Bench {
  nowMs = 0;
  writeMs = 0.5;
  readonly counters = new EdgeCounters();
  readonly heldAt: Connection[] = [];
  readonly #endOfTurn: (() => void)[] = [];
  readonly #timers: { atMs: number; fn: () => void }[] = [];
  readonly flusher = new Flusher({
    schedule: (fn) => void this.#endOfTurn.push(fn),
    after: (ms, fn) => void this.#timers.push({ atMs: this.nowMs + ms, fn }),
    monotonicMs: () => this.nowMs,
    pace: new FlushPace({ paceFactor: 3, paceMaxMs: 5 }),
    listener: { held: (connection) => void this.heldAt.push(connection), blocked: () => undefined },
    counters: this.counters,
    turnBytes: 1_000,
  });

  connection(): { connection: Connection; writes: string[]; socket: FakeSocket } {
    const writes: string[] = [];
    const socket = new FakeSocket();
    socket.write = (data) => {
      writes.push(Buffer.from(data as string, 'latin1').toString('latin1'));
      this.nowMs += this.writeMs;
      return true;
    };
    return { connection: new Connection(socket, 0), writes, socket };
  }

  copy(connection: Connection, text: string): void {
    connection.queueText(text, '', '');
    this.flusher.mark(connection);
  }

  endTurn(): void {
    for (const fn of this.#endOfTurn.splice(0)) fn();
  }

  /** Lets time pass. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.fn();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }
}

describe('writing', () => {
  it('writes what one turn produced for a socket at once, at the end of that turn', () => {
    const bench = new Bench();
    const { connection, writes } = bench.connection();
    bench.copy(connection, 'a');
    bench.copy(connection, 'b');
    expect(writes).toEqual([]);
    bench.endTurn();
    expect(writes).toEqual(['ab']);
  });

  it('right after a flush gathers what several turns produce', () => {
    const bench = new Bench();
    const { connection, writes } = bench.connection();
    bench.copy(connection, 'a');
    bench.endTurn();
    for (const text of ['b', 'c', 'd']) {
      bench.copy(connection, text);
      bench.endTurn();
    }
    expect(writes).toEqual(['a']);
    bench.pass(1.4);
    expect(writes).toEqual(['a']);
    bench.pass(0.2);
    expect(writes).toEqual(['a', 'bcd']);
    expect([bench.counters.writes, bench.counters.flushes]).toEqual([2, 2]);
    bench.pass(10);
    bench.copy(connection, 'e');
    bench.endTurn();
    expect(writes).toEqual(['a', 'bcd', 'e']);
  });

  it('never gathers more than its bound before it writes', () => {
    const bench = new Bench();
    const { connection, writes } = bench.connection();
    bench.copy(connection, 'a');
    bench.endTurn();
    bench.copy(connection, 'b'.repeat(1_001));
    bench.flusher.queued(1_001);
    expect(writes).toHaveLength(2);
  });

  it('RPT-003 an answer does not wait for the pace of copies', () => {
    const bench = new Bench();
    const [receiver, sender] = [bench.connection(), bench.connection()];
    bench.copy(receiver.connection, 'a');
    bench.endTurn();
    bench.copy(receiver.connection, 'b');
    bench.flusher.writeUrgent(sender.connection, '200');
    bench.flusher.writeUrgent(sender.connection, '200');
    bench.endTurn();
    expect([receiver.writes, sender.writes]).toEqual([['a'], ['200200']]);
  });

  it('RPT-014 an answer goes out with the copies that are due to the same socket, before them', () => {
    const bench = new Bench();
    const { connection, writes } = bench.connection();
    bench.copy(connection, 'a');
    bench.endTurn();
    bench.copy(connection, 'b');
    bench.flusher.writeUrgent(connection, '200');
    bench.endTurn();
    expect(writes).toEqual(['a']);
    bench.pass(5);
    expect(writes).toEqual(['a', '200b']);
    bench.pass(10);
    bench.flusher.writeUrgent(connection, '200');
    bench.copy(connection, 'c');
    bench.endTurn();
    expect(writes).toEqual(['a', '200b', '200c']);
  });

  it('TRN-013 on hold writes neither copies nor answers, and everything when released', () => {
    const bench = new Bench();
    const [one, two] = [bench.connection(), bench.connection()];
    bench.flusher.hold();
    bench.copy(one.connection, 'a');
    bench.flusher.writeUrgent(two.connection, '200');
    bench.flusher.flushConnection(one.connection);
    bench.endTurn();
    bench.pass(100);
    expect([one.writes, two.writes]).toEqual([[], []]);
    expect(new Set(bench.heldAt)).toEqual(new Set([one.connection, two.connection]));
    bench.flusher.release();
    expect([one.writes, two.writes]).toEqual([['a'], ['200']]);
  });

  it('writes to one connection alone when that is asked, and nothing to it twice', () => {
    const bench = new Bench();
    const [one, two] = [bench.connection(), bench.connection()];
    bench.copy(one.connection, 'a');
    bench.copy(two.connection, 'b');
    bench.flusher.writeUrgent(one.connection, '200');
    bench.flusher.flushConnection(one.connection);
    expect([one.writes, two.writes]).toEqual([['200a'], []]);
    bench.endTurn();
    expect([one.writes, two.writes]).toEqual([['200a'], ['b']]);
  });
});
