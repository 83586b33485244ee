import { Part } from '@plenary/proto/chat';
import type { KeptMessage } from '@plenary/proto/history';
import { describe, expect, it, vi } from 'vitest';
import { useHistories } from './installation.js';
import { roomNow, type Reader } from './readers.js';
import type { ScriptedRoom } from './scripted-room.js';

const histories = useHistories();
const texts = (messages: readonly KeptMessage[]): string[] =>
  messages.map(({ octets }) => Buffer.from(octets).toString());
const dayMs = 86_400_000;

async function keptIn(reader: Reader, room: ScriptedRoom): Promise<string[]> {
  return texts((await histories.read(reader, room)).messages);
}

/** Octets of these texts, wherever they stand in the tables. */
async function traces(reader: Reader, text: string): Promise<number> {
  const { rows } = await reader.context.database.pool.query(
    `select (select count(*) from history.message where position($1::bytea in octets) > 0)
          + (select count(*) from history.fragment where position($1::bytea in octets) > 0) as count`,
    [Buffer.from(text)],
  );
  return Number(rows[0]?.count);
}

describe('erasure', () => {
  it('LOG-009 what one person said in one room is gone, also what had not come to its end; the rest stays; twice is once', async () => {
    const [room, other] = [histories.room(), histories.room()];
    for (const each of [room, other]) {
      await each.create();
      await each.say({ by: 'mallory', text: 'words of mallory' });
      await each.say({ by: 'alice', text: 'words of alice' });
    }
    const headSeq = await room.say({ by: 'mallory', part: Part.HEAD, text: 'unfinished mallory' });
    await room.say({
      by: 'mallory',
      part: Part.FRAGMENT,
      headSeq: BigInt(headSeq),
      offset: 19n,
      text: 'and more mallory',
    });
    const reader = await histories.start();
    await histories.caughtUp(reader);
    expect(await traces(reader, 'mallory')).toBe(4);

    expect(await histories.erase(reader, room, 'xcon-userid:mallory@localhost')).toEqual({ erased: 2, held: false });
    expect(await keptIn(reader, room)).toEqual(['words of alice']);
    expect(await keptIn(reader, other)).toEqual(['words of mallory', 'words of alice']);
    expect(await traces(reader, 'mallory')).toBe(1);
    expect(await histories.erase(reader, room, 'xcon-userid:mallory@localhost')).toEqual({ erased: 0, held: false });

    await room.say({
      by: 'mallory',
      part: Part.LAST,
      headSeq: BigInt(headSeq),
      offset: 35n,
      text: 'the end of mallory',
    });
    await room.say({ by: 'mallory', text: 'new words' });
    await histories.caughtUp(reader);
    expect(await keptIn(reader, room)).toEqual(['words of alice', 'new words']);
    expect(await traces(reader, 'mallory')).toBe(1);
    expect(await reader.context.telemetry.scrape()).toMatch(/chat_history_removed_total\{reason="erasure"\} 2/);
  });

  it('LOG-009 it goes through a long log step by step', async () => {
    const room = histories.room();
    await room.create();
    await room.say({ text: 'a first one' });
    const reader = await histories.start();
    await histories.caughtUp(reader);
    await reader.context.database.pool.query(
      `insert into history.message (room_id, epoch, seq, origin_id, sender_pid, sender_entity, sender_user_id, wrapped_type,
        message_id, received_at, octets)
       select $1, 1, 1000 + n, 'o' || n, '', '', case n % 3 when 0 then 'u3' else 'u' end, '', '', now(), '' from generate_series(1, 25000) n`,
      [room.id],
    );
    expect(await histories.erase(reader, room, 'u3')).toEqual({ erased: 8_333, held: false });
    const { rows } = await reader.context.database.pool.query(
      `select count(*) as count, count(*) filter (where sender_user_id = 'u3') as theirs from history.message`,
    );
    expect(rows).toEqual([{ count: String(25_001 - 8_333), theirs: '0' }]);
  });

  it.each(['by what was recorded', 'by what room-state says, though the log was not read up to there'])(
    'LOG-009 a legal hold refuses it, %s',
    async (how) => {
      const isRecorded = how.endsWith('recorded');
      const room = histories.room();
      await room.create({ logged: true, historyHold: isRecorded });
      await room.say({ by: 'mallory', text: 'evidence' });
      room.now = isRecorded ? undefined : roomNow({ hold: true });
      const reader = await histories.start();
      await histories.caughtUp(reader);
      expect(await histories.erase(reader, room, 'xcon-userid:mallory@localhost')).toEqual({ erased: 0, held: true });
      expect(await keptIn(reader, room)).toEqual(['evidence']);
    },
  );

  it('LOG-009 nothing is erased while nobody can say whether the room is on hold, or without a user', async () => {
    const room = histories.room();
    await room.create();
    await room.say({ by: 'mallory', text: 'stays' });
    const directory = { now: () => Promise.reject(new Error('away')), close: () => undefined };
    const reader = await histories.start({}, { directory });
    await histories.caughtUp(reader);
    await expect(histories.erase(reader, room, 'xcon-userid:mallory@localhost')).rejects.toMatchObject({ code: 14 });
    await expect(histories.erase(reader, room, '')).rejects.toMatchObject({ code: 3 });
    expect(await keptIn(reader, room)).toEqual(['stays']);
  });
});

describe('retention', () => {
  const soon = { HISTORY_RETENTION_MS: '50ms' };
  const runs = async (reader: Reader): Promise<number> =>
    Number(/chat_history_retention_runs_total (\d+)/.exec(await reader.context.telemetry.scrape())?.[1] ?? 0);
  /** A whole run after now. */
  const ran = async (...readers: readonly Reader[]): Promise<void> => {
    const count = async (): Promise<number> =>
      (await Promise.all(readers.map(runs))).reduce((sum, one) => sum + one, 0);
    const before = await count();
    await vi.waitFor(async () => expect(await count()).toBeGreaterThan(before + 1), { timeout: 20_000, interval: 20 });
  };

  it('LOG-009 what is older than the room keeps it is removed, room by room; 0 keeps it for good', async () => {
    const nowMs = Date.now();
    const rooms = await Promise.all(
      [60n, 10n * 86_400n, 0n].map(async (historyRetentionSeconds) => {
        const room = histories.room();
        await room.create({ logged: true, historyRetentionSeconds });
        await room.say({ text: 'a month old', atMs: nowMs - 30 * dayMs });
        await room.say({ text: 'a day old', atMs: nowMs - dayMs });
        await room.say({ text: 'new', atMs: nowMs });
        return room;
      }),
    );
    const reader = await histories.start(soon);
    await histories.caughtUp(reader);
    await ran(reader);
    expect(await Promise.all(rooms.map((room) => keptIn(reader, room)))).toEqual([
      ['new'],
      ['a day old', 'new'],
      ['a month old', 'a day old', 'new'],
    ]);
    expect(await traces(reader, 'a month old')).toBe(1);
    expect(await reader.context.telemetry.scrape()).toMatch(/chat_history_removed_total\{reason="retention"\} 3/);
  });

  it('LOG-009 nothing of a room on legal hold goes; when the hold ends, it does', async () => {
    const [recorded, asked] = [histories.room(), histories.room()];
    const policy = { logged: true, historyRetentionSeconds: 60n };
    await recorded.create({ ...policy, historyHold: true });
    await asked.create(policy);
    asked.now = roomNow({ hold: true });
    for (const room of [recorded, asked]) await room.say({ text: 'evidence', atMs: Date.now() - dayMs });
    const reader = await histories.start(soon);
    await histories.caughtUp(reader);
    await ran(reader);
    expect([await keptIn(reader, recorded), await keptIn(reader, asked)]).toEqual([['evidence'], ['evidence']]);
    await recorded.policy(policy);
    asked.now = roomNow();
    await histories.caughtUp(reader);
    await ran(reader);
    expect([await keptIn(reader, recorded), await keptIn(reader, asked)]).toEqual([[], []]);
  });

  it('LOG-009 the log of a closed room stays for its time; then nothing of the room is left', async () => {
    const nowMs = Date.now();
    const [short, long] = [histories.room(), histories.room()];
    await short.create({ logged: true, historyRetentionSeconds: 60n });
    await long.create({ logged: true, historyRetentionSeconds: 864_000n });
    for (const room of [short, long]) {
      await room.joins('alice');
      await room.say({ text: 'last words', atMs: nowMs - dayMs });
      await room.leaves('alice');
      await room.closes();
      await room.say({ text: 'after the end', atMs: nowMs });
      room.now = undefined;
    }
    const reader = await histories.start(soon);
    await histories.caughtUp(reader);
    await ran(reader);
    expect([await keptIn(reader, short), await keptIn(reader, long)]).toEqual([[], ['last words']]);
    const { rows } = await reader.context.database.pool.query(
      'select room_id, (select count(*) from history.silenced) as silenced from history.room',
    );
    expect(rows).toEqual([{ room_id: long.id, silenced: '1' }]);
  });

  it('LOG-009 one of several does it; when it stops, another', async () => {
    const room = histories.room();
    await room.create({ logged: true, historyRetentionSeconds: 60n });
    const [first, second] = [await histories.start(soon), await histories.start(soon)];
    await ran(first, second);
    const counts = [await runs(first), await runs(second)];
    expect(counts.filter((count) => count > 0)).toHaveLength(1);
    const [doing, waiting] = counts[0]! > 0 ? [first, second] : [second, first];
    await doing.stop();
    await room.say({ text: 'old', atMs: Date.now() - dayMs });
    await histories.caughtUp(waiting);
    await ran(waiting);
    expect(await keptIn(waiting, room)).toEqual([]);
  });
});
