import { noTracer, type Tracer } from '@plenary/telemetry';
import { describe, expect, it } from 'vitest';
import type { EdgeSession } from '../sessions/session.js';
import { MessageTraces, type LateMessage } from './message-traces.js';

const session = { joinTraceparent: undefined, room: { id: 'r', epoch: 1, tag: 'tag' } } as unknown as EdgeSession;

function make(tracer: Tracer = noTracer): { traces: MessageTraces; late: LateMessage[]; at: (ms: number) => void } {
  const late: LateMessage[] = [];
  let nowMs = 0;
  const parts = { tracer, nowMs: () => nowMs, hashOf: () => 'hash', onLate: (one: LateMessage) => void late.push(one) };
  return { traces: new MessageTraces(parts), late, at: (ms) => (nowMs = ms) };
}

/** Refuses to make anything. */
const unsampled: Tracer = {
  ...noTracer,
  enabled: true,
  start: () => {
    throw new Error('a span was made');
  },
};

describe('MessageTraces', () => {
  it('makes nothing of a message that is not sampled', () => {
    const { traces, late } = make(unsampled);
    expect(traces.begin(session, 'm')).toBeUndefined();
    traces.published(session, 'm', 0, { kind: 'stored', seq: 1, duplicate: false });
    traces.repaired('r', 'beacon', 0, 3, []);
    expect(late).toEqual([]);
  });

  it('tells of a message that was slow or not stored, also without traces, ten a second at most', () => {
    const { traces, late, at } = make();
    at(3_000);
    traces.published(session, 'm', 0, { kind: 'stored', seq: 7, duplicate: false });
    traces.published(session, 'm', 2_999, { kind: 'timeout' });
    expect(late).toEqual([
      { room: 'r', seq: 7, outcome: 'slow', durationMs: 3_000 },
      { room: 'r', seq: undefined, outcome: 'timeout', durationMs: 1 },
    ]);
    for (let i = 0; i < 100; i++) traces.published(session, 'm', 0, { kind: 'timeout' });
    expect(late).toHaveLength(10);
  });

  it('makes one span after the fact of a message that failed, and it says so', () => {
    const made: [string, object | undefined][] = [];
    const { traces } = make({
      ...noTracer,
      enabled: true,
      start: (name, options) => {
        made.push([name, options.attributes]);
        return noTracer.start(name, options);
      },
    });
    traces.published(session, 'm', 0, { kind: 'timeout' });
    expect(made).toEqual([
      [
        'MSRP SEND',
        {
          'chat.message_id.in': 'm',
          'chat.room.hash': 'hash',
          'chat.outcome': 'timeout',
          'chat.after_the_fact': true,
        },
      ],
    ]);
  });
});
