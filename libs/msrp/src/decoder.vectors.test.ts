import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatByteRange } from './header/byte-range.js';
import { formatPath } from './header/path.js';
import type { MsrpRequest, MsrpResponse } from './message.js';
import { collected, cutAt, octetByOctet } from './testing.js';

const folder = new URL('../../../test/vectors/msrp/', import.meta.url);

interface Vector {
  readonly file: string;
  readonly form: string;
  readonly type: 'request' | 'response';
  readonly transactionId: string;
  readonly method?: string;
  readonly status?: number;
  readonly comment?: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly continuationFlag: '$' | '+' | '#';
  readonly bodyLength?: number;
  readonly octets: Uint8Array;
}

/** Every file of the manifest. Throws when a file is not in the manifest or the other way round. */
function vectors(): readonly Vector[] {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8')) as {
    readonly messages: readonly Omit<Vector, 'octets'>[];
  };
  const files = readdirSync(folder).filter((file) => file.endsWith('.msrp'));
  const listed = new Set(manifest.messages.map((message) => message.file));
  const unlisted = files.filter((file) => !listed.has(file));
  if (unlisted.length > 0) throw new Error(`not in the manifest: ${unlisted.join(' ')}`);
  return manifest.messages.map((message) => ({ ...message, octets: readFileSync(new URL(message.file, folder)) }));
}

/** The two snippets RFC 4975 prints without path headers. */
const SNIPPETS: ReadonlySet<string> = new Set(['rfc4975-fig3-chunk1.msrp', 'rfc4975-fig3-chunk2.msrp']);

const good = vectors().filter((vector) => !SNIPPETS.has(vector.file));

function header(vector: Vector, name: string): string | undefined {
  return vector.headers.find(([written]) => written === name)?.[1].trim();
}

describe('messages printed in the RFCs', () => {
  it('MSRP-001 has every example of the manifest', () => {
    expect(good.length).toBeGreaterThan(75);
  });

  it.each(good.map((vector) => [vector.file, vector] as const))(
    'MSRP-001 MSRP-007 MSRP-008 reads %s',
    (_file, vector) => {
      const events = collected([vector.octets]);
      expect(events).toHaveLength(1);
      if (vector.type === 'response') {
        const { response } = events[0] as { response: MsrpResponse };
        expect(response).toMatchObject({
          transactionId: vector.transactionId,
          status: vector.status,
          comment: vector.comment ?? '',
          flag: vector.continuationFlag,
          messageId: header(vector, 'Message-ID'),
        });
        expect(formatPath(response.toPath)).toBe(header(vector, 'To-Path'));
        expect(formatPath(response.fromPath)).toBe(header(vector, 'From-Path'));
        return;
      }
      const request = events[0] as Omit<MsrpRequest, 'body'> & { body: string | undefined };
      const { head } = request;
      expect(head).toMatchObject({ transactionId: vector.transactionId, method: vector.method, malformed: [] });
      expect(request.flag).toBe(vector.continuationFlag);
      expect(request.body?.length).toBe(vector.bodyLength);
      expect(formatPath(head.toPath)).toBe(header(vector, 'To-Path'));
      expect(formatPath(head.fromPath)).toBe(header(vector, 'From-Path'));
      expect(head.messageId).toBe(header(vector, 'Message-ID'));
      expect(head.contentType).toBe(header(vector, 'Content-Type'));
      expect(head.byteRange && formatByteRange(head.byteRange)).toBe(header(vector, 'Byte-Range'));
      expect(head.successReport).toBe(header(vector, 'Success-Report') === 'yes');
      expect(head.failureReport).toBe(header(vector, 'Failure-Report') ?? 'yes');
      expect(head.useNickname).toBe(header(vector, 'Use-Nickname')?.slice(1, -1));
    },
  );

  it.each([...SNIPPETS])('MSRP-020 refuses %s, which has no path headers, and goes on', (file) => {
    const snippet = vectors().find((vector) => vector.file === file);
    const next = vectors().find((vector) => vector.file === 'rfc4975-fig2-200.msrp');
    const events = collected([snippet?.octets ?? new Uint8Array(), next?.octets ?? new Uint8Array()]);
    expect(events).toMatchObject([
      { type: 'bad-request', code: 'bad-path', status: 400, head: { transactionId: snippet?.transactionId } },
      { type: 'response' },
    ]);
  });

  it.each(vectors().map((vector) => [vector.file, vector] as const))(
    'MSRP-010 reads %s octet by octet',
    (_file, vector) => {
      expect(collected(octetByOctet(vector.octets))).toEqual(collected([vector.octets]));
    },
  );

  it.each(vectors().map((vector) => [vector.file, vector] as const))(
    'MSRP-010 reads %s in any two pieces',
    (_file, vector) => {
      const whole = JSON.stringify(collected([vector.octets]));
      for (let place = 1; place < vector.octets.byteLength; place++) {
        const split = JSON.stringify(collected(cutAt(vector.octets, [place])));
        if (split !== whole) expect(split, `cut at ${place}`).toBe(whole);
      }
    },
  );

  it('MSRP-010 reads all of them in a row, at any read size', () => {
    const stream = Buffer.concat(vectors().map((vector) => vector.octets));
    const whole = collected([stream]);
    expect(whole).toHaveLength(vectors().length);
    for (const size of [1, 7, 64, 1000, 1460, 65_536]) {
      const places = Array.from({ length: Math.floor(stream.byteLength / size) }, (_, i) => (i + 1) * size);
      expect(collected(cutAt(stream, places))).toEqual(whole);
    }
  });
});
