import { ChatEvent, Part, StateEvent, type StateChange } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openKey, record, roomsInQuestion, type LogEntry, type OpenMessage, type RoomLog } from './record.js';

const rooms = ['A', 'B'] as const;
const maxBytes = 1_000;

type Step =
  | { readonly do: 'logging'; readonly room: RoomId; readonly on: boolean }
  | {
      readonly do: 'whole';
      readonly room: RoomId;
      readonly text: string;
      readonly to: '' | 'p9';
      readonly type: string;
    }
  | { readonly do: 'head'; readonly room: RoomId; readonly text: string; readonly to: '' | 'p9' }
  | { readonly do: 'more'; readonly which: number; readonly text: string; readonly end: 'no' | 'last' | 'abort' };

const room = fc.constantFrom(...rooms).map((name) => name as unknown as RoomId);
const text = fc.string({ maxLength: 8 });
const to = fc.constantFrom('' as const, 'p9' as const);
const type = fc.constantFrom('text/plain', 'application/im-iscomposing+xml');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('logging' as const), room, on: fc.boolean() }),
  fc.record({ do: fc.constant('whole' as const), room, text, to, type }),
  fc.record({ do: fc.constant('head' as const), room, text, to }),
  fc.record({
    do: fc.constant('more' as const),
    which: fc.nat({ max: 5 }),
    text,
    end: fc.constantFrom('no' as const, 'no' as const, 'last' as const, 'abort' as const),
  }),
);

interface Begun {
  readonly room: RoomId;
  readonly seq: number;
  readonly kept: boolean;
  text: string;
  ended: boolean;
}

/** The log of these steps, and, found another way, what of it must be kept. */
function play(steps: readonly Step[]): { log: LogEntry[]; kept: Map<string, string> } {
  const log: LogEntry[] = [];
  const kept = new Map<string, string>();
  const logged = new Map<RoomId, boolean>();
  const versions = new Map<RoomId, bigint>();
  const begun: Begun[] = [];
  const say = (at: RoomId, event: Partial<ChatEvent>): number => {
    const seq = log.length + 1;
    log.push({ kind: 'all', room: at, seq, event: ChatEvent.fromPartial({ epoch: 1, offset: 1n, ...event }) });
    return seq;
  };
  const change = (at: RoomId, made: StateChange): void => {
    const version = (versions.get(at) ?? 0n) + 1n;
    versions.set(at, version);
    const event = StateEvent.fromPartial({ room: at, epoch: 1, version, changes: [made] });
    log.push({ kind: 'st', room: at, seq: log.length + 1, event });
  };
  for (const name of rooms)
    change(name as unknown as RoomId, {
      change: { $case: 'roomCreated', value: { conferenceUri: '', policy: undefined, displayText: '' } },
    });
  for (const next of steps) {
    if (next.do === 'logging') {
      change(next.room, { change: { $case: 'loggingChanged', value: { on: next.on } } });
      logged.set(next.room, next.on);
    } else if (next.do === 'more') {
      const message = begun[next.which];
      if (message === undefined) continue;
      const part = next.end === 'abort' ? Part.ABORT : next.end === 'last' ? Part.LAST : Part.FRAGMENT;
      const offset = BigInt(message.text.length + 1);
      say(message.room, { part, headSeq: BigInt(message.seq), offset, octets: Buffer.from(next.text) });
      if (message.ended) continue;
      message.text += next.text;
      message.ended = next.end !== 'no';
      if (next.end === 'last' && message.kept) kept.set(openKey(message.room, message.seq), message.text);
    } else {
      const composing = next.do === 'whole' && next.type !== 'text/plain';
      const keep = logged.get(next.room) === true && next.to === '' && !composing;
      const wrappedType = next.do === 'whole' ? next.type : 'text/plain';
      const part = next.do === 'whole' ? Part.WHOLE : Part.HEAD;
      const seq = say(next.room, { part, audiencePid: next.to, wrappedType, octets: Buffer.from(next.text) });
      if (next.do === 'head') begun.push({ room: next.room, seq, kept: keep, text: next.text, ended: false });
      else if (keep) kept.set(openKey(next.room, seq), next.text);
    }
  }
  return { log, kept };
}

/** Keeps what `record` says, as the tables do. */
class Tables {
  readonly kept = new Map<string, string>();
  readonly rooms = new Map<RoomId, RoomLog>();
  readonly open = new Map<string, OpenMessage>();
  readonly #parts = new Map<string, string>();

  take(entries: readonly LogEntry[]): void {
    expect(roomsInQuestion(this.rooms, entries).size).toBe(0);
    const recorded = record({ rooms: this.rooms, open: this.open }, new Map(), entries, maxBytes);
    for (const { room: at, seq, event } of recorded.whole) this.kept.set(openKey(at, seq), String(event.octets));
    for (const { room: at, seq, event } of recorded.heads) this.#parts.set(openKey(at, seq), String(event.octets));
    for (const { of, octets } of recorded.fragments) {
      const key = openKey(of.room, of.headSeq);
      this.#parts.set(key, (this.#parts.get(key) ?? '') + Buffer.from(octets).toString());
    }
    for (const [key, open] of recorded.open) this.open.set(key, open);
    for (const { room: at, headSeq } of recorded.completed) {
      const key = openKey(at, headSeq);
      this.kept.set(key, this.#parts.get(key) ?? '');
    }
    for (const { room: at, headSeq } of [...recorded.completed, ...recorded.discarded]) {
      this.#parts.delete(openKey(at, headSeq));
      this.open.delete(openKey(at, headSeq));
    }
    for (const [at, state] of recorded.rooms) this.rooms.set(at, state);
  }
}

describe('record', () => {
  it('CHAT-032 PRIV-011 RCPT-001 keeps exactly the complete public messages between on and off, however batches are cut', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 9 })), (steps, cuts) => {
        const { log, kept } = play(steps);
        const tables = new Tables();
        for (let from = 0, cut = 0; from < log.length; cut++) {
          const size = cuts[cut % Math.max(1, cuts.length)] ?? log.length;
          tables.take(log.slice(from, from + size));
          from += size;
        }
        expect(tables.kept).toEqual(kept);
      }),
      { numRuns: 500 },
    );
  });
});
