import { describe, expect, it } from 'vitest';
import { decodeProxyHeader, PROXY_HEADER_BYTES_MAX } from './proxy-protocol.js';

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

/** A header of `command` and `family`, with what follows the length field. */
function header(command: number, family: number, body: readonly number[], length = body.length): Uint8Array {
  return Uint8Array.from([...signature, command, family, length >> 8, length & 0xff, ...body]);
}
/** From 192.0.2.7:50000 to 198.51.100.1:2855. */
const v4 = [192, 0, 2, 7, 198, 51, 100, 1, 0xc3, 0x50, 0x0b, 0x27];

function v6(groups: readonly number[], port = 50_000): number[] {
  const octets = groups.flatMap((group) => [group >> 8, group & 0xff]);
  return [...octets, ...Array.from({ length: 16 }, () => 1), port >> 8, port & 0xff, 0, 1];
}

describe('PROXY version 2', () => {
  it('gives address and port of IPv4, and where the header ends', () => {
    const octets = Uint8Array.from([...header(0x21, 0x11, v4), 1, 2, 3]);
    expect(decodeProxyHeader(octets)).toEqual({
      type: 'header',
      length: 28,
      source: { address: '192.0.2.7', port: 50_000 },
    });
  });

  it.each([
    [[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '2001:db8::1:0:0:1'],
    [[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '2001:db8:0:1:1:1:1:1'],
    [[0, 0, 0, 0, 0, 0, 0, 1], '::1'],
    [[0xfe80, 0, 0, 0, 0, 0, 0, 0], 'fe80::'],
    [[0, 0, 0, 0, 0, 0xffff, 0xc000, 0x0207], '192.0.2.7'],
  ])('gives IPv6 %j as %s', (groups, address) => {
    expect(decodeProxyHeader(header(0x21, 0x21, v6(groups)))).toMatchObject({ source: { address, port: 50_000 } });
  });

  it('passes over TLVs', () => {
    const octets = header(0x21, 0x11, [...v4, 0x04, 0, 2, 9, 9, 0x20, 0, 0]);
    expect(decodeProxyHeader(octets)).toMatchObject({ type: 'header', length: 36, source: { address: '192.0.2.7' } });
  });

  it.each([
    ['LOCAL', header(0x20, 0, [])],
    ['LOCAL with addresses', header(0x20, 0x11, v4)],
    ['LOCAL with octets of no known form', header(0x20, 0xff, [1, 2, 3])],
    ['an unspecified family', header(0x21, 0, [])],
    [
      'a UNIX socket',
      header(
        0x21,
        0x31,
        Array.from({ length: 216 }, () => 0),
      ),
    ],
  ])('names no source for %s', (_what, octets) => {
    expect(decodeProxyHeader(octets)).toEqual({ type: 'header', length: octets.length, source: undefined });
  });

  it.each([
    ['IPv4', header(0x21, 0x11, [...v4, 0x04, 0, 1, 7])],
    ['IPv6', header(0x21, 0x21, v6([1, 2, 3, 4, 5, 6, 7, 8]))],
    ['LOCAL', header(0x20, 0, [1, 2])],
  ])('asks for more at every cut of %s', (_what, octets) => {
    for (let cut = 0; cut < octets.length; cut++)
      expect(decodeProxyHeader(octets.subarray(0, cut))).toEqual({ type: 'need-more' });
    expect(decodeProxyHeader(octets).type).toBe('header');
  });

  it.each([
    ['a version 1 header', Buffer.from('PROXY TCP4 192.0.2.7 198.51.100.1 50000 2855\r\n')],
    ['a ClientHello', Buffer.from([0x16, 3, 1, 2, 0])],
    ['a request', Buffer.from('MSRP')],
    ['a signature that goes wrong at its last octet', Uint8Array.from([...signature.slice(0, 11), 0x0b])],
  ])('finds none in %s', (_what, octets) => {
    expect(decodeProxyHeader(octets)).toMatchObject({ type: 'fault', reason: 'missing' });
  });

  it.each([
    ['version 1 in binary', header(0x11, 0x11, v4)],
    ['an unknown command', header(0x22, 0x11, v4)],
    ['an unknown family', header(0x21, 0x41, v4)],
    ['an unknown transport', header(0x21, 0x13, v4)],
    ['datagrams', header(0x21, 0x12, v4)],
    ['no room for its addresses', header(0x21, 0x21, v4)],
    ['a TLV over its end', header(0x21, 0x11, [...v4, 0x04, 0, 9, 1])],
    ['half a TLV', header(0x21, 0x11, [...v4, 0x04, 0])],
    ['more octets than the limit', header(0x21, 0x11, [], PROXY_HEADER_BYTES_MAX - 15)],
    ['more octets than the limit, LOCAL', header(0x20, 0, [], 0xffff)],
  ])('refuses %s', (_what, octets) => {
    expect(decodeProxyHeader(octets)).toMatchObject({ type: 'fault', reason: 'malformed' });
  });

  it('holds as many octets as the limit says', () => {
    const filler = PROXY_HEADER_BYTES_MAX - 16 - 12 - 3;
    const octets = header(0x21, 0x11, [
      ...v4,
      4,
      filler >> 8,
      filler & 0xff,
      ...Array.from({ length: filler }, () => 0),
    ]);
    expect(decodeProxyHeader(octets)).toMatchObject({ type: 'header', length: PROXY_HEADER_BYTES_MAX });
  });

  it('reads a view that does not begin at its buffer', () => {
    const octets = Uint8Array.from([9, 9, ...header(0x21, 0x11, v4)]);
    expect(decodeProxyHeader(octets.subarray(2))).toMatchObject({ source: { address: '192.0.2.7', port: 50_000 } });
  });
});
