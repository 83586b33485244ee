import { ChatEvent, Direction, LeaveCause, Part, RoomPolicy, StateEvent, type StateChange } from '@plenary/proto/chat';
import type { RoomId } from '@plenary/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointsIn, record, roomsInQuestion } from './record.js';
import { messageKey, type LogEntry, type OpenMessage } from './record.types.js';
import type { RoomLog } from './room-log.js';

const rooms = ['A', 'B'] as const;
const maxBytes = 1_000;
const fileHead = 'From: <sip:a@x>\r\nTo: <sip:r@x>\r\n\r\nContent-Type: image/png\r\n\r\n';

type Speaker = 'a' | 'b';
interface Spoken {
  readonly room: RoomId;
  readonly by: Speaker;
  readonly text: string;
  readonly to: '' | 'p9';
  readonly file: boolean;
}
type Step =
  | { readonly do: 'logging'; readonly room: RoomId; readonly on: boolean }
  | { readonly do: 'voice'; readonly room: RoomId; readonly by: Speaker; readonly on: boolean }
  | { readonly do: 'leave'; readonly room: RoomId; readonly by: Speaker }
  | { readonly do: 'join'; readonly room: RoomId; readonly by: Speaker }
  | { readonly do: 'suspend'; readonly room: RoomId; readonly on: boolean; readonly logged: boolean }
  | (Spoken & { readonly do: 'whole'; readonly type: string })
  | (Spoken & { readonly do: 'head' })
  | { readonly do: 'more'; readonly which: number; readonly text: string; readonly end: 'no' | 'last' | 'abort' };

const room = fc.constantFrom(...rooms).map((name) => name as unknown as RoomId);
const by = fc.constantFrom('a' as const, 'b' as const);
const text = fc.string({ maxLength: 8 });
const to = fc.constantFrom('' as const, '' as const, 'p9' as const);
const file = fc.boolean();
/** Most of the time something is there to be kept. */
const mostly = fc.constantFrom(true, true, true, false);
const type = fc.constantFrom('text/plain', 'text/plain', 'application/im-iscomposing+xml');
const said: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('whole' as const), room, by, text, to, file, type }),
  fc.record({ do: fc.constant('head' as const), room, by, text, to, file }),
  fc.record({
    do: fc.constant('more' as const),
    which: fc.nat({ max: 5 }),
    text,
    end: fc.constantFrom('no' as const, 'no' as const, 'last' as const, 'abort' as const),
  }),
);
const changed: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('logging' as const), room, on: mostly }),
  fc.record({ do: fc.constant('voice' as const), room, by, on: mostly }),
  fc.record({ do: fc.constant('leave' as const), room, by }),
  fc.record({ do: fc.constant('join' as const), room, by }),
  fc.record({ do: fc.constant('suspend' as const), room, on: mostly.map((on) => !on), logged: mostly }),
);
const step = fc.oneof({ arbitrary: said, weight: 3 }, { arbitrary: changed, weight: 1 });

interface Begun extends Spoken {
  readonly seq: number;
  readonly kept: boolean;
  octets: string;
  ended: boolean;
}

/** What a reader of the steps knows without the code under test. */
class Model {
  readonly log: LogEntry[] = [];
  readonly kept = new Map<string, string>();
  readonly #logged = new Map<RoomId, boolean>();
  readonly #suspended = new Map<RoomId, boolean>();
  readonly #away = new Set<string>();
  readonly #mute = new Set<string>();
  readonly #versions = new Map<RoomId, bigint>();
  readonly #begun: Begun[] = [];

  constructor() {
    for (const name of rooms)
      this.#change(name as unknown as RoomId, {
        $case: 'roomCreated',
        value: { conferenceUri: '', policy: RoomPolicy.fromPartial({ logged: true }), displayText: '' },
      });
    for (const name of rooms) this.#logged.set(name as unknown as RoomId, true);
  }

  play(next: Step): void {
    if (next.do === 'logging') {
      this.#change(next.room, { $case: 'loggingChanged', value: { on: next.on } });
      this.#logged.set(next.room, next.on);
    } else if (next.do === 'suspend') {
      const policy = RoomPolicy.fromPartial({ logged: next.logged, suspended: next.on });
      this.#change(next.room, { $case: 'policyChanged', value: { policy } });
      this.#logged.set(next.room, next.logged);
      this.#suspended.set(next.room, next.on);
    } else if (next.do === 'voice') this.#voice(next.room, next.by, next.on);
    else if (next.do === 'leave') this.#leave(next.room, next.by);
    else if (next.do === 'join') this.#join(next.room, next.by);
    else if (next.do === 'more') this.#more(next.which, next.text, next.end);
    else this.#begin(next);
  }

  #voice(at: RoomId, speaker: Speaker, on: boolean): void {
    const key = `${at}${speaker}`;
    // Nobody is muted who is not there.
    if (this.#away.has(key)) return;
    const allowed = on ? Direction.SENDRECV : Direction.RECVONLY;
    this.#change(at, { $case: 'mediaChanged', value: { pid: speaker, chatId: speaker, allowed } });
    if (on) this.#mute.delete(key);
    else this.#mute.add(key);
  }

  #leave(at: RoomId, speaker: Speaker): void {
    const value = { pid: speaker, chatId: speaker, cause: LeaveCause.DEPARTED, lastEndpoint: true };
    this.#change(at, { $case: 'left', value });
    this.#away.add(`${at}${speaker}`);
  }

  #join(at: RoomId, speaker: Speaker): void {
    this.#change(at, { $case: 'joined', value: { participant: undefined, chatId: speaker } });
    this.#away.delete(`${at}${speaker}`);
    this.#mute.delete(`${at}${speaker}`);
  }

  #isHeard({ room: at, by: speaker }: Spoken): boolean {
    const key = `${at}${speaker}`;
    return this.#suspended.get(at) !== true && !this.#away.has(key) && !this.#mute.has(key);
  }

  #begin(spoken: Extract<Step, { do: 'whole' | 'head' }>): void {
    const isWhole = spoken.do === 'whole';
    const wrappedType = isWhole ? spoken.type : 'text/plain';
    const kept =
      this.#logged.get(spoken.room) === true &&
      spoken.to === '' &&
      wrappedType === 'text/plain' &&
      this.#isHeard(spoken);
    const octets = spoken.file ? fileHead + spoken.text : spoken.text;
    const seq = this.#say(spoken, { part: isWhole ? Part.WHOLE : Part.HEAD, wrappedType, octets: Buffer.from(octets) });
    if (!isWhole) this.#begun.push({ ...spoken, seq, kept, octets, ended: false });
    else if (kept) this.kept.set(messageKey(spoken.room, seq), spoken.file ? fileHead : octets);
  }

  #more(which: number, more: string, end: 'no' | 'last' | 'abort'): void {
    const message = this.#begun[which];
    if (message === undefined) return;
    const part = end === 'abort' ? Part.ABORT : end === 'last' ? Part.LAST : Part.FRAGMENT;
    const offset = BigInt(Buffer.byteLength(message.octets) + 1);
    this.#say(message, { part, headSeq: BigInt(message.seq), offset, octets: Buffer.from(more) });
    if (message.ended) return;
    message.octets += more;
    message.ended = end !== 'no' || !this.#isHeard(message);
    if (end !== 'last' || !message.kept || !this.#isHeard(message)) return;
    this.kept.set(messageKey(message.room, message.seq), message.file ? fileHead : message.octets);
  }

  #say({ room: at, by: speaker, to: audiencePid }: Spoken, event: Partial<ChatEvent>): number {
    const seq = this.log.length + 1;
    const full = { epoch: 1, offset: 1n, senderPid: speaker, senderChatId: speaker, audiencePid, ...event };
    this.log.push({ kind: 'all', room: at, seq, event: ChatEvent.fromPartial(full) });
    return seq;
  }

  #change(at: RoomId, change: StateChange['change']): void {
    const version = (this.#versions.get(at) ?? 0n) + 1n;
    this.#versions.set(at, version);
    const event = StateEvent.fromPartial({ room: at, epoch: 1, version, changes: [{ change }] });
    this.log.push({ kind: 'st', room: at, seq: this.log.length + 1, event });
  }
}

/** Keeps what `record` says, as the tables do. */
class Tables {
  readonly kept = new Map<string, string>();
  readonly #rooms = new Map<RoomId, RoomLog>();
  readonly #open = new Map<string, OpenMessage>();
  readonly #silenced = new Map<string, 'muted' | 'left'>();
  readonly #parts = new Map<string, string>();

  take(entries: readonly LogEntry[]): void {
    expect(roomsInQuestion(this.#rooms, entries).size).toBe(0);
    const asked = endpointsIn(entries);
    const silenced = new Map([...this.#silenced].filter(([key]) => asked.has(key)));
    const recorded = record({ rooms: this.#rooms, open: this.#open, silenced }, new Map(), entries, maxBytes);
    for (const { room: at, seq, octets } of recorded.whole) this.kept.set(messageKey(at, seq), textOf(octets));
    for (const { room: at, seq, octets } of recorded.heads) this.#parts.set(messageKey(at, seq), textOf(octets));
    for (const { of, octets } of recorded.fragments) {
      const key = messageKey(of.room, of.headSeq);
      this.#parts.set(key, (this.#parts.get(key) ?? '') + textOf(octets));
    }
    for (const [key, open] of recorded.open) this.#open.set(key, open);
    for (const { room: at, headSeq } of recorded.completed) {
      const key = messageKey(at, headSeq);
      this.kept.set(key, this.#parts.get(key) ?? '');
    }
    for (const { room: at, headSeq } of [...recorded.completed, ...recorded.discarded]) {
      this.#parts.delete(messageKey(at, headSeq));
      this.#open.delete(messageKey(at, headSeq));
    }
    for (const [at, state] of recorded.rooms) this.#rooms.set(at, state);
    for (const [key, { silence }] of recorded.silences)
      if (silence === undefined) this.#silenced.delete(key);
      else this.#silenced.set(key, silence);
  }
}

function textOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString();
}

describe('record', () => {
  it('CHAT-032 LOG-007 PRIV-011 RCPT-001 FILE-X-004 keeps exactly what was distributed between on and off, however batches are cut', () => {
    let keptAny = 0;
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (steps, cuts) => {
          const model = new Model();
          for (const next of steps) model.play(next);
          const tables = new Tables();
          for (let from = 0, cut = 0; from < model.log.length; cut++) {
            const size = cuts[cut % Math.max(1, cuts.length)] ?? model.log.length;
            tables.take(model.log.slice(from, from + size));
            from += size;
          }
          expect(tables.kept).toEqual(model.kept);
          keptAny += model.kept.size;
        },
      ),
      { numRuns: 500 },
    );
    expect(keptAny).toBeGreaterThan(500);
  });
});
