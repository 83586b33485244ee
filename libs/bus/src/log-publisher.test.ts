import { MsgHdrsImpl, type Msg, type NatsConnection, type PublishOptions } from '@nats-io/transport-node';
import type { RoomId } from '@plenary/wire';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LogPublish, PublishResult } from './interface.js';
import { LogPublisher } from './log-publisher.js';
import { silentLogger } from './logger.js';
import { natsSettings } from './nats-settings.js';
import { shardId } from './subjects.js';

const settings = natsSettings({ servers: [], name: 'x' }).publish;

function message(id: string, more: Partial<LogPublish> = {}): LogPublish {
  return { shard: shardId(3), room: 'R' as RoomId, kind: 'all', msgId: id, payload: new Uint8Array(10), ...more };
}

/** The broker's side of one connection: what was sent, and answers to it. */
class FakeConnection {
  readonly sent: { id: string; reply: string; subject: string }[] = [];
  connected = true;
  #answer: ((error: null, answer: Msg) => void) | undefined;

  subscribe(_subject: string, options: { callback: (error: null, answer: Msg) => void }): { unsubscribe(): void } {
    this.#answer = options.callback;
    return { unsubscribe: () => undefined };
  }
  publish(subject: string, _payload: Uint8Array, options: PublishOptions): void {
    // Encoded at once, as the library does.
    const headers = MsgHdrsImpl.decode((options.headers as MsgHdrsImpl).encode());
    this.sent.push({ id: headers.get('Nats-Msg-Id'), reply: options.reply ?? '', subject });
  }
  answer(index: number, body: string, code = 0): void {
    const data = new TextEncoder().encode(body);
    this.#answer?.(null, { subject: this.sent[index]?.reply, data, headers: { code } } as unknown as Msg);
  }
}

describe('publishing to the log', () => {
  let connection: FakeConnection;
  let publisher: LogPublisher;
  let results: PublishResult[];
  const take = (result: PublishResult): void => void results.push(result);
  const ids = (): string[] => connection.sent.map((each) => each.id);

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    connection = new FakeConnection();
    results = [];
    publisher = new LogPublisher(
      connection as unknown as NatsConnection,
      () => connection.connected,
      settings,
      silentLogger,
    );
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('sends what one turn published together, after it', async () => {
    publisher.publish(message('a'), take);
    publisher.publish(message('b'), take);
    expect(ids()).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(ids()).toEqual(['a', 'b']);
    expect(connection.sent[0]?.subject).toBe('chat.in.003.R.all');
    expect(connection.sent[0]?.reply).not.toBe(connection.sent[1]?.reply);
  });

  it('right after a write gathers what several turns publish, and sends a lone one in its turn', async () => {
    publisher.publish(message('a'), take);
    await vi.advanceTimersByTimeAsync(0);
    publisher.publish(message('b'), take);
    await vi.advanceTimersByTimeAsync(0);
    publisher.publish(message('c'), take);
    expect(ids()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(1);
    expect(ids()).toEqual(['a', 'b', 'c']);
    await vi.advanceTimersByTimeAsync(5);
    publisher.publish(message('d'), take);
    await vi.advanceTimersByTimeAsync(0);
    expect(ids()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('tells each its own answer, in whatever order they come', async () => {
    const seqs: Record<string, number> = {};
    for (const id of ['a', 'b']) {
      publisher.publish(message(id), (result) => (seqs[id] = result.kind === 'stored' ? result.seq : -1));
    }
    await vi.advanceTimersByTimeAsync(0);
    connection.answer(1, '{"stream":"S","seq":7}');
    connection.answer(0, '{"stream":"S","seq":8}');
    connection.answer(0, '{"stream":"S","seq":9}');
    expect(seqs).toEqual({ a: 8, b: 7 });
    expect(publisher.unansweredBytes).toBe(0);
  });

  it('sends again under the same id and inbox after a second without an answer', async () => {
    publisher.publish(message('a'), take);
    await vi.advanceTimersByTimeAsync(950);
    expect(ids()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(150);
    expect(ids()).toEqual(['a', 'a']);
    expect(connection.sent[1]?.reply).toBe(connection.sent[0]?.reply);
    connection.answer(0, '{"stream":"S","seq":7}');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(ids()).toEqual(['a', 'a']);
    expect(results).toEqual([{ kind: 'stored', seq: 7, duplicate: false }]);
  });

  it('backs off while nobody answers for the stream, instead of spinning', async () => {
    publisher.publish(message('a'), take);
    await vi.advanceTimersByTimeAsync(0);
    const sentAtMs: number[] = [];
    const startedAtMs = performance.now();
    for (let answered = 0; performance.now() - startedAtMs < 10_000;) {
      if (connection.sent.length > answered) {
        sentAtMs.push(performance.now() - startedAtMs);
        connection.answer(answered, '', 503);
        answered = connection.sent.length;
      }
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(sentAtMs.length).toBeGreaterThan(8);
    expect(sentAtMs.length).toBeLessThan(20);
    expect(results).toEqual([]);
  });

  it('gives up at its deadline, or at the one the message names', async () => {
    publisher.publish(message('a'), take);
    publisher.publish(message('b', { timeoutMs: 2_000 }), take);
    await vi.advanceTimersByTimeAsync(2_100);
    expect(results).toEqual([{ kind: 'timeout' }]);
    await vi.advanceTimersByTimeAsync(22_700);
    expect(results).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(results).toEqual([{ kind: 'timeout' }, { kind: 'timeout' }]);
    expect(publisher.unansweredBytes).toBe(0);
  });

  it('keeps everything while there is no connection and sends it in its order when there is', async () => {
    publisher.publish(message('a'), take);
    await vi.advanceTimersByTimeAsync(0);
    connection.connected = false;
    publisher.publish(message('b'), take);
    publisher.publish(message('c'), take);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(ids()).toEqual(['a']);
    connection.connected = true;
    publisher.resendAll();
    expect(ids()).toEqual(['a', 'a', 'b', 'c']);
  });

  it('refuses at once what no header can carry', async () => {
    publisher.publish(message('a\r\nb'), take);
    publisher.publish(message('a', { traceparent: 'x\ny' }), take);
    expect(results).toEqual([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(results.map((result) => result.kind)).toEqual(['refused', 'refused']);
    expect(publisher.unansweredBytes).toBe(0);
    expect(ids()).toEqual([]);
  });

  it('ends open publishes with `closed` once the time to wait for them is over', async () => {
    publisher.publish(message('a'), take);
    const closing = publisher.close(500);
    expect(ids()).toEqual(['a']);
    await vi.advanceTimersByTimeAsync(499);
    expect(results).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await closing;
    publisher.publish(message('b'), take);
    await vi.advanceTimersByTimeAsync(0);
    expect(results).toEqual([{ kind: 'closed' }, { kind: 'closed' }]);
  });
});
