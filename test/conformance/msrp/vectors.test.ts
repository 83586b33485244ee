import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ident } from '../raw/messages.js';
import { useSystem } from '../raw/system.js';

const system = useSystem({ settings: { 'msrp-edge': { MSRP_EDGE_BAD_REQUESTS_MAX: '1000' } } });

interface Vector {
  readonly file: string;
  readonly transactionId: string;
  readonly type: 'request' | 'response';
  readonly method?: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly endLineTransactionId: string;
  readonly continuationFlag: string;
}

const folder = new URL('../../vectors/msrp/', import.meta.url);
const { messages } = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as { messages: Vector[] };
const octetsOf = ({ file }: Vector): Buffer => readFileSync(new URL(file, folder));
const valueOf = ({ headers }: Vector, name: string): string | undefined =>
  headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];

/** What the catalogue's decision table says of a message of strangers: none of these sessions is ours. */
function strangersAnswer(vector: Vector): number | undefined {
  if (vector.type === 'response' || vector.method === 'REPORT') return undefined;
  if (valueOf(vector, 'Failure-Report')?.toLowerCase() === 'no') return undefined;
  // Without a From-Path there is nowhere to answer (figure 3 leaves the paths out).
  if (valueOf(vector, 'From-Path') === undefined) return undefined;
  // It names a relay, never a session, and the relay role is not offered (TRN-022).
  return vector.method === 'AUTH' ? 501 : 481;
}

/** The same within a session of ours: type, then CPIM headers, then From. */
function membersAnswer(vector: Vector): number | undefined {
  if (vector.type === 'response' || vector.method === 'REPORT') return undefined;
  if (vector.method === 'AUTH') return 501;
  if (vector.method === 'NICKNAME') return valueOf(vector, 'Use-Nickname') === undefined ? 424 : 200;
  if (valueOf(vector, 'Failure-Report')?.toLowerCase() === 'no') return undefined;
  const type = valueOf(vector, 'Content-Type')?.toLowerCase();
  if (type === undefined) return 200;
  if (!type.startsWith('message/cpim')) return 415;
  // CPIM headers that end in the second chunk, which a `$` announces not to come (catalogue, worked exchange of section 9.5).
  if (vector.file === 'rfc7701-s9.5-chunk1.msrp') return 400;
  // The same with `+`: answered at once, and accepted with its last chunk (RPT-002).
  if (vector.file.startsWith('rfc7701-s9.5-chunk1.') && vector.continuationFlag === '+') return 200;
  return 403;
}

describe('every published message, as strangers would send it', () => {
  it.each(messages.map((vector) => [vector.file, vector] as const))('TRN-011 %s', async (_file, vector) => {
    const socket = await system.msrp();
    socket.write(octetsOf(vector));
    const marker = ident();
    socket.write(
      `MSRP ${marker} SEND\r\nTo-Path: msrp://a:1/b;tcp\r\nFrom-Path: msrp://a:1/b;tcp\r\nMessage-ID: abcd\r\n-------${marker}$\r\n`,
    );
    expect((await socket.answer(marker)).status).toBe(481);
    const statuses = socket.frames.filter(({ id }) => id === vector.transactionId).map(({ status }) => status);
    const expected = strangersAnswer(vector);
    expect(statuses).toEqual(expected === undefined ? [] : [expected]);
    socket.destroy();
  });
});

describe('every published message, within a session', () => {
  const alone = messages.filter(
    ({ file, headers }) =>
      // Second chunks say nothing without their first; the figure-3 pair has no paths to exchange.
      !/chunk2/.test(file) && headers.some(([name]) => name.toLowerCase() === 'to-path'),
  );

  it.each(alone.map((vector) => [vector.file, vector] as const))('CHAT-002 %s', async (_file, vector) => {
    const seat = await system.join(await system.room(), 'alice');
    const octets = octetsOf(vector).toString('latin1');
    const named = octets
      .replace(/^To-Path: *[^\r]*/im, `To-Path: ${seat.toPath}`)
      .replace(/^From-Path: *[^\r]*/im, `From-Path: ${seat.fromPath}`);
    seat.msrp.write(Buffer.from(named, 'latin1'));
    if (vector.method === 'NICKNAME') await seat.nickname('""');
    await seat.settled();
    const statuses = seat.answersTo(vector.transactionId).map(({ status }) => status);
    const expected = membersAnswer(vector);
    expect(statuses).toEqual(expected === undefined ? [] : [expected]);
    await seat.leave();
  });

  it('MSRP-020 all of them one after another leave the edge alive', async () => {
    const socket = await system.msrp();
    for (const vector of messages) socket.write(octetsOf(vector));
    const marker = ident();
    socket.write(
      `MSRP ${marker} SEND\r\nTo-Path: msrp://a:1/b;tcp\r\nFrom-Path: msrp://a:1/b;tcp\r\nMessage-ID: abcd\r\n-------${marker}$\r\n`,
    );
    await socket.answer(marker);
    expect(await system.alive()).toBe(true);
  });
});
