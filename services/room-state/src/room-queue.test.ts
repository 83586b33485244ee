import { createMemoryBus } from '@plenary/bus';
import { LeaveCause, StateEvent } from '@plenary/proto/chat';
import { FakeClock } from '@plenary/service';
import type { ChatId, RoomId } from '@plenary/wire';
import { describe, expect, it } from 'vitest';
import type { Events } from './events.js';
import { StatePublisher } from './producers/state-events.js';
import type { RoomCommand } from './room/command.js';
import type { RoomState } from './room/state.js';
import { RoomQueue } from './room-queue.js';
import type { Asked, Committed, RoomStore } from './store/interface.js';

const room = '01HZZZZZZZZZZZZZZZZZZZZZZZ' as RoomId;
const join = (chatId: string): Asked => ({
  command: { kind: 'join', chatId: chatId as ChatId, edgeId: 'e' },
  requestId: '',
});
const leave = (chatId: string): Asked => ({
  command: { kind: 'leave', chatId: chatId as ChatId, cause: LeaveCause.DEPARTED },
  requestId: '',
});
const done = (asked: readonly Asked[]): Committed => ({
  outcomes: asked.map(() => ({ kind: 'done', version: 1n, changed: true, answer: undefined })),
  room: undefined,
  events: [],
  sidebars: [],
});
const silent = new Proxy({}, { get: () => () => undefined }) as Events;

function queueOn(
  change: RoomStore['change'],
  clock = new FakeClock(),
  joinGroupMs = 10,
  events: Events = silent,
): RoomQueue {
  const outbox = {
    outboxBefore: () => Promise.resolve([]),
    deleteOutbox: () => Promise.resolve(),
    sweepOutbox: () => Promise.resolve(0),
    outboxBacklog: () => Promise.resolve({ pending: 0, oldestSeconds: 0 }),
  };
  const publisher = new StatePublisher({ bus: createMemoryBus(), outbox, clock, events: silent, timeoutMs: 1_000 });
  return new RoomQueue({ store: { change } as RoomStore, publisher, clock, events, joinGroupMs });
}
const idsOf = (asked: readonly Asked[]): string[] =>
  asked.map(({ command }) => (command as Extract<RoomCommand, { chatId: ChatId }>).chatId);

describe('RoomQueue', () => {
  it('joins wait for each other; whatever does not wait takes them along', async () => {
    const groups: string[][] = [];
    const clock = new FakeClock();
    const queue = queueOn((_room, asked) => Promise.resolve(groups.push(idsOf(asked))).then(() => done(asked)), clock);
    const first = [queue.ask(room, join('a')), queue.ask(room, join('b'))];
    expect(groups).toEqual([]);
    clock.advance(10);
    await Promise.all(first);
    const second = [queue.ask(room, join('c')), queue.ask(room, leave('d'))];
    await Promise.all(second);
    expect(groups).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('what comes while a transaction runs goes into the next one, in order, never two at once', async () => {
    const groups: string[][] = [];
    const finish: (() => void)[] = [];
    const queue = queueOn((_room, asked) => {
      groups.push(idsOf(asked));
      return new Promise((resolve) => finish.push(() => resolve(done(asked))));
    });
    const answers = [queue.ask(room, leave('a'))];
    await Promise.resolve();
    await Promise.resolve();
    answers.push(queue.ask(room, leave('b')), queue.ask(room, join('c')), queue.ask(room, leave('d')));
    expect(groups).toEqual([['a']]);
    finish.shift()?.();
    await answers[0];
    await Promise.resolve();
    finish.shift()?.();
    await Promise.all(answers);
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('one command the database refuses does not fail the others of its group', async () => {
    const bad = Object.assign(new Error('no such thing'), { code: '22P05' });
    const queue = queueOn((_room, asked) =>
      idsOf(asked).includes('bad') ? Promise.reject(bad) : Promise.resolve(done(asked)),
    );
    const answers = await Promise.allSettled(['a', 'bad', 'b'].map((id) => queue.ask(room, leave(id))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('a database that is away fails the whole group at once', async () => {
    let calls = 0;
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    const queue = queueOn(() => {
      calls += 1;
      return Promise.reject(away);
    });
    const answers = await Promise.allSettled(['a', 'b'].map((id) => queue.ask(room, leave(id))));
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(calls).toBe(1);
  });

  it('the line of one room is bounded', async () => {
    const queue = queueOn(() => new Promise(() => undefined));
    for (let index = 0; index < 10_000; index++) void queue.ask(room, leave(String(index)));
    await expect(queue.ask(room, leave('one more'))).rejects.toThrow('too many commands');
  });

  it('tells of an end nobody asked for, and leaves to its answer one that somebody did', async () => {
    const ended: string[] = [];
    const events = new Proxy(silent, {
      get: (target, name) =>
        name === 'ended' ? (xconUri: string) => void ended.push(xconUri) : Reflect.get(target, name),
    });
    const closed = {
      id: room,
      shard: '000',
      closed: true,
      xconUri: 'xcon:gone@example.com',
    } as RoomState;
    const closing = StateEvent.fromPartial({
      room,
      changes: [{ change: { $case: 'roomClosed', value: { reason: 'empty', successorUri: '' } } }],
    });
    const change: RoomStore['change'] = (_room, asked) =>
      Promise.resolve({ ...done(asked), room: closed, events: [closing] });
    const queue = queueOn(change, new FakeClock(), 0, events);
    const perform = { kind: 'perform' } as RoomCommand;
    await queue.ask(room, { command: perform, requestId: '' });
    expect(ended).toEqual([]);
    const timely: RoomCommand = { kind: 'check-time', dialOut: [], began: false };
    await queue.ask(room, { command: timely, requestId: '' });
    expect(ended).toEqual(['xcon:gone@example.com']);
  });
});
