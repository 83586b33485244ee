import { afterEach, describe, expect, it, vi } from 'vitest';

/** A small SEND as plain octets. */
const octets = new TextEncoder().encode(
  'MSRP abcd1234 SEND\r\nTo-Path: msrp://a.example:1/x;tcp\r\nFrom-Path: msrp://b.example:1/y;tcp\r\nMessage-ID: m123\r\n' +
    `X-Name: Zoë\r\nContent-Type: text/plain\r\n\r\n${'-------abcd\r\n'.repeat(60)}end\r\n-------abcd1234$\r\n`,
);

async function roundTrip(): Promise<{
  readonly events: unknown[];
  readonly again: number[];
  readonly isBuffer: boolean;
}> {
  vi.resetModules();
  const { copyOctets, createDecoder, encodeRequest } = await import('./index.js');
  const decoder = createDecoder();
  const events: unknown[] = [];
  let again: number[] = [];
  let isBuffer = false;
  for (const from of [0, 100])
    decoder.push(octets.subarray(from, from === 0 ? 100 : undefined), (event) => {
      if (event.type !== 'request') return;
      const { head, body, flag } = event.request;
      isBuffer = body?.constructor !== Uint8Array;
      events.push({ head, body: body && [...copyOctets(body)], flag });
      const { transactionId, method, toPath, fromPath, messageId, contentType, otherHeaders } = head;
      again = [
        ...encodeRequest({
          transactionId,
          method,
          toPath,
          fromPath,
          messageId,
          contentType,
          headers: otherHeaders,
          body,
        }),
      ];
    });
  return { events, again, isBuffer };
}

describe('octets', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  it('MSRP-010 MSRP-012 MSRP-013 are read and written alike with and without Buffer', async () => {
    const withBuffer = await roundTrip();
    expect(withBuffer.again).toEqual([...octets]);
    expect(withBuffer.isBuffer).toBe(true);
    vi.stubGlobal('Buffer', undefined);
    const without = await roundTrip();
    expect(without).toEqual({ ...withBuffer, isBuffer: false });
  });
});
