import { Direction, Part } from '@plenary/proto/chat';
import type { KeptMessage } from '@plenary/proto/history';
import { describe, expect, it, vi } from 'vitest';
import { useHistories } from './installation.js';
import { roomNow } from './readers.js';

const texts = (messages: readonly KeptMessage[]): string[] =>
  messages.map(({ octets }) => Buffer.from(octets).toString());

describe.each(['memory', 'nats'] as const)('what is kept, on the %s bus', (engine) => {
  const histories = useHistories(engine);

  it('LOG-007 exactly what was distributed, whatever the batches: nobody muted, gone, or in a suspended room', async () => {
    const room = histories.room();
    await room.create();
    await room.joins('alice');
    await room.joins('mute', Direction.RECVONLY);
    await room.say({ by: 'mute', text: 'no voice yet' });
    await room.say({ by: 'alice', text: '1' });
    await room.allows('mute', Direction.SENDRECV);
    await room.say({ by: 'mute', text: '2' });
    const headSeq = BigInt(await room.say({ by: 'alice', part: Part.HEAD, text: 'begun ' }));
    await room.allows('alice', Direction.RECVONLY);
    await room.say({ by: 'alice', text: 'muted' });
    await room.say({ by: 'alice', part: Part.LAST, headSeq, offset: 7n, text: 'and muted' });
    await room.allows('alice', Direction.SENDRECV);
    await room.policy({ logged: true, suspended: true });
    await room.say({ by: 'alice', text: 'suspended' });
    await room.say({ by: '', senderEntity: '', text: '3' });
    await room.policy({ logged: true });
    await room.say({ by: 'alice', text: '4' });
    await room.leaves('alice');
    await room.say({ by: 'alice', text: 'gone' });
    await room.joins('alice');
    await room.say({ by: 'alice', text: '5' });
    await room.logging(false);
    await room.say({ by: 'alice', text: 'off the record' });
    await room.allows('mute', Direction.RECVONLY);
    await room.logging(true);
    await room.say({ by: 'mute', text: 'muted while it was off' });
    await room.say({ by: 'alice', text: '6', audiencePid: 'mute' });
    await room.say({ by: 'alice', text: '7' });
    const reader = await histories.start({ HISTORY_BATCH_EVENTS: '2' });
    await histories.caughtUp(reader);
    expect(texts((await histories.read(reader, room)).messages)).toEqual(['1', '2', '3', '4', '5', '7']);
  });

  it('LOG-007 exactly once, with all its columns, though the process dies between commit and acknowledgement', async () => {
    const room = histories.room();
    await room.create();
    await room.joins('alice');
    const expected: string[] = [];
    let batches = 0;
    let crashes = 0;
    const crashing = {
      beforeAck: () => {
        batches += 1;
        if (batches % 2 === 0) return;
        crashes += 1;
        throw new Error('it dies here');
      },
    };
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 10; index++) {
        const text = `${String(round)}.${String(index)}`;
        await room.say({ by: 'alice', text });
        expected.push(text);
      }
      const dying = await histories.start({}, crashing);
      await histories.caughtUp(dying);
      await dying.stop();
      await room.allows('alice', Direction.RECVONLY);
      await room.say({ by: 'alice', text: 'muted' });
      await room.allows('alice', Direction.SENDRECV);
    }
    const reader = await histories.start();
    await histories.caughtUp(reader);
    expect(crashes).toBeGreaterThanOrEqual(2);
    const { messages } = await histories.read(reader, room);
    expect(texts(messages)).toEqual(expected);
    expect(new Set(messages.map(({ messageId, senderUserId }) => `${messageId} ${senderUserId}`)).size).toBe(30);
    expect(messages.every(({ senderNickname }) => senderNickname.startsWith('alice the '))).toBe(true);
  });

  it('LOG-007 a room that has to be asked about is taken with who is muted in it', async () => {
    const room = histories.room();
    room.now = roomNow({ logged: true, version: 9n, muted: ['c-mute'] });
    await room.say({ by: 'mute', text: 'muted' });
    await room.say({ by: 'alice', text: 'heard' });
    const reader = await histories.start();
    await histories.caughtUp(reader);
    expect(texts((await histories.read(reader, room)).messages)).toEqual(['heard']);
  });

  it('FILE-X-004 of files their headers alone, whole or in parts, unless the room keeps them', async () => {
    const head = (name: string): string =>
      `From: <sip:alice@localhost>\r\nTo: <sip:r@localhost>\r\n\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="${name}"\r\n\r\n`;
    const kept = async (filesKept: boolean): Promise<[string, bigint][]> => {
      const room = histories.room();
      await room.create({ logged: true, filesKept });
      await room.say({ text: `${head('one.png')}pixels`, wrappedType: 'image/png' });
      const first = `${head('two.png')}pix`;
      const headSeq = BigInt(await room.say({ part: Part.HEAD, text: first, wrappedType: 'image/png' }));
      const on = { headSeq, wrappedType: 'image/png' };
      await room.say({ ...on, part: Part.FRAGMENT, offset: BigInt(first.length + 1), text: 'e'.repeat(2_000) });
      await room.say({ ...on, part: Part.LAST, offset: BigInt(first.length + 2_001), text: 'ls' });
      const reader = await histories.start({
        HISTORY_BATCH_EVENTS: '1',
        HISTORY_MESSAGE_BYTES_MAX: filesKept ? '64MiB' : '1000',
      });
      await histories.caughtUp(reader);
      const { messages } = await histories.read(reader, room);
      await reader.stop();
      return messages.map(({ octets, leftOutBytes }) => [Buffer.from(octets).toString(), leftOutBytes]);
    };
    expect(await kept(false)).toEqual([
      [head('one.png'), 6n],
      [head('two.png'), 2_005n],
    ]);
    expect(await kept(true)).toEqual([
      [`${head('one.png')}pixels`, 0n],
      [`${head('two.png')}pix${'e'.repeat(2_000)}ls`, 0n],
    ]);
  });

  it('who left is forgotten after a day, who is muted is not', async () => {
    const room = histories.room();
    await room.create();
    await room.joins('mute', Direction.RECVONLY);
    await room.leaves('alice');
    await room.leaves('bob');
    const reader = await histories.start();
    await histories.caughtUp(reader);
    const { pool } = reader.context.database;
    await pool.query(`update history.silenced set left_at = left_at - interval '25 hours' where chat_id = 'c-alice'`);
    await reader.context.store.removal.discardUnfinished(3_600_000);
    const left = async (): Promise<unknown[]> =>
      (await pool.query('select chat_id from history.silenced order by chat_id')).rows.map(({ chat_id }) => chat_id);
    await vi.waitFor(async () => expect(await left()).toEqual(['c-bob', 'c-mute']));
  });
});
