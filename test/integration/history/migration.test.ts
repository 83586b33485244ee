import { migrate, openDatabase } from '@plenary/db';
import { migrations, type RoomNow } from '@plenary/history';
import { describe, expect, it } from 'vitest';
import { useHistories } from './installation.js';
import { roomNow } from './readers.js';

const histories = useHistories();

describe('tables of an earlier version', () => {
  it('are brought up to date with their messages in them; what a room keeps is asked for', async () => {
    const room = histories.room();
    room.now = roomNow({ logged: true, version: 7n, retentionSeconds: 0 }) satisfies RoomNow;
    const database = openDatabase(histories.installation.databaseUrl, { applicationName: 'test' });
    const [first] = Object.entries(migrations).toSorted(([a], [b]) => (a < b ? -1 : 1));
    await migrate(database, { schema: 'history', migrations: Object.fromEntries([first!]) });
    await database.pool.query(
      `insert into history.message (room_id, epoch, seq, origin_id, sender_pid, sender_entity, wrapped_type, message_id,
         received_at, octets)
       values ($1, 1, 1, 'o', 'p', 'sip:alice@localhost', 'text/plain', 'm', '2026-01-01', 'old')`,
      [room.id],
    );
    await database.pool.query(`insert into history.room (room_id, epoch, version, logged) values ($1, 1, 6, false)`, [
      room.id,
    ]);
    await database.close();
    await room.say({ by: 'bob', text: 'new' });
    await room.say({ by: 'bob', text: 'newer' });

    const reader = await histories.start();
    await histories.caughtUp(reader);
    const { messages, recordedEpoch, recordedSeq } = await histories.read(reader, room);
    // The old message has the place of the first new one in the log of this test: it stands, and is not written over.
    expect(messages.map(({ octets, senderNickname }) => [octets.toString(), senderNickname])).toEqual([
      ['old', ''],
      ['newer', 'bob the 2.'],
    ]);
    expect([recordedEpoch, recordedSeq]).toEqual([1, 2n]);
  });
});
